"""Each department's link at the moment of the snapshot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from twin.contracts.measured import LINK_HEALTH
from twin.engine import load_sql
from twin.measures.definition import BY_PACK, Definition
from twin.measures.state import Measure, MeasureUpdate, News, State

if TYPE_CHECKING:
    from twin.city import City

_SQL = load_sql(Path(__file__).with_name("link_health.sql"))


def _limits(city: City) -> Mapping[str, int]:
    fresh = cast("Any", city.settings["freshness"])
    return {name: fresh[name] for name in ("link_late_s", "link_down_s")}


_MONTH = timedelta(hours=720)


def _is_silent(last: datetime | None, since: datetime) -> bool:
    return last is None or last <= since


def _update(city: City, state: State, news: News) -> Iterator[MeasureUpdate]:
    asked = {"as_of": news.as_of, "known_at": news.as_of, **_limits(city)}
    month_ago = news.as_of - _MONTH
    rows = state.query(_SQL, asked, since=month_ago)
    if any(
        _is_silent(row["last_ok_at"], month_ago)
        or _is_silent(row["last_record_at"], month_ago)
        for row in rows.to_pylist()
    ):
        rows = state.query(_SQL, asked)  # since when is told by the whole log
    yield MeasureUpdate("link_health", rows.cast(LINK_HEALTH.schema), "replace")


# A silence grows with every moment: the links are judged at every publish.
MEASURE = Measure(
    table=LINK_HEALTH,
    definitions=(
        Definition(
            LINK_HEALTH.pick("state"),
            title="State of a department's link",
            formula=(
                "down if the last answer is older than link_down_s; else late if the"
                " newest record is older than link_late_s; else ok; last answer and"
                " newest record are those of the whole log; a record stamped later than"
                " its probe was recorded is not believed"
            ),
            target="freshness in city.toml: link_down_s, link_late_s",
            absent="never probed: 'unknown', drawn as such and never as fine",
            source=BY_PACK,
        ),
        Definition(
            LINK_HEALTH.pick("state_since"),
            title="Since when a link is late or down",
            formula="last_ok_at of a link that is down, last_record_at of a late one",
            absent="ok or unknown; or it never answered, or never brought a record",
            source="a silence begins with what was heard last, not when it was noticed",
        ),
        Definition(
            LINK_HEALTH.pick("last_ok_at"),
            title="Last answer",
            formula="latest occurred_at of a probe with is_ok, of the whole log",
            absent="it never answered: the link is down",
            source="what a month does not tell is looked for in the whole log",
        ),
        Definition(
            LINK_HEALTH.pick("last_record_at"),
            title="Newest record",
            formula=(
                "latest last_record_at that a probe told of, of the whole log; one"
                " stamped later than the probe was recorded, or than the moment, is not"
                " believed"
            ),
            absent="no record ever came: the link is late, if it answers",
            source=(
                "a feed that once stamps a record a year ahead must not keep a silent"
                " link fine"
            ),
        ),
        Definition(
            LINK_HEALTH.pick("uptime_30d_pct"),
            title="Answered probes in 30 days",
            better="higher",
            formula="probes with is_ok, divided by probes, times 100",
            absent="not probed in 30 days",
            source=BY_PACK,
        ),
        Definition(
            LINK_HEALTH.pick("latency_p50_ms"),
            title="Usual time to answer",
            better="lower",
            formula="median of latency_ms over answered probes of the last hour",
            absent="no answer in the last hour",
            source=BY_PACK,
        ),
        Definition(
            LINK_HEALTH.pick("n_records_24h"),
            title="Records in a day",
            formula="sum of n_records over probes of the last 24 h",
            absent="not probed in 24 h",
            source=BY_PACK,
        ),
    ),
    context=("as_of",),
    logs=("link_probes",),
    update=_update,
    reference=("departments",),
    inputs=lambda city: f"{_SQL.sha256} {_limits(city)}",
    # A silence grows with every moment: the links are judged at every publish.
    until=lambda _city, _state, as_of: as_of,
)
