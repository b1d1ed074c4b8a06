"""Every row of a file is taken, known already, or refused with a reason.

This holds whatever stands in it, in whatever order.
"""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from tests.feeds.conftest import TESTS
from twin.cli import main
from twin.cli.ingest import take
from twin.errors import ContractError
from twin.pack import load_city
from twin.store import Lake, newest
from twin.store.files import read as rows_of

WUHAN = TESTS.parent / "data" / "wuhan"
HEADER = (
    "工单编号",
    "来电时间",
    "渠道",
    "诉求类型",
    "标题",
    "内容",
    "地址",
    "区划",
    "紧急程度",
    "经度",
    "纬度",
    "承办单位",
    "派单时间",
    "签收时间",
    "到场时间",
    "办结时间",
    "回访时间",
    "是否满意",
)
MOMENTS = [
    "2026-11-20 09:15:00",
    "2026-11-20T09:16:00+08:00",
    "2026-11-20",
    "2026/11/20 9:15",
    "昨天",
    "",
    "NULL",
    "2026-13-40 99:99:99",
    "45982.4",
]
CELLS = {
    "工单编号": ["WH1", "WH2", "'WH1", "WH3\u200b", "Ｗ1", "", "2.02611E+17", "合计"],
    "来电时间": MOMENTS[:2] * 6 + MOMENTS,
    "诉求类型": ["道路", "路灯", ""],
    "标题": ["", "甲", "乙"],
    "内容": ["", "王先生 13812345678 反映", '引"号,逗号\n换行'],
    "区划": ["江汉区", "武汉市武昌区", "光明区", ""],
    "紧急程度": ["一般", "特急", "", "加急"],
    "经度": ["114.27", "", "0", "30.6", "1e5"],
    "纬度": ["30.60", "", "0", "114.27"],
    "承办单位": ["甲局", "乙局", ""],
    "派单时间": MOMENTS,
    "签收时间": MOMENTS,
    "到场时间": ["", "#REF!"],
    "办结时间": MOMENTS,
    "回访时间": MOMENTS,
    "是否满意": ["满意", "不满意", "", "嗯"],
    "渠道": ["电话", ""],
    "地址": ["解放大道1号", ""],
}
row = st.tuples(*(st.sampled_from(CELLS[name]) for name in HEADER))
files = st.lists(row, min_size=1, max_size=12)
Kind = tuple[str, str, str]


def written(path: Path, rows: list[tuple[str, ...]], kind: Kind) -> Path:
    """Write rows in an encoding with a separator, or as a spreadsheet."""
    end, encoding, mark = kind
    path = path.with_suffix(end)
    if end == ".xlsx":
        made = Workbook()
        for cells in (HEADER, *rows):
            made.active.append([cell.replace("\u200b", "") or None for cell in cells])
        made.save(path)
        return path
    with path.open("w", encoding=encoding, newline="") as file:
        file.write("" if mark == "," else f"sep={mark}\n")
        csv.writer(file, delimiter=mark).writerows([HEADER, *rows])
    return path


KINDS: list[Kind] = [
    (".csv", "utf-8", ","),
    (".csv", "utf-8-sig", ";"),
    (".csv", "gb18030", "\t"),
    (".xlsx", "", ""),
]


def events_of(lake: Path) -> list[str]:
    """Ids of the events of a lake, each once."""
    snapshot = newest(Lake(lake))
    files = list(snapshot.tables["events"].files) if snapshot else []
    return (
        sorted(set(rows_of(snapshot.root, files)["event_id"].to_pylist()))
        if snapshot and files
        else []
    )


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    exports=st.lists(files, min_size=1, max_size=3),
    kinds=st.lists(st.sampled_from(KINDS), min_size=3, max_size=3),
    again=st.booleans(),
)
def test_taken_known_and_refused_are_all_rows(tmp_path_factory, exports, kinds, again):
    city, folder = load_city(WUHAN), tmp_path_factory.mktemp("counts")
    lake = folder / "lake"
    for nth, (rows, kind) in enumerate(
        zip(exports * (1 + again), kinds * 2, strict=False)
    ):
        n = sum(any(cell.strip() for cell in cells) for cells in rows)
        before = events_of(lake)
        done = take(
            city, lake, written(folder / f"orders{nth}", rows, kind), None, "real"
        )

        assert done.taken + done.known + done.refused == done.rows == n
        assert done.is_ok == (done.taken + done.known > 0)
        assert set(before) <= set(events_of(lake))
        assert done.refused <= sum(each.n for each in done.reasons)


