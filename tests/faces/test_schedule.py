"""The brief is due once in every civil day, at the hour of the pack, in the city's own
zone, and has one owner.
"""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from twin.errors import BusyError, LakeError, PackError
from twin.faces.export import ledger, schedule
from twin.faces.export.ledger import Entry
from twin.pack import find_city, load_city

TRIO = Path(__file__).parent.parent / "cities" / "trio"
HALF_PAST_TWO = time(2, 30)


trio = cache(lambda: load_city(TRIO))


def city_at(zone, brief):
    """The made-up city in another zone, with another hour."""
    city = trio()
    settings = {**city.settings, "schedule": {"brief": brief}}
    return replace(city, zone=ZoneInfo(zone), settings=settings)


def test_half_past_seven_in_wuhan_is_half_past_eleven_at_night_in_greenwich():
    due = schedule.next_due(
        load_city(find_city("wuhan")), datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    )

    assert due.astimezone(UTC) == datetime(2026, 11, 23, 23, 30, tzinfo=UTC)


def test_another_city_has_its_own_morning():
    city = trio()

    due = schedule.next_due(city, datetime(2026, 11, 23, 12, 0, tzinfo=UTC))

    assert due.astimezone(city.zone).strftime("%H:%M") == str(
        city.settings["schedule"]["brief"]
    )
    assert due > datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def test_a_pack_that_says_nothing_of_formats_has_the_usual_ones():
    assert schedule.formats(trio()) == ("png", "xlsx", "csv")


def with_formats(given):
    city = trio()
    said = {**city.settings["schedule"], "formats": given}
    return replace(city, settings={**city.settings, "schedule": said})


def test_a_pack_names_the_formats_of_its_brief():
    assert schedule.formats(with_formats(["jsonl", "csv", "jsonl"])) == ("jsonl", "csv")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "No format is named"),
        (["csv", "pdf"], "There is no format 'pdf'"),
        (["nobody:pdf"], "There is no format 'nobody:pdf'"),
        ("csv", "formats is 'csv', not a list of names"),
        (["csv", 3], "not a list of names"),
        ({"csv": True}, "not a list of names"),
    ],
)
def test_formats_that_a_pack_cannot_have_are_a_sentence(given, said):
    with pytest.raises(PackError, match=re.escape(said)) as caught:
        schedule.formats(with_formats(given))
    assert caught.value.what.startswith("city.toml: [schedule] formats")
    assert "png" in caught.value.fix


def test_two_schedulers_of_one_lake_are_one_too_many(tmp_path):
    with (
        schedule.owner(tmp_path),
        pytest.raises(BusyError, match="Another scheduler"),
        schedule.owner(tmp_path),
    ):
        pass


def test_a_lake_that_is_not_there_has_no_owner_and_what_fails_inside_is_not_said_of_its_lock(
    tmp_path,
):
    with (
        pytest.raises(LakeError, match="cannot hold the scheduler's lock"),
        schedule.owner(tmp_path / "none"),
    ):
        pass
    with pytest.raises(PermissionError, match="mine"), schedule.owner(tmp_path):
        raise PermissionError("mine")


@pytest.mark.parametrize(
    ("zone", "day", "utc"),
    [
        ("Europe/Lisbon", date(2026, 3, 28), "2026-03-28T02:30"),  # an ordinary night
        # 02:30 does not exist: 03:30 by the new clock.
        ("Europe/Berlin", date(2026, 3, 29), "2026-03-29T01:30"),
        # 02:30 comes twice: the first.
        ("Europe/Berlin", date(2026, 10, 25), "2026-10-25T00:30"),
        # 01:30 comes twice there, 02:30 once.
        ("America/New_York", date(2026, 11, 1), "2026-11-01T07:30"),
        # 02:00 became 02:30, which exists.
        ("Australia/Lord_Howe", date(2026, 10, 4), "2026-10-03T15:30"),
    ],
)
def test_an_hour_that_does_not_exist_or_comes_twice_is_read_by_a_rule(zone, day, utc):
    due = schedule.due_on(day, HALF_PAST_TWO, ZoneInfo(zone))

    assert due.day == day
    assert due.at.astimezone(UTC).isoformat(timespec="minutes") == f"{utc}+00:00"


