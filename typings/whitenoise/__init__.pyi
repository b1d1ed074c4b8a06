# What the house uses of WhiteNoise, which ships no types.

from .base import WhiteNoise as WhiteNoise
