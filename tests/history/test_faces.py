"""What page, wall, panel and workbook show, figure by figure and row by row, is what the
raw logs say: random histories of two cities, looked at from random moments. The oracle
shares no code with what it judges, and the markup is read as it is.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from layers.registry import load_registry
from tests.history import histories, other_logs
from tests.history.other_logs import SAID
from tests.history.seen import Node, number, read
from tests.history.test_past import same, targets_of, view_of
from tests.history.test_rest import REST, said_by, why_unknown
from tests.history.test_rest import view_of as rest_view_of
from tests.oracles import history as oracle
from tests.oracles import rest as rest_oracle
from twin.city import City
from twin.faces.export import tables
from twin.faces.server import painting
from twin.query import QueryService
from twin.store import Lake, find
from twin.view import Pinned, View, pin

Row = dict[str, Any]
IN_CI, IN_SOAK = (1, 3), range(2_000, 2_060)
MOMENTS = 3
WALL = "/wall/default"
FIGURES = {
    "fleet.sql": (
        "drones_integrated",
        "drones_online",
        "drones_flying",
        "sorties_today",
        "flown_km_today",
    ),
    "seen.sql": ("coverage_60_pct",),
    "district.sql": ("district_seen_pct", "district_drones_flying"),
    "fine.sql": ("departments_ok",),
    "estates_done.sql": ("estates_accepted",),
}
"""Which question answers which figure."""


class Faces:
    """The faces of one view, read back."""

    def __init__(self, context: painting.AppContext, view: View) -> None:
        on = [layer.id for layer in context.registry.layers if layer.visible]
        self.pinned = pin(view, context.city, context.service.pointer, on)
        self.page = self._read(context, "/", view)
        self.side_by_side = self._read(
            context, "/", replace(view, district="", panel="districts")
        )
        self.wall = self._read(context, WALL, replace(view, district=""))
        self.sheets = {
            sheet.name: sheet for sheet in tables.sheets(painting.taken(context, view))
        }

    @staticmethod
    def _read(context: painting.AppContext, path: str, view: View) -> Node:
        face = painting.paint(context, path, view.url())
        return read(
            "".join(piece for pieces in face.places.values() for piece in pieces)
        )

    def figures(self) -> Iterator[tuple[str, str, str, float | None]]:
        """Every figure wherever it stands: where, id, why it is unknown, value."""
        for where, face in (
            ("page", self.page),
            ("side by side", self.side_by_side),
            ("wall", self.wall),
        ):
            for node in face.all(data_figure=""):
                value = node.attributes["data-value"]
                yield (
                    where,
                    node.attributes["data-figure"],
                    node.attributes.get("data-unknown", ""),
                    float(value) if value else None,
                )
        for row in self.sheets["figures"].rows:
            assert row[2] is None or isinstance(row[2], (int, float))
            yield "workbook", str(row[0]), "", row[2]


def compared(faces: Faces, wanted: dict[str, float | None], why: dict[str, str]) -> int:
    """Hold every figure that `wanted` names against it, wherever it stands.

    Return how many were compared.

    `why` says by name why a figure is not known at this moment, '' where it is; a workbook
    says only that it is not.
    """
    n = 0
    for where, name, unknown, value in faces.figures():
        if name not in wanted:
            continue
        if where != "workbook":
            assert unknown == why[name], (
                f"{where}: {name} is unknown as {unknown!r}, by the logs as"
                f" {why[name]!r}; {faces.pinned}"
            )
        if why[name]:
            assert value is None, (where, name)
        else:
            assert same(value, wanted[name]), (
                f"{where}: {name} is {value}, the logs say {wanted[name]};"
                f" {faces.pinned}"
            )
        n += 1
    return n


@contextmanager
def hall_of(
    city: City, lake: Lake, now: Callable[[], Any]
) -> Iterator[painting.AppContext]:
    """What painting needs, over a lake."""
    registry = load_registry(city)
    service = QueryService(city, registry, lake.path)
    try:
        yield painting.context(service, registry, city, now)
    finally:
        service.close()


def of_events(
    logs: oracle.Logs, pinned: Pinned, city: City, zones: dict[str, str]
) -> dict[str, float | None]:
    """What the logs say to every figure of events."""
    clocks, mode = (logs, pinned.as_of, pinned.known_at, city.zone), pinned.view.mode
    told = (
        oracle.headline_events(*clocks, mode)
        | oracle.headline_clocks(*clocks, mode)
        | oracle.headline_proactive(*clocks, mode)
    )
    found = {name: row["value"] for name, row in told.items()}
    if pinned.district:
        names = (
            "district_events_today",
            "district_response_p50_s",
            "district_open_now",
        )
        districts = set(city.reference["districts"]["district_id"].to_pylist())
        rows = oracle.district_now(*clocks, mode, pinned.district, zones, districts)
        found |= {name: row[0] for name, row in zip(names, rows, strict=True)}
    return found


def why_no_events(logs: oracle.Logs, pinned: Pinned, *, is_known: bool) -> str:
    """Why nothing is told of events at a moment; '' if something is."""
    if pinned.is_beyond:
        return "no-data-after"
    is_live = min(pinned.as_of, pinned.known_at) >= pinned.newest_as_of
    return "nothing-known" if logs.events and not is_live and not is_known else ""


def rows_compared(
    faces: Faces, logs: oracle.Logs, city: City, zones: dict[str, str]
) -> int:
    """Hold rows of events on page, panel and wall against the logs; return how many."""
    pinned, mode = faces.pinned, faces.pinned.view.mode
    clocks = (logs, pinned.as_of, pinned.known_at)
    listed = [
        row.attributes["data-id"]
        for panel in faces.page.all("section", data_panel="attention:rows")
        for row in panel.all("tr", data_id="")
    ]
    wanted = [
        row["id"]
        for row in oracle.attention(*clocks, mode, pinned.district, len(listed), zones)
    ]
    assert listed == wanted
    on_wall = [
        each.attributes["data-id"]
        for each in faces.wall.all(class_="", data_id="")
        if each.attributes["class"].startswith("wall-event")
    ]
    assert on_wall == [
        row["id"] for row in oracle.attention(*clocks, mode, "", len(on_wall), zones)
    ]
    stages = {
        each.attributes["data-stage"]: number(
            next(each.all("span", class_="stage-n")).text
        )
        for each in faces.wall.all(data_stage="")
    }
    assert stages in (
        {},
        {stage: n for stage, n, _ in oracle.stages(*clocks, pinned.day_from, mode)},
    )
    places = city.reference["districts"].to_pylist()
    names = {row["district_id"]: row["name"] for row in places}
    panels = faces.side_by_side.all("section", data_panel="districts:counts")
    tabled = [
        cells
        for panel in panels
        for row in panel.all("tr")
        if (cells := [cell.text for cell in row.all("td")])
    ]
    counts = oracle.district_counts(*clocks, pinned.day_from, mode, places, zones)
    has_refused = any(row[5] for row in counts)
    for cells, (name, today, is_open, late, closed, refused) in (
        zip(tabled, counts, strict=True) if tabled else ()
    ):
        assert name not in names or cells[0] == names[name]
        assert [number(cell) for cell in cells[1:]] == [
            is_open,
            late,
            *([refused] if has_refused else []),
            today,
            closed,
        ]
    return len(listed) + len(on_wall) + len(stages) + len(tabled)


def events_on_faces(seed: int, folder: Path) -> tuple[int, int]:
    """Grow a history of events and look at its faces from random moments.

    Return how many figures and rows were compared.
    """
    history, draw = histories.drawn(seed), random.Random(seed)
    cuts = sorted(history.moment(draw) for _ in range(3))
    lake = Lake(folder / f"faces-{seed}")
    _, city = histories.grown(history, lake, cuts, draw)
    districts = city.reference["districts"]["district_id"].to_pylist()
    zones = {
        row["street_code"]: row["zone_id"]
        for row in city.reference["streets"].to_pylist()
        if row["zone_id"]
    }
    n_figures = n_rows = 0
    with hall_of(city, lake, lambda: history.last) as context:
        for _ in range(MOMENTS):
            faces = Faces(
                context,
                replace(
                    view_of(history, draw),
                    district=draw.choice(["", *districts]),
                    lang="zh-CN",
                ),
            )
            logs = history.logs(targets_of(lake, faces.pinned.snapshot))
            clocks = (logs, faces.pinned.as_of, faces.pinned.known_at)
            is_known = any(
                oracle.events_at(*clocks, mode) for mode in ("live", "drill")
            )
            wanted = of_events(logs, faces.pinned, city, zones)
            n_figures += compared(
                faces,
                wanted,
                dict.fromkeys(
                    wanted, why_no_events(logs, faces.pinned, is_known=is_known)
                ),
            )
            if is_known and not faces.pinned.is_beyond:
                n_rows += rows_compared(faces, logs, city, zones)
    return n_figures, n_rows


def of_rest(
    logs: rest_oracle.Logs, pinned: Pinned, city: City
) -> dict[str, float | None]:
    """What the logs say to every figure of fleet, coverage, links and programmes."""
    clocks, fresh = (logs, pinned.as_of, pinned.known_at), city.settings["freshness"]
    lost = (fresh["drone_flying_s"], fresh["drone_docked_s"])
    seen = rest_oracle.sights(*clocks, other_logs.ground())
    rows = rest_oracle.fleet(*clocks, city.zone, pinned.view.mode, *lost)
    rows += rest_oracle.fine(
        rest_oracle.links(*clocks, fresh["link_late_s"], fresh["link_down_s"])
    )
    rows += rest_oracle.estates_done(
        rest_oracle.progress(*clocks, city.zone), pinned.day.year
    )
    found = {row["figure"]: row["value"] for row in rows}
    found["coverage_60_pct"] = rest_oracle.seen_pct(
        logs, seen, other_logs.ground(), pinned.as_of, None
    )
    if pinned.district:
        found["district_seen_pct"] = rest_oracle.seen_pct(
            logs, seen, other_logs.ground(), pinned.as_of, pinned.district
        )
        found["district_drones_flying"] = rest_oracle.district_flying(
            *clocks, pinned.district, *lost
        )
    return found


def tiles_compared(faces: Faces, logs: rest_oracle.Logs, city: City) -> int:
    """Hold the departments' tiles on page and wall against the logs; return how many."""
    clocks, fresh = (
        (logs, faces.pinned.as_of, faces.pinned.known_at),
        city.settings["freshness"],
    )
    states = rest_oracle.links(*clocks, fresh["link_late_s"], fresh["link_down_s"])
    wanted = [
        (row["id"], row["state"])
        for row in rest_oracle.tiles(states, faces.pinned.as_of)
    ]
    shown = [
        [
            (tile.attributes["data-id"], tile.attributes["data-state"])
            for tile in face.all(class_="tile", data_id="")
        ]
        for face in (faces.page, faces.wall)
    ]
    assert all(each in ([], wanted) for each in shown)
    return sum(map(len, shown))


