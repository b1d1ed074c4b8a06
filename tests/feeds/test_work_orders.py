"""Work orders: a good row becomes an event and what was done about it.

A bad one is refused with its reason, never mended.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.feeds.conftest import HEADER
from twin.contracts import TABLES
from twin.contracts.check import check
from twin.contracts.crs import UndeclaredCRS
from twin.feeds.work_orders import load_mapping, read

DATA = Path(__file__).with_name("data")
STEPS = {
    "unit": "crew 4",
    "sent": "2026-07-16 09:01:00",
    "acked": "2026-07-16 09:02:00",
    "arrived": "2026-07-16 09:10:00",
    "done": "2026-07-16 09:30:00",
    "told": "2026-07-16 09:40:00",
}
CONTENT = {
    "WH2025080300001",
    "WH2025080300002",
    "WH2025080300003",
    "WH2025080300011",
    "WH2025080300014",
}


@pytest.mark.parametrize(
    "name", ["orders_utf8.csv", "orders_bom.csv", "orders_gb18030.csv"]
)
def test_every_encoding_gives_the_same_orders(wuhan, name):
    events, *_ = read(
        DATA / name,
        load_mapping(wuhan),
        wuhan,
        recorded_at=datetime(2025, 8, 4, tzinfo=UTC),
    )

    assert set(events.rows["event_id"].to_pylist()) == CONTENT
    assert events.rows["title"][0].as_py() == "焦煳味"
    assert events.refused["row_n"].to_pylist() == [6, 7, 8, 9, 10, 11, 12, 14, 15, 17]
    assert events.skipped == 1


def test_what_the_feed_gives_keeps_every_contract(wuhan):
    moment = datetime(2025, 8, 4, tzinfo=UTC)
    for batch in read(
        DATA / "orders_utf8.csv", load_mapping(wuhan), wuhan, recorded_at=moment
    ):
        done = check(
            TABLES[batch.table],
            batch.rows,
            feed=batch.feed,
            origin=batch.origin,
            recorded_at=moment,
            raw=batch.raw,
            row_numbers=batch.row_numbers,
        )

        assert done.bad.num_rows == 0
        assert (
            done.good.num_rows
            == batch.rows.num_rows
            == batch.raw.num_rows
            == len(batch.row_numbers)
        )


def test_a_good_order_is_an_event_of_its_district_at_its_place(take, order):
    event = take(order()).event

    assert (event["event_id"], event["version"], event["source"], event["mode"]) == (
        "A1",
        1,
        "work_orders",
        "live",
    )
    assert (event["lon_ud"], event["lat_ud"], event["district_id"]) == (
        -34_970_000,
        41_000_000,
        "brisa",
    )
    assert (
        event["created_at"]
        == event["occurred_at"]
        == datetime(2026, 7, 16, 9, tzinfo=UTC)
    )
    assert (event["title"], event["details"], event["category"]) == (
        "noise · Brisa",
        "a loud engine",
        "noise",
    )
    assert not event["is_proactive"]


def test_an_order_that_ran_its_course_has_all_its_steps_and_an_answer(take, order):
    taken = take(order(**STEPS, happy="yes"))
    (sent,) = taken.rows("dispatches")

    assert [
        sent[step].minute
        for step in ("sent_at", "acked_at", "arrived_at", "done_at", "occurred_at")
    ] == [1, 2, 10, 30, 30]
    assert [
        (row["is_satisfied"], row["is_reopened"], row["told_at"].minute)
        for row in taken.rows("feedbacks")
    ] == [(True, False, 40)]
    assert taken.refused == []


def test_an_order_that_was_not_sent_has_no_dispatch(take, order):
    taken = take(order())

    assert taken.rows("dispatches") == taken.rows("feedbacks") == []


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"number": ""}, "number is missing"),
        ({"opened": ""}, "opened is missing"),
        ({"opened": "16th of July"}, "opened: '16th of July' is not a moment"),
        ({"opened": "2026-07-16"}, "is a date without a time of the day"),
        (
            {"opened": "2026/7/16 9:15"},
            "set time_format = '%Y/%m/%d %H:%M' in the mapping",
        ),
        ({"number": "2.02611E+17"}, "lost digits in a spreadsheet"),
        ({"opened": "2026-02-30 10:00:00"}, "is not a moment"),
        ({"opened": "2016-12-31 23:59:60"}, "is not a moment"),
        ({"opened": "1970-01-01 00:00:00"}, "lies before the year 2000"),
        ({"opened": "2099-01-01 00:00:00"}, "lies in the future"),
        ({"opened": "2026-07-16 12:00:01"}, "lies in the future"),
        ({"opened": "0001-01-01T00:00:00+14:00"}, "is not a moment of our time"),
        ({"x": "41.0", "y": "-34.97"}, "only if the two are swapped"),
        ({"x": "0", "y": "0.0"}, "stands for an unknown place"),
        ({"x": "-30", "y": "41"}, "lies 405 km outside the city"),
        ({"x": "1e3", "y": "41"}, "not both decimal degrees"),
        ({"x": "nan", "y": "41"}, "not both decimal degrees"),
        ({"x": "-34.97", "y": ""}, "not both decimal degrees"),
        ({"x": "-34970000", "y": "41000000"}, "is no place on earth"),
        (
            {"district": "Atlantis", "x": "", "y": ""},
            "district: the city has no district 'Atlantis', and the order has no place",
        ),
        ({"urgency": "soonish"}, "urgency: 'soonish' is none of high, low"),
    ],
)
def test_a_row_that_cannot_be_read_is_refused_with_its_reason_and_the_row_itself(
    take, order, cells, reason
):
    taken = take(order(**cells))

    assert taken.rows() == []
    assert reason in taken.reason
    assert taken.refused[0]["row_n"] == 2
    assert json.loads(taken.refused[0]["raw"]) == order(**cells)


def test_this_very_moment_is_no_future(take, order):
    assert len(take(order(opened="2026-07-16 12:00:00")).rows()) == 1


def test_a_local_time_becomes_utc(take, order):
    assert take(order(opened="2026-01-16 09:00:00")).event["created_at"] == datetime(
        2026, 1, 16, 10, tzinfo=UTC
    )


def test_a_moment_with_its_own_zone_needs_no_other(take, order):
    assert take(order(opened="2026-07-16T17:00:00+08:00"), zone=None).event[
        "created_at"
    ] == datetime(2026, 7, 16, 9, tzinfo=UTC)


def test_a_moment_without_zone_is_refused_where_none_is_declared(take, order):
    assert (
        "has no time zone, and none is declared in city.toml"
        in take(order(), zone=None).reason
    )


def test_coordinates_without_a_datum_are_refused_as_a_whole(take, order):
    with pytest.raises(UndeclaredCRS, match="without a declared datum"):
        take(order(), crs=None)


def test_coordinates_of_an_unknown_datum_are_refused_as_a_whole(take, order):
    with pytest.raises(UndeclaredCRS, match="'EPSG:2414', which is not understood"):
        take(order(), crs="EPSG:2414")


def test_coordinates_of_another_datum_are_converted(wuhan, tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(
        (DATA / "orders_utf8.csv").read_text(encoding="utf-8"), encoding="utf-8"
    )
    as_is = tmp_path / "gcj.toml"
    text = (wuhan.root / "city.toml").read_text(encoding="utf-8")
    as_is.write_text(
        text[text.index("[feeds.work_orders]") :].replace('"WGS-84"', '"GCJ-02"'),
        encoding="utf-8",
    )
    moment = datetime(2025, 8, 4, tzinfo=UTC)
    plain, moved = (
        next(
            iter(read(path, load_mapping(wuhan, mapping), wuhan, recorded_at=moment))
        ).rows.to_pylist()[0]
        for mapping in (None, as_is)
    )

    # Some 530 m.
    assert plain["lon_ud"] - moved["lon_ud"] == pytest.approx(5_500, abs=500)
    assert plain["lat_ud"] - moved["lat_ud"] == pytest.approx(-2_300, abs=500)


def test_without_a_place_the_name_tells_the_district(take, order):
    event = take(order(x="", y="", district="Corra")).event

    assert (event["district_id"], event["lon_ud"], event["level"]) == (
        "corra",
        None,
        "district",
    )


def test_a_place_tells_the_district_before_the_name_does(take, order):
    assert take(order(district="Corra")).event["district_id"] == "brisa"


def test_a_name_with_the_city_before_it_is_understood(take, order):
    assert take(order(x="", y="", district="Trio Alva")).event["district_id"] == "alva"


def test_without_place_and_name_the_order_belongs_to_the_city(take, order):
    event = take(order(x="", y="")).event

    assert (event["district_id"], event["level"]) == (None, "city")


@pytest.mark.parametrize(
    ("urgency", "text", "priority"),
    [
        ("high", "a bench", 1),
        ("low", "a bench", 4),
        ("", "a bench", 3),
        ("low", "smell of GAS", 2),
        ("high", "smell of gas", 1),
    ],
)
def test_words_of_danger_raise_the_priority_and_never_lower_it(
    take, order, urgency, text, priority
):
    assert take(order(urgency=urgency, text=text)).event["priority"] == priority


def test_the_same_row_twice_counts_once(take, order):
    taken = take(order(), order())

    assert (len(taken.rows()), taken.skipped, taken.refused) == (1, 1, [])


def test_a_number_used_for_two_orders_is_refused_the_second_time(take, order):
    taken = take(order(), order(text="something else"))

    assert taken.event["details"] == "a loud engine"
    assert taken.reason == "number: 'A1' stands on row 2 already, with other content."


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (STEPS | {"sent": "2026-07-16 08:59:00"}, "sent before the order was opened"),
        (STEPS | {"acked": "2026-07-16 09:00:30"}, "acked: earlier than sent"),
        (STEPS | {"sent": ""}, "sent is missing, but acked, arrived, done is there"),
        (STEPS | {"done": "soon"}, "done: 'soon' is not a moment"),
        (STEPS | {"told": "2026-07-16 08:00:00"}, "the citizen was told before"),
        (STEPS | {"happy": "so so"}, "happy: 'so so' is none of"),
    ],
)
def test_if_only_what_was_done_is_off_the_event_is_taken_and_the_rest_refused(
    take, order, cells, reason
):
    taken = take(order(**cells))

    assert taken.event["event_id"] == "A1"
    assert reason in taken.reason
    assert taken.refused[0]["table_name"] in {"dispatches", "feedbacks"}


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "@SUM(A1)",
        "+cmd|' /C calc'!A0",
        "-2",
        "<img src=x onerror=alert(1)>",
        "'; DROP TABLE events",
    ],
)
def test_a_cell_that_looks_like_a_formula_or_a_program_stays_text(take, order, text):
    assert take(order(text=text)).event["details"] == text


def test_a_row_that_was_cut_off_is_refused_and_those_before_it_are_taken(
    trio, mapping, tmp_path, order
):
    whole, cut = (",".join(order(number=name).values()) for name in ("A1", "A2"))
    path = tmp_path / "cut.csv"
    path.write_text(f"{','.join(order())}\n{whole}\n{cut[:25]}", encoding="utf-8")
    (events,) = read(
        path, mapping, trio, recorded_at=datetime(2026, 7, 16, 12, tzinfo=UTC)
    )

    assert events.rows["event_id"].to_pylist() == ["A1"]
    assert "it may be cut off" in events.refused["reason"][0].as_py()


cells = st.one_of(
    st.text(
        st.characters(exclude_characters='"\0', exclude_categories=("Cs",)), max_size=20
    ),
    st.sampled_from(
        [
            "0",
            "41",
            "-34.9",
            "1e999",
            "２０２６",
            "2026-07-16 10:00:00",
            "2026-07-16T10:00:00Z",
            "9999-12-31 23:59:59",
        ]
    ),
)


@settings(
    max_examples=80,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)
@given(rows=st.lists(st.lists(cells, min_size=15, max_size=15), min_size=1, max_size=8))
def test_whatever_the_cells_hold_each_row_is_taken_once_or_refused_with_a_reason(
    take, order, rows
):
    given_rows = [dict(zip(order(), row, strict=True)) for row in rows]
    taken = take(*given_rows)
    refused = [row for row in taken.refused if row["table_name"] == "events"]
    blank = sum(not any(cell.strip() for cell in row) for row in rows)

    assert len(taken.rows()) + len(refused) + taken.skipped + blank == len(rows)
    assert all(row["reason"].endswith(".") for row in refused)


@given(minutes=st.lists(st.integers(0, 500), min_size=5, max_size=5))
@settings(
    max_examples=50,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)
def test_steps_in_any_order_never_break_a_contract(take, order, minutes):
    start = datetime(2026, 7, 15, 12, tzinfo=UTC)
    times = [(start + timedelta(minutes=minute)).isoformat() for minute in minutes]
    taken = take(
        order(
            **dict(
                zip(("opened", "sent", "acked", "arrived", "done"), times, strict=True)
            )
        )
    )

    for batch in taken.batches:
        assert (
            check(
                TABLES[batch.table], batch.rows, feed="f", origin="o", recorded_at=start
            ).bad.num_rows
            == 0
        )
    assert len(taken.rows("dispatches")) in {0, 1}


def test_an_order_is_one_order_however_its_letters_are_spelt(take, order):
    composed, apart = order(number="caf\u00e9-1"), order(number="cafe\u0301-1")

    again, other = (
        take(composed, apart),
        take(composed, {**apart, "text": "another engine"}),
    )

    assert again.event["event_id"] == "caf\u00e9-1"
    assert (again.batches[0].skipped, again.refused) == (1, [])
    assert (
        "'caf\u00e9-1' stands on row 2 already, with other content"
        in other.refused[0]["reason"]
    )


def test_the_words_of_a_mapping_are_the_words_of_a_file_however_both_are_spelt(
    take, order, mapping, tmp_path, trio
):
    path = tmp_path / "words.toml"
    path.write_text(
        'source_id = "S01"\nyes = ["cafe\u0301"]\ncolumns = {event_id = "nume\u0301ro",'
        ' created_at = "opened"}\npriorities = {"e\u0301lev\u00e9" = 1}\n',
        encoding="utf-8",
    )
    words = load_mapping(trio, path)

    header = ["num\u00e9ro" if name == "number" else name for name in HEADER]
    taken = take(
        order(urgency="\u00e9leve\u0301"),
        header=header,
        priorities=words.priorities,
        columns={**mapping.columns, **words.columns},
    )

    assert words.yes == ("caf\u00e9",)
    assert taken.event["priority"] == 1
