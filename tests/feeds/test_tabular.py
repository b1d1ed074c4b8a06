"""Files as a whole: the encoding fits or the file is refused with the byte; nothing in it is run, and none fills the memory."""

from __future__ import annotations

import zipfile
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from twin.errors import ContractError
from twin.feeds.tabular import decode, read_sheet
from twin.feeds.work_orders import read

WANTED = ("编号", "地址")
TEXT = "编号,地址\n1,解放大道\n"


@pytest.mark.parametrize("data", [TEXT.encode(), TEXT.encode("utf-8-sig"), TEXT.encode("gb18030")])
def test_three_encodings_are_told_apart(data):
    assert decode("a.csv", data, WANTED) == TEXT


def test_a_half_written_letter_is_named_by_its_byte():
    with pytest.raises(ContractError, match=r"a\.csv is not UTF-8: byte 26 \(0xe9\) does not fit"):
        decode("a.csv", TEXT.encode()[:-3], WANTED)


def test_a_stray_byte_behind_the_mark_is_counted_from_the_start_of_the_file():
    with pytest.raises(ContractError, match=r"byte 19 \(0xff\)"):
        decode("a.csv", "编号,地址\n1".encode("utf-8-sig") + b"\xff", WANTED)


def test_gb18030_with_a_broken_letter_is_named_by_its_byte():
    with pytest.raises(ContractError, match=r"a\.csv is not GB18030: byte 13 \(0xbd\)"):
        decode("a.csv", TEXT.encode("gb18030")[:13], WANTED)


def test_utf_8_is_never_read_as_gb18030_by_chance():
    with pytest.raises(ContractError, match="is not UTF-8"):
        decode("a.csv", TEXT.encode() + "ü".encode("latin-1"), WANTED)


def test_another_encoding_in_the_header_is_refused():
    with pytest.raises(ContractError, match="is not UTF-8: byte 2"):
        decode("a.csv", "número,hora\n".encode("latin-1"), ("número", "hora"))


def test_a_declared_encoding_is_kept_to():
    with pytest.raises(ContractError, match="is not UTF-8: byte 1 "):
        decode("a.csv", TEXT.encode("gb18030"), WANTED, "utf-8")


@pytest.mark.parametrize("data", [TEXT.encode("utf-16"), b"\x00" * 50])
def test_zero_bytes_are_no_csv(data):
    with pytest.raises(ContractError, match="a zero byte"):
        decode("a.csv", data, WANTED)


@given(data=st.binary(max_size=200))
def test_any_bytes_give_text_or_one_sentence(data):
    with suppress(ContractError):
        assert isinstance(decode("a.csv", data, WANTED), str)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_missing_columns_are_listed_in_one_sentence(tmp_path):
    with pytest.raises(ContractError, match=r"a\.csv has no column 地址, 电话\.") as caught:
        read_sheet(write(tmp_path / "a.csv", "编号\n1\n"), ("编号", "地址", "电话"))

    assert "its header is: 编号." in caught.value.why


def test_a_column_that_stands_twice_is_refused(tmp_path):
    with pytest.raises(ContractError, match="has the column 编号 more than once"):
        read_sheet(write(tmp_path / "a.csv", "编号,编号\n1,2\n"), ("编号",))


def test_quotes_that_never_close_name_the_line_where_they_begin(tmp_path):
    with pytest.raises(ContractError, match=r"a\.csv, line 3: the quotes of the row that begins here"):
        read_sheet(write(tmp_path / "a.csv", '编号,地址\n1,x\n2,"解放\n3,y\n'), WANTED)


@pytest.mark.parametrize("text", ["", "\n\n", " , \n"])
def test_an_empty_file_says_so(tmp_path, text):
    with pytest.raises(ContractError, match=r"a\.csv is empty"):
        read_sheet(write(tmp_path / "a.csv", text), WANTED)


def test_a_missing_file_says_so(tmp_path):
    with pytest.raises(ContractError, match=r"gone\.csv cannot be read: No such file"):
        read_sheet(tmp_path / "gone.csv", WANTED)


