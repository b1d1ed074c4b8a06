# What the house uses of pydeck, which ships no types. A layer takes whatever its class in
# the browser takes.

from collections.abc import Sequence
from typing import Any

class Layer:
    def __init__(self, type: str, data: str | None = None, **settings: Any) -> None: ...

class Deck:
    def __init__(
        self,
        layers: Sequence[Layer] | None = None,
        *,
        map_provider: str | None = ...,
        map_style: str | None = ...,
    ) -> None: ...
    def to_json(self) -> str: ...
