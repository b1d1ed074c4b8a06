from .base import BaseGeometry

class Point(BaseGeometry):
    @property
    def x(self) -> float: ...
    @property
    def y(self) -> float: ...
