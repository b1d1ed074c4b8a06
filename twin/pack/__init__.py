"""City packs: a folder of plain files that says all there is to know about a city."""

from twin.pack.load import (
    Examined,
    check_pack,
    examine,
    find_city,
    load_city,
    write_manifest,
)

__all__ = [
    "Examined",
    "check_pack",
    "examine",
    "find_city",
    "load_city",
    "write_manifest",
]
