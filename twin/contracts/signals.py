"""What an alert rule may watch: a closed list, since every signal is worked out by the program.

A rule of the pack gives numbers to a signal, never an expression of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from twin.contracts.events import DETECTIONS, STAGES

# Numbers of a rule that count whole seconds after its condition came true.
_OPEN = ("escalate_after_s",)
_HELD = ("raise_for_s", "clear_for_s", *_OPEN)
_EDGE = ("escalate_threshold",)


@dataclass(frozen=True)
class Signal:
    """One signal.

    Attributes:
        subject: what an alert of it is about: the kind before the subject's id.
        unit: of its value and thresholds.
        logs: logs that it is told from; none: no table tells it yet, and its rules are
            listed as not fed.
        needs: numbers that a rule of it must give.
        may: numbers that a rule of it may give; all others are refused, since nothing would
            read them.
        applies_to: what a rule may be narrowed to; a rule that must be narrowed names
            `applies_to` among `needs`.
        falls: whether values below the threshold are the bad ones.
    """

    name: str
    subject: str
    unit: str
    logs: tuple[str, ...]
    needs: tuple[str, ...]
    may: tuple[str, ...] = ()
    applies_to: tuple[str, ...] = ()
    falls: bool = False

    @property
    def is_fed(self) -> bool:
        """Return whether a table of the lake tells it."""
        return bool(self.logs)


_EVENT_LOGS = ("events", "event_stages", "dispatches", "feedbacks", "quarantine")
_CLOCK = ("priority", "raise_for_s", *_EDGE, *_OPEN)

_ALL = (
    Signal("drone_link", "drone", "s", ("drone_states",), (), ("threshold", *_HELD)),
    Signal(
        "drone_battery",
        "drone",
        "%",
        ("drone_states",),
        ("threshold",),
        ("clear_threshold", *_HELD),
        falls=True,
    ),
    Signal(
        "drone_height",
        "drone",
        "m",
        ("drone_states",),
        ("threshold",),
        ("clear_threshold", *_HELD),
    ),
    Signal(
        "drone_near",
        "drones",
        "m",
        ("drone_states",),
        ("threshold", "threshold_2", "within_s", "clear_for_s"),
        _OPEN,
        falls=True,
    ),
    Signal("drone_unregistered", "drone", "", ("drone_states", "drones"), (), _HELD),
    Signal("drone_airspace", "drone", "m", (), ()),
    Signal(
        "source_silent",
        "source",
        "s",
        ("events",),
        ("threshold", "least_n", "within_s"),
        ("raise_for_s", *_OPEN),
    ),
    Signal(
        "source_surge",
        "source",
        "events/h",
        ("events",),
        ("threshold", "least_n", "n_weeks"),
        ("clear_for_s", *_OPEN),
    ),
    Signal(
        "indicator_band",
        "indicator",
        "see indicator",
        ("indicator_values",),
        ("n_samples",),
        _OPEN,
    ),
    Signal(
        "indicator_unlike",
        "indicator",
        "deviations",
        ("indicator_values",),
        ("threshold", "n_samples", "n_weeks"),
        _OPEN,
    ),
    Signal(
        "link_down",
        "link",
        "s",
        ("link_probes",),
        ("threshold",),
        (*_EDGE, *_HELD),
        applies_to=("public_safety", "other"),
    ),
    Signal("event_stage", "event", "s", _EVENT_LOGS, ("threshold", "applies_to"), _CLOCK,
           applies_to=STAGES[:-1]),
    Signal("event_response", "event", "share", _EVENT_LOGS, ("threshold",), _CLOCK),
    Signal("event_arrival", "event", "s", _EVENT_LOGS, ("threshold",), _CLOCK),
    Signal("event_closure", "event", "share", _EVENT_LOGS, ("threshold",), _CLOCK),
    Signal(
        "model_precision",
        "model",
        "share",
        ("detections",),
        ("threshold", "least_n", "within_s"),
        ("clear_threshold", *_OPEN),
        falls=True,
    ),
    Signal("bike_cluster", "bikes", "bikes", ("detections",), ("threshold",), _HELD,
           applies_to=DETECTIONS.column("blocks").allowed),
)  # fmt: skip

# Every signal that the program knows, by name.
SIGNALS: Mapping[str, Signal] = MappingProxyType({each.name: each for each in _ALL})

SUBJECTS = tuple(dict.fromkeys(each.subject for each in _ALL))
NARROWED = tuple(dict.fromkeys(name for each in _ALL for name in each.applies_to))