def test_a_folder_is_no_file(tmp_path):
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(ContractError, match=r"a\.csv cannot be read: Is a directory"):
        read_sheet(tmp_path / "a.csv", WANTED)


def test_a_file_of_another_kind_says_what_is_read(tmp_path):
    with pytest.raises(ContractError, match=r"a\.xls is neither CSV nor XLSX"):
        read_sheet(write(tmp_path / "a.xls", "x"), WANTED)


def test_rows_are_numbered_as_a_spreadsheet_numbers_them(tmp_path):
    sheet = read_sheet(write(tmp_path / "a.csv", '编号,地址\n1,"two\nlines"\n\n4,x\n'), WANTED)

    assert sheet.rows == [(2, ["1", "two\nlines"]), (4, ["4", "x"])]


def book(path: Path, *rows: tuple[object, ...]) -> Path:
    made = Workbook()
    for row in rows:
        made.active.append(row)
    made.save(path)
    return path


def test_a_spreadsheet_gives_what_its_cells_show(tmp_path):
    path = book(tmp_path / "a.xlsx", WANTED, (20260716001.0, "=1+1"), (None, None), (date(2026, 7, 16), datetime(2026, 7, 16, 9, 30)), (True, 1.5))

    assert read_sheet(path, WANTED).rows == [(2, ["20260716001", "=1+1"]), (4, ["2026-07-16 00:00:00", "2026-07-16 09:30:00"]), (5, ["True", "1.5"])]


def test_another_sheet_may_be_named(tmp_path):
    made = Workbook()
    made.create_sheet("orders").append(WANTED)
    made.save(tmp_path / "a.xlsx")

    assert read_sheet(tmp_path / "a.xlsx", WANTED, sheet="orders").header == WANTED
    with pytest.raises(ContractError, match=r"has no sheet 'Orders', only Sheet, orders"):
        read_sheet(tmp_path / "a.xlsx", WANTED, sheet="Orders")


def test_a_spreadsheet_of_orders_gives_events(trio, mapping, order, tmp_path):
    good = order() | {"opened": datetime(2026, 7, 16, 9), "x": -34.97, "y": 41.0}
    path = book(tmp_path / "orders.xlsx", tuple(good), tuple(good.values()), tuple((good | {"number": "A2", "opened": "=NOW()"}).values()))
    events, *_ = read(path, mapping, trio, recorded_at=datetime(2026, 7, 16, 12, tzinfo=UTC))

    assert events.rows.select(["event_id", "district_id"]).to_pylist() == [{"event_id": "A1", "district_id": "brisa"}]
    assert events.refused["reason"].to_pylist() == ["opened: '=NOW()' is not a moment; the form '%Y-%m-%d %H:%M:%S' or ISO 8601 is expected."]


def test_a_spreadsheet_made_to_fill_the_memory_is_not_opened(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b" " * 50_000_000)

    with pytest.raises(ContractError, match=r"bomb\.xlsx would unpack to 50 MB"):
        read_sheet(path, WANTED)


@pytest.mark.parametrize("keep", [0, 1, 200, 2_000, -1, -30])
def test_a_damaged_spreadsheet_is_refused_with_a_sentence(tmp_path, keep):
    path = book(tmp_path / "a.xlsx", WANTED, ("1", "x"))
    path.write_bytes(path.read_bytes()[:keep])

    with pytest.raises(ContractError, match=r"a\.xlsx"):
        read_sheet(path, WANTED)


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 4_000), byte=st.integers(0, 255))
def test_a_spreadsheet_with_one_wrong_byte_is_read_or_refused(tmp_path_factory, at, byte):
    path = book(tmp_path_factory.mktemp("x") / "a.xlsx", WANTED, ("1", "x"))
    data = bytearray(path.read_bytes())
    data[at % len(data)] = byte
    path.write_bytes(data)
    with suppress(ContractError):
        assert read_sheet(path, WANTED).header == WANTED
