"""What a browser may send to a callback: what the callback declares, and nothing else.

Dash takes a body as it comes; one that no page of ours sends would fail somewhere inside of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from flask import request

from twin.errors import UsageError

if TYPE_CHECKING:
    import dash

PATH = "_dash-update-component"


def check_bodies(app: dash.Dash) -> None:
    """Refuse with a sentence whatever none of the callbacks of `app` takes."""

    def check() -> None:
        if request.method == "POST" and request.path.endswith(PATH):
            callbacks = cast("dict[str, Any]", app.callback_map)  # pyright: ignore[reportUnknownMemberType]
            _check(_parsed(request.get_data()), callbacks)

    app.server.before_request(check)


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _odd("it is no JSON") from error
    if not request.is_json:
        raise _odd("it is not sent as JSON")
    return as_dict(found, "it is no object")


def _check(body: Mapping[str, Any], callbacks: Mapping[str, Any]) -> None:
    output = body.get("output")
    declared = callbacks.get(output) if isinstance(output, str) else None
    if declared is None or "callback" not in declared:
        raise _odd("it is for no callback of this server")
    if body.get("outputs") != outputs(str(output)):
        raise _odd("its outputs are others")
    inputs = _fitting(body, "inputs", declared["inputs"])
    _fitting(body, "state", declared["state"])
    changed = body.get("changedPropIds", [])
    if not isinstance(changed, list) or not all(
        each in inputs for each in cast("list[object]", changed)
    ):
        raise _odd("what changed is none of its inputs")
    unknown = body.keys() - {
        "output",
        "outputs",
        "inputs",
        "state",
        "changedPropIds",
        "parsedChangedPropsIds",
    }
    if unknown:
        raise _odd("it has parts that no page sends")


def outputs(output: str) -> dict[str, str] | list[dict[str, str]]:
    """Return what a page sends as the outputs of a callback.

    Of several, Dash writes '..a.b...c.d..'.
    """
    several = output.removeprefix("..").removesuffix("..").split("...")
    pairs = (each.rpartition(".") for each in several)
    found = [{"id": name, "property": prop} for name, _, prop in pairs]
    return found if output.startswith("..") else found[0]


def _fitting(
    body: Mapping[str, Any], part: str, declared: list[dict[str, str]]
) -> list[str]:
    """Return the names of inputs or of state, if they are those that the callback declares."""
    given = body.get(part, [])
    wanted = [(each["id"], each["property"]) for each in declared]
    if not isinstance(given, list):
        raise _odd(f"its {part} is no list")
    each_given = [
        as_dict(each, f"its {part} holds something else than objects")
        for each in cast("list[object]", given)
    ]
    if [(each.get("id"), each.get("property")) for each in each_given] != wanted:
        raise _odd(f"its {part} is not what the callback takes")
    return [".".join(each) for each in wanted]


def as_dict(
    found: object, else_what: str = "a part of it is no object"
) -> dict[str, Any]:
    """Return an object of JSON. Raises UsageError if it is none."""
    if not isinstance(found, dict):
        raise _odd(else_what)
    return cast("dict[str, Any]", found)


def as_text(found: object, *, most: int = 4_000) -> str:
    """Return a text of JSON, '' for null.

    Raises UsageError if it is none, or has more than `most` letters.
    """
    if found is None:
        return ""
    if not isinstance(found, str) or len(found) > most:
        raise _odd("a part of it is no text, or too long")
    return found


def as_texts(found: object, *, most: int = 400) -> list[str]:
    """Return a list of texts of JSON. Raises UsageError if it is none, or longer than `most`."""
    if not isinstance(found, list) or len(cast("list[object]", found)) > most:
        raise _odd("a part of it is no list, or too long")
    return [as_text(each) for each in cast("list[object]", found)]


def _odd(why: str) -> UsageError:
    return UsageError(
        "The page sent something that means nothing here.",
        why=f"{why}.",
        fix="load the page again.",
    )
