"""Open311 requests in JSON and XML are the same rows; a server's error is its words.

No entity is ever looked at.
"""

from __future__ import annotations

import json
import tomllib
from contextlib import suppress
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

import twin.feeds
from tests.feeds.sheet_rows import JSON, QUIET, faults_of, rows_of
from twin.errors import ContractError
from twin.feeds import open311, xml_items
from twin.feeds.open311 import COLUMNS, open_json, open_xml

WANTED = ("service_request_id", "requested_datetime", "long", "lat")
REQUEST = {
    "service_request_id": "638344",
    "status": "closed",
    "service_name": "Sidewalk repair",
    "requested_datetime": "2010-04-14T06:37:38-08:00",
    "lat": "37.762221815",
    "long": "-122.4651145",
}


def of_json(folder: Path, content: object, name: str = "a.json") -> Path:
    path = folder / name
    path.write_text(
        content if isinstance(content, str) else json.dumps(content), encoding="utf-8"
    )
    return path


def of_xml(
    folder: Path, inside: str, head: str = '<?xml version="1.0" encoding="utf-8"?>\n'
) -> Path:
    path = folder / "a.xml"
    path.write_text(
        f"{head}<service_requests>\n{inside}</service_requests>", encoding="utf-8"
    )
    return path


def elements(**values: str) -> str:
    inside = "".join(
        f"<{name}>{escape(value)}</{name}>" for name, value in values.items()
    )
    return f"<request>{inside}</request>\n"


@pytest.mark.parametrize(
    "content",
    [
        [REQUEST],
        {"service_requests": [REQUEST]},
        {"count": 1, "service_requests": [REQUEST], "page": 2},
        REQUEST,
    ],
)
def test_json_of_requests_has_the_columns_of_the_standard(tmp_path, content):
    sheet = open_json(of_json(tmp_path, content), WANTED)

    assert sheet.header == COLUMNS
    assert rows_of(sheet) == {1: REQUEST}


def test_xml_of_requests_is_the_same(tmp_path):
    sheet = open_xml(of_xml(tmp_path, elements(**REQUEST)), WANTED)

    assert sheet.header == COLUMNS
    assert rows_of(sheet) == {1: REQUEST}


def test_what_a_server_adds_is_kept_behind_the_standard(tmp_path):
    sheet = open_json(
        of_json(
            tmp_path,
            [
                REQUEST
                | {
                    "service_request_id": 638344,
                    "lat": None,
                    "extra": {"a": {"b": 1}},
                    "tags": ["x"],
                }
            ],
        ),
        WANTED,
    )

    assert sheet.header == (*COLUMNS, "extra.a.b", "tags")
    (row,) = rows_of(sheet).values()
    assert (row["service_request_id"], row["extra.a.b"], row["tags"], "lat" in row) == (
        "638344",
        "1",
        '["x"]',
        False,
    )


def test_elements_that_repeat_or_hold_others_are_kept(tmp_path):
    inside = (
        "<request><service_request_id>1</service_request_id><lat/>"
        "<media_url>a</media_url><media_url>b</media_url><x><y>1</y></x></request>"
    )
    (row,) = rows_of(open_xml(of_xml(tmp_path, inside), WANTED)).values()

    assert row == {
        "service_request_id": "1",
        "lat": "",
        "media_url": '["a", "b"]',
        "x.y": "1",
    }


def test_a_name_space_and_a_nil_are_understood(tmp_path):
    (tmp_path / "a.xml").write_text(
        '<service_requests xmlns="urn:x"'
        ' xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><request><service_request_id>1</service_request_id><lat'
        ' i:nil="true"/></request></service_requests>'
    )

    assert rows_of(open_xml(tmp_path / "a.xml", WANTED)) == {
        1: {"service_request_id": "1"}
    }


def test_text_between_elements_is_a_fault_of_its_row(tmp_path):
    broken = (
        "<request><service_request_id>2</service_request_id><description>loud"
        " <b>noise</b></description></request>"
    )

    assert faults_of(
        open_xml(
            of_xml(tmp_path, elements(**REQUEST) + broken + elements(**REQUEST)), WANTED
        )
    ) == {2: "<description> has text between its elements"}


def test_elements_beside_the_requests_are_said(tmp_path):
    assert open_xml(
        of_xml(tmp_path, f"<page>1</page>{elements(**REQUEST)}<page>2</page>"), WANTED
    ).remarks == ("2 elements <page> beside the requests were not read.",)


@pytest.mark.parametrize("text", ["[]", '{"service_requests": []}'])
def test_a_quiet_day_lacks_no_column(tmp_path, text):
    assert rows_of(open_json(of_json(tmp_path, text), WANTED)) == {}
    assert rows_of(open_xml(of_xml(tmp_path, ""), WANTED)) == {}


