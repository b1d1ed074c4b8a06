"""The language of a face: the link's, else the browser's, else the city's own.

Files are in the link's or the city's own.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import replace

import openpyxl
import pytest

from layers.registry import load_registry
from tests.faces.imported import HALL, NEWEST, TRIO, batch, event
from twin.errors import PackError
from twin.faces.export.brief import export
from twin.faces.server import languages, painting
from twin.faces.server.actions import acted
from twin.faces.server.app import create_app
from twin.pack import load_city
from twin.query import QueryService
from twin.store import Lake, publish
from twin.view import Pointer, View, pin


def pack(folder, lang):
    """The made-up city with a language of its own."""
    shutil.copytree(TRIO, folder / "trio", dirs_exist_ok=True)
    text = (TRIO / "city.toml").read_text(encoding="utf-8")
    (folder / "trio" / "city.toml").write_text(
        f'lang = "{lang}"\n{text}' if lang else text, encoding="utf-8"
    )
    return folder / "trio"


@pytest.fixture(scope="module", params=["", "zh-CN", "en"])
def shown(request, tmp_path_factory):
    """A browser before a city of each language, and what stands behind it."""
    folder = tmp_path_factory.mktemp("lang")
    city, lake = load_city(pack(folder, request.param)), Lake(folder / "lake")
    publish(
        lake,
        city,
        [batch("events", event("N1", NEWEST, NEWEST))],
        as_of=NEWEST,
        simulated=False,
        now=lambda: NEWEST,
    )
    service = QueryService(city, load_registry(city), lake.path)
    yield (
        create_app(
            service, load_registry(city), city, clock=lambda: HALL
        ).server.test_client(),
        painting.context(service, load_registry(city), city, lambda: HALL),
    )
    service.close()


def said(answer):
    """The language of a frame."""
    return re.search(r'<html lang="([^"]*)">', answer.get_data(as_text=True))[1]


def opened(client, address, accept=None):
    """What a browser comes to: the language of the frame, and the address it stands at."""
    answer = client.get(
        address,
        headers={"Accept-Language": accept} if accept else {},
        follow_redirects=True,
    )
    return said(answer), answer.request.full_path.rstrip("?")


def test_a_pack_names_its_language_and_none_is_chinese(tmp_path):
    assert [load_city(pack(tmp_path, lang)).lang for lang in ("", "zh-CN", "en")] == [
        "zh-CN",
        "zh-CN",
        "en",
    ]
    with pytest.raises(
        PackError, match=r"lang is 'fr'; use one of zh-CN, en, or leave it out\."
    ):
        load_city(pack(tmp_path, "fr"))


@pytest.mark.parametrize("face", ["/", "/wall/default"])
def test_who_names_no_language_gets_the_citys_own(shown, face):
    client, context = shown
    for accept in (None, "fr-FR, de;q=0.8", "*", "en;q=0, zh;q=0", ";;q=x,,"):
        assert opened(client, face, accept) == (context.city.lang, face)


@pytest.mark.parametrize("face", ["/", "/wall/default"])
@pytest.mark.parametrize(
    ("accept", "lang"),
    [
        ("en", "en"),
        ("en-GB,en;q=0.9,zh;q=0.3", "en"),
        ("zh,en;q=0.8", "zh-CN"),
        ("zh-TW,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("fr, en;q=0.2", "en"),
        ("ZH-hans-cn", "zh-CN"),
        ("en;q=0, zh;q=0.1", "zh-CN"),
        ("*, en;q=0.1", "en"),
    ],
)
def test_a_browser_that_wants_another_language_is_sent_to_the_link_that_names_it(
    shown, face, accept, lang
):
    client, context = shown
    where = face if lang == context.city.lang else f"{face}?lang={lang}&v=1"
    assert opened(client, face, accept) == (lang, where)


def test_a_link_that_names_a_language_means_it_whoever_opens_it(shown):
    for lang in ("en", "zh-CN"):
        for accept in (None, "en", "zh"):
            assert opened(shown[0], f"/?lang={lang}&v=1", accept) == (
                lang,
                f"/?lang={lang}&v=1",
            )


def test_the_rest_of_the_link_is_kept(shown):
    client, context = shown
    other = "en" if context.city.lang == "zh-CN" else "zh-CN"
    link = View(district="alva", as_of=NEWEST, panel="districts").url()
    _, where = opened(client, f"/?{link}", other)
    assert View.parse(where) == View(
        district="alva", as_of=NEWEST, panel="districts", lang=other
    )


@pytest.mark.parametrize("address", ["/?v=1", "/wall/default", "/?district=alva&v=1"])
@pytest.mark.parametrize("accept", ["en", "zh", "fr"])
def test_what_hangs_on_who_asks_says_so_to_whoever_keeps_it(shown, address, accept):
    assert "Accept-Language" in shown[0].get(
        address, headers={"Accept-Language": accept}
    ).headers.get("Vary", "")


@pytest.mark.parametrize(
    "address",
    [
        "/?lang=en&v=1",
        "/api/snapshot",
        "/healthz",
        "/nowhere",
        "/?lang=xx&v=1",
        "/?as_of=red",
    ],
)
def test_what_does_not_hang_on_who_asks_is_one_answer(shown, address):
    answers = [
        shown[0].get(address, headers={"Accept-Language": accept})
        for accept in ("en", "zh", "fr")
    ]
    assert (
        len(
            {
                (
                    each.status_code,
                    said(each) if "html" in each.mimetype else each.get_data(),
                )
                for each in answers
            }
        )
        == 1
    )
    assert all(
        "Accept-Language" not in each.headers.get("Vary", "") for each in answers
    )


@pytest.mark.parametrize(
    "link",
    [
        "lang=EN&amp;district=alva",
        "DISTRICT=alva&lang=en_GB&from=singlemessage&isappinstalled=0",
        "district=alva&lang=en&v=1。",
        "district%3Dalva%26lang%3Den",
    ],
)
@pytest.mark.parametrize("face", ["/", "/wall/default"])
def test_a_link_that_was_changed_on_its_way_is_sent_on_to_the_one_that_was_meant(
    shown, face, link
):
    answer = shown[0].get(f"{face}?{link}")

    assert (answer.status_code, answer.headers["Location"]) == (
        302,
        f"{face}?district=alva&lang=en&v=1",
    )
    assert shown[0].get(answer.headers["Location"]).status_code == 200


@pytest.mark.parametrize(
    "link",
    [
        "?lang=en",
        "?v=1&lang=en",
        "?as_of=2026-07-18T12%3A00%3A00Z&lang=en",
        "?layers=&lang=en&v=1",
        "?lang=en&as_of=nonsense",
    ],
)
def test_a_link_that_only_looks_another_way_is_opened_as_it_stands(shown, link):
    assert shown[0].get(f"/{link}").status_code == 200


def test_a_path_that_looks_like_another_host_leads_to_none(shown):
    answer = shown[0].get(
        "/wall/%2F%2Fevil.test", headers={"Accept-Language": "en, zh;q=0.1"}
    )
    assert answer.status_code in {200, 404} or answer.headers["Location"].startswith(
        "/wall/"
    )


def test_the_picture_of_a_link_is_the_same_whether_its_language_was_named_or_is_the_citys(
    shown,
):
    _, context = shown
    plain, named, other = (
        pin(View(lang=lang), context.city, context.service.pointer)
        for lang in (
            "",
            context.city.lang,
            "en" if context.city.lang != "en" else "zh-CN",
        )
    )
    assert plain == named
    assert plain.hash == named.hash != other.hash
    assert plain.view.lang == context.city.lang


def test_short_links_stay_short():
    assert View().url() == "v=1"
    assert View(lang="en").url() == "lang=en&v=1"


def test_a_painted_face_says_its_language_and_leads_to_the_wall_in_it(shown):
    _, context = shown
    for search, lang in (
        ("", context.city.lang),
        ("?lang=en&v=1", "en"),
        ("?lang=zh-CN&v=1", "zh-CN"),
    ):
        painted = painting.paint(context, "/", search)
        assert painted.lang == lang
        assert ("City operations" in painted.title) == (lang == "en")
        links = re.findall(r'href="([^"]*)"', "".join(painted.places["top"]))
        assert links[-1] == f"/wall/default?lang={lang}&amp;v=1"
        assert all(f"lang={lang}" in link for link in links)


def test_whoever_chooses_a_language_keeps_it_in_the_link(shown):
    _, context = shown
    for lang in ("en", "zh-CN"):
        assert acted(View(), {"lang": lang}, context).url() == f"lang={lang}&v=1"


@pytest.mark.parametrize(("view", "other"), [(View(), False), (View(lang="en"), True)])
def test_a_brief_without_a_language_is_in_the_citys_own_and_its_link_names_it(
    shown, tmp_path, view, other
):
    _, context = shown
    lang = "en" if other else context.city.lang
    made = export(
        context.service,
        context.registry,
        context.city,
        view,
        ["xlsx"],
        tmp_path,
        clock=context.clock,
    )
    book = openpyxl.load_workbook(made.files[0])
    about = dict(book["about"].iter_rows(min_row=2, values_only=True))
    assert about["looking"] == {"en": "live", "zh-CN": "实时"}[lang]
    assert View.parse(about["view"]).lang == lang


def test_a_broken_link_is_answered_in_the_citys_own_language(shown):
    city = shown[1].city
    assert (
        languages.of_link("?as_of=red", city)
        == languages.of_link("?lang=tlh&v=1", city)
        == city.lang
    )


def test_a_city_made_without_a_language_is_chinese():
    city = load_city(TRIO)
    english = replace(city, lang="en")
    assert [
        pin(View(), each, lambda _moment: Pointer("s", NEWEST)).view.lang
        for each in (city, english)
    ] == ["zh-CN", "en"]
