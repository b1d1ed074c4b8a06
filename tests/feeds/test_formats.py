"""The same orders in files of every kind are the same events; Open311 comes with its mapping."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

from tests.feeds.conftest import FIELDS, HEADER, READ_AT, order_of
from twin.errors import ContractError
from twin.feeds.tabular import KINDS, open_sheets
from twin.feeds.work_orders import load_mapping, read

ORDERS = (
    order_of(unit="crew 4", sent="2026-07-16 09:01:00", told="2026-07-16 09:40:00"),
    order_of(number="A2", x="", y="", district="Corra"),
    order_of(number="A3", opened="yesterday"),
)
BESIDE = {"x": "longitude", "y": "latitude"}
"""Where a kind of file has places of its own, what they are called there."""


def written(path: Path) -> Path:
    """Write the orders in the kind of file that the path's end names."""
    end = path.suffix
    if end in {".csv", ".txt", ".tsv"}:
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter="\t" if end == ".tsv" else ",").writerows(
                [HEADER, *(row.values() for row in ORDERS)]
            )
    elif end in {".xlsx", ".xlsm"}:
        made = Workbook()
        for cells in (HEADER, *(row.values() for row in ORDERS)):
            made.active.append([cell or None for cell in cells])
        made.save(path)
    elif end in {".parquet", ".geoparquet"}:
        pq.write_table(
            pa.Table.from_pylist(
                [{name: cell or None for name, cell in row.items()} for row in ORDERS]
            ),
            path,
        )
    elif end == ".xml":
        rows = (
            "".join(f"<{name}>{cell}</{name}>" for name, cell in row.items())
            for row in ORDERS
        )
        requests = "".join(f"<request>{row}</request>" for row in rows)
        path.write_text(
            f"<service_requests>{requests}</service_requests>", encoding="utf-8"
        )
    elif end in {".json", ".jsonl", ".ndjson"}:
        lines = [json.dumps(row) for row in ORDERS]
        path.write_text(
            "\n".join(lines) if end != ".json" else f"[{', '.join(lines)}]",
            encoding="utf-8",
        )
    else:
        features = [
            {
                "type": "Feature",
                "properties": {
                    name: cell for name, cell in row.items() if name not in BESIDE
                },
                "geometry": (
                    {
                        "type": "Point",
                        "coordinates": [float(row["x"]), float(row["y"])],
                    }
                    if row["x"]
                    else None
                ),
            }
            for row in ORDERS
        ]
        lines = [json.dumps(feature) for feature in features]
        path.write_text(
            (
                "\n".join(lines)
                if end != ".geojson"
                else json.dumps({"type": "FeatureCollection", "features": features})
            ),
            encoding="utf-8",
        )
    return path


@pytest.mark.parametrize(
    ("name", "content", "there"),
    [
        ("a.json", {"data": [1], "total": 1}, "data, total"),
        (
            "a.xml",
            "<service_requests><request><opened>1</opened></request></service_requests>",
            "opened",
        ),
        (
            "a.geojson",
            {"type": "Feature", "geometry": None, "properties": {"opened": 1}},
            "longitude, latitude, opened",
        ),
    ],
)
def test_missing_columns_are_named_beside_those_that_are_there(
    tmp_path, name, content, there
):
    (tmp_path / name).write_text(
        content if isinstance(content, str) else json.dumps(content)
    )

    with pytest.raises(
        ContractError, match=rf"{name} has no column 工单编号\."
    ) as caught:
        list(open_sheets(tmp_path / name, ("工单编号",)))
    assert there in str(caught.value.why)


@pytest.mark.parametrize("end", KINDS)
def test_the_same_orders_in_a_file_of_any_kind_are_the_same_events(
    tmp_path, trio, mapping, end
):
    names = {
        **dict(zip(FIELDS, HEADER, strict=True)),
        **({"lon": "longitude", "lat": "latitude"} if "geojson" in end else {}),
    }
    found = read(
        written(tmp_path / f"orders{end}"),
        replace(mapping, columns=names),
        trio,
        recorded_at=READ_AT,
    )
    batches = list(found)
    events = [
        row
        for batch in batches
        if batch.table == "events"
        for row in batch.rows.to_pylist()
    ]

    assert [
        (row["event_id"], row["district_id"], row["lon_ud"], row["created_at"].hour)
        for row in events
    ] == [("A1", "brisa", -34_970_000, 9), ("A2", "corra", None, 9)]
    assert [
        len(
            [
                row
                for batch in batches
                if batch.table == table
                for row in batch.rows.to_pylist()
            ]
        )
        for table in ("dispatches", "feedbacks")
    ] == [1, 1]
    assert [
        row["reason"][:22] for batch in batches for row in batch.refused.to_pylist()
    ] == ["opened: 'yesterday' is"]
    assert found.rows == 3


REQUEST = {
    "service_request_id": "638344",
    "status": "closed",
    "service_name": "Sidewalk",
    "description": "call 555-0134",
    "address": "8th street",
    "requested_datetime": "2026-07-14T06:37:38-08:00",
    "lat": 41.0,
    "long": -34.97,
}


def test_open311_comes_with_its_mapping_and_a_closed_request_without_a_time_is_not_open(
    tmp_path, trio
):
    path = tmp_path / "requests.json"
    path.write_text(
        json.dumps(
            [
                REQUEST,
                {
                    **REQUEST,
                    "service_request_id": "638349",
                    "status": "open",
                    "lat": 0,
                    "long": 0,
                },
            ]
        ),
        encoding="utf-8",
    )
    events, answers = read(
        path, load_mapping(trio, Path("open311")), trio, recorded_at=READ_AT
    )

    assert [
        (row["event_id"], row["title"], row["district_id"], row["lon_ud"])
        for row in events.rows.to_pylist()
    ] == [
        ("638344", "Sidewalk · Brisa", "brisa", -34_970_000),
        ("638349", "Sidewalk", None, None),
    ]
    assert [
        (row["event_id"], row["told_at"], row["is_reopened"])
        for row in answers.rows.to_pylist()
    ] == [("638344", None, False), ("638349", None, True)]