@pytest.mark.parametrize(
    "content",
    [
        [{"code": 403, "description": "Invalid api_key"}],
        {"errors": [{"code": 403, "description": "Invalid api_key"}]},
    ],
)
def test_a_servers_error_is_its_words(tmp_path, content):
    with pytest.raises(
        ContractError,
        match=(
            r"a\.json holds no requests, but the word of a server .*: 403 Invalid"
            r" api_key\."
        ),
    ):
        open_json(of_json(tmp_path, content), WANTED)


def test_what_a_server_says_beside_its_requests_is_said(tmp_path):
    content = {
        "errors": [{"code": 206, "description": "only a page"}],
        "service_requests": [REQUEST],
    }
    sheet = open_json(of_json(tmp_path, content), WANTED)

    assert sheet.remarks == ("The server says beside its requests: 206 only a page.",)
    assert list(rows_of(sheet)) == [1]


def test_a_servers_error_in_xml_is_its_words(tmp_path):
    (tmp_path / "a.xml").write_text(
        "<errors><error><code>404</code><description>service_code not"
        " found</description></error></errors>"
    )
    with pytest.raises(ContractError, match=r": 404 service_code not found\."):
        open_xml(tmp_path / "a.xml", WANTED)


@pytest.mark.parametrize("text", ["[{0}, {1}]", "{0}\n{1}\n", "{0}\n\n{1}"])
def test_any_list_of_objects_and_one_on_each_line_is_read_by_its_own_names(
    tmp_path, text
):
    path = of_json(
        tmp_path,
        text.replace("{0}", '{"编号": 1, "a": true}').replace(
            "{1}", '{"编号": 2.50, "b": NaN}'
        ),
    )
    sheet = open_json(path, ("编号",))

    assert sheet.header == ("编号", "a", "b")
    assert rows_of(sheet) == {1: {"编号": "1", "a": "true"}, 2: {"编号": "2.50"}}


def test_a_single_line_of_a_file_of_lines_is_one_row(tmp_path):
    assert rows_of(
        open_json(of_json(tmp_path, '{"n": 1, "errors": [2]}', "a.jsonl"), ("n",))
    ) == {1: {"n": "1", "errors": "[2]"}}


def test_what_is_no_object_is_refused_by_its_row_and_an_empty_one_is_blank(tmp_path):
    sheet = open_json(of_json(tmp_path, [{"n": 1}, 5, {}, ["a"], {"n": 2}]), ("n",))

    assert [block.numbers.to_pylist() for block in sheet.blocks] == [[1, 2, 4, 5]]
    assert faults_of(
        open_json(of_json(tmp_path, [{"n": 1}, 5, {}, ["a"]]), ("n",))
    ) == {
        2: "it is no object but 5",
        4: 'it is no object but ["a"]',
    }


def test_a_list_of_bare_values_is_no_table(tmp_path):
    with pytest.raises(ContractError, match=r"a\.json holds no records with names"):
        open_json(of_json(tmp_path, [1, 2]), ())


def test_columns_that_differ_only_in_spaces_and_nested_ones_have_their_place_behind_them(
    tmp_path,
):
    sheet = open_json(
        of_json(tmp_path, [{"a": 1, " a": 2, "": 3, "b.c": 4, "b": {"c": 5}}]), ("a",)
    )

    assert sheet.header == ("a", "a (2)", "column (3)", "b.c", "b.c (5)")


def test_a_file_of_ever_new_names_is_no_table(tmp_path):
    with pytest.raises(ContractError, match=r"names more than 1,000 different columns"):
        open_json(of_json(tmp_path, [{f"k{at}": 1} for at in range(1_001)]), ())


def test_an_item_without_an_end_is_refused_before_it_fills_the_memory(
    tmp_path, monkeypatch
):
    monkeypatch.setattr("twin.feeds.json_items.MAX_RECORD", 1_000)
    monkeypatch.setattr("twin.feeds.json_items._CHUNK", 100)
    with pytest.raises(
        ContractError, match="line 2: an item that begins here has more than"
    ):
        open_json(of_json(tmp_path, f'[{{"a": 1}},\n{{"a": "{"x" * 5_000}"}}]'), ())


BOMB = '<!DOCTYPE z [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>\n'


