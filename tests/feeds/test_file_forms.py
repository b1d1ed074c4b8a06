"""Files in the forms that programs give them.

What is meant is read, and what is something else is named.
"""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import Workbook

from tests.feeds.conftest import TESTS
from tests.feeds.test_tabular import WANTED, decode, read_rows, read_sheets
from twin.cli import main
from twin.errors import ContractError
from twin.feeds.tabular import open_sheets

ROWS = [(2, ["1", "解放大道"])]
READ_AT = datetime(2026, 7, 16, 12, tzinfo=UTC)


@pytest.fixture
def csv(tmp_path):
    """Path of a CSV."""
    return tmp_path / "a.csv"


def book(path: Path, *sheets: list[list[object]], change=lambda made: None) -> Path:
    """A workbook of these sheets, a, b, c …"""
    made = Workbook()
    made.remove(made.active)
    for name, rows in zip("abc", sheets, strict=False):
        tab = made.create_sheet(name)
        for row in rows:
            tab.append(row)
    change(made)
    made.save(path)
    return path


@pytest.mark.parametrize(
    "line", ["sep=;", "SEP = ;", "sep=;;;;", '"sep=;"', '"sep=;";;', "sep=; "]
)
def test_a_line_that_names_the_separator_is_obeyed_however_it_is_written(csv, line):
    assert decode(csv, f"{line}\n编号;地址\n1;解放大道\n".encode()) == [
        (3, ["1", "解放大道"])
    ]


@pytest.mark.parametrize("line", ["sep=\\t", "sep=\t", "sep=tab", "SEP=TAB"])
def test_a_tab_may_be_named_in_letters(csv, line):
    assert decode(csv, f"{line}\n编号\t地址\n1\t解放大道\n".encode()) == [
        (3, ["1", "解放大道"])
    ]


def test_the_separator_may_be_named_below_a_title(csv):
    assert decode(csv, "武汉市\n\nsep=|\n编号|地址\n1|解放大道\n".encode())[-1][1] == [
        "1",
        "解放大道",
    ]


@pytest.mark.parametrize("separator", ["^", "~", "，", "；", "、"])
def test_an_odd_separator_is_named_with_its_setting(csv, separator):
    with pytest.raises(ContractError, match="is separated by") as caught:
        decode(csv, f"编号{separator}地址\n1{separator}x\n".encode())
    assert f'set delimiter = "{separator}"' in str(caught.value.fix)


def test_a_tsv_with_commas_is_told_to_be_renamed_since_its_name_says_tabs(tmp_path):
    path = tmp_path / "a.tsv"
    path.write_text("编号,地址\n1,x\n", encoding="utf-8")

    with pytest.raises(ContractError, match=r"not by a tab, as \.tsv says") as caught:
        read_rows(path)
    assert "rename it to end in .csv" in str(caught.value.fix)


@pytest.mark.parametrize(
    ("encoding", "word"),
    [
        ("big5", "地址"),
        ("cp1252", "Straße"),
        ("iso-8859-15", "Œuvre"),
        ("cp1251", "Адрес"),
        ("shift_jis", "住所"),
    ],
)
def test_an_encoding_may_be_declared(csv, encoding, word):
    assert decode(
        csv, f"id,{word}\n1,{word}\n".encode(encoding), ("id", word), encoding
    ) == [(2, ["1", word])]


def test_a_byte_that_does_not_fit_the_declared_encoding_is_named(csv):
    with pytest.raises(
        ContractError, match=r"is not BIG5: byte 6 \(0xff\) does not fit"
    ):
        decode(csv, b"id,x\n\xff\xff\n", ("id", "x"), "big5")


def test_utf_32_is_named(csv):
    with pytest.raises(ContractError, match="is UTF-32"):
        decode(csv, "编号,地址\n".encode("utf-32"))


@pytest.mark.parametrize(
    "header",
    [
        "编 号,地址",
        '"编\n号",地址',
        "编号：,地址*",
        "编号\u3000,地址 ",
        "编\u200b号,地址",
    ],
)
def test_blanks_line_breaks_and_signs_behind_a_heading_do_not_matter(csv, header):
    assert [cells for _, cells in decode(csv, f"{header}\n1,解放大道\n".encode())] == [
        ["1", "解放大道"]
    ]


