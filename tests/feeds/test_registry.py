"""The feeds of a city: those that it names, made as it says; what is off is said with its line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.cli.gauges import install, with_feeds
from twin.cli import main
from twin.errors import PackError
from twin.feeds.feed import kind_of
from twin.feeds.orders_folder import OrdersFolder
from twin.feeds.registry import faults, load_feed, running
from twin.feeds.simulated import Simulated
from twin.pack import load_city

TRIO = Path(__file__).parents[1] / "cities" / "trio"

# Lines of the pack before what a test adds.
BEFORE = len((TRIO / "city.toml").read_text(encoding="utf-8").splitlines()) + 1


@pytest.fixture
def says(tmp_path):
    """Makes the city with something more in its city.toml."""

    def _says(text: str):
        pack = shutil.copytree(TRIO, tmp_path / "trio", dirs_exist_ok=True)
        return load_city(with_feeds(pack, text))

    return _says


def test_a_pack_that_says_nothing_of_feeds_runs_none_and_has_no_fault(says):
    city = says("")

    assert (running(city), faults(city)) == ((), [])


def test_a_feed_has_the_modules_name_or_names_the_module(says):
    city = says(
        '[feeds]\nrun = ["simulated", "other", "orders"]\n'
        "[feeds.simulated]\nseed = 7\n"
        '[feeds.other]\nfeed = "simulated"\n'
        '[feeds.orders]\nfeed = "orders_folder"\nfolder = "in"\n'
    )
    made = [load_feed(city, name) for name in running(city)]

    assert faults(city) == []
    assert [feed.name for feed in made] == ["simulated", "other", "orders"]
    assert [type(feed) for feed in made] == [Simulated, Simulated, OrdersFolder]
    assert [kind_of(feed) for feed in made] == ["simulated", "simulated", "real"]


def test_a_command_may_set_what_the_pack_sets(says):
    city = says('[feeds.orders]\nfeed = "orders_folder"\nfolder = "in"\n')

    feed = load_feed(city, "orders", {"folder": "out", "kind": "drill"})

    assert isinstance(feed, OrdersFolder)
    assert (feed.folder, feed.kind) == (city.root / "out", "drill")


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ('[feeds]\nrun = "simulated"', None, None),
        (
            "[feeds]\nrun = [3]",
            2,
            "run names 3; list names of feeds, as in run = [",
        ),
        (
            '[feeds]\nrun = ["simulated", "simulated"]',
            2,
            "run names 'simulated' twice; keep one",
        ),
        (
            '[feeds]\nrun = ["simulated", "nowhere"]',
            2,
            "there is no feed 'nowhere'; use orders_folder, simulated, or",
        ),
        ('[feeds]\nrun = ["simulate"]', 2, "no feed 'simulate'; write simulated."),
        (
            '[feeds]\nrun = ["work_orders"]',
            2,
            "work_orders says how exports are read, and is no feed that runs; name a",
        ),
        ('[feeds]\nrun = ["csv_rows"]', 2, "'csv_rows' is no feed; use "),
        (
            '[feeds]\nrun = ["nobody:thing"]',
            2,
            "there is no feed 'nobody:thing'; no installed package 'nobody' offers",
        ),
        ("[feeds.wrok_orders]", 1, "no feed 'wrok_orders'; write work_orders."),
        ("[feeds]\nbuses = 3", 2, "buses is 3, not a section; write [feeds.buses]"),
        ('[feeds.buses]\nx = 1\nfeed = "../x"', 3, "feed is '../x'; name a module"),
        (
            "[feeds.simulated]\nseed = 1\ntelemetry_s = 0",
            3,
            "[feeds.simulated] telemetry_s is 0; give more than 0.",
        ),
        (
            "[feeds.simulated]\n\nsede = 1",
            3,
            "[feeds.simulated] has sede = 1, which nothing reads; write seed",
        ),
        (
            '[feeds.orders]\nfeed = "orders_folder"',
            1,
            "[feeds.orders] lacks folder, which it needs.",
        ),
        (
            '[feeds.orders]\nfeed = "orders_folder"\nfolder = "in"\nkind = "made up"',
            1,
            "[feeds.orders] kind is 'made up'; use one of real, simulated, drill.",
        ),
        (
            '[feeds.orders]\nfeed = "orders_folder"\nfolder = "in"\nmapping = "my.toml"',
            1,
            "my.toml cannot be read: No such file or directory; check the file at",
        ),
    ],
)
def test_what_is_off_is_one_sentence_with_its_line(says, text, line, sentence):
    city = says(text)
    if sentence is None:  # one name needs no list
        assert faults(city) == []
        return
    (said,) = faults(city)

    assert said.startswith(f"city.toml, line {BEFORE + line}: ")
    assert sentence in said
    assert said.endswith(".")
    assert "\n" not in said


def test_each_thing_that_is_off_is_said_and_the_command_fails(says):
    city = says('[feeds.simulated]\nseed = "x"\ntelemetry_s = 0.5\n[feeds.nowhere]\n')

    done = CliRunner().invoke(main, ["city", "check", "--city", str(city.root)])

    assert done.exit_code == 1
    assert [
        line.partition(": ")[0] for line in done.output.splitlines() if "toml," in line
    ] == [f"city.toml, line {BEFORE + n}" for n in (2, 3, 4)]
    assert done.output.splitlines()[-1] == "trio: 3 faults."
    with pytest.raises(PackError, match="seed as a whole number") as error:
        load_feed(city, "simulated")
    assert error.value.why == "1 more thing is off."


def test_a_package_offers_a_feed(says, tmp_path, monkeypatch):
    install(tmp_path / "site")
    monkeypatch.syspath_prepend(tmp_path / "site")
    city = says(
        '[feeds]\nrun = ["rain", "acme-feeds:gauges"]\n'
        '[feeds.rain]\nfeed = "acme_feeds:gauges"\nwire = "wire"\n'
    )

    feed = load_feed(city, "rain")

    assert (feed.name, kind_of(feed)) == ("rain", "real")
    (said,) = faults(city)
    assert said == (
        f"city.toml, line {BEFORE + 2}: [feeds.acme-feeds:gauges] lacks wire, which it"
        " needs."
    )


@pytest.mark.parametrize(
    ("program", "sentence"),
    [
        ("import nowhere", "cannot be loaded; ModuleNotFoundError: No module named"),
        ("1 / 0", "cannot be loaded; ZeroDivisionError: division by zero; mend it"),
        ("FEED = print", "'acme_feeds:gauges' is no feed"),
        (
            (
                "from twin.feeds.feed import FeedType\n"
                "FEED = FeedType(lambda name, settings, city: settings['wire'])"
            ),
            "the feed 'rain' cannot be made; KeyError: 'wire'; mend it",
        ),
    ],
)
def test_a_broken_feed_of_a_package_is_a_sentence(
    says, tmp_path, monkeypatch, program, sentence
):
    install(tmp_path / "site")
    module = f"acme_{abs(hash(program))}"
    (tmp_path / "site" / f"{module}.py").write_text(program)
    entries = tmp_path / "site" / "acme_feeds-1.0.dist-info" / "entry_points.txt"
    entries.write_text(f"[twin.feeds]\ngauges = {module}:FEED\n")
    monkeypatch.syspath_prepend(tmp_path / "site")
    city = says('[feeds.rain]\nfeed = "acme_feeds:gauges"\n')

    (said,) = faults(city)

    assert sentence in said