@settings(max_examples=3, deadline=None)
@given(rows=files)
def test_the_same_file_again_brings_nothing_in_whatever_form(tmp_path_factory, rows):
    city, folder = load_city(WUHAN), tmp_path_factory.mktemp("again")
    lake = folder / "lake"
    plain = [tuple(cell.replace("\u200b", "") for cell in cells) for cells in rows]
    first = take(city, lake, written(folder / "a", plain, KINDS[0]), None, "real")
    for kind in KINDS[1:]:
        later = take(city, lake, written(folder / "b", plain, kind), None, "real")

        assert (later.taken, later.known + later.refused) == (0, first.rows)
        assert later.refused == first.refused


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.soak)])
def test_ten_thousand_rows_of_anything_end_in_a_report(tmp_path, seed):
    rng = random.Random(seed)
    rows = [
        tuple(
            (
                rng.choice(
                    [
                        *CELLS[name],
                        rng.choice(CELLS[name]) + chr(rng.randrange(32, 0x2FFF)),
                    ]
                )
                if name != "工单编号"
                else rng.choice([f"WH{rng.randrange(9_000)}", rng.choice(CELLS[name])])
            )
            for name in HEADER
        )
        for _ in range(10_000)
    ]
    path = written(tmp_path / "orders", rows, KINDS[0])
    done = CliRunner().invoke(
        main,
        [
            "ingest",
            "work-orders",
            str(path),
            "--city",
            str(WUHAN),
            "--lake",
            str(tmp_path / "lake"),
            "--json",
        ],
    )
    told = json.loads(done.output)

    assert (done.exit_code, done.exception) == (0, None)
    assert told["taken"] + told["known"] + told["refused"] == told["rows"] == 10_000
    assert 0 < len(told["reasons"]) < 80


def test_of_a_file_of_which_nothing_can_be_used_nothing_is_published(tmp_path):
    rows = [(f"WH{n}", "2026/11/24 9:15", *[""] * 16) for n in range(40)]
    path = written(tmp_path / "orders", rows, KINDS[0])
    done = CliRunner().invoke(
        main,
        [
            "ingest",
            "work-orders",
            str(path),
            "--city",
            str(WUHAN),
            "--lake",
            str(tmp_path / "lake"),
        ],
    )

    assert done.exit_code == 1
    assert done.output.splitlines() == [
        (
            "orders.csv: 40 rows: 0 taken, 0 known already, 40 refused; nothing was"
            " published."
        ),
        (
            "  40 rows (2, 3, 4, 5, 6, …): 来电时间: '2026/11/24 9:15' is not a moment;"
            " the form '%Y-%m-%d %H:%M:%S' or ISO 8601 is expected; if that is what it"
            " is, set time_format = '%Y/%m/%d %H:%M' in the mapping."
        ),
    ]
    assert newest(Lake(tmp_path / "lake")) is None


@pytest.mark.parametrize("n", [0])
def test_a_file_without_rows_is_no_fault(tmp_path, n):
    done = CliRunner().invoke(
        main,
        [
            "ingest",
            "work-orders",
            str(written(tmp_path / "orders", [], KINDS[0])),
            "--city",
            str(WUHAN),
            "--lake",
            str(tmp_path / "l"),
        ],
    )

    assert done.exit_code == n
    assert "orders.csv: 0 rows: 0 taken" in done.output


def test_a_file_that_cannot_be_read_to_its_end_leaves_no_half(tmp_path):
    path = written(
        tmp_path / "orders",
        [(f"WH{n}", MOMENTS[0], *[""] * 16) for n in range(30_000)],
        KINDS[0],
    )
    path.write_bytes(path.read_bytes() + b"WH9,\xff\xff\n")

    with pytest.raises(ContractError, match=r"is not UTF-8: byte"):
        take(load_city(WUHAN), tmp_path / "lake", path, None, "real")
    assert newest(Lake(tmp_path / "lake")) is None
