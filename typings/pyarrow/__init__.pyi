# What the house uses of pyarrow, which ships no types.

from . import ipc as ipc
from . import types as types
from .lib import *
