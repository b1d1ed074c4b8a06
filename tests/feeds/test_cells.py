"""Cells as people and programs leave them.

One order stays one order, nothing is guessed, and what was decided is said.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from twin.feeds.work_orders import read

STEPS = {"unit": "crew 4", "sent": "2026-07-16 09:01:00"}


def remarks(trio, mapping, tmp_path, take, *orders, **changes) -> list[str]:
    """What is said of a file of these orders."""
    from dataclasses import replace

    take(*orders, **changes)
    found = read(
        tmp_path / "orders.csv",
        replace(mapping, **changes),
        trio,
        recorded_at=datetime(2026, 7, 16, 12, tzinfo=UTC),
    )
    list(found)
    return found.remarks.sentences()


@pytest.mark.parametrize(
    "number",
    [
        "'A1",
        '=""A1""',
        "A1\u200b",
        "\ufeffA1",
        "A1\u3000",
        "\u00a0A1 ",
        "\u202aA1\u202c",
        "A\u00ad1",
        "Ａ１",
        "A\u200d1",
        "\tA1",
        "A1\x00"[:2],
    ],
)
def test_marks_and_letters_that_nobody_sees_make_no_other_order(take, order, number):
    taken = take(order(), order(number=number))

    assert ([row["event_id"] for row in taken.rows()], taken.refused) == (["A1"], [])
    assert taken.skipped == 1


def test_what_joins_letters_stays_in_words_and_what_is_hidden_goes(take, order):
    taken = take(
        order(text="\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 a\u200bb \u202ec")
    )

    assert (
        taken.event["details"]
        == "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 ab c"
    )


@pytest.mark.parametrize(
    "word", ["NULL", "null", r"\N", "N/A", "n/a", "无", "-", "—", "(null)", "None"]
)
def test_words_that_stand_for_nothing_are_empty_cells(take, order, word):
    taken = take(
        order(
            x=word,
            y=word,
            text=word,
            unit=word,
            sent=word,
            acked=word,
            told=word,
            happy=word,
            urgency=word,
            district="Corra",
        )
    )

    assert (
        taken.event["lon_ud"],
        taken.event["details"],
        taken.event["district_id"],
    ) == (None, None, "corra")
    assert taken.rows("dispatches") == taken.rows("feedbacks") == taken.refused == []


def test_a_word_for_nothing_is_no_number_of_an_order(take, order):
    assert take(order(number="NULL")).reason == "number is missing."


def test_the_words_for_nothing_may_be_named(take, order):
    assert take(order(text="nix"), null_words=("nix",)).event["details"] is None
    assert take(order(text="null"), null_words=("nix",)).event["details"] == "null"


@pytest.mark.parametrize(
    "cells",
    [{"number": "=ROW()"}, {"x": "=A1/1e6"}, {"district": "=VLOOKUP(A2,B:C,2)"}],
)
def test_the_text_of_a_formula_is_no_data(take, order, cells):
    assert "is a formula, not its result" in take(order(**cells)).reason


def test_a_number_that_a_program_kept_as_a_fraction_is_the_same_order(take, order):
    assert [
        row["event_id"]
        for row in take(
            order(number="20261124001"), order(number="20261124001.0")
        ).rows()
    ] == ["20261124001"]


def test_an_alias_of_a_district_that_is_none_is_a_fault_of_the_pack(trio):
    from dataclasses import replace

    from twin.errors import PackError
    from twin.feeds.work_orders import load_mapping

    settings = {**trio.settings, "districts": {"aliases": {"Old Town": "Atlantis"}}}
    with pytest.raises(PackError, match=r"\[districts\.aliases\] names Atlantis"):
        load_mapping(replace(trio, settings=settings))
    assert load_mapping(
        replace(
            trio, settings={**settings, "districts": {"aliases": {"Old Town": "Corra"}}}
        )
    ).aliases == {"old town": "Corra"}


@pytest.mark.parametrize("error", ["#REF!", "#N/A", "#DIV/0!", "#name?"])
def test_an_error_of_a_spreadsheet_is_no_data_in_text_either(take, order, error):
    assert (
        take(order(arrived=error)).reason
        == f"arrived: the cell holds the error {error}."
    )


def test_a_mark_that_keeps_a_spreadsheet_from_running_words_is_taken_off(take, order):
    assert take(order(text="'=1+1")).event["details"] == "=1+1"
    assert take(order(text="'tis loud")).event["details"] == "'tis loud"


@pytest.mark.parametrize("number", ["2.02611E+17", "2E+17", "2.0261124000017e+17"])
def test_a_number_that_lost_digits_is_refused(take, order, number):
    assert (
        "lost digits in a spreadsheet; keep that column as text"
        in take(order(number=number)).reason
    )


def test_numbers_that_all_end_in_zeros_from_the_sixteenth_digit_on_lost_digits(
    take, order
):
    taken = take(*(order(number=f"20261124000{n:04d}000") for n in range(4)))

    assert (taken.rows(), len(taken.refused)) == ([], 4)
    assert "zeros from the 16th digit on" in taken.refused[0]["reason"]


def test_a_long_number_that_ends_in_zeros_by_chance_is_taken(take, order):
    numbers = [f"202611240000000{n:03d}" for n in (0, 1, 17, 100, 999)]

    assert [
        row["event_id"]
        for row in take(*(order(number=number) for number in numbers)).rows()
    ] == numbers


@pytest.mark.parametrize(
    "number", ["12E4", "1E5", "E+17", "WH2E+17", "000123", "1e400"]
)
def test_a_number_that_only_looks_a_little_like_one_stays_as_it_is(take, order, number):
    assert take(order(number=number)).event["event_id"] == number


def test_what_the_mapping_says_of_moments_comes_before_what_they_look_like(take, order):
    """An export writes local times with a Z that means nothing.

    Another puts the day before the month.
    """
    seen = take(
        order(opened="2026-07-15T10:42:00Z"),
        time_format="%Y-%m-%dT%H:%M:%SZ",
        zone=ZoneInfo("America/Los_Angeles"),
    )
    swapped = take(
        order(opened="2026-03-05 10:42:00"),
        time_format="%Y-%d-%m %H:%M:%S",
        zone=ZoneInfo("UTC"),
    )

    assert seen.event["created_at"] == datetime(2026, 7, 15, 17, 42, tzinfo=UTC)
    assert swapped.event["created_at"] == datetime(2026, 5, 3, 10, 42, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "utc", "said"),
    [
        (
            "2025-10-26 00:30:00",
            datetime(2025, 10, 26, 0, 30, tzinfo=UTC),
            "comes twice when clocks go back in Atlantic/Azores; the first was taken",
        ),
        (
            "2026-03-29 00:30:00",
            datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
            "clocks skip in Atlantic/Azores; it was read by the clock as it ran before",
        ),
    ],
)
def test_a_local_time_of_the_night_in_which_clocks_change_is_read_by_rule_and_said(
    trio, mapping, tmp_path, take, order, text, utc, said
):
    assert take(order(opened=text)).event["created_at"] == utc
    (sentence,) = remarks(trio, mapping, tmp_path, take, order(opened=text))
    assert sentence.startswith("1 row (2): opened: ")
    assert said in sentence


def test_a_time_that_comes_twice_is_the_second_where_the_step_before_it_was_later(
    take, order
):
    taken = take(
        order(
            opened="2025-10-26T00:55:00+00:00",
            unit="crew 4",
            sent="2025-10-26T00:58:00+00:00",
            acked="2025-10-26 00:10:00",
        )
    )

    assert taken.rows("dispatches")[0]["acked_at"] == datetime(
        2025, 10, 26, 1, 10, tzinfo=UTC
    )


def test_a_pair_that_stands_for_no_place_may_be_named_and_the_order_is_taken_without_one(
    trio, mapping, tmp_path, take, order
):
    rows = order(x="0", y="0.000", district="Corra"), order(number="A2", x="-1", y="-1")
    taken = take(*rows, no_place=((0.0, 0.0), (-1.0, -1.0)))

    assert [(row["lon_ud"], row["district_id"]) for row in taken.rows()] == [
        (None, "corra"),
        (None, None),
    ]
    assert (
        "2 rows (2, 3): the place is one that stands for none"
        in remarks(
            trio, mapping, tmp_path, take, *rows, no_place=((0.0, 0.0), (-1.0, -1.0))
        )[0]
    )


def test_a_word_for_a_district_that_nobody_knows_loses_no_order_that_has_a_point(
    trio, mapping, tmp_path, take, order
):
    assert take(order(district="Atlantis")).event["district_id"] == "brisa"
    assert (
        "the word for the district is not known; the point counts"
        in remarks(trio, mapping, tmp_path, take, order(district="Atlantis"))[0]
    )


def test_another_word_for_a_district_is_the_packs_to_give(take, order):
    taken = take(order(x="", y="", district="Old Town"), aliases={"old town": "Corra"})

    assert taken.event["district_id"] == "corra"


def test_where_point_and_word_differ_the_point_counts_and_it_is_said(
    trio, mapping, tmp_path, take, order
):
    (sentence,) = remarks(trio, mapping, tmp_path, take, order(district="Corra"))

    assert (
        sentence
        == "1 row (2): the point lies in another district than the one that is named;"
        " the point counts."
    )


@pytest.fixture
def with_status(mapping):
    """Columns of an export that says how an order stands."""
    return {**mapping.columns, "status": "kind"}


@pytest.mark.parametrize("word", ["closed", "Closed", "已办结", "结案"])
def test_an_order_that_is_said_to_be_closed_is_never_open(
    trio, mapping, tmp_path, take, order, with_status, word
):
    ((answer,),) = (take(order(kind=word), columns=with_status).rows("feedbacks"),)

    assert (answer["told_at"], answer["is_reopened"], answer["occurred_at"]) == (
        None,
        False,
        datetime(2026, 7, 16, 12, tzinfo=UTC),
    )
    assert (
        "closed, time unknown"
        in remarks(
            trio, mapping, tmp_path, take, order(kind=word), columns=with_status
        )[0]
    )


def test_a_word_for_a_status_that_nobody_knows_is_refused_and_the_order_taken(
    take, order, with_status
):
    taken = take(order(kind="somehow"), columns=with_status)

    assert taken.event["event_id"] == "A1"
    assert (
        "kind: 'somehow' is no status that the mapping knows; say under statuses"
        in taken.reason
    )


def test_a_closing_time_counts_whatever_the_status_says(take, order, with_status):
    ((answer,),) = (
        take(order(kind="open", told="2026-07-16 09:40:00"), columns=with_status).rows(
            "feedbacks"
        ),
    )

    assert (answer["told_at"].minute, answer["is_reopened"]) == (40, False)


PERSON = "王小明 电话13812345678 身份证420106199003074518 鄂A12345 wang@example.com"


def test_peoples_own_words_never_become_a_title(take, order):
    event = take(order(text=PERSON)).event

    assert event["title"] == "noise · Brisa"
    assert not any(
        part in str(event["details"])
        for part in ("13812345678", "420106199003074518", "wang@example.com", "A12345")
    )


def test_what_may_not_be_kept_is_not_kept_in_quarantine_either(take, order):
    (row,) = take(order(opened="13812345678", text=PERSON)).refused

    assert not any(
        part in row["raw"] + row["reason"]
        for part in ("13812345678", "420106199003074518", "wang@example.com")
    )
    assert json.loads(row["raw"])["number"] == "A1"


def test_a_mapping_may_permit_to_keep_what_was_given(take, order):
    taken = take(order(text=PERSON), order(number="", text=PERSON), keep_raw=True)

    assert taken.event["details"] == PERSON
    assert json.loads(taken.refused[0]["raw"])["text"] == PERSON
