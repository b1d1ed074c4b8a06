"""What every answer says to the browser: only this host, nothing evaluated, nothing framed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask, Response


def policy(hashes: Sequence[str]) -> str:
    """Return the content security policy; `hashes` are those of Dash's own inline scripts."""
    scripts = " ".join(
        f"'{digest}'" if not digest.startswith("'") else digest for digest in hashes
    )
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' {scripts}".strip(),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        )
    )


def guard(server: Flask, hashes: Sequence[str]) -> None:
    """Put the security headers on every answer of `server`.

    An error is never kept by a browser or a proxy.
    """
    csp = policy(hashes)

    def add(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", csp)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        if response.status_code >= 400:
            response.headers["Cache-Control"] = "no-store"
        return response

    server.after_request(add)
