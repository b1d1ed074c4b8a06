"""The schedule by its own clock, told by time that runs as it waits.

What it does in days, nights, restarts and failures.
"""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.faces.test_schedule import city_at
from twin.cli.attempt import Attempt
from twin.cli.delivering import Delivery
from twin.clock import to_text
from twin.faces.export import ledger
from twin.view import View

BERLIN = ZoneInfo("Europe/Berlin")
BOTH = ("csv", "png")


class Time(threading.Event):
    """Time that goes on when somebody waits, until an end.

    `naps` are moments at which the machine sleeps on, to others.
    """

    def __init__(self, begin, end, naps=()):
        super().__init__()
        self.now, self.end, self.naps, self.waits = begin, end, dict(naps), []

    def wait(self, timeout=None):
        self.waits.append(timeout)
        self.now += timedelta(seconds=timeout)
        for asleep, awake in self.naps.items():
            if asleep <= self.now < awake:
                self.now = awake
        if self.now >= self.end:
            self.set()
        return self.is_set()


def run(lake, begin, end, outcomes=None, *, brief="07:30", naps=()):
    """Run a schedule of Berlin from one moment to another.

    Return the time, attempts as (local time, view, formats), and what was said.
    """
    time, tried, said = Time(begin, end, naps), [], []

    def attempt(view, formats):
        tried.append(
            (f"{time.now.astimezone(BERLIN):%d %H:%M:%S}", view, tuple(formats))
        )
        made = (
            outcomes(len(tried))
            if outcomes
            else Attempt((), files=("a.csv",), snapshot="S", as_of=to_text(time.now))
        )
        time.now += timedelta(seconds=3)
        return made

    city = city_at("Europe/Berlin", brief)
    Delivery(
        city,
        ledger.read(lake),
        View(),
        BOTH,
        attempt,
        time,
        lambda: time.now,
        said.append,
        said.append,
    ).run()
    return time, tried, said


