"""How colours differ to the eye, also to one that lacks a kind of cone, and in grey print.

Differences are CIEDE2000 (Sharma, Wu and Dalal, 2005); lacking cones are simulated by the
matrices of Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB.
"""

from __future__ import annotations

import math

import numpy as np

Rgb = tuple[float, float, float]

LACKING = {
    "none": np.eye(3),
    "protan": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deutan": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritan": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
_WHITE = np.array([0.95047, 1.0, 1.08883])


def over(color, ground) -> Rgb:
    """What is seen of a colour with alpha over a ground, 0 to 255."""
    alpha = color[3] / 255
    red, green, blue = (
        alpha * a + (1 - alpha) * b for a, b in zip(color[:3], ground[:3], strict=True)
    )
    return red, green, blue


def linear(color) -> np.ndarray:
    share = np.asarray(color[:3], dtype=float) / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def seen(color, lacking: str = "none") -> np.ndarray:
    """L*, a*, b* of a colour (D65) to an eye that lacks a kind of cone."""
    light = np.clip(LACKING[lacking] @ linear(color), 0, 1)
    part = (_XYZ @ light) / _WHITE
    bent = np.where(part > 216 / 24389, np.cbrt(part), (24389 / 27 * part + 16) / 116)
    return np.array(
        [116 * bent[1] - 16, 500 * (bent[0] - bent[1]), 200 * (bent[1] - bent[2])]
    )


def difference(one, other) -> float:
    """CIEDE2000 of two colours in L*, a*, b*."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean = ((math.hypot(a1, b1) + math.hypot(a2, b2)) / 2) ** 7
    stretch = 1.5 - 0.5 * math.sqrt(mean / (mean + 25**7))
    c1, c2 = math.hypot(a1 * stretch, b1), math.hypot(a2 * stretch, b2)
    h1, h2 = (
        math.degrees(math.atan2(b, a * stretch)) % 360 for a, b in ((a1, b1), (a2, b2))
    )
    turn = (h2 - h1 + 180) % 360 - 180 if c1 * c2 else 0.0
    hue = (h1 + turn / 2) % 360 if c1 * c2 else h1 + h2
    light, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    by = (
        1
        - 0.17 * math.cos(math.radians(hue - 30))
        + 0.24 * math.cos(math.radians(2 * hue))
        + 0.32 * math.cos(math.radians(3 * hue + 6))
        - 0.20 * math.cos(math.radians(4 * hue - 63))
    )
    s_light = 1 + 0.015 * (light - 50) ** 2 / math.sqrt(20 + (light - 50) ** 2)
    s_chroma, s_hue = 1 + 0.045 * chroma, 1 + 0.015 * chroma * by
    rotated = -2 * math.sqrt(chroma**7 / (chroma**7 + 25**7))
    rotated *= math.sin(math.radians(60 * math.exp(-(((hue - 275) / 25) ** 2))))
    d_hue = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2)) / s_hue
    d_chroma, d_light = (c2 - c1) / s_chroma, (l2 - l1) / s_light
    return math.sqrt(d_light**2 + d_chroma**2 + d_hue**2 + rotated * d_chroma * d_hue)
