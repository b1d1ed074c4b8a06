"""Files as a whole: the encoding fits or the file is refused with the byte.

Nothing in it is run, and none fills the memory.
"""

from __future__ import annotations

import re
import zipfile
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from twin.errors import ContractError
from twin.feeds.sheets import Sheet
from twin.feeds.tabular import open_sheets
from twin.feeds.work_orders import read

WANTED = ("编号", "地址")
TEXT = "编号,地址\n1,解放大道\n"

Rows = list[tuple[int, list[str | None]]]


def read_sheets(path: Path, wanted=WANTED, **how) -> list[tuple[Sheet, Rows]]:
    """Every sheet that fits, with its rows: number and cells."""
    found = []
    for sheet in open_sheets(path, wanted, **how):
        rows: Rows = []
        for block in sheet.blocks:
            rows += zip(
                block.numbers.to_pylist(),
                (list(row.values()) for row in block.cells.to_pylist()),
                strict=True,
            )
        found.append((sheet, rows))
    return found


def read_rows(path: Path, wanted=WANTED, **how) -> Rows:
    """The rows of the only sheet."""
    ((_, rows),) = read_sheets(path, wanted, **how)
    return rows


def decode(path: Path, data: bytes, wanted=WANTED, encoding="auto") -> Rows:
    """The rows of a CSV of these bytes."""
    path.write_bytes(data)
    return read_rows(path, wanted, encoding=encoding)


@pytest.fixture
def csv(tmp_path):
    """Path of a CSV."""
    return tmp_path / "a.csv"


@pytest.mark.parametrize(
    "data", [TEXT.encode(), TEXT.encode("utf-8-sig"), TEXT.encode("gb18030")]
)
def test_three_encodings_are_told_apart(csv, data):
    assert decode(csv, data) == [(2, ["1", "解放大道"])]


def test_a_half_written_letter_is_named_by_its_byte(csv):
    with pytest.raises(
        ContractError, match=r"a\.csv is not UTF-8: byte 26 \(0xe9\) does not fit"
    ):
        decode(csv, TEXT.encode()[:-3])


def test_a_stray_byte_far_into_the_file_is_counted_from_its_start(csv):
    many = TEXT.encode("utf-8-sig") + "2,中山大道\n".encode() * 20_000
    with pytest.raises(ContractError, match=rf"byte {len(many) + 3} \(0xff\)"):
        decode(csv, many + b"3,\xff\n")


def test_gb18030_with_a_broken_letter_is_named_by_its_byte(csv):
    with pytest.raises(ContractError, match=r"a\.csv is not GB18030: byte 13 \(0xbd\)"):
        decode(csv, TEXT.encode("gb18030")[:13])


def test_a_title_in_gb18030_over_the_header_tells_the_encoding_too(csv):
    assert decode(csv, "十一月工单\n编号,地址\n1,解放大道\n".encode("gb18030")) == [
        (3, ["1", "解放大道"])
    ]


def test_utf_8_is_never_read_as_gb18030_by_chance(csv):
    with pytest.raises(ContractError, match="is not UTF-8"):
        decode(csv, TEXT.encode() + "ü".encode("latin-1"))


def test_another_encoding_in_the_header_is_refused(csv):
    with pytest.raises(ContractError, match="is not UTF-8: byte 2"):
        decode(csv, "número,hora\n".encode("latin-1"), ("número", "hora"))


def test_a_declared_encoding_is_kept_to(csv):
    with pytest.raises(ContractError, match="is not UTF-8: byte 1 "):
        decode(csv, TEXT.encode("gb18030"), WANTED, "utf-8")


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff"])
def test_utf_16_is_called_by_its_name(csv, mark):
    with pytest.raises(ContractError, match="is UTF-16"):
        decode(csv, mark + TEXT.encode("utf-16-le"))


def test_zero_bytes_are_no_csv(csv):
    with pytest.raises(ContractError, match=r"a\.csv, byte 17: a zero byte"):
        decode(csv, "编号,地址\n1,".encode() + b"\0\n")


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=200))
def test_any_bytes_give_rows_or_one_sentence(tmp_path_factory, data):
    with suppress(ContractError):
        assert isinstance(
            decode(tmp_path_factory.getbasetemp() / "any.csv", data), list
        )


