"""Service requests of Open311 GeoReport v2 in JSON or XML; any JSON list of objects likewise.

Columns have the names of the standard, all of them, since its servers leave out what is empty; what
else a server adds follows. Names of objects inside of a request are joined by dots.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from twin.errors import ContractError
from twin.feeds.json_items import Outline, read_items
from twin.feeds.records import (
    Key,
    Record,
    as_json,
    as_text,
    mended,
    record_of,
    sheet_of,
    survey,
)
from twin.json_kinds import is_list, is_object

if TYPE_CHECKING:
    from pathlib import Path

    from twin.feeds.sheets import Sheet

COLUMNS = (
    "service_request_id",
    "status",
    "status_notes",
    "service_name",
    "service_code",
    "description",
    "agency_responsible",
    "service_notice",
    "requested_datetime",
    "updated_datetime",
    "expected_datetime",
    "address",
    "address_id",
    "zipcode",
    "lat",
    "long",
    "media_url",
)
_LISTS = ("service_requests",)


def open_json(path: Path, wanted: Sequence[str]) -> Sheet:
    """Read service requests, or other objects in a list or one on each line, as a sheet.

    Args:
        wanted: names in NFC that the columns must hold.

    Raises:
        ContractError: the file is missing, damaged or no JSON of records, is a server's word of an
            error, or lacks columns.
    """
    outline = Outline()
    found = survey(path.name, _records(path, outline))
    keys = found.keys.keys()
    errors = outline.members.get("errors")
    if not outline.name and outline.shape == "one" and errors:
        raise refused(path.name, errors)
    if keys and keys <= {"code", "description"} and not set(wanted) <= keys:
        raise refused(path.name, next(read_items(path, _LISTS, Outline()), None))
    remarks = (
        [f"The server says beside its requests: {_words(errors)}."] if errors else []
    )
    if outline.name == "service_requests" or "service_request_id" in keys:
        found.keys = {**dict.fromkeys(COLUMNS), **found.keys}
    return sheet_of(
        path.name,
        found,
        lambda: _records(path, Outline()),
        wanted,
        remarks=remarks if outline.name else (),
    )


def _records(path: Path, outline: Outline) -> Iterator[Record]:
    return (
        record_of(number, item)
        for number, item in enumerate(read_items(path, _LISTS, outline), 1)
    )


def open_xml(path: Path, wanted: Sequence[str]) -> Sheet:
    """Read service requests in XML as a sheet.

    Args:
        wanted: names in NFC that the columns must hold.

    Raises:
        ContractError: the file is missing, damaged or no XML of requests, declares entities, is a
            server's word of an error, or lacks columns.
    """
    from twin.feeds.xml_items import Passed
    from twin.feeds.xml_items import read_items as read_elements

    passed = Passed()

    def records(passed: Passed) -> Iterator[Record]:
        return (
            made if fault == "" else made._replace(fault=fault)
            for number, (item, fault) in enumerate(
                read_elements(
                    path, {"service_requests": "request", "errors": "error"}, passed
                ),
                1,
            )
            for made in (record_of(number, item),)
        )

    first: dict[Key, None] = dict.fromkeys(COLUMNS)
    found = survey(path.name, records(passed), first)
    if passed.root == "errors":
        error, _ = next(
            read_elements(path, {"errors": "error"}, Passed()), (dict[str, Any](), "")
        )
        raise refused(path.name, error)
    remarks = [
        f"{n} elements <{name}> beside the requests were not read."
        for name, n in sorted(passed.others.items())
    ]
    return sheet_of(
        path.name, found, lambda: records(Passed()), wanted, remarks=remarks
    )


def refused(name: str, error: Any) -> ContractError:
    """Return the sentence for a file that holds a server's word of an error."""
    return ContractError(
        f"{name} holds no requests, but the word of a server that it could not give"
        f" any: {_words(error)}.",
        fix="ask the server again; its words say what was off.",
    )


def _words(error: Any) -> str:
    """Return what a server says of an error: of the first, if it says several."""
    first = error[0] if is_list(error) and error else error
    if not is_object(first):
        return mended(as_json(first))[:300]
    said = [as_text(first.get(key)) for key in ("code", "description")]
    return " ".join(word for word in said if word)[:300] or mended(as_json(first))[:300]
