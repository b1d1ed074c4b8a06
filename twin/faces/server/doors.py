"""How a server is reached, read from words."""

from __future__ import annotations

import re
from ipaddress import ip_network

from limits import parse

from twin.errors import UsageError
from twin.faces.server.front import RATE, Door
from twin.faces.server.hosts import Names, without_port

_PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+)*")


def door(
    host: str,
    names: tuple[str, ...] = (),
    proxies: tuple[str, ...] = (),
    prefix: str = "",
    rate: str | None = None,
) -> Door:
    """Return how a server is reached that listens on `host`; see `Door` for the rest.

    Raises:
        UsageError: a word of it means nothing.
    """
    for name in names:
        if not without_port(name):
            raise UsageError(
                f"{name[:60]!r} is no name of a host.",
                fix=(
                    "write it as city.example.org: the name alone, no scheme and no"
                    " path."
                ),
            )
    for proxy in proxies:
        try:
            ip_network(proxy, strict=False)
        except ValueError as error:
            raise UsageError(
                f"{proxy[:60]!r} is no address of a proxy.",
                fix="write it as 127.0.0.1 or 10.0.0.0/8.",
            ) from error
    path = "/" + prefix.strip("/") if prefix.strip("/") else ""
    if not _PREFIX.fullmatch(path):
        raise UsageError(
            f"The prefix {prefix[:60]!r} is no path.",
            fix="write it as /twin: letters, digits, - . _ ~ between slashes.",
        )
    found = Door(Names.of(host, names), path, proxies, rate or RATE)
    try:
        parse(found.rate)
    except ValueError as error:
        raise UsageError(
            f"The rate {found.rate[:60]!r} cannot be read.",
            fix="write it as '3000 per 10 second'.",
        ) from error
    return found