def test_a_first_line_names_the_separator(csv):
    assert decode(csv, "sep=;\n编号;地址\n1;解放大道\n".encode()) == [
        (3, ["1", "解放大道"])
    ]


@pytest.mark.parametrize(
    ("mark", "written"), [(";", '";"'), ("\t", r'"\\t"'), ("|", '"|"')]
)
def test_another_separator_than_the_one_that_is_declared_is_named_with_the_setting(
    csv, mark, written
):
    with pytest.raises(ContractError) as caught:
        decode(csv, TEXT.replace(",", mark).encode())

    assert f"delimiter = {written}".replace("\\\\", "\\") in caught.value.fix


def test_a_first_line_that_names_the_wrong_separator_is_said(csv):
    with pytest.raises(ContractError, match='is separated by ","') as caught:
        decode(csv, f"sep=;\n{TEXT}".encode())

    assert "take out a first line 'sep='" in caught.value.fix


def test_headings_are_read_without_what_nobody_sees(csv):
    assert decode(csv, '\u200b编号 ,"\u00a0地址\u200d\n"\n1,x\n'.encode()) == [
        (2, ["1", "x"])
    ]


def test_zeros_that_a_spreadsheet_shows_before_a_number_are_part_of_it(tmp_path):
    made = Workbook()
    for row in (WANTED, (123, "x")):
        made.active.append(row)
    made.active["A2"].number_format = "00000000"
    made.save(tmp_path / "a.xlsx")

    assert read_rows(tmp_path / "a.xlsx") == [(2, ["00000123", "x"])]


@pytest.mark.parametrize(
    "above", ["江汉区工单明细表\n", "表一\n\n制表人：张三,2026年11月\n"]
)
def test_titles_may_stand_above_the_header(csv, above):
    assert [cells for _, cells in decode(csv, (above + TEXT).encode())] == [
        ["1", "解放大道"]
    ]


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_missing_columns_are_listed_in_one_sentence(tmp_path):
    with pytest.raises(
        ContractError, match=r"a\.csv has no column 地址, 电话\."
    ) as caught:
        read_rows(write(tmp_path / "a.csv", "编号\n1\n"), ("编号", "地址", "电话"))

    assert "its header is: 编号." in caught.value.why


def test_a_column_that_stands_twice_is_refused(tmp_path):
    with pytest.raises(ContractError, match="has the column 编号 more than once"):
        read_rows(write(tmp_path / "a.csv", "编号,编号\n1,2\n"), ("编号",))


def test_quotes_that_never_close_name_the_line_where_they_begin(tmp_path):
    with pytest.raises(
        ContractError, match=r"a\.csv, line 3: the quotes of the row that begins here"
    ):
        read_rows(write(tmp_path / "a.csv", '编号,地址\n1,x\n2,"解放\n3,y\n'), WANTED)


@pytest.mark.parametrize("text", ["", "\n\n", " , \n"])
def test_an_empty_file_says_so(tmp_path, text):
    with pytest.raises(ContractError, match=r"a\.csv is empty"):
        read_rows(write(tmp_path / "a.csv", text), WANTED)


def test_a_missing_file_says_so(tmp_path):
    with pytest.raises(ContractError, match=r"gone\.csv cannot be read: No such file"):
        read_rows(tmp_path / "gone.csv", WANTED)


def test_a_folder_is_no_file(tmp_path):
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(ContractError, match=r"a\.csv cannot be read: Is a directory"):
        read_rows(tmp_path / "a.csv", WANTED)


def test_a_file_of_another_kind_says_what_is_read(tmp_path):
    with pytest.raises(ContractError, match=r"a\.xls is of a kind that is not read"):
        read_rows(write(tmp_path / "a.xls", "x"), WANTED)


def test_rows_are_numbered_as_a_spreadsheet_numbers_them(tmp_path):
    rows = read_rows(write(tmp_path / "a.csv", '编号,地址\n1,"two\nlines"\n\n4,x\n'))

    assert rows == [(2, ["1", "two\nlines"]), (4, ["4", "x"])]


def book(path: Path, *rows: tuple[object, ...]) -> Path:
    made = Workbook()
    for row in rows:
        made.active.append(row)
    made.save(path)
    return path


