"""Whatever is printed, a terminal shows it and obeys nothing of it.

Names, reasons and paths are strangers' texts.
"""

from __future__ import annotations

import io
import json
import logging
import unicodedata
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from tests.nouns.test_logs import piped
from twin.cli import main
from twin.cli.common import report
from twin.errors import UsageError
from twin.visible import visible

TRIO = str(Path(__file__).parent.parent / "cities" / "trio")
EVIL = "a\x1b[31m\x07\x9b2J\x7f\u202eb\u2066\u2028\u2029\r\nFORGED\tc\u200f"
SHOWN = r"a\u001b[31m\u0007\u009b2J\u007f\u202eb\u2066\u2028\u2029\u000d\u000aFORGED\u0009c\u200f"


def is_obeyed(letter: str) -> bool:
    """Whether a terminal does something at this letter, by the Unicode tables."""
    return unicodedata.category(letter) in {
        "Cc",
        "Cs",
        "Zl",
        "Zp",
    } or unicodedata.bidirectional(letter) in {
        "LRE",
        "RLE",
        "LRO",
        "RLO",
        "PDF",
        "LRI",
        "RLI",
        "FSI",
        "PDI",
    }


def said(words, **how):
    done = CliRunner().invoke(main, list(words), **how)
    assert "Traceback" not in done.output
    assert not any(is_obeyed(letter) for letter in done.output.replace("\n", ""))
    return done


def test_every_letter_that_a_terminal_obeys_is_written_out():
    letters = [chr(code) for code in range(0x110000)]

    assert [
        letter for letter in letters if is_obeyed(letter) and visible(letter) == letter
    ] == []
    assert visible(EVIL) == SHOWN
    assert visible("武汉 café – 12 % 🚁") == "武汉 café – 12 % 🚁"


def test_a_sentence_stays_one_line_and_sentences_stay_apart(capsys):
    report(False, {}, [EVIL, "two"])

    assert capsys.readouterr().out == f"{SHOWN}\ntwo\n"


@given(facts=st.dictionaries(st.text(st.characters()), st.text(st.characters())))
def test_json_stays_the_same_json(facts):
    out = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdout", out)
        report(True, facts, [])

    assert json.loads(out.getvalue()) == json.loads(json.dumps(facts))
    assert not any(is_obeyed(letter) for letter in out.getvalue().replace("\n", ""))


@pytest.mark.parametrize(
    "words",
    [
        ("city", "check", "--city", EVIL),
        ("export", "brief", "--view", EVIL),
        ("export", "brief", "--format", EVIL),
        ("schedule", "run", "--format", EVIL),
        ("simulate", "--city", TRIO, "--until", EVIL),
        ("simulate", "--city", TRIO, "--scenario", EVIL),
        (
            "simulate",
            "--city",
            TRIO,
            "--lake",
            "lake",
            "--scenario",
            f"{EVIL}@2026-07-16T09:00:00Z",
        ),
        ("snapshot", "show", EVIL, "--lake", EVIL),
        ("snapshot", "list", "--lake", EVIL),
        ("doctor", "--city", EVIL, "--lake", EVIL),
        (EVIL,),
        (f"--{EVIL}",),
        ("simulate", f"--{EVIL}"),
        ("simulate", EVIL),
        ("simulate", "--days", EVIL),
        ("ingest", "work-orders", EVIL, "--city", TRIO),
        ("ingest", "work-orders", "x", "--mapping", EVIL, "--city", TRIO),
        ("snapshot", "list", "--json", "--lake", f"{EVIL}\udcff"),
        ("snapshot", "list", "--lake", "\udcff"),
    ],
)
def test_words_of_a_command_are_said_back_without_their_power(
    words, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)

    assert said(words).output


def test_a_refused_row_is_named_without_the_power_of_its_cells(tmp_path):
    name = f"orders{EVIL[:12]}.csv"
    (tmp_path / name).write_bytes(
        "número,hora,assunto,texto,freguesia,urgência,longitude,latitude\n"
        "X\x1b[2J\u202e,yesterday\x9b,noise,t,,,,\n".encode()
    )

    done = said(
        (
            "ingest",
            "work-orders",
            str(tmp_path / name),
            "--city",
            TRIO,
            "--lake",
            str(tmp_path / "lake"),
        )
    )

    assert done.exit_code == 1, done.output
    assert r"yesterday" in done.output
    assert r"orders\x1b" not in done.output
    assert r"\u001b[31m" in done.output


@pytest.mark.parametrize("form", ["json", "text"])
@pytest.mark.parametrize("fault", [None, UsageError(EVIL)])
def test_a_line_of_the_log_is_written_out_with_its_traceback(form, fault, capsys):
    record = logging.LogRecord("twin", logging.ERROR, __file__, 1, "%s", (EVIL,), None)
    record.path = EVIL
    if fault is not None:
        record.exc_info = (type(fault), fault, None)

    with piped(form) as log:
        log.handle(record)

    first, *more = capsys.readouterr().err.splitlines()
    assert not any(is_obeyed(letter) for letter in "".join([first, *more]))
    if form == "json":
        told = json.loads(first)
        assert (told["event"], told["path"], more) == (EVIL, EVIL, [])
        assert [each["says"] for each in told.get("exception", [])] == (
            [EVIL] if fault else []
        )
    else:
        assert f"event={SHOWN}" in first
        assert f"path={SHOWN}" in first
        assert more == ([f"  UsageError: {SHOWN}"] if fault else [])
