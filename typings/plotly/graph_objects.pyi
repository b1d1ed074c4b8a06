from .graph_objs import Figure as Figure
from .graph_objs import layout as layout