def test_a_heading_counts_in_any_case_where_only_one_column_can_be_meant(csv):
    assert decode(csv, b"ID,Opened At\n1,x\n", ("id", "opened at")) == [(2, ["1", "x"])]
    with pytest.raises(ContractError, match="has no column id"):
        decode(csv, b"ID,Id,Opened At\n1,1,x\n", ("id", "Opened At"))


def test_a_heading_with_a_unit_is_shown_and_not_guessed(csv):
    with pytest.raises(ContractError, match="has no column 地址") as caught:
        decode(csv, "编号,地址(米)\n1,x\n".encode())
    assert str(caught.value.fix).startswith(
        "if it is meant, write '地址(米)' for '地址'; else "
    )


def test_cells_without_a_heading_at_the_end_are_not_read_and_a_separator_too_many_is_said(
    csv,
):
    assert decode(csv, "编号,地址,,\n1,解放大道,,a note\n".encode()) == ROWS
    (sheet,) = open_sheets(csv, WANTED)
    csv.write_text("编号,地址\n1,解放大道,99号\n2\n", encoding="utf-8")
    (sheet,) = open_sheets(csv, WANTED)
    assert [block.faults for block in sheet.blocks] == [
        {
            0: (
                "the row has 3 cells where the header has 2: a separator may stand in a"
                " text without quotes"
            ),
            1: "the row has 1 cells where the header has 2: it may be cut off",
        }
    ]


def test_a_note_beside_the_table_of_a_spreadsheet_costs_no_order(tmp_path):
    path = book(
        tmp_path / "a.xlsx",
        [["编号", "地址"], ["1", "解放大道", None, "to do"], ["2", "x"]],
    )

    assert read_rows(path) == [(2, ["1", "解放大道"]), (3, ["2", "x"])]


