"""The tokens of the look: names of colours, and their values on a dark screen.

A saturated colour is always data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

Rgba = tuple[int, int, int, int]

# Token to colour on a dark screen.
DARK: Mapping[str, str] = MappingProxyType(
    {
        "bg": "#0B1220",
        "land": "#18253B",
        "land-edge": "#121D30",
        "land-glow": "#5C84BE",
        "land-raised": "#263A58",
        "water": "#174565",
        "shore": "#286389",
        "shore-line": "#3F7FA6",
        "water-name": "#6FA8C9",
        "road-ring": "#51678A",
        "road-avenue": "#4A5F80",
        "road-street": "#44587A",
        "road-lane": "#384B6B",
        "road-casing": "#0D1626",
        "rail": "#6C7F9B",
        "park": "#1C3A44",
        "building": "#33496B",
        "line": "#3B4E69",
        "border": "#5D7394",
        "edge": "#55698A",
        "hair": "#22314A",
        "text-1": "#E8EEF6",
        "text-2": "#A9B8CA",
        "text-3": "#8496AC",
        "bar": "#6F8DB3",
        "p1": "#D55E00",
        "p2": "#E69F00",
        "p3": "#F0E442",
        "p4": "#56B4E9",
        "coverage": "#3FA89A",
        "heat-low": "#8E2F5B",
        "heat-mid": "#E5793B",
        "heat-high": "#FFE3A3",
        "area-low": "#435B7C",
        "area-high": "#D3BE85",
        "series-a": "#009E73",
        "series-b": "#CC79A7",
    }
)


def rgba(token: str, alpha: float = 1.0) -> Rgba:
    """Return a token's colour as four bytes; `alpha` is 0 (not there) to 1 (solid).

    Raises:
        KeyError: there is no such token.
    """
    text = DARK[token]
    return (
        int(text[1:3], 16),
        int(text[3:5], 16),
        int(text[5:7], 16),
        round(255 * alpha),
    )


def spread(
    tokens: Sequence[str],
    alphas: Sequence[float],
    *,
    steps: int,
) -> tuple[Rgba, ...]:
    """Return `steps` colours from the first token to the last, even to the eye.

    They lie on straight lines in OKLab, so many that straight lines between them in
    sRGB, as a browser's gradient draws them, cannot be told apart from it.
    """
    ends = [
        (*_oklab(rgba(token)), alpha)
        for token, alpha in zip(tokens, alphas, strict=True)
    ]
    found: list[Rgba] = []
    for step in range(steps):
        at = step * (len(ends) - 1) / (steps - 1)
        low = min(int(at), len(ends) - 2)
        first, second = ends[low], ends[low + 1]
        lightness, green, blue, alpha = (
            a + (b - a) * (at - low) for a, b in zip(first, second, strict=True)
        )
        found.append((*_srgb(lightness, green, blue), round(255 * alpha)))
    return tuple(found)


def classes(n: int) -> tuple[Rgba, ...]:
    """Return `n` colours for classes of areas, lowest first.

    They go from blue to yellow and grow lighter evenly, so that they are told apart whatever
    hues an eye sees, and each from the land, which is darker than all.
    """
    return spread(("area-low", "area-high"), (1.0, 1.0), steps=max(n, 2))[:n]


def _oklab(color: Rgba) -> tuple[float, float, float]:
    """Return lightness and the two hues of OKLab (source: B. Ottosson, 2020)."""
    red, green, blue = (
        (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4)
        for c in (v / 255 for v in color[:3])
    )
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (
        1 / 3
    )
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def _srgb(lightness: float, a: float, b: float) -> tuple[int, int, int]:
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
    red, green, blue = (
        round(
            255
            * min(
                1.0,
                max(
                    0.0, 12.92 * c if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055
                ),
            )
        )
        for c in linear
    )
    return red, green, blue
