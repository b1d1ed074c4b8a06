"""What may stand where: no city in the code, no outside address, and no command or option
that the README or its help leaves out.
"""

import re
from pathlib import Path

import click
import pytest

from twin.cli import COMMANDS, main

ROOT = Path(__file__).resolve().parents[2]
CODE = [
    path
    for folder in ("twin", "layers", "assets/src", "assets/css")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in {".py", ".sql", ".js", ".mjs", ".css", ".ftl", ".toml"}
]


def found(pattern, paths):
    return [
        f"{path.relative_to(ROOT)}: {line.strip()[:100]}"
        for path in paths
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(pattern, line, re.IGNORECASE)
    ]


def test_no_code_knows_which_city_it_shows():
    assert found(r"wuhan|武汉", CODE) == [], "a city belongs in data/ and in tests"


def test_no_code_names_an_address_outside():
    assert found(r"https?://(?!127\.0\.0\.1|\{|localhost|HOST)", CODE) == [], (
        "at run time nothing is fetched from outside"
    )


def test_sql_stands_in_sql_files():
    python = [
        path
        for path in CODE
        if path.suffix == ".py"
        and "engine" not in path.parts
        and "bench" not in path.parts
    ]
    assert found(r"""["']\s*(SELECT|WITH) .+ FROM """, python) == [], (
        "write the question as a .sql file with a header"
    )


def test_the_readme_names_every_command():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"twin {name}" not in readme] == []


def every_command(command, path="twin"):
    yield path, command
    if isinstance(command, click.Group):
        with click.Context(command) as context:
            for name in command.list_commands(context):
                yield from every_command(
                    command.get_command(context, name), f"{path} {name}"
                )


@pytest.mark.parametrize(
    ("path", "command"),
    [pytest.param(*each, id=each[0]) for each in every_command(main)],
)
def test_every_option_says_what_it_is_for(path, command):
    assert command.help, f"{path} needs a docstring"
    assert [
        option.name
        for option in command.params
        if isinstance(option, click.Option) and not option.hidden and not option.help
    ] == []
