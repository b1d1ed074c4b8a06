"""A tiny site around the bundle: one page, hand-made Arrow files, the real policy of the server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pyarrow as pa

from twin import paths
from twin.faces.server.headers import policy

KINDS = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".woff2": "font/woff2",
    ".png": "image/png",
    ".json": "application/json",
    ".geojson": "application/geo+json",
    ".arrow": "application/vnd.apache.arrow.stream",
    ".html": "text/html; charset=utf-8",
}
PAGE = """<!doctype html><html lang="zh-CN"><title>bench</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/dist/letters.css"><link rel="stylesheet" href="/page.css">
<div id="map"></div><script src="/assets/dist/deckmap.js"></script></html>"""
SHEET = (
    "html,body{margin:0;height:100%;background:#0b1220}#map{position:absolute;inset:0}"
)


def stream(**columns: pa.Array) -> bytes:
    """Return an Arrow IPC stream of these columns."""
    table = pa.table(columns)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def lists(rows: list[list[float]] | list[list[int]], kind: pa.DataType) -> pa.Array:
    """Return a column of lists of one length."""
    return pa.array(rows, pa.list_(kind, len(rows[0])))


@dataclass
class Site:
    """What the site answers: by path or whole address, bytes or a status that refuses."""

    answers: dict[str, bytes | int] = field(default_factory=dict[str, "bytes | int"])
    asked: list[str] = field(default_factory=list[str])
    url: str = ""

    def answer(self, path: str) -> bytes | int:
        """Return the bytes of `path`, or a status."""
        if path in self.answers:
            return self.answers[path]
        if path.startswith("/assets/"):
            found = paths.assets() / path.removeprefix("/assets/")
            return found.read_bytes() if found.is_file() else 404
        return 404


@contextmanager
def serving(folder: Path | None = None) -> Iterator[Site]:
    """Serve the site on a free port; files of `folder` answer under /geo/."""
    site = Site({"/": PAGE.encode(), "/page.css": SHEET.encode()})
    for path in folder.iterdir() if folder else ():
        site.answers[f"/geo/{path.name}"] = path.read_bytes() if path.is_file() else 404

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            site.asked.append(self.path)
            found = site.answer(self.path if self.path in site.answers else path)
            self.send_response(found if isinstance(found, int) else 200)
            self.send_header("Content-Security-Policy", policy([]))
            self.send_header(
                "Content-Type",
                KINDS.get(Path(path).suffix or ".html", "application/octet-stream"),
            )
            self.end_headers()
            if not isinstance(found, int):
                self.wfile.write(found)

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    site.url = f"http://127.0.0.1:{server.server_port}/"
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
