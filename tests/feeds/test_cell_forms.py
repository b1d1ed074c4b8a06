"""Cells in the forms that programs and people give them.

Each has one meaning, or gets a sentence that says what to do.
"""

from __future__ import annotations

import pytest

STEPS = {"unit": "crew 4", "sent": "2026-07-16 09:01:00"}
MASKED = "•••"


@pytest.mark.parametrize(
    "number",
    [
        "=“A1”",
        '＝""A1""',
        "\u2019A1",
        "\u2018A1",
        "＇A1",
        '""A1""',
        "A1\u180e",
        "A1\ufe0f",
        "A1\U000e0020",
        "A\u034f1",
        "A1\u3164",
        "A1\u2800",
        "A1\u061c",
    ],
)
def test_other_marks_and_letters_that_nobody_sees_make_no_other_order(
    take, order, number
):
    taken = take(order(), order(number=number))

    assert (
        [row["event_id"] for row in taken.rows()],
        taken.refused,
        taken.skipped,
    ) == (["A1"], [], 1)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("20261124001", "20261124001.00"),
        ("1234567", "1,234,567"),
        ("1234", "1,234.0"),
        ("WH-7", "WH\u20117"),
        ("WH-7", "WH−7"),
        ("WH-7", "ＷＨ－７"),
    ],
)
def test_one_number_of_an_order_may_be_written_in_two_ways(take, order, one, other):
    taken = take(order(number=one), order(number=other))

    assert ([row["event_id"] for row in taken.rows()], taken.refused) == ([one], [])


@pytest.mark.parametrize(
    "number",
    [
        "1.23e15",
        "2.02611E17",
        "2,02611E+17",
        "2.02611 E+17",
        "1.5E+3",
        "2E+17",
        "202.611E+15",
    ],
)
def test_a_number_with_an_exponent_lost_digits_whatever_program_wrote_it(
    take, order, number
):
    assert (
        f"number: '{number}' lost digits in a spreadsheet"
        in take(order(number=number)).reason
    )


@pytest.mark.parametrize("number", ["1E5", "12E3", "E+12", "5e", "1,23", "12,34,567"])
def test_what_only_looks_like_a_number_with_an_exponent_is_an_order(
    take, order, number
):
    assert take(order(number=number)).event["event_id"] == number


def test_a_cell_that_shows_only_hashes_is_no_data(take, order):
    assert (
        "was too narrow when the file was saved"
        in take(order(opened="########")).reason
    )
    assert (
        "was too narrow when the file was saved" in take(order(number="#####")).reason
    )
    assert take(order(text="# 4 and ##")).event["details"] == "# 4 and ##"


@pytest.mark.parametrize(
    "word",
    [
        "–",
        "---",
        "/",
        "undefined",
        "(blank)",
        "(空白)",
        "（空白）",
        "ＮＵＬＬ",
        "Ｎ／Ａ",
        "[NULL]",
        "N.A.",
        "NA",
    ],
)
def test_more_words_that_stand_for_nothing_are_empty_cells(take, order, word):
    taken = take(order(x=word, y=word, text=word, told=word, district="Corra"))

    assert (
        taken.event["lon_ud"],
        taken.event["details"],
        taken.rows("feedbacks"),
        taken.refused,
    ) == (None, None, [], [])


@pytest.mark.parametrize(
    ("cells", "hint"),
    [
        ({"x": "-34,97", "y": "41,0"}, "write them with a point, not a comma"),
        (
            {"x": "-34.97°", "y": "41.0°"},
            "are not both decimal degrees, as 114.3055 is one",
        ),
        ({"x": "-3.497E+01", "y": "4.1E+01"}, "export them with all their digits"),
        ({"x": "unbekannt", "y": "unbekannt"}, "add it to null_words in the mapping"),
        ({"x": "-34.97", "y": ""}, "one of them is missing"),
        (
            {"x": "-3892842.5", "y": "5012341.1"},
            "if these are metres of a map, export degrees instead",
        ),
        ({"opened": "46219.375"}, "the bare number by which spreadsheets count days"),
        ({"opened": "1784192400"}, "it counts seconds or less from 1970"),
        ({"opened": "1784192400000"}, "it counts seconds or less from 1970"),
        ({"opened": "09:15"}, "it is a time of the day without a date"),
        ({"opened": "unbekannt"}, "add it to null_words in the mapping"),
        (
            {"opened": "20260716091500"},
            "set time_format = '%Y%m%d%H%M%S' in the mapping",
        ),
        (
            {"urgency": "soonish"},
            "if it is right, say under priorities of the mapping what it means",
        ),
    ],
)
def test_a_reason_says_what_would_help(take, order, cells, hint):
    assert hint in take(order(**cells)).reason