def rest_on_faces(seed: int, folder: Path) -> tuple[int, int]:
    """The same of a history of everything but events."""
    history, draw = other_logs.drawn(seed), random.Random(seed)
    cuts = history.cuts(draw, 1)
    lake = Lake(folder / f"rest-{seed}")
    _, city = other_logs.grown(history, lake, cuts, draw)
    districts = city.reference["districts"]["district_id"].to_pylist()
    n_figures = n_rows = 0
    with hall_of(city, lake, lambda: history.last) as context:
        for _ in range(MOMENTS):
            view = replace(rest_view_of(history, cuts, districts, draw), window_s=3_600)
            faces = Faces(context, replace(view, lang="en"))
            logs = history.logs(said_by(find(lake, faces.pinned.snapshot), *SAID))
            why = {
                name: why_unknown(logs, faces.pinned, REST[sql])
                for sql, names in FIGURES.items()
                for name in names
            }
            n_figures += compared(faces, of_rest(logs, faces.pinned, city), why)
            if not why["departments_ok"]:
                n_rows += tiles_compared(faces, logs, city)
    return n_figures, n_rows


@pytest.mark.parametrize("seed", IN_CI)
def test_each_figure_and_row_of_events_on_any_face_is_what_the_logs_say(
    seed: int, tmp_path: Path
):
    n_figures, n_rows = events_on_faces(seed, tmp_path)

    assert n_figures > 15 * MOMENTS
    assert n_rows > 0


@pytest.mark.parametrize("seed", IN_CI)
def test_each_figure_of_fleet_links_and_programmes_on_any_face_is_what_the_logs_say(
    seed: int, tmp_path: Path
):
    n_figures, _ = rest_on_faces(seed, tmp_path)

    assert n_figures > 15 * MOMENTS


@pytest.mark.soak
def test_many_faces(tmp_path: Path):
    told = [
        of(seed, tmp_path)
        for seed in IN_SOAK
        for of in (events_on_faces, rest_on_faces)
    ]
    n_figures, n_rows = (sum(each[n] for each in told) for n in (0, 1))
    Path("out").mkdir(exist_ok=True)
    Path("out/faces.txt").write_text(
        f"{len(told)} histories, {n_figures:,} figures, {n_rows:,} rows, 0"
        " differences\n",
        encoding="utf-8",
    )

    assert n_figures > 10_000
    assert n_rows > 1_000
