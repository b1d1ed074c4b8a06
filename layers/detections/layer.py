from pathlib import Path
from twin.layer import Layer
LAYER = Layer("detections", Path(__file__).parent)
