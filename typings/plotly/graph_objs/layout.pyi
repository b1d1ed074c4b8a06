from collections.abc import Mapping
from typing import Any

class Template:
    def __init__(self, *, layout: Mapping[str, Any] | None = None) -> None: ...
