"""What is typed finds what is named so, in Chinese, pinyin or initials, by what was known then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers.registry import load_registry
from tests.faces import searched
from tests.faces.imported import NEWEST
from twin.city import City
from twin.contracts.masking import MARK
from twin.query import QueryService
from twin.query.search import MOST_TEXT, Finder, TooLongError
from twin.query.search.spelling import Fit, plain, spelled
from twin.store import Lake
from twin.view import Pinned, View, pin


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[City, Lake]:
    """The city of Chinese names and its lake."""
    return searched.made(tmp_path_factory.mktemp("searched"))


@pytest.fixture(scope="module")
def desk(made: tuple[City, Lake]) -> Iterator[QueryService]:
    """A desk over it."""
    city, lake = made
    service = QueryService(city, load_registry(city), lake.path)
    yield service
    service.close()


class Search:
    """Searches at a moment, and tells what is found by kind."""

    def __init__(self, service: QueryService, city: City) -> None:
        self.service, self.city = service, city
        self.finder = Finder(service, city)

    def pinned(self, **view: Any) -> Pinned:
        """A view, pinned."""
        return pin(View(**view), self.city, self.service.pointer)

    def __call__(self, text: str, **view: Any) -> dict[str, list[str]]:
        """Ids by kind, groups in their order."""
        found = self.finder.find(text, self.pinned(**view))
        return {group.kind: [row["id"] for row in group.rows] for group in found.groups}


@pytest.fixture(scope="module")
def search(made: tuple[City, Lake], desk: QueryService) -> Search:
    return Search(desk, made[0])


def first(found: dict[str, list[str]]) -> tuple[str, str]:
    """What Enter would go to."""
    kind, ids = next(iter(found.items()))
    return kind, ids[0]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "武昌",
            "武昌区",
            " 武昌 ",
            "wuchang",
            "Wuchang",
            "WUCHANG",
            "ｗｕｃｈａｎｇ",
        ),
        *("wu chang", "wuch", "wc", "wcq", "alva"),
    ],
)
def test_a_district_is_found_as_it_is_written_read_and_begun(
    search: Search, text: str
) -> None:
    assert first(search(text)) == ("district", "alva")


@pytest.mark.parametrize(
    ("text", "kind", "thing"),
    [
        ("长江", "street", "T01"),
        ("changjiang", "street", "T01"),
        ("cjl", "street", "T01"),
        ("lvjiawan", "street", "T02"),
        ("lujia", "street", "T02"),
        ("ljw", "street", "T02"),
        ("T02", "street", "T02"),
        ("jiangan", "district", "brisa"),
        ("Jiang'an", "district", "brisa"),
        ("gajg", "department", "D01"),
        ("交管", "department", "D01"),
        ("traffic", "department", "D01"),
        ("D1", "drone", "D1"),
        ("m3d", "drone", "D1"),
        ("sn77", "drone", "D1"),
        ("dhhy", "estate", "G1"),
        ("东湖", "estate", "G1"),
        ("lanxi", "community", "K1"),
        ("Reservoir", "indicator", "WS-01-01"),
        ("ws-01-01", "indicator", "WS-01-01"),
    ],
)
def test_everything_that_has_a_name_is_found(
    search: Search, text: str, kind: str, thing: str
) -> None:
    assert thing in search(text)[kind]


def test_an_indicator_that_the_lake_has_no_value_of_is_left_out(search: Search) -> None:
    # The pack has four of the reservoir; one was ever measured.
    assert search("reservoir")["indicator"] == ["WS-01-01"]
    assert "indicator" not in search("bridge")


@pytest.mark.parametrize("text", ["E1001", "e1001"])
def test_the_event_of_a_number_is_found_alone(search: Search, text: str) -> None:
    assert search(text) == {"event": ["E1001"]}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("E100", ["E1002", "E1001"]),  # the newest first
        ("灯坏", ["E1001"]),
        ("burst", ["E1002"]),
        ("Market pipe", ["E1002"]),
        ("Burst market", ["E1002"]),
        ("路灯", ["E1001"]),  # of its kind
        ("ldbl", ["E1001"]),
        ("江岸 积水", ["E1002"]),
        ("jiangan djss", []),
        ("江岸 灯坏", []),  # each word counts
        ("吕家湾", ["E1001"]),
        ("交管", []),  # in the middle of a name it names nothing
        ("公安", ["E1001"]),  # lamps are theirs
    ],
)
def test_events_are_found_by_number_title_kind_street_district_and_department(
    search: Search, text: str, names: list[str]
) -> None:
    assert search(text).get("event", []) == names


def test_what_was_not_known_then_is_not_found_then(search: Search) -> None:
    then: dict[str, datetime] = {"as_of": searched.LONG_BEFORE}

    assert "event" not in search("迟到", **then)
    assert search("迟到", **then, known_at=NEWEST)["event"] == ["L2001"]
    assert search("迟到")["event"] == ["L2001"]
    assert search("L2001", **then) == {}


def test_what_had_not_happened_then_is_not_found_then_whatever_was_known_later(
    search: Search,
) -> None:
    then: dict[str, datetime] = {"as_of": searched.LONG_BEFORE, "known_at": NEWEST}

    assert "event" not in search("灯坏", **then)


def test_a_title_is_found_as_it_was_known_then(search: Search) -> None:
    then: dict[str, datetime] = {"as_of": searched.HALF_AN_HOUR}

    assert search("旧的", **then)["event"] == ["C5001"]
    assert "event" not in search("新的", **then)
    assert "event" not in search("旧的")
    assert search("新的")["event"] == ["C5001"]


def test_a_drill_is_found_in_a_drill_only(search: Search) -> None:
    assert "event" not in search("演练")
    assert search("演练", mode="drill")["event"] == ["D4001"]


@pytest.mark.parametrize("text", ["13812345678", "138", "12345678", "Call 138"])
def test_what_is_masked_finds_nothing(search: Search, text: str) -> None:
    assert "event" not in search(text)


def test_what_is_found_is_shown_masked(search: Search) -> None:
    found = search.finder.find("call", search.pinned())

    (event,) = [row for group in found.groups for row in group.rows]
    assert event["title"] == f"Call {MARK} now"


HOSTILE = [
    "<script>alert(1)</script>",
    "%",
    "_",
    "%%",
    "'",
    '"',
    "'; DROP TABLE events; --",
    "\\",
    "$text_1",
    "\x00",
    "🚨",
    "👩‍👩‍👧",
    "\u202e\u200b",
    "NULL",
    "*",
    ".*",
    "a" * MOST_TEXT,
    "江" * MOST_TEXT,
    " ".join("甲乙丙" for _ in range(25)),
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_finds_nothing_and_breaks_nothing(
    search: Search, text: str
) -> None:
    assert search(text) == {}


@pytest.mark.hypothesis
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(text=st.text(max_size=MOST_TEXT))
def test_whatever_is_typed_is_answered(search: Search, text: str) -> None:
    for rows in search(text).values():
        assert rows


def test_more_than_can_be_searched_for_is_refused_with_a_sentence(
    search: Search,
) -> None:
    with pytest.raises(TooLongError, match="More than 100 letters"):
        search("江" * 10_000)


def test_nothing_typed_finds_nothing(search: Search) -> None:
    assert search("") == search("  \t") == {}


def test_of_damaged_events_nothing_is_found_and_it_is_said(tmp_path: Path) -> None:
    city, lake = searched.made(tmp_path)
    for path in (lake.path / "tables" / "event_facts").rglob("*.parquet"):
        path.write_bytes(b"spoilt")
    for path in (lake.path / "tables" / "events").rglob("*.parquet"):
        path.write_bytes(b"spoilt")
    service = QueryService(city, load_registry(city), lake.path)
    try:
        search = Search(service, city)
        found = search.finder.find("武昌", search.pinned())
    finally:
        service.close()

    assert [group.kind for group in found.groups] == ["district"]
    assert found.unknown == {"event": "damaged"}


def test_after_the_newest_data_nothing_of_the_lake_is_told(search: Search) -> None:
    beyond = NEWEST.replace(year=2027)
    found = search.finder.find("灯坏", search.pinned(as_of=beyond))

    assert found.groups == ()
    assert found.unknown["event"] == "no-data-after"


@pytest.mark.parametrize(
    ("typed", "fit"),
    [
        ("重庆路", Fit.WHOLE),
        ("重庆", Fit.BEGINS),
        ("chongq", Fit.BEGINS),
        ("cqlu", Fit.BEGINS),
        ("庆路", Fit.INSIDE),
        ("qinglu", Fit.INSIDE),
        ("ong", None),
        ("ql", None),  # so short it is read from the beginning only
        ("chongqinglux", None),
        ("路庆", None),
    ],
)
def test_a_name_fits_as_a_whole_from_its_beginning_or_from_a_syllable(
    typed: str, fit: Fit | None
) -> None:
    assert spelled("重庆路").fit(plain(typed)) == fit


def test_a_character_of_several_readings_is_found_by_each() -> None:
    assert spelled("长").fit("chang") == spelled("长").fit("zhang") == Fit.BEGINS
