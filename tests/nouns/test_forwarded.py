"""A link says the same whoever forwarded it.

Messengers, mails, spreadsheets, and people who copy a bit too much.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.faces.test_schedule import trio
from tests.nouns.test_view import moments, views
from twin.errors import UsageError
from twin.forwarded import fields_of
from twin.view import Pointer, View, check, pin

AT = datetime(2026, 11, 23, 14, 32, 10, tzinfo=UTC)
VIEW = View(as_of=AT, lang="en", district="alva")
LINK = "as_of=2026-11-23T14:32:10Z&district=alva&lang=en&v=1"

TRACKS = (
    "from=singlemessage&isappinstalled=0",
    "fbclid=IwAR0x-_aem",
    "utm_source=wx&utm_medium=social",
    "gclid=Cj0",
    "wx_header=0",
    "nsukey=a%2Fb%3D&clicktime=1&enterid=2",
    "spm=a.b",
    "share_token",
    "ref=%E6%98%9F",
    "_t=1",
    "mc_cid=1",
    "igshid=x",
    "model=2",
)
TAILS = (
    "。",
    "）",
    ")",
    ">",
    "”",
    "\u200b",
    "\ufeff",
    "，",
    ".",
    "!",
    "」",
    " ",
    "\u00a0",
    "\u2060。",
    "%E3%80%82",
    "%EF%BC%89",
    "%E2%80%8B",
    "%22",
    "…",
    "**",
)


def uppercase(link):
    return re.sub(r"(?<![^?&])\w+(?==)", lambda name: name[0].upper(), link)


MANGLES = {
    "tracked": (
        st.sampled_from(TRACKS).map(lambda track: lambda link: f"{link}&{track}")
    ),
    "tracked before": (
        st.sampled_from(TRACKS).map(lambda track: lambda link: f"{track}&{link}")
    ),
    "tracked by a second question mark": (
        st.sampled_from(TRACKS).map(lambda track: lambda link: f"{link}?{track}")
    ),
    "escaped for HTML": (
        st.sampled_from(
            ("&amp;", "&amp;amp;", "&#38;", "&#x26;", "&amp%3B", "&AMP;")
        ).map(lambda sign: lambda link: link.replace("&", sign))
    ),
    "followed by": st.sampled_from(TAILS).map(lambda tail: lambda link: link + tail),
    "escaped as a whole": st.just(lambda link: quote(link, safe="")),
    "escaped twice as a whole": st.just(
        lambda link: quote(quote(link, safe=""), safe="")
    ),
    "in capitals": st.just(uppercase),
    "with wide signs": st.just(lambda link: link.replace("&", "＆").replace("=", "＝")),
    "with escaped wide signs": st.just(
        lambda link: link.replace("&", "%EF%BC%86").replace("=", "%EF%BC%9D")
    ),
    "with a place in the page": st.just(lambda link: f"{link}#map"),
    "doubled": st.just(lambda link: f"{link}&{link}"),
    "as an address": st.just(
        lambda link: f"https://hall.example:8050/wall/default?{link}"
    ),
    "in a bracket": (
        st.sampled_from(("<{}>", "({})", "“{}”", "[link]({})", "'{}'")).map(
            lambda form: lambda link: form.format(f"http://h/?{link}")
        )
    ),
    "broken into lines": (
        st.sampled_from(("\r\n", "%0D%0A", "\u200b", "\u00ad")).map(
            lambda sign: lambda link: link.replace("&", f"&{sign}")
        )
    ),
    "printed for a mail": st.just(lambda link: link.replace("=", "=3D")),
    "escaped for a shell": (
        st.sampled_from(("^&", "\\&")).map(
            lambda sign: lambda link: link.replace("&", sign)
        )
    ),
}
AT_LAST = ("followed by", "in a bracket")
ROUGH = (
    "printed for a mail",
    "escaped for a shell",
    "with wide signs",
    "with escaped wide signs",
)
"""What nobody does to a link that was escaped before."""
GENTLE = ("tracked", "doubled", "in capitals")


def chained(first, last):
    """What is done to a link: up to three things, in some order, then one more."""
    names = st.tuples(
        st.lists(st.sampled_from(first), max_size=3, unique=True), st.sampled_from(last)
    )
    return names.flatmap(
        lambda found: st.tuples(
            *(MANGLES[name] for name in dict.fromkeys([*found[0], found[1]]))
        )
    )


OTHERWISE = sorted(MANGLES.keys() - {*AT_LAST, *ROUGH})
chains = chained(OTHERWISE, [*OTHERWISE, *AT_LAST]) | chained(GENTLE, ROUGH)


@given(view=views, chain=chains)
def test_a_view_survives_whoever_forwards_its_link(view, chain):
    link = view.url()
    for mangle in chain:
        link = mangle(link)

    assert View.parse(link) == view, link


@given(
    view=views,
    moment=moments,
    sign=st.sampled_from(("+", " ", "%20", "%2B", "%2b", "%252B", "＋")),
)
def test_an_offset_whose_plus_was_lost_is_an_offset(view, moment, sign):
    link = f"as_of={moment.isoformat().replace('+', sign)}"

    assert View.parse(link).as_of == moment


@pytest.mark.parametrize(
    ("written", "lang"),
    [
        ("EN", "en"),
        ("en-GB", "en"),
        ("en_US", "en"),
        ("zh", "zh-CN"),
        ("ZH_cn", "zh-CN"),
        ("zh-Hans-CN", "zh-CN"),
        ("zh-TW", "zh-CN"),
        ("ｅｎ", "en"),
        ("en。", "en"),
        ("", ""),
    ],
)
def test_a_language_is_known_in_any_form(written, lang):
    assert View.parse(f"lang={written}&v=1").lang == lang
    assert View.parse(f"v=1&lang={written}").lang == lang


@pytest.mark.parametrize(
    "link",
    [
        f"{LINK}&from=timeline",
        LINK.replace("&", "&amp;amp;") + "。",
        "AS_OF=2026-11-23t14:32:10z&DISTRICT=ALVA&LANG=EN&V=1",
        "as\\_of=2026-11-23T14:32:10Z&district=alva&lang=en",
        "as_of=2026–11–23T14：32：10Z&district=alva&lang=en_GB",
        "as_of=2026-11-23T22:32:10+08:00&district=%E2%80%8Balva&lang=en".replace(
            "%E2%80%8B", ""
        ),
        f"{LINK}&scene=126&clicktime=1",
        "as_of=2026-11-23T14:32:10 00:00&district=alva&lang=en）",
        f"?{LINK}?from=singlemessage#wechat_redirect",
        f"{LINK}&theme=&panel=&mode=&window_s=&camera=",
    ],
)
def test_each_of_these_opens_the_same_page(link):
    assert check(View.parse(link), trio()) == check(VIEW, trio())


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("distrct", "district"),
        ("as_off", "as_of"),
        ("asof", "as_of"),
        ("know_at", "known_at"),
        ("layer", "layers"),
        ("windows_s", "window_s"),
        ("Lnag", "lang"),
        ("framе", "frame"),
    ],
)
def test_a_field_that_is_nearly_one_of_ours_is_not_dropped(slip, meant):
    with pytest.raises(UsageError, match=f"'{slip}' that no view has") as caught:
        View.parse(f"{slip}=x&v=1")

    assert meant in caught.value.fix


@pytest.mark.parametrize(
    "name",
    [
        "from",
        "color",
        "model",
        "iframe",
        "q",
        "t",
        "vs",
        "id",
        "wxfrom",
        "state",
        "code",
        "page",
        "locale",
    ],
)
def test_a_field_of_others_is_nothing_to_us(name):
    assert View.parse(f"{name}=x&{LINK}") == VIEW


@pytest.mark.parametrize(
    ("link", "what"),
    [
        ("as_of=yesterday。", "as_of cannot be read"),
        ("as_of=2026-11-23T14:32:10", "as_of cannot be read"),
        ("window_s=60 0", "window_s cannot be read"),
        ("mode=test)", "mode is"),
        ("v=2。", "version"),
        ("as_of=%FF", "as_of cannot be read"),
    ],
)
def test_a_value_that_means_nothing_is_a_sentence_even_if_forwarded(link, what):
    with pytest.raises(UsageError, match=what):
        View.parse(link)


@pytest.mark.parametrize(
    ("view", "what"),
    [
        (View(scene="night"), "no scene 'night'"),
        (View(district="nowhere"), "no district"),
        (View(layers=("x",)), "no layer"),
        (View(lang="pt"), "no language"),
        (View(camera="moon"), "camera"),
        (View(frame="wide"), "frame 'wide' cannot be read"),
        (View(frame="10x10"), "of a size that no screen has"),
        (View(picked="nowhere:E1"), "no layer 'nowhere'"),
        (View(picked="event_heat"), "which is not 'layer:id'"),
        (View(picked="event_heat:"), "which is not 'layer:id'"),
        (View(picked=":E1"), "which is not 'layer:id'"),
        (View(picked=":"), "which is not 'layer:id'"),
    ],
)
def test_a_name_that_is_not_there_is_a_sentence(view, what):
    with pytest.raises(UsageError, match=what):
        check(view, trio())


@pytest.mark.parametrize(
    ("forwarded", "meant"),
    [
        ("picked=event_heat:E1", {"picked": "event_heat:E1"}),
        ("picked=event_heat%3AE1", {"picked": "event_heat:E1"}),
        ("picked=event_heat%253AE1", {"picked": "event_heat:E1"}),
        ("picked=Event_Heat:E1", {"picked": "event_heat:E1"}),
        ("picked=event_heat:a:b%253A", {"picked": "event_heat:a:b%3A"}),
        ("picked=", {"picked": ""}),
        ("frame=1920x1080", {"frame": "1920x1080"}),
        ("frame=1920x1080x1.5。", {"frame": "1920x1080x1.5"}),
        ("frame=１９２０x１０８０", {"frame": "1920x1080"}),
        ("frame=%201920x1080%0A", {"frame": "1920x1080"}),
        ("frame=", {"frame": ""}),
    ],
)
def test_a_pick_and_a_frame_are_found_again(forwarded, meant):
    assert check(View.parse(forwarded), trio()) == check(View(**meant), trio())


def test_a_thing_of_somebody_elses_layer_is_picked_by_the_layers_id():
    city = replace(trio(), layers=(*trio().layers, "their-pack:gauges"))

    assert check(View(picked="gauges:G1"), city).picked == "gauges:G1"
    with pytest.raises(UsageError, match="no layer 'their-pack'"):
        check(View(picked="their-pack:gauges"), city)


PARTS = st.sampled_from(["event_heat", "1920", ":", "x", "%3A", "%", "．", "2"])


@given(texts=st.tuples(*[st.text(max_size=20) | st.lists(PARTS).map("".join)] * 2))
def test_whatever_is_picked_and_framed_is_pinned_or_refused_with_a_sentence(texts):
    view = View(picked=texts[0], frame=texts[1])
    try:
        found = pin(view, trio(), lambda _: Pointer("S", AT)).view
    except UsageError:
        return
    assert found == check(found, trio())  # it is in its one form


def test_a_name_in_brackets_keeps_them_and_loses_the_one_that_is_not_its_own():
    assert View.parse("district=新区（北）").district == "新区（北）"
    assert View.parse("district=新区（北））。").district == "新区（北）"
    assert View.parse("district=St.%20Ives。&v=1").district == "St. Ives。"


@given(text=st.text(max_size=60))
def test_whatever_stands_there_is_read_or_refused_with_a_sentence(text):
    try:
        found = View.parse(text).url()
    except UsageError as error:
        found = error.what
    assert found.endswith((".", "v=1")) or "window_s=" in found


def test_the_names_of_fields_are_read_in_their_order():
    assert fields_of("b=2&a=1&c=3", {"a", "b"}) == [("b", "2"), ("a", "1")]
