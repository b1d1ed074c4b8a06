"""The letters of a page in one font.

`python assets/src/letters.py` writes it, its style sheet and the list of its letters.

Every sign of the messages and of the packs that come along is cut out of the slices in
which the family is published, so that a first visit fetches one file instead of dozens.
Signs outside it, from data, fall back to the slices.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

# Where the texts of the pages and of the packs stand.
WORDS = (
    "twin/faces/messages/*.ftl",
    "layers/*/*.ftl",
    "data/*/*.csv",
    "data/*/*.toml",
    "data/*/geography/*.geojson",
)

# What the family for Latin text publishes in its first slice.
LATIN = (
    "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+0304,"
    "U+0308,U+0329,U+2000-206F,U+20AC,U+2122,U+2191,U+2193,U+2212,U+2215,U+FEFF,"
    "U+FFFD"
)

# Tables of which a cut-out font needs none: names are set letter by letter, and widths
# stand in hmtx.
_LAYOUT = (
    "GSUB",
    "GPOS",
    "GDEF",
    "BASE",
    "HVAR",
    "VVAR",
    "MVAR",
    "STAT",
    "VORG",
    "vhea",
    "vmtx",
)


def letters(root: Path) -> set[int]:
    """Return the code points that pages and packs are written with, beside those of ASCII."""
    found: set[int] = set()
    for pattern in WORDS:
        for path in root.glob(pattern):
            found.update(map(ord, path.read_text(encoding="utf-8")))
    return {point for point in found if point > 0x7F}


def cut(slices: list[Path], wanted: set[int], out: Path) -> set[int]:
    """Write those of `wanted` that the slices hold into one variable font at `out`; return them."""
    whole: TTFont | None = None
    for path in slices:
        piece = TTFont(path)
        there = wanted & set(piece.getBestCmap() or {})
        if not there:
            continue
        only = Subsetter(
            Options(
                layout_features=[],
                notdef_outline=True,
                drop_tables=[*Options().drop_tables, *_LAYOUT],
            )
        )
        only.populate(unicodes=there)
        only.subset(piece)
        whole = piece if whole is None else _joined(whole, piece)
    if whole is None:
        return set()
    whole.flavor = "woff2"
    whole.save(out)
    return set(whole.getBestCmap() or {})


def _joined(whole: TTFont, piece: TTFont) -> TTFont:
    """Take the glyphs of `piece` into `whole`.

    Slices of one variable font share its axes and its grid.
    """
    for name in piece.getGlyphOrder():
        if name in whole["glyf"].glyphs:
            continue
        whole["glyf"][name], whole["hmtx"][name] = (
            piece["glyf"][name],
            piece["hmtx"][name],
        )
        if name in piece["gvar"].variations:
            whole["gvar"].variations[name] = piece["gvar"].variations[name]
    for table in whole["cmap"].tables:
        if table.isUnicode():
            table.cmap.update(
                {
                    point: name
                    for point, name in piece.getBestCmap().items()
                    if table.format == 12 or point <= 0xFFFF
                }
            )
    return whole


def ranges(points: set[int]) -> str:
    """Return code points as CSS writes a unicode-range."""
    spans: list[list[int]] = []
    for point in sorted(points):
        if spans and point == spans[-1][1] + 1:
            spans[-1][1] = point
        else:
            spans.append([point, point])
    return ",".join(
        f"U+{low:X}" if low == high else f"U+{low:X}-{high:X}" for low, high in spans
    )


def sheet(points: set[int]) -> str:
    """Return the style sheet of the letters.

    Latin ones stand in it as they are published, all others cut out.
    """
    faces = (
        ("Inter Variable", "latin", LATIN),
        ("Noto Sans SC", "letters", ranges(points)),
    )
    return "\n".join(
        f"@font-face {{ font-family: '{family}'; font-weight: 100 900; font-display:"
        f" swap; src: url(fonts/{file}.woff2) format('woff2-variations');"
        f" unicode-range: {span}; }}"
        for family, file, span in faces
    )


def main(root: Path) -> None:
    """Write what the bundle is built with."""
    dist, packages = (
        root / "assets" / "dist",
        root / "node_modules" / "@fontsource-variable",
    )
    (dist / "fonts").mkdir(parents=True, exist_ok=True)
    slices = sorted((packages / "noto-sans-sc" / "files").glob("*-wght-normal.woff2"))
    there = cut(slices, letters(root), dist / "fonts" / "letters.woff2")
    shutil.copy(
        packages / "inter" / "files" / "inter-latin-wght-normal.woff2",
        dist / "fonts" / "latin.woff2",
    )
    (dist / "letters.css").write_text(sheet(there), encoding="utf-8")
    (dist / "letters.json").write_text(
        json.dumps("".join(map(chr, sorted(there))), ensure_ascii=False),
        encoding="utf-8",
    )


if __name__ == "__main__":
    main(Path(__file__).resolve().parents[2])