def at(day, hour, minute=0):
    """A moment of November in Berlin."""
    return datetime(2026, 11, day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


def test_each_day_has_a_brief_at_its_second(tmp_path):
    _, tried, said = run(tmp_path, at(1, 12), at(4, 12), brief="07:30:15")

    assert [when for when, *_ in tried] == [
        f"{day:02d} 07:30:15" for day in range(2, 5)
    ]
    assert said[0] == "The next brief is due 2026-11-02 07:30:15 CET."


@pytest.mark.parametrize(
    ("begin", "end", "days"),
    [
        (
            datetime(2026, 3, 28, 12, tzinfo=UTC),
            datetime(2026, 3, 31, tzinfo=UTC),
            ["29 03:30:00", "30 02:30:00"],
        ),
        (
            datetime(2026, 10, 24, 12, tzinfo=UTC),
            datetime(2026, 10, 27, tzinfo=UTC),
            ["25 02:30:00", "26 02:30:00"],
        ),
    ],
)
def test_a_night_in_which_the_clocks_change_has_one_brief(tmp_path, begin, end, days):
    assert [when for when, *_ in run(tmp_path, begin, end, brief="02:30")[1]] == days


def test_a_full_day_of_restarts_has_one_brief(tmp_path):
    tried = []
    for minute in range(0, 24 * 60, 5):
        begin = at(2, 0) + timedelta(minutes=minute)
        tried += run(tmp_path, begin, begin + timedelta(minutes=4))[1]

    assert [when for when, *_ in tried] == ["02 07:30:00"]


def test_a_start_within_the_hour_makes_the_brief_up_and_a_later_one_says_that_it_was_missed(
    tmp_path,
):
    run(tmp_path, at(1, 7, 29), at(1, 8))

    _, late, _ = run(tmp_path, at(2, 7, 50), at(2, 8))
    _, none, said = run(tmp_path, at(3, 8, 30), at(3, 9))

    assert [when for when, *_ in late] == ["02 07:50:00"]
    assert none == []
    assert said[0].startswith(
        "The brief of 2026-11-03 07:30 was missed, and its hour is over."
    )


def test_the_first_start_of_all_has_missed_nothing(tmp_path):
    assert run(tmp_path, at(3, 9), at(3, 10))[2] == [
        "The next brief is due 2026-11-04 07:30:00 CET."
    ]


@pytest.mark.parametrize(
    ("asleep", "awake", "tried"),
    [
        (at(2, 7), at(2, 8, 15), ["02 08:15:00"]),
        (at(2, 7), at(2, 11), []),
        (at(2, 7), at(4, 8), ["04 08:00:00"]),
    ],
)
def test_a_machine_that_slept_makes_up_the_brief_of_this_hour_only(
    tmp_path, asleep, awake, tried
):
    _, found, said = run(
        tmp_path, at(2, 6), awake + timedelta(hours=2), naps={asleep: awake}
    )

    assert [when for when, *_ in found] == tried
    missed = [line[:34] for line in said if "was missed" in line]
    assert missed == (
        [] if awake == at(2, 8, 15) else ["The brief of 2026-11-02 07:30 was "]
    )


def test_a_failure_is_tried_again_within_the_hour_with_growing_pauses(tmp_path):
    time, tried, said = run(
        tmp_path,
        at(2, 7),
        at(2, 12),
        lambda _n: Attempt(BOTH, ("The lake is damaged.",)),
    )

    pauses = [wait for wait in time.waits[time.waits.index(2.0) :] if wait != 20.0]
    assert pauses[:10] == [2, 4, 8, 16, 32, 64, 128, 256, 512, 600]
    assert tried[-1][0] < "02 08:30:00"
    assert said.count("The lake is damaged.") == len(tried)
    assert "csv, png will be tried again in 4 s, until 08:30." in said
    assert (
        said[-2]
        == "The brief of 2026-11-02 07:30 is given up, since its hour is over: csv, png"
        " could not be written."
    )


def test_what_was_written_is_not_written_again_and_what_is_left_belongs_to_the_same_moment(
    tmp_path,
):
    as_of = "2026-11-02T06:29:00Z"

    def outcomes(n):
        return Attempt(
            ("png",) if n == 1 else (),
            ("No browser.",) if n == 1 else (),
            ("a.csv",),
            "S",
            as_of,
        )

    _, tried, _ = run(tmp_path, at(2, 7), at(2, 9), outcomes)

    assert [
        (view.as_of and to_text(view.as_of), formats) for _, view, formats in tried
    ] == [(None, BOTH), (as_of, ("png",))]
    assert ledger.read(tmp_path).days == {date(2026, 11, 2)}


def test_a_restart_goes_on_with_what_was_left(tmp_path):
    made = Attempt(("png",), (), ("a.csv",), "S", "2026-11-02T06:29:00Z")
    run(tmp_path, at(2, 7, 30), at(2, 7, 30) + timedelta(seconds=1), lambda _n: made)

    _, tried, _ = run(tmp_path, at(2, 7, 45), at(2, 9))

    assert [(when, formats) for when, _, formats in tried] == [
        ("02 07:45:00", ("png",))
    ]


def test_a_ledger_that_cannot_be_written_is_said_and_the_brief_is_not_repeated(
    tmp_path,
):
    (tmp_path / "schedule.json.part").mkdir()

    _, tried, said = run(tmp_path, at(2, 7), at(2, 9))

    assert len(tried) == 1
    assert any("schedule.json cannot be written" in line for line in said)


def test_a_clock_that_is_set_back_repeats_no_brief(tmp_path):
    _, first, _ = run(tmp_path, at(2, 7), at(3, 8))
    _, again, _ = run(tmp_path, at(2, 7), at(4, 8))

    assert [when for when, *_ in first] == ["02 07:30:00", "03 07:30:00"]
    assert [when for when, *_ in again] == ["04 07:30:00"]