@pytest.mark.parametrize(
    "head",
    [
        BOMB,
        '<!DOCTYPE z SYSTEM "file:///etc/passwd">\n',
        '<!DOCTYPE z [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n',
        "<!DOCTYPE z>\n",
    ],
)
def test_no_document_type_is_looked_at(tmp_path, head):
    with pytest.raises(
        ContractError,
        match=(
            r"a\.xml, line 1: it declares a document type or entities, which are not"
            r" read"
        ),
    ):
        open_xml(
            of_xml(
                tmp_path, "<request><description>&b;&x;</description></request>", head
            ),
            (),
        )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", r"a\.xml, line 1: this is no XML \(no element found\)"),
        (b"<service_requests>\n<request>\n<lat>1", r"a\.xml, line 3: this is no XML"),
        (
            b"<service_requests>\n<request></service_requests>",
            r"line 2: this is no XML \(mismatched tag\)",
        ),
        (
            b"<service_requests>\n<request><lat>\xff</lat></request></service_requests>",
            r"line 2: this is no XML \(not well-formed",
        ),
        (
            '<?xml version="1.0"'
            ' encoding="gb18030"?><service_requests>路</service_requests>'.encode(
                "gb18030"
            ),
            r"a\.xml, line 1: its encoding is not understood",
        ),
        (b'<?xml version="1.0" encoding="klingon"?><service_requests/>', "encoding"),
        (b"service_request_id,lat\n1,2\n", "this is no XML"),
        (
            b"<service_requests><request><a>&nope;</a></request></service_requests>",
            r"this is no XML \(undefined entity",
        ),
        (b"<html><body/></html>", r"a\.xml holds no service requests, but <html>"),
        (
            b"<service_requests>" + b"<a>" * 70,
            "elements inside of elements without an end",
        ),
    ],
)
def test_xml_that_is_off_is_one_sentence(tmp_path, content, said):
    (tmp_path / "a.xml").write_bytes(content)
    with pytest.raises(ContractError, match=said):
        open_xml(tmp_path / "a.xml", ())


def test_a_request_without_an_end_is_refused_before_it_fills_the_memory(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(xml_items, "MAX_RECORD", 1_000)
    with pytest.raises(ContractError, match="has a request of more than"):
        open_xml(of_xml(tmp_path, elements(description="x" * 2_000)), ())


def test_latin_letters_are_read_where_the_file_says_so(tmp_path):
    path = tmp_path / "a.xml"
    text = (
        '<?xml version="1.0" encoding="iso-8859-1"?>'
        "<service_requests><request><address>Köln</address></request>"
        "</service_requests>"
    )
    path.write_bytes(text.encode("latin-1"))

    assert rows_of(open_xml(path, WANTED)) == {1: {"address": "Köln"}}


def test_the_ready_mapping_names_columns_of_the_standard():
    mapping = tomllib.loads(
        (Path(twin.feeds.__file__).with_name("mappings") / "open311.toml").read_text(
            encoding="utf-8"
        )
    )["feeds"]["work_orders"]

    assert set(mapping["columns"].values()) <= set(COLUMNS)
    assert {"event_id", "created_at", "lon", "lat"} <= set(mapping["columns"])


@QUIET
@given(
    content=st.binary(max_size=80) | JSON.map(lambda value: json.dumps(value).encode())
)
def test_any_bytes_of_json_give_a_sheet_or_one_sentence(tmp_path, content):
    (tmp_path / "any.json").write_bytes(content)
    with suppress(ContractError):
        rows_of(open_json(tmp_path / "any.json", ()))


@QUIET
@given(
    content=st.binary(max_size=80)
    | st.text(alphabet="<>/&;!?-= '\"ab", max_size=60).map(
        lambda text: f"<service_requests>{text}</service_requests>".encode()
    )
)
def test_any_bytes_of_xml_give_a_sheet_or_one_sentence(tmp_path, content):
    (tmp_path / "any.xml").write_bytes(content)
    with suppress(ContractError):
        rows_of(open_xml(tmp_path / "any.xml", ()))


@QUIET
@given(cut=st.integers(0, 400))
def test_a_file_that_is_cut_off_anywhere_is_never_taken(tmp_path, cut):
    for path, opened in (
        (of_json(tmp_path, [REQUEST, REQUEST]), open_json),
        (of_xml(tmp_path, elements(**REQUEST)), open_xml),
    ):
        whole = path.read_bytes()
        path.write_bytes(whole[: min(cut, len(whole) - 1)])
        with pytest.raises(ContractError):
            opened(path, WANTED)


@QUIET
@given(
    texts=st.lists(
        st.text(
            st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), min_size=1
        ),
        min_size=1,
    )
)
def test_texts_in_xml_survive_and_have_their_numbers(tmp_path, texts):
    path = of_xml(
        tmp_path,
        "".join(elements(service_request_id="1", description=text) for text in texts),
    )

    assert {
        number: row["description"]
        for number, row in rows_of(open_xml(path, WANTED)).items()
    } == dict(enumerate(texts, 1))


def test_the_standards_names_are_those_of_the_reader():
    assert len(set(open311.COLUMNS)) == 17
