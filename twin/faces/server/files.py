"""The files that a browser is given.

Each stands under an address that names its bytes, packed as the browser takes it, kept
for ever.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, cast

from flask_compress import Compress
from whitenoise import WhiteNoise

from twin import paths
from twin.errors import LakeError

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

    from flask import Flask

# What of the assets a browser may ask for.
FOLDERS = ("dist",)

# A smaller answer is sent as it is, bytes.
_LEAST_PACKED = 500
_PACKED = (
    "text/html",
    "text/css",
    "application/json",
    "application/javascript",
    "text/javascript",
    "application/geo+json",
    "application/vnd.apache.arrow.stream",
)
_FOR_EVER_S = 31_536_000


def address() -> str:
    """Return the address under which the built files stand now, without a `/` at its end.

    It changes with any of their bytes.

    Raises:
        LakeError: nothing is built.
    """
    assets = paths.assets()
    if not (assets / "dist" / "face.css").is_file():
        raise LakeError(
            "The map bundle is not built, so no page can be shown.",
            fix="build it with `make bundle`.",
        )
    seal = hashlib.sha256()
    for folder in FOLDERS:
        for path in sorted((assets / folder).rglob("*")):
            if path.is_file():
                seal.update(path.name.encode() + path.read_bytes())
    return f"/assets/{seal.hexdigest()[:12]}"


def serve_files(server: Flask, files: str) -> None:
    """Return the built files under `files`, and pack whatever else is worth it."""
    inside = cast("WSGIApplication", server.wsgi_app)
    pool = WhiteNoise(inside, max_age=0, immutable_file_test=_is_of_build)
    for folder in FOLDERS:
        pool.add_files(str(paths.assets() / folder), prefix=f"{files}/{folder}/")
    server.wsgi_app = pool
    server.config.from_mapping(
        COMPRESS_MIMETYPES=list(_PACKED),
        COMPRESS_MIN_SIZE=_LEAST_PACKED,
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=4,
        COMPRESS_STREAMS=True,
        COMPRESS_ALGORITHM_STREAMING=["br", "gzip"],
    )
    Compress(server)


def _is_of_build(_path: str, url: str) -> bool:
    return url.startswith("/assets/")
