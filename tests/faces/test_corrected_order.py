"""An order that a later export corrects, looked back at on the screens.

Each moment shows what was known by then.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from layers.registry import load_registry
from tests.faces.imported import TRIO
from tests.faces.test_looking import everything, take
from tests.feeds.conftest import FIELDS, HEADER, order_of
from twin.faces.server import painting
from twin.feeds.work_orders import load_mapping, read
from twin.pack import load_city
from twin.query import QueryService
from twin.store import Lake, compact, prune, publish

TEN = datetime(2026, 7, 16, 10, tzinfo=UTC)
"""An hour after the orders were opened; the islands' summer is at UTC."""
EXPORTS = {
    5: ("noise", "low"),
    20: ("gas leak", "high"),
    35: ("noise", "low"),
    50: ("smoke", "high"),
}
"""Minute of the export: what it says of the order A1. The third takes the second back."""


def export(path: Path, kind: str, urgency: str) -> Path:
    """Write an export of two orders, of which the other stays as it is."""
    orders = (
        order_of(kind=kind, urgency=urgency, text=""),
        order_of(number="B2", kind="litter", text="", x="-35.05", y="41.03"),
    )
    path.write_text(
        "\n".join(
            ",".join(row) for row in (HEADER, *(order.values() for order in orders))
        ),
        encoding="utf-8",
    )
    return path


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    """What painting needs, over a lake that took four exports and was compacted and pruned
    after each.
    """
    folder, city = tmp_path_factory.mktemp("corrected"), load_city(TRIO)
    mapping = replace(
        load_mapping(city),
        columns=dict(zip(FIELDS, HEADER, strict=True)),
        priorities={"high": 1, "low": 4},
        safety_words=(),
    )
    lake = Lake(folder / "lake")
    published = []
    for minute, (kind, urgency) in EXPORTS.items():
        moment = TEN.replace(minute=minute)
        orders = read(
            export(folder / "orders.csv", kind, urgency),
            mapping,
            city,
            recorded_at=moment,
        )
        published.append(
            publish(
                lake,
                city,
                orders,
                as_of=moment,
                simulated=False,
                now=lambda moment=moment: moment,
            )[0].id
        )
        compact(lake, now=lambda moment=moment: moment + timedelta(minutes=1))
        prune(lake, now=lambda moment=moment: moment + timedelta(days=2), latest=1)
    left = {path.stem for path in lake.snapshots.iterdir()}
    assert left.isdisjoint(published[:2])
    service = QueryService(city, load_registry(city), lake.path)
    yield painting.context(
        service, load_registry(city), city, lambda: TEN.replace(minute=55)
    )
    service.close()


def said_at(context, lang: str, minute: int, known: int) -> str:
    """All words of page and wall, of a minute as known at another.

    What came later stands on the page as such: it is left out here.
    """
    as_of, known_at = (TEN.replace(minute=each) for each in (minute, known))
    taken = take(context, lang, as_of=as_of, known_at=known_at)
    then = tuple(each for each in taken.shown if each.layer != "later")
    return everything(replace(taken, shown=then), context)


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
@pytest.mark.parametrize("minute", EXPORTS)
def test_each_minute_shows_the_order_as_the_last_export_said(context, lang, minute):
    said = said_at(context, lang, minute, minute)

    assert {kind for kind, _ in EXPORTS.values() if f"{kind} · Brisa" in said} == {
        EXPORTS[minute][0]
    }
    assert "litter · Alva" in said


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_the_same_minute_known_later_is_as_the_correction_said(context, lang):
    said = said_at(context, lang, 5, 50)

    assert "smoke · Brisa" in said
    assert "noise · Brisa" not in said
