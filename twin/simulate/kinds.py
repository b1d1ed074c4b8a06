"""The kinds of trouble of `words.toml`, as columns: when they happen, how bad, how long."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from twin.simulate.world import Storm

# How often a kind that rain brings happens on a day without a storm, and on one with it.
_DRY, _WET = 0.2, 6.0
_AFTER_RAIN_S = 7_200


@dataclass(frozen=True)
class Kinds:
    """One entry per kind.

    Attributes:
        weight: (2, n) how often, as reported and as found by the city itself.
        hours: (n, 24) how often in each hour of the day; rows add up to 1.
        priority: (n, 4) share of each priority, the worst first.
        closes_s: median from opening to closing, s, where its priority leaves it so long.
        is_by_day: whether its works end by day only.
        is_of_rain: whether a storm brings it.
        is_passing: whether it ends by itself.
        where: 'town', 'country' or 'shore'.
    """

    id: NDArray[np.object_]
    label: dict[str, NDArray[np.object_]]
    weight: NDArray[np.float64]
    hours: NDArray[np.float64]
    priority: NDArray[np.float64]
    closes_s: NDArray[np.float64]
    is_by_day: NDArray[np.bool_]
    is_of_rain: NDArray[np.bool_]
    is_passing: NDArray[np.bool_]
    where: NDArray[np.object_]

    def weight_of(self, *, is_proactive: bool, is_stormy: bool) -> NDArray[np.float64]:
        """Return the share of each kind among what is found one way on such a day."""
        factor = np.where(self.is_of_rain, _WET if is_stormy else _DRY, 1.0)
        weight = self.weight[int(is_proactive)] * factor
        return weight / weight.sum()

    def seconds(
        self, draw: np.random.Generator, kind: NDArray[np.int64], storm: Storm | None
    ) -> NDArray[np.int64]:
        """Return a second of a day of 24 hours for each entry of `kind`."""
        hour = _among(draw, self.hours[kind])
        second = hour * 3_600 + draw.integers(0, 3_600, len(kind))
        share = draw.random(len(kind))
        if storm is None:
            return second
        wet = storm.start_s + (share * (storm.length_s + _AFTER_RAIN_S)).astype(
            np.int64
        )
        return np.where(self.is_of_rain[kind], np.minimum(wet, 86_399), second)

    def priorities(
        self, draw: np.random.Generator, kind: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """Return a priority, 1 to 4, for each entry of `kind`."""
        return _among(draw, self.priority[kind]) + 1


def _among(draw: np.random.Generator, share: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return, for each row of `share` (m, n), one of its n places."""
    return (draw.random(len(share))[:, None] >= np.cumsum(share, axis=1)[:, :-1]).sum(
        axis=1
    )


def _told() -> dict[str, Any]:
    return tomllib.loads(
        Path(__file__).with_name("words.toml").read_text(encoding="utf-8")
    )


def names() -> dict[str, dict[str, str]]:
    """Return what a made-up estate or community is called, by language and programme."""
    return _told()["names"]


@lru_cache(maxsize=1)
def kinds() -> Kinds:
    """Return every kind of `words.toml`, in its order."""
    told = _told()
    rows: list[dict[str, Any]] = told["category"]
    weight = [
        [row["weight"] if row["finds"] in {"both", way} else 0 for row in rows]
        for way in ("reported", "proactive")
    ]
    hours = np.array([told["hours"][row["hours"]] for row in rows], float)
    priority = np.array([row["priority"] for row in rows], float)
    return Kinds(
        id=np.array([row["id"] for row in rows], object),
        label={
            lang: np.array([row[lang] for row in rows], object) for lang in ("zh", "en")
        },
        weight=np.array(weight, float),
        hours=hours / hours.sum(axis=1, keepdims=True),
        priority=priority / priority.sum(axis=1, keepdims=True),
        closes_s=np.array([row["closes_min"] * 60 for row in rows], float),
        is_by_day=np.array([row.get("by_day", False) for row in rows]),
        is_passing=np.array([row.get("passes", False) for row in rows]),
        is_of_rain=np.array([row.get("rain", False) for row in rows]),
        where=np.array([row["where"] for row in rows], object),
    )