def test_forms_of_moments_that_a_setting_would_read_are_counted_apart(take, order):
    from twin.contracts.reasons import kind_of

    reasons = [
        str(row["reason"])
        for row in take(
            order(opened="2026/7/16 9:15"),
            order(opened="2026/7/16 9:16"),
            order(opened="16.07.2026 09:15"),
        ).refused
    ]

    assert len({kind_of(reason) for reason in reasons}) == 2
    assert kind_of(reasons[0]).endswith(
        "set time_format = '%Y/%m/%d %H:%M' in the mapping."
    )


def test_words_for_priorities_and_statuses_count_in_any_case_and_joint(take, order):
    assert take(order(urgency="HIGH")).event["priority"] == 1
    for word in ("In-Progress", "in_progress", "IN  PROGRESS"):
        assert (
            take(order(kind=word), columns=COLUMNS_WITH_STATUS).rows("feedbacks")[0][
                "is_reopened"
            ]
            is True
        )


COLUMNS_WITH_STATUS = {
    "event_id": "number",
    "created_at": "opened",
    "status": "kind",
    "told_at": "told",
}


def test_an_order_that_was_reopened_is_open_though_its_old_closing_time_still_stands_there(
    take, order
):
    again, closed = take(
        order(kind="Reopened", told="2026-07-16 10:00:00"),
        order(number="A2", kind="closed", told="2026-07-16 10:00:00"),
        columns=COLUMNS_WITH_STATUS,
    ).rows("feedbacks")

    assert [(row["told_at"].hour, row["is_reopened"]) for row in (again, closed)] == [
        (10, True),
        (10, False),
    ]


def test_a_name_behind_the_name_of_another_district_is_not_guessed(trio, mapping):
    from twin.feeds.order_cells import Districts

    districts = Districts(trio, mapping)
    corra, other, *_ = districts.names.items()
    assert districts.find(f"{trio.name} {corra[1]}") == corra[0]
    assert districts.find(f"{other[1]}/{corra[1]}") is None
    assert districts.find(f"Upper {corra[1]}") is None


def test_no_text_of_an_order_keeps_a_telephone_number(take, order):
    taken = take(
        order(
            kind="call 138 1234 5678",
            text="13812345678",
            unit="crew of +44 20 7946 0958",
            sent="2026-07-16 09:01:00",
        )
    )
    (sent,) = taken.rows("dispatches")

    assert (taken.event["category"], taken.event["details"]) == (
        f"call {MASKED}",
        MASKED,
    )
    assert (sent["unit_name"], sent["unit_id"]) == (f"crew of {MASKED}",) * 2


def test_a_unit_without_the_time_at_which_it_was_sent_is_said(
    take, order, tmp_path, trio, mapping
):
    from datetime import UTC, datetime

    from twin.feeds.work_orders import read

    take(order(unit="crew 4"), order(number="A2"))
    orders = read(
        tmp_path / "orders.csv",
        mapping,
        trio,
        recorded_at=datetime(2026, 7, 16, 12, tzinfo=UTC),
    )

    assert [
        batch.rows.num_rows for batch in orders if batch.table == "dispatches"
    ] == []
    assert (
        "1 row (2): a unit is named, but not when the order was sent to it; the order"
        " is taken without the unit." in orders.remarks.sentences()
    )


def test_the_first_city_knows_its_districts_by_their_short_names_and_by_what_people_call_them(
    wuhan,
):
    from twin.feeds.order_cells import Districts
    from twin.feeds.work_orders import load_mapping

    districts = Districts(wuhan, load_mapping(wuhan))
    assert [
        districts.find(word)
        for word in ("武昌", "武汉市武昌区", "光谷", "江岸区/武昌区")
    ] == ["420106", "420106", "wh-fz-donghu-gaoxin", None]
