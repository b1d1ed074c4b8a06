"""A question of the newest snapshot knows what was recorded after the moment looked at."""

from __future__ import annotations

from datetime import timedelta

from layers.registry import load_registry
from tests.faces.imported import HALL, NEWEST, TRIO, batch, event
from twin.clock import to_text
from twin.faces.account import Named, account
from twin.faces.server import painting
from twin.pack import load_city
from twin.query import QueryService
from twin.store import Lake, publish
from twin.view import View

MINUTE = timedelta(minutes=1)


def published(lake, city, as_of, *events):
    publish(
        lake,
        city,
        [batch("events", *events)],
        as_of=as_of,
        simulated=False,
        now=lambda: as_of,
    )


def painted(context, as_of, path="/", **more):
    fields = {"as_of": to_text(as_of), "lang": "en", "v": "1", **more}
    search = "&".join(f"{name}={value}" for name, value in fields.items())
    return "".join(painting.paint(context, path, f"?{search}").places["side"])


def test_a_look_back_tells_what_came_later_and_the_present_does_not(tmp_path):
    """Of two events of the first moment one is recorded ten minutes later."""
    lake, city = Lake(tmp_path / "lake"), load_city(TRIO)
    then = NEWEST - 20 * MINUTE
    published(lake, city, then, event("in time", then - MINUTE, then - MINUTE))
    published(lake, city, NEWEST, event("late", then - MINUTE, then + 10 * MINUTE))
    service = QueryService(city, load_registry(city), lake.path)
    context = painting.context(service, load_registry(city), city, lambda: HALL)

    back = painted(context, then)
    assert 'data-panel="later:rows"' in back
    listed = back.split('data-panel="later:rows"', 1)[1].split("</section>", 1)[0]
    assert 'data-id="event_heat:late"' in listed
    assert "in time" not in listed
    assert 'data-figure="learned_late" data-value="1.0"' in back
    told = account(
        service,
        context.registry,
        city,
        context.words,
        context.clock,
        Named("later", "rows"),
        View(as_of=then),
    )
    assert told.picture.pinned.snapshot == service.status().snapshot
    assert told.picture.pinned.as_of == then
    # The figures of the moment are those of then.
    assert 'data-panel="later:rows"' not in painted(context, NEWEST)
    known_now = painted(context, then, known_at=to_text(NEWEST))
    assert 'data-panel="later:rows"' not in known_now
    service.close()
