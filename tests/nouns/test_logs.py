"""What is written of what goes on: nothing unless asked, one line each, no folder, no quotes."""

import json
import logging
import os
import pty
import subprocess
import sys
import threading
import warnings
from contextlib import contextmanager
from pathlib import Path

import pytest

from twin import logs
from twin.errors import LakeError, UsageError

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def piped(form="", level=""):
    """The log of this process as an environment asks for it; afterwards as it was."""
    root, ours = logging.getLogger(), logging.getLogger("twin")
    before = list(root.handlers), root.level, ours.level, sys.excepthook
    of_threads = threading.excepthook
    try:
        with warnings.catch_warnings():
            logs.begin({logs.FORM: form, logs.LEVEL: level})
            yield ours
    finally:
        logging.captureWarnings(capture=False)
        root.handlers[:] = before[0]
        root.setLevel(before[1])
        ours.setLevel(before[2])
        sys.excepthook, threading.excepthook = before[3], of_threads


def written(capsys):
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def raised(error, cause=None):
    try:
        raise error from cause
    except type(error) as caught:
        return caught


def test_unless_asked_only_what_is_wrong_is_written(capsys):
    with piped() as log:
        log.info("going on")
        logging.getLogger("a.library").info("going on")
        assert capsys.readouterr().err == ""
        log.warning("The lake is late.", extra={"n_tables": 2})

    line = capsys.readouterr().err
    assert 'level=warning logger=twin event="The lake is late." n_tables=2\n' in line


def test_a_form_asks_for_what_goes_on_and_a_level_for_more_or_less(capsys):
    with piped("json") as log:
        log.info("one")
        log.debug("two")
        logging.getLogger("a.library").info("three")
    assert [line["event"] for line in written(capsys)] == ["one"]

    with piped("json", "debug") as log:
        log.debug("two")
    assert [line["event"] for line in written(capsys)] == ["two"]

    with piped("json", "error") as log:
        log.warning("one")
        logging.getLogger("a.library").warning("three")
        log.error("four")
    assert [line["event"] for line in written(capsys)] == ["four"]


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"TWIN_LOG": "xml"}, "TWIN_LOG is 'xml'"),
        ({"TWIN_LOG_LEVEL": "loud"}, "TWIN_LOG_LEVEL is 'loud'"),
    ],
)
def test_a_word_that_means_nothing_is_said(environ, said):
    with pytest.raises(UsageError, match=said):
        logs.settings(environ)


def test_begun_twice_each_record_is_written_once(capsys):
    with piped("json") as log:
        logs.begin({logs.FORM: "json"})
        log.info("one")

    assert len(written(capsys)) == 1


def test_no_line_names_a_folder(capsys, tmp_path):
    lake = tmp_path / "a lake" / "of ours"
    with piped("json") as log:
        logs.leave_out([lake])
        log.warning("%s is damaged, %s too", lake / "tables" / "x.parquet", lake)
        log.error("failed", exc_info=raised(LakeError(f"{lake}/x cannot be read.")))

    line, failed = written(capsys)
    assert line["event"] == "tables/x.parquet is damaged, of ours too"
    assert failed["exception"][0]["says"] == "x cannot be read."
    (at,) = failed["exception"][0]["at"]
    assert at.startswith("tests/nouns/test_logs.py:")
    assert at.endswith(" raised")


def test_what_a_strange_error_quotes_is_told_at_level_debug_only(capsys):
    fault = raised(LakeError("The rows cannot be read."), ValueError("'张三 called'"))
    with piped("json") as log:
        log.error("failed", exc_info=fault)
    with piped("json", "debug") as log:
        log.error("failed", exc_info=fault)

    quiet, loud = written(capsys)
    assert [each["type"] for each in quiet["exception"]] == ["LakeError", "ValueError"]
    assert [each.get("says") for each in quiet["exception"]] == [
        "The rows cannot be read.",
        None,
    ]
    assert loud["exception"][1]["says"] == "'张三 called'"


def test_an_error_that_rests_on_itself_ends():
    fault = raised(ValueError("a"))
    other = raised(KeyError("b"), fault)
    fault.__cause__ = other

    found = logs.stacks(fault, is_quoting=False)

    assert [each["type"] for each in found] == ["ValueError", "KeyError"]


def test_text_is_one_line_and_the_frames_below_it(capsys):
    with piped("text") as log:
        log.error("failed", exc_info=raised(LakeError("It is gone.")))

    first, kind, at = capsys.readouterr().err.splitlines()
    assert first.endswith("level=error logger=twin event=failed")
    assert kind == "  LakeError: It is gone."
    assert at.startswith("    tests/nouns/test_logs.py:")


def ran(code, tmp_path):
    """The lines that a program of its own wrote with the log as JSON."""
    begin = "import logging, threading, warnings\nfrom twin import logs\nlogs.begin()\n"
    done = subprocess.run(
        [sys.executable, "-c", begin + code],
        cwd=tmp_path,
        env={"TWIN_LOG": "json", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, [json.loads(line) for line in done.stderr.splitlines()]


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("raise ValueError('x')", 1),
        ("t = threading.Thread(target=lambda: 1 / 0)\nt.start(); t.join()", 0),
        ("warnings.warn('of old')", 0),
    ],
)
def test_whatever_ends_a_program_or_warns_is_json_as_well(code, status, tmp_path):
    returned, lines = ran(code, tmp_path)

    assert returned == status
    assert len(lines) == 1
    assert lines[0]["level"] in {"critical", "warning"}


def test_a_program_that_says_nothing_does_not_load_the_library(tmp_path):
    code = "import sys\nlogging.getLogger('twin').debug('x')\nprint('structlog' in sys.modules)"
    begin = "import logging\nfrom twin import logs\nlogs.begin()\n"
    done = subprocess.run(
        [sys.executable, "-c", begin + code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert (done.stdout, done.stderr) == ("False\n", "")


def test_on_a_terminal_the_words_of_a_strange_error_are_told(tmp_path):
    ours, theirs = pty.openpty()
    code = "from twin import logs\nlogs.begin()\nraise ValueError('of the data')"
    subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "TWIN_LOG": "text"},
        stderr=theirs,
        check=False,
    )
    os.close(theirs)

    assert "ValueError: of the data" in os.read(ours, 10_000).decode()
    os.close(ours)


def test_who_takes_us_as_a_library_is_written_nothing(tmp_path):
    code = "import logging; logging.getLogger('twin.store').info('published')"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert (done.stdout, done.stderr) == ("", "")