@pytest.mark.parametrize(
    ("name", "head", "said"),
    [
        (
            "a.xlsx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "is an old Excel file (.xls), or one with a password",
        ),
        (
            "a.csv",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "is an old Excel file (.xls), or one with a password",
        ),
        ("a.csv", b"PK\x03\x04\x14\x00", "is a packed file, as .xlsx is"),
        ("a.csv", b"\x1f\x8b\x08", "is a packed file"),
        (
            "a.xlsx",
            b"<html xmlns:o=''><table><tr><td>1</td></tr></table>",
            "is a web page (HTML)",
        ),
        ("a.csv", b"\n<table>", "is a web page (HTML)"),
        (
            "a.xlsx",
            (
                b'<?xml version="1.0"?>\n<?mso-application'
                b' progid="Excel.Sheet"?>\n<Workbook xmlns="x">'
            ),
            "is a spreadsheet in XML of 2003",
        ),
        ("a.xlsx", b"id,x\n1,2\n", "is not an XLSX file, but plain text"),
        ("a.csv", b"%PDF-1.7", "is a PDF"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_named_for_what_it_is(
    tmp_path, name, head, said
):
    (tmp_path / name).write_bytes(head)

    with pytest.raises(ContractError) as caught:
        list(open_sheets(tmp_path / name, WANTED))
    assert said in str(caught.value)
    assert caught.value.fix


def test_letters_that_a_spreadsheet_writes_by_their_number_are_read(tmp_path):
    path = book(tmp_path / "plain.xlsx", [["编号", "地址"], ["1", "MARK"]])
    with (
        zipfile.ZipFile(path) as plain,
        zipfile.ZipFile(tmp_path / "a.xlsx", "w") as made,
    ):
        for name in plain.namelist():
            made.writestr(
                name,
                plain.read(name).replace(
                    b"MARK", b"a_x000D_\nb _x005F_x0041_ _xD83D__xDE00_"
                ),
            )

    assert read_rows(tmp_path / "a.xlsx") == [(2, ["1", "a\r\nb _x0041_ 😀"])]


def test_a_moment_of_a_spreadsheet_is_the_second_that_it_shows(tmp_path):
    path = book(
        tmp_path / "a.xlsx",
        [
            ["编号", "地址"],
            ["1", datetime(2026, 7, 16, 9, 0, 0, 8_000)],
            ["2", timedelta(hours=30, minutes=5)],
        ],
    )

    assert read_rows(path) == [
        (2, ["1", "2026-07-16 09:00:00"]),
        (3, ["2", "30:05:00"]),
    ]


def test_cells_merged_across_columns_count_for_the_first_and_it_is_said(tmp_path):
    def merge(made):
        made["a"].merge_cells("A2:B2")
        made["a"].merge_cells("A3:B4")

    ((sheet, rows),) = read_sheets(
        book(
            tmp_path / "a.xlsx",
            [["编号", "地址"], ["1", None], ["2", None], [None, None]],
            change=merge,
        )
    )

    assert rows == [(2, ["1", None]), (3, ["2", None]), (4, ["2", None])]
    assert sheet.remarks == (
        (
            "Cells are merged across columns on rows 2, 3: the value counts for the"
            " first of the columns."
        ),
    )


def test_a_sheet_that_lacks_one_column_is_named_with_it(tmp_path):
    ((sheet, rows),) = read_sheets(
        book(
            tmp_path / "a.xlsx",
            [["编号", "地址"], ["1", "x"]],
            [["编号", "说明"], ["2", "y"]],
        )
    )

    assert (rows, sheet.remarks) == (
        [(2, ["1", "x"])],
        ("Sheet 'b' of a.xlsx was not read: it has no column 地址.",),
    )


def test_where_no_visible_sheet_fits_hidden_ones_are_named(tmp_path):
    def hide(made):
        made["b"].sheet_state = "hidden"

    with pytest.raises(ContractError, match="has no column") as caught:
        read_sheets(
            book(
                tmp_path / "a.xlsx",
                [["read me"]],
                [["编号", "地址"], ["1", "x"]],
                change=hide,
            )
        )
    assert "Hidden sheets were not looked at: 'b'." in str(caught.value.why)
    assert "sheet = 'b'" in str(caught.value.fix)


HEADER = [
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
]


def order(
    number: str, opened: str, words: str = "x", district: str = "江汉区"
) -> list[object]:
    """The cells of an order, up to its place."""
    cells = {
        "工单编号": number,
        "来电时间": opened,
        "诉求类型": "噪音",
        "内容": words,
        "区划": district,
        "经度": "114.27",
        "纬度": "30.60",
    }
    return [cells.get(name) for name in HEADER[: HEADER.index("纬度") + 1]]


def ingest(path: Path, lake: Path, *options: str) -> str:
    """What the command says when it takes the orders of a file into a lake."""
    words = ["ingest", "work-orders", *options, "--city"]
    words += [str(TESTS.parent / "data" / "wuhan"), "--lake", str(lake), str(path)]
    return CliRunner().invoke(main, words).output


def test_reasons_and_notes_of_several_sheets_name_the_sheet(tmp_path):
    good = "2026-07-16 09:00:00"
    path = book(
        tmp_path / "a.xlsx",
        [HEADER, order("1", good), order("2", "soon")],
        [
            ["title"],
            HEADER,
            order("3", "later"),
            order("1", good, "y"),
            order("5", good, district="Atlantis"),
        ],
    )
    said = ingest(path, tmp_path / "lake")
    told = json.loads(ingest(path, tmp_path / "lake", "--json"))

    assert "2 rows (a!3, b!3): 来电时间: 'soon' is not a moment" in said
    assert (
        "1 row (b!4): 工单编号: '1' stands on row 2 of sheet 'a' already, with other"
        " content." in said
    )
    assert (
        "Note: 1 row (b!5): the word for the district is not known; the point counts."
        in said
    )
    assert [(each["first"], each["sheets"]) for each in told["reasons"]] == [
        ([3, 3], ["a", "b"]),
        ([4], ["b"]),
    ]