def test_a_spreadsheet_gives_what_its_cells_show(tmp_path):
    path = book(
        tmp_path / "a.xlsx",
        WANTED,
        (20260716001.0, "a"),
        (None, None),
        (date(2026, 7, 16), datetime(2026, 7, 16, 9, 30)),
        (True, 1.5),
    )

    assert read_rows(path) == [
        (2, ["20260716001", "a"]),
        (4, ["2026-07-16", "2026-07-16 09:30:00"]),
        (5, ["TRUE", "1.5"]),
    ]


def test_cells_that_are_missing_at_the_end_of_a_row_are_empty(tmp_path):
    path = book(tmp_path / "a.xlsx", (*WANTED, "办结时间"), ("1", "x"), ("2", "y", "z"))

    assert read_rows(path) == [(2, ["1", "x", None]), (3, ["2", "y", "z"])]


def test_a_midnight_is_a_moment_and_a_date_is_none(tmp_path):
    made = Workbook()
    for row in (WANTED, (datetime(2026, 11, 24), datetime(2026, 11, 24))):
        made.active.append(row)
    made.active["A2"].number_format, made.active["B2"].number_format = (
        "yyyy-mm-dd hh:mm:ss",
        '[$-804]yyyy"年"m"月"d"日 (h)";@',
    )
    made.save(tmp_path / "a.xlsx")
    ((sheet,),) = (list(open_sheets(tmp_path / "a.xlsx", WANTED)),)
    (block,) = sheet.blocks

    assert block.cells.to_pylist() == [
        {"编号": "2026-11-24 00:00:00", "地址": "2026-11-24"}
    ]
    assert list(block.moments) == ["编号"]


def formulas(path: Path, **cells: str) -> Path:
    """A book whose cells hold this XML, by their place."""
    made = book(path, WANTED, *((f"m{row}", f"n{row}") for row in range(2, 6)))
    with zipfile.ZipFile(made) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    for place, xml in cells.items():
        sheet = re.sub(rf'<c r="{place}"[^>]*>.*?</c>', xml, sheet)
    with zipfile.ZipFile(path, "w") as packed:
        for name, data in (
            parts | {"xl/worksheets/sheet1.xml": sheet.encode()}
        ).items():
            packed.writestr(name, data)
    return path


def test_a_formula_is_its_last_result_and_never_its_text(tmp_path):
    path = formulas(
        tmp_path / "a.xlsx",
        B2='<c r="B2" t="str"><f>A2&amp;"x"</f><v>m2x</v></c>',
        B3='<c r="B3"><f>1+1</f><v>2</v></c>',
        B4='<c r="B4" t="str"><f>""</f><v></v></c>',
        B5='<c r="B5"><f>NOW()</f></c>',
    )
    (sheet,) = open_sheets(path, WANTED)
    (block,) = sheet.blocks

    assert block.cells["地址"].to_pylist() == ["m2x", "2", "", ""]
    assert list(block.faults) == [3]
    assert "地址: the cell is a formula without a result" in block.faults[3]


@pytest.mark.parametrize("error", ["#REF!", "#N/A", "#DIV/0!", "#NAME?"])
def test_an_error_is_no_data(tmp_path, error):
    path = formulas(
        tmp_path / "a.xlsx",
        A3=f'<c r="A3" t="e"><v>{error}</v></c>',
        B4=f'<c r="B4" t="e"><f>1/0</f><v>{error}</v></c>',
    )
    (sheet,) = open_sheets(path, WANTED)
    (block,) = sheet.blocks

    assert block.faults == {
        1: f"编号: the cell holds the error {error}",
        2: f"地址: the cell holds the error {error}",
    }


@pytest.mark.parametrize("number", [202611240000170001, 2.0261124000017e17, 1e15])
def test_a_number_with_more_digits_than_a_spreadsheet_keeps_does_not_look_whole(
    tmp_path, number
):
    ((_, (cell, _)),) = read_rows(book(tmp_path / "a.xlsx", WANTED, (number, "x")))

    assert "E+" in cell


def test_a_merged_value_stands_in_each_of_its_rows(tmp_path):
    made = Workbook()
    for row in (WANTED, ("1", "解放大道"), ("2", None), ("3", None), ("4", None)):
        made.active.append(row)
    made.active.merge_cells("B2:B4")
    made.save(tmp_path / "a.xlsx")

    assert [address for _, (_, address) in read_rows(tmp_path / "a.xlsx")] == [
        "解放大道",
        "解放大道",
        "解放大道",
        None,
    ]


