"""Prints what the server of a city answers at some addresses, as a JSON list of texts.

Started by recipes.py with a pack, a lake and addresses, with the program on the path.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from twin.cli.serve import Faces


def main(pack: str, lake: Path, addresses: list[str]) -> None:
    """Ask each address once."""
    client = Faces(pack, lake)().test_client()
    print(json.dumps([client.get(address).text for address in addresses]))  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
