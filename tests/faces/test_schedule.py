"""The brief is due at the hour of the pack, in the city's own zone, and has one owner."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from twin.errors import BusyError
from twin.faces.export import schedule
from twin.pack import find_city, load_city

TRIO = Path(__file__).parent.parent / "cities" / "trio"


def test_half_past_seven_in_wuhan_is_half_past_eleven_at_night_in_greenwich():
    due = schedule.next_due(load_city(find_city("wuhan")), datetime(2026, 11, 23, 12, 0, tzinfo=UTC))

    assert due.astimezone(UTC) == datetime(2026, 11, 23, 23, 30, tzinfo=UTC)


def test_another_city_has_its_own_morning():
    city = load_city(TRIO)

    due = schedule.next_due(city, datetime(2026, 11, 23, 12, 0, tzinfo=UTC))

    assert due.astimezone(city.zone).strftime("%H:%M") == str(city.settings["schedule"]["brief"])
    assert due > datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def test_two_schedulers_of_one_lake_are_one_too_many(tmp_path):
    with schedule.owner(tmp_path), pytest.raises(BusyError, match="Another scheduler"), schedule.owner(tmp_path):
        pass