def test_a_day_that_a_zone_left_out_has_no_brief():
    # Went over the date line: after the 29th came the 31st.
    apia = ZoneInfo("Pacific/Apia")

    dues = [
        schedule.due_on(date(2011, 12, day), time(7, 30), apia) for day in (29, 30, 31)
    ]

    assert [due and due.at.isoformat() for due in dues] == [
        "2011-12-29T07:30:00-10:00",
        None,
        "2011-12-31T07:30:00+14:00",
    ]


@pytest.mark.parametrize(
    ("zone", "brief", "first", "last"),
    [
        ("Europe/Berlin", "02:30", date(2026, 3, 27), date(2026, 3, 31)),
        ("Europe/Berlin", "02:30", date(2026, 10, 23), date(2026, 10, 27)),
        ("America/Sao_Paulo", "00:10:05", date(2018, 11, 2), date(2018, 11, 6)),
        ("America/Nuuk", "23:30", date(2026, 3, 26), date(2026, 3, 31)),
        ("Africa/Casablanca", "02:59", date(2026, 2, 13), date(2026, 2, 17)),
        ("Australia/Lord_Howe", "01:45", date(2026, 4, 3), date(2026, 4, 7)),
        ("Asia/Shanghai", "23:59:59", date(2026, 1, 1), date(2026, 1, 4)),
    ],
)
def test_every_civil_day_has_one_brief_whatever_its_clocks_do(zone, brief, first, last):
    city, delivered = city_at(zone, brief), set()
    moment = datetime.combine(first, time(0), city.zone).astimezone(UTC)
    until = datetime.combine(last + timedelta(days=1), time(1), city.zone).astimezone(
        UTC
    )
    counted = []
    while moment < until:
        if due := schedule.owed(city, moment, delivered):
            delivered.add(due.day)
            counted.append(due.day)
        moment += timedelta(minutes=7)

    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    assert [day for day in counted if first <= day <= last] == days


def test_a_brief_is_owed_for_an_hour():
    city = city_at("Asia/Shanghai", "07:30")
    due = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    steps = [
        timedelta(seconds=-1),
        timedelta(0),
        timedelta(minutes=59, seconds=59),
        timedelta(hours=1),
    ]

    found = [schedule.owed(city, due + step, ()) for step in steps]

    assert [each and each.day for each in found] == [
        None,
        date(2026, 11, 24),
        date(2026, 11, 24),
        None,
    ]
    assert schedule.owed(city, due, {date(2026, 11, 24)}) is None
    assert found[1].until.isoformat() == "2026-11-24T08:30:00+08:00"


def test_what_was_delivered_outlives_the_process_and_what_is_left_is_not_delivered(
    tmp_path,
):
    kept = ledger.read(tmp_path)
    as_of = datetime(2026, 11, 23, 23, 29, tzinfo=UTC)
    kept.note(date(2026, 11, 23), Entry(as_of, ("a.csv",)))
    kept.note(date(2026, 11, 24), Entry(as_of, ("b.csv",), ("png",)))

    again = ledger.read(tmp_path)

    assert again.days == {date(2026, 11, 23)}
    assert again.entries[date(2026, 11, 24)] == Entry(as_of, ("b.csv",), ("png",))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["schedule.json"]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        '{"briefs": 3}',
        '{"briefs": {"x": {}}}',
        '{"briefs": {"2026-11-23": {"as_of": 1}}}',
        "[" * 9_999,
    ],
)
def test_a_ledger_that_makes_no_sense_is_an_empty_one(tmp_path, content):
    (tmp_path / ledger.NAME).write_text(content)

    assert ledger.read(tmp_path).entries == {}


def test_a_summer_of_briefs_does_not_make_a_ledger_without_end(tmp_path):
    kept = ledger.read(tmp_path)
    for n in range(70):
        kept.note(
            date(2026, 1, 1) + timedelta(days=n),
            Entry(datetime(2026, 1, 1, tzinfo=UTC), ()),
        )

    assert len(ledger.read(tmp_path).entries) == ledger.KEPT
