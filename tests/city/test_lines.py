"""Sentences about a TOML file name the line that they are about."""

from __future__ import annotations

import pytest

from twin.pack.lines import line_of

TEXT = """\
# a remark, feeds.x = 3
top = 1

words = '''
[feeds.buses]
port = 9
'''
list = [
  "a",  # port = 1
  "b",
]
feeds.run = ["buses"]

# about buses

[feeds.buses]
port = 1
"door of\\u0020cars" = { left = 1, right = 2 }

[[feeds.trams]]
line = 1
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("top",), 2),
        (("words",), 4),
        (("list",), 8),
        (("feeds",), 12),
        (("feeds", "run"), 12),
        (("feeds", "buses"), 16),
        (("feeds", "buses", "port"), 17),
        (("feeds", "buses", "door of cars", "right"), 18),
        (("feeds", "trams"), 20),
        (("feeds", "ships"), None),
        (("top", "deeper"), None),
    ],
)
def test_a_key_is_found_where_it_begins(path, line):
    assert line_of(TEXT, path) == line


def test_what_is_not_toml_has_no_lines():
    assert line_of("a = \n", ("a",)) is None
    assert line_of("", ("a",)) is None