def test_a_title_merged_over_the_header_fills_nothing(tmp_path):
    made = Workbook()
    for row in (("明细表", None), WANTED, (None, "x")):
        made.active.append(row)
    made.active.merge_cells("A1:B1")
    made.save(tmp_path / "a.xlsx")

    assert read_rows(tmp_path / "a.xlsx") == [(3, ["", "x"])]


def several(path: Path) -> Path:
    """A book with two sheets of rows, one of notes, and a hidden one."""
    made = Workbook()
    made.active.title = "上半月"
    made.active.append(WANTED)
    made.active.append(("1", "x"))
    later = made.create_sheet("下半月")
    for row in (("标题", None), WANTED, ("2", "y")):
        later.append(row)
    made.create_sheet("说明").append(("note", "of nothing"))
    hidden = made.create_sheet("旧")
    hidden.append(WANTED)
    hidden.sheet_state = "hidden"
    made.save(path)
    return path


def test_all_sheets_with_the_header_are_read_and_the_others_are_named(tmp_path):
    found = read_sheets(several(tmp_path / "a.xlsx"))

    assert [(sheet.name, rows) for sheet, rows in found] == [
        ("上半月", [(2, ["1", "x"])]),
        ("下半月", [(3, ["2", "y"])]),
    ]
    assert found[-1][0].remarks == (
        (
            "Sheet '旧' of a.xlsx was not read: it is hidden; name it in the mapping to"
            " read it."
        ),
        "Sheet '说明' of a.xlsx was not read: it has no header with 编号, 地址.",
    )


def test_another_sheet_may_be_named(tmp_path):
    ((sheet, rows),) = read_sheets(several(tmp_path / "a.xlsx"), sheet="下半月")

    assert (rows, len(sheet.remarks)) == ([(3, ["2", "y"])], 3)
    with pytest.raises(
        ContractError, match=r"has no sheet 'Orders', only 上半月, 下半月, 说明, 旧"
    ):
        read_sheets(tmp_path / "a.xlsx", sheet="Orders")


def test_a_spreadsheet_of_orders_gives_events(trio, mapping, order, tmp_path):
    good = order() | {"opened": datetime(2026, 7, 16, 9), "x": -34.97, "y": 41.0}
    path = book(
        tmp_path / "orders.xlsx",
        tuple(good),
        tuple(good.values()),
        tuple((good | {"number": "A2", "opened": date(2026, 7, 16)}).values()),
    )
    events, *_ = read(
        path, mapping, trio, recorded_at=datetime(2026, 7, 16, 12, tzinfo=UTC)
    )

    assert events.rows.select(["event_id", "district_id"]).to_pylist() == [
        {"event_id": "A1", "district_id": "brisa"}
    ]
    assert events.refused["reason"].to_pylist() == [
        (
            "opened: '2026-07-16' is a date without a time of the day, and so not a moment;"
            " the form '%Y-%m-%d %H:%M:%S' or ISO 8601 is expected."
        )
    ]


def test_a_spreadsheet_made_to_fill_the_memory_is_not_opened(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b" " * 50_000_000)

    with pytest.raises(ContractError, match=r"bomb\.xlsx would unpack to 50 MB"):
        read_rows(path, WANTED)


@pytest.mark.parametrize("keep", [0, 1, 200, 2_000, -1, -30])
def test_a_damaged_spreadsheet_is_refused_with_a_sentence(tmp_path, keep):
    path = book(tmp_path / "a.xlsx", WANTED, ("1", "x"))
    path.write_bytes(path.read_bytes()[:keep])

    with pytest.raises(ContractError, match=r"a\.xlsx"):
        read_rows(path, WANTED)


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 4_000), byte=st.integers(0, 255))
def test_a_spreadsheet_with_one_wrong_byte_is_read_or_refused(
    tmp_path_factory, at, byte
):
    path = book(tmp_path_factory.mktemp("x") / "a.xlsx", WANTED, ("1", "x"))
    data = bytearray(path.read_bytes())
    data[at % len(data)] = byte
    path.write_bytes(data)
    with suppress(ContractError):
        assert [sheet.header for sheet, _ in read_sheets(path)] == [WANTED]
