"""A picture of late data in a browser: its moment is hatched and dated, and old figures are dim."""

from datetime import timedelta

import pytest

from layers.registry import load_registry
from tests.faces.imported import NEWEST, THEN, imported
from twin.clock import to_text
from twin.faces.export.moment import running
from twin.faces.server.app import create_app
from twin.query import QueryService

pytestmark = pytest.mark.browser
LOOK = """(() => { const of = (name) => getComputedStyle(document.querySelector(name));
    return [
        of('.as-of').backgroundImage.includes('gradient'),
        of('.figure-value').color,
        document.querySelector('#top').innerText,
    ]; })()"""


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    city, lake = imported(tmp_path_factory.mktemp("late"))
    service = QueryService(city, load_registry(city), lake.path)
    yield city, load_registry(city), service
    service.close()


def look(context, watch, later_s, more=""):
    """Return how a framed page looks, so many seconds after the newest data.

    That is whether it is hatched, the colour of a figure, and the words at the top.
    """
    with running(
        create_app(
            context[2],
            context[1],
            context[0],
            clock=lambda: NEWEST + timedelta(seconds=later_s),
        )
    ) as host:
        page = watch(f"{host}/?v=1&lang=en&frame=1000x700{more}")
        page.until(
            "document.querySelector('.as-of') &&"
            " document.querySelector('.figure-value') &&"
            " document.documentElement.dataset.age"
        )
        return page.page.evaluate(LOOK)


def test_a_picture_of_late_data_is_hatched_and_dated_and_of_old_data_dim(
    context, watch
):
    fresh, late, old = (
        look(context, watch, later_s) for later_s in (8, 130, 3 * 3_600)
    )
    back = look(context, watch, 3 * 3_600, f"&as_of={to_text(THEN)}")

    assert [hatched for hatched, *_ in (fresh, late, old, back)] == [
        False,
        True,
        True,
        False,
    ]
    assert fresh[1] == late[1] != old[1]
    assert "Data late" in late[2]
    assert "2026-07-18 12:00:00" in old[2]
    assert "Looking back at 2026-07-16 12:00:00" in back[2]
