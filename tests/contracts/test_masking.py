"""Masks: no number of a person's survives in any form, and ordinary texts stay as they are."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime

import pyarrow as pa
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from twin.contracts.masking import MARK, Mask, read_mask
from twin.errors import PackError

MASK = Mask()
WIDE = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
GAPS = st.sampled_from(["", " ", "-", "\u3000", "－", "–", "\u00a0", "\u200b"])
AROUND = st.sampled_from(
    ["", " ", "，", "：", "（", "街坊反映", "a ", "请回电", "!", "\n", "No. ", "）"]
)
BEFORE = st.one_of(AROUND, st.just("7栋，"))


def digits(n: int, first: str = "0123456789") -> st.SearchStrategy[str]:
    rest = st.text("0123456789", min_size=n - 1, max_size=n - 1)
    return st.builds(lambda head, tail: head + tail, st.sampled_from(first), rest)


@st.composite
def mobiles(draw: st.DrawFn) -> str:
    tail = draw(digits(9))
    number = f"1{draw(st.sampled_from('3456789'))}{tail}"
    sizes = draw(
        st.sampled_from(
            [(11,), (3, 4, 4), (3, 8), (7, 4), (3, 3, 5), (4, 3, 4), (1,) * 11]
        )
    )
    at, groups, gap = 0, list[str](), draw(GAPS)
    for size in sizes:
        groups.append(number[at : at + size])
        at += size
    # a room, then a day, is written so too
    assume(
        not re.search(
            r"(19|20)\d\d[- ]\d", unicodedata.normalize("NFKC", gap.join(groups))
        )
    )
    prefix = draw(st.sampled_from(["", "+86 ", "+86", "86-", "0086", "(+86)"]))
    return prefix + gap.join(groups)


@st.composite
def landlines(draw: st.DrawFn) -> str:
    area = draw(st.sampled_from(["027", "010", "0716", "0591"]))
    own = draw(digits(8 if len(area) == 3 else 7, first="345678"))
    gap = draw(st.sampled_from(["-", " ", "", "－"]))
    return draw(
        st.sampled_from(
            [
                f"{area}{gap}{own}",
                f"({area}){own}",
                f"（{area}） {own}",
                f"{area}-{own[:4]} {own[4:]}",
                f"{area}-{own}-802",
                f"+86 {area[1:]} {own}",
            ]
        )
    )


@st.composite
def abroad(draw: st.DrawFn) -> str:
    of_area, exchange, line = (
        draw(digits(3, first="3456789")),
        draw(digits(3, first="23456789")),
        draw(digits(4)),
    )
    long = draw(digits(9, first="123456789"))
    return draw(
        st.sampled_from(
            [
                f"({of_area}) {exchange}-{line}",
                f"{of_area}-{exchange}-{line}",
                f"{of_area}.{exchange}.{line}",
                f"+1 {of_area} {exchange} {line}",
                f"+1{of_area}{exchange}{line}",
                f"1-{of_area}-{exchange}-{line}",
                f"tel: {of_area}{exchange}{line}",
                f"+44 20 7946 {line}",
                f"+44 (0)20 7946 {line}",
                f"+351 {long[:3]} {long[3:6]} {long[6:]}",
                f"+351{long}",
                f"00351 {long}",
            ]
        )
    )


@st.composite
def identity_numbers(draw: st.DrawFn) -> str:
    born = draw(st.dates(date(1900, 1, 1), date(2019, 12, 31)))
    region = draw(st.sampled_from(["420106", "110101", "659001", "810000"]))
    tail, check = draw(digits(3)), draw(st.sampled_from("0123456789Xx"))
    old = f"{region}{born:%y%m%d}{tail}"
    new = f"{region}{born:%Y%m%d}{tail}{check}"
    return draw(
        st.sampled_from(
            [
                new,
                old,
                f"{new[:6]} {new[6:14]} {new[14:]}",
                f"{new[:6]}-{new[6:14]}-{new[14:]}",
            ]
        )
    )


@st.composite
def plates(draw: st.DrawFn) -> str:
    head = draw(st.sampled_from(["鄂A", "京B", "粤Z", "鄂a", "川Ａ"])) + draw(
        st.sampled_from(["", "·", "•", " ", "-"])
    )
    tail = draw(
        st.sampled_from(
            [
                "12345",
                "1A2B3",
                "D12345",
                "12345F",
                "AF1234",
                "1234学",
                "F123挂",
                "１２３４５",
            ]
        )
    )
    return head + tail


@st.composite
def addresses(draw: st.DrawFn) -> str:
    name = draw(st.text("abcxyzABC0123456789", min_size=1, max_size=12))
    at = draw(st.sampled_from(["@", "＠"]))
    more = draw(st.sampled_from(["", ".li", "_li", "+x", "-1"]))
    return f"{name}{more}{at}{draw(st.sampled_from(['qq.com', 'mail.gov.example', '163.com']))}"


Form = Callable[[str], str]
FORMS: st.SearchStrategy[Form] = st.sampled_from(
    [
        lambda said: said,
        lambda said: said.translate(WIDE),
        lambda said: said.translate(ARABIC),
    ]
)


@given(
    st.one_of(mobiles(), landlines(), abroad(), identity_numbers()),
    BEFORE,
    AROUND,
    FORMS,
)
def test_no_number_survives_in_any_form(
    number: str, before: str, after: str, form: Form
) -> None:
    masked = MASK.text(f"{before}{form(number)}{after}")
    assert MARK in masked
    assert not re.search(r"\d.{0,3}\d.{0,3}\d.{0,3}\d", masked)


@given(
    st.one_of(plates(), addresses()),
    BEFORE,
    AROUND.filter(lambda after: not after[:1].isascii() or after in {"", " "}),
)
def test_no_plate_and_no_address_survives(said: str, before: str, after: str) -> None:
    assert before + MARK + after == MASK.text(before + said + after)


@pytest.mark.parametrize(
    "text",
    [
        "WH202600001",
        "20261124000017",
        "20261124-000017",
        "WH2026112400017",
        "编号 2026112401",
        "202611240000017",
        "420100202611240017",
        "电话回访工单 20261124000017",
        "鄂WH202600001",
        "114.305432, 30.593099",
        "+30.593099 +114.305432",
        "114.13812345678",
        "E114°18'19.5\" N30°35'35.1\"",
        "2026-11-24 09:15:00",
        "2026-11-24T09:15:00+08:00",
        "2026年11月24日9时15分",
        "GMT+8 2026-11-24 09:15",
        "24.11.2026 09:15:00,123",
        "来电 2026-11-24 09:15",
        "call 20261124",
        "1501 2026-11-24 09:15",
        "room 0301 20261124",
        "18号楼3单元1204室",
        "15-3-1204",
        "中山路1381号",
        "新B区101",
        "青A座1001",
        "¥13,812.50",
        "1,234,567.89 元",
        "3.5 km²",
        "12345热线",
        "拨打 110",
        "@社区",
        "a@b",
        "价格1381234元",
        "第138 1234页",
    ],
)
def test_an_ordinary_text_stays_as_it_is(text: str) -> None:
    assert MASK.text(text) == text
    assert MASK.text(f"居民反映：{text}，请处理") == f"居民反映：{text}，请处理"


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1)),
    st.integers(0, 99_999),
    st.floats(73, 129),
    st.floats(18, 53),
    st.integers(1, 9_999),
)
def test_order_numbers_moments_places_and_prices_stay(
    moment: datetime, serial: int, lon: float, lat: float, n: int
) -> None:
    text = (
        f"WH{moment:%Y}{serial:05} {moment:%Y%m%d}{serial:06}，"
        f"{moment:%Y-%m-%d %H:%M:%S}，{moment.replace(tzinfo=UTC).isoformat()}，"
        f"{lon:.6f},{lat:.6f}，{n}号{n % 40}-{n % 7}-{n}，¥{n:,}.50"
    )
    assert MASK.text(text) == text


TEXTS = st.one_of(
    st.text(st.sampled_from("0123456789 -+().@a鄂A·电话:X１８•，年"), max_size=60),
    st.text(max_size=40),
    st.lists(
        st.one_of(
            mobiles(),
            landlines(),
            abroad(),
            identity_numbers(),
            plates(),
            addresses(),
            AROUND,
        ),
        max_size=6,
    ).map("".join),
)


@given(st.lists(st.one_of(st.none(), TEXTS), max_size=8), st.booleans())
def test_masked_once_is_masked_and_many_are_masked_as_one(
    texts: list[str | None], cut: bool
) -> None:
    given = pa.array(texts, pa.string()).slice(1 if cut else 0)
    masked = MASK.texts(given)
    assert masked.to_pylist() == [
        None if text is None else MASK.text(text) for text in given.to_pylist()
    ]
    assert MASK.texts(masked) is masked
    assert masked.type == pa.string()
    chunked = pa.chunked_array([given, given], pa.string())
    assert MASK.texts(chunked).to_pylist() == masked.to_pylist() * 2


def test_what_has_nothing_to_mask_is_the_very_same_array() -> None:
    texts = pa.array(["窨井盖缺失", None, "", "12345"])
    assert MASK.texts(texts) is texts
    chunked = pa.chunked_array([texts, texts])
    assert MASK.texts(chunked) is chunked


def test_a_row_in_json_stays_json_and_a_column_s_name_speaks_for_its_value() -> None:
    row = {
        "电话": "87654321",
        "手机": 13812345678,
        "经度": 114.305432,
        "n": [1, None, True, "鄂A12345"],
        "工单编号": "WH202600001",
    }
    masked = json.loads(MASK.json(json.dumps(row)))
    assert masked == {
        "电话": MARK,
        "手机": MARK,
        "经度": 114.305432,
        "n": [1, None, True, MARK],
        "工单编号": "WH202600001",
    }
    assert MASK.json('{"a": "\\ud800 13812345678"}') == f'{{"a": "\ud800 {MARK}"}}'
    assert MASK.json("not json 13812345678") == f"not json {MARK}"


def test_a_city_puts_kinds_off_and_has_rules_of_its_own() -> None:
    mask = read_mask({"mask": {"plate": False, "patterns": {"name": "姓名[:：]\\S+"}}})
    assert mask.text("姓名：张三 鄂A12345 13812345678") == f"{MARK} 鄂A12345 {MARK}"
    assert read_mask({}) == MASK != mask
    assert read_mask({}).sha256 == MASK.sha256 != mask.sha256


@pytest.mark.parametrize(
    ("section", "sentence"),
    [
        ("yes", "mask is 'yes', not a section; write [mask]."),
        ({"phone": "yes"}, "[mask] phone is 'yes'; write true or false."),
        (
            {"phones": True},
            (
                "[mask] has 'phones'; use email, identity_number, phone, plate, and"
                " patterns."
            ),
        ),
        (
            {"patterns": ["x"]},
            (
                "[mask] patterns is ['x'], not a section; write patterns = {name ="
                ' "expression"}.'
            ),
        ),
        (
            {"patterns": {"a": 3}},
            "[mask] patterns.a is 3, not text; write it between quotes.",
        ),
        (
            {"patterns": {"a": "("}},
            (
                "[mask] patterns.a is no regular expression (missing ): (); "
                "see RE2's syntax; it has no look-ahead or look-behind."
            ),
        ),
        (
            {"patterns": {"a": "x*"}},
            (
                "[mask] patterns.a finds nothing at all; "
                "make it find at least one sign of what is to be masked."
            ),
        ),
        (
            {"patterns": {"a": "\\W"}},
            (
                "[mask] patterns.a finds the mark; "
                "make it find at least one sign of what is to be masked."
            ),
        ),
    ],
)
def test_a_section_that_cannot_be_followed_is_a_sentence(
    section: object, sentence: str
) -> None:
    with pytest.raises(PackError) as error:
        read_mask({"mask": section})
    assert error.value.what == f"city.toml: {sentence}"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("电话：138\n12345678", f"电话：{MARK}"),
        ("138\r\n1234\r\n5678", MARK),
        ("请打87654321转802找他", f"请打{MARK}找他"),
        ("8765-4321 转接 12", MARK),
    ],
)
def test_a_number_over_two_lines_and_one_with_an_extension_are_telephones(text, masked):
    assert MASK.text(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "门牌12\n2026年7月16日",
        "12345678转3单元",
        "1. 3栋\n2. 5栋\n3. 7栋",
        "工单20260716\n9001",
    ],
)
def test_lines_of_ordinary_numbers_stay(text):
    assert MASK.text(text) == text
