"""Which names the server answers to.

A page elsewhere cannot point a name of its own at it and read it.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

LOOPBACK = ("localhost", "127.0.0.1", "::1")
ANY = ("0.0.0.0", "::")  # noqa: S104  (compared with, not listened on)


def without_port(host: str) -> str:
    """Return the name of a `Host`: lower case, without port, dot at its end or brackets.

    Return '' if it is none.
    """
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
    is_name = not set(host) & set("/\\@?# \t")
    return name.rstrip(".") if is_name else ""


@dataclass(frozen=True)
class Names:
    """The names that a server answers to, lower case, without ports."""

    names: frozenset[str]

    @classmethod
    def of(cls, listens: str, named: tuple[str, ...] = ()) -> Names:
        """Return the names of a server.

        They are loopback, the address on which it listens, and those it was given.
        """
        listening = () if listens in ANY else (listens,)
        return cls(
            frozenset(
                (
                    without_port(name)
                    if ":" not in name or name.count(":") == 1
                    else name.lower()
                )
                for name in (*LOOPBACK, *listening, *named)
            )
        )

    def has(self, host: str) -> bool:
        """Return whether a `Host` is one of them."""
        return without_port(host) in self.names

    def has_origin(self, origin: str) -> bool:
        """Return whether an `Origin` is a page of this server; 'null' is none."""
        try:
            there = urlsplit(origin)
        except ValueError:
            return False
        return there.scheme in {"http", "https"} and self.has(there.netloc)
