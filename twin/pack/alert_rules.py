"""What the rows of alert_rules.csv and alarm_targets.csv must say, row by row.

A pack without these files has the ones that ship with the program.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from twin.contracts.signals import SIGNALS, Signal

if TYPE_CHECKING:
    from collections.abc import Mapping

SHIPPED = Path(__file__).with_name("shipped")

# Tables of which the program has rows of its own.
WITH_DEFAULT = ("alert_rules", "alarm_targets")

# Columns that every rule has, or may have, whatever it watches.
_ALWAYS = {
    "rule_id",
    "signal",
    "name",
    "name_en",
    "level",
    "escalate_level",
    "status",
    "provenance",
}

_SHARES = ("flood_share", "low_share", "medium_share", "high_share")


def check_row(table: str, row: Mapping[str, Any]) -> list[str]:
    """Return what is off in one row of a table, each the end of a sentence; none if it is good."""
    if table == "alert_rules":
        signal = SIGNALS.get(row["signal"] or "")
        return (
            [*_numbers(signal, row), *_order(signal, row), *_worse(row)]
            if signal
            else []
        )
    if table == "alarm_targets" and row["target"] is not None:
        return _target(row["metric"], row["target"])
    return []


def _numbers(signal: Signal, row: Mapping[str, Any]) -> list[str]:
    """Say which numbers a rule lacks, and which nothing would read."""
    taken = {*_ALWAYS, *signal.needs, *signal.may}
    if signal.applies_to:
        taken.add("applies_to")
    if not signal.is_fed:  # listed as not fed: its numbers wait for a table
        taken |= row.keys()
    found = [
        f"a rule on {signal.name} needs {name}; give it."
        for name in signal.needs
        if row[name] is None
    ]
    found += [
        f"{name} is {row[name]}, but nothing reads it in a rule on {signal.name};"
        " leave it empty."
        for name in row
        if name not in taken and row[name] is not None
    ]
    if signal.applies_to and row["applies_to"] not in (None, *signal.applies_to):
        found.append(
            f"applies_to is {row['applies_to']!r}; a rule on {signal.name} takes"
            f" {', '.join(signal.applies_to)}."
        )
    return found


def _order(signal: Signal, row: Mapping[str, Any]) -> list[str]:
    """Say which thresholds stand on the wrong side of each other."""
    raised, clear, worse = (
        row[name] for name in ("threshold", "clear_threshold", "escalate_threshold")
    )
    found: list[str] = []
    if None not in (raised, clear) and (
        clear < raised if signal.falls else clear > raised
    ):
        side = "below" if signal.falls else "above"
        found.append(
            f"clear_threshold {clear:g} lies {side} the threshold {raised:g}: the alert"
            " would be raised and cleared at once; mend one of them."
        )
    if None not in (raised, worse) and worse <= raised:
        found.append(
            f"escalate_threshold {worse:g} must lie beyond the threshold {raised:g}."
        )
    return found


def _worse(row: Mapping[str, Any]) -> list[str]:
    """Say what is off in how an alert grows worse."""
    ways = [
        name
        for name in ("escalate_threshold", "escalate_after_s")
        if row[name] is not None
    ]
    if len(ways) > 1:
        return [
            "it has both escalate_threshold and escalate_after_s; keep one of them."
        ]
    if bool(ways) != (row["escalate_level"] is not None):
        return [
            (
                "escalate_level goes with escalate_threshold or escalate_after_s; give"
                " both or neither."
            )
        ]
    if ways and row["level"] is not None and row["escalate_level"] >= row["level"]:
        return [
            (
                f"escalate_level {row['escalate_level']} must be worse than level"
                f" {row['level']}; 1 is worst."
            )
        ]
    return []


def _target(metric: str | None, target: float) -> list[str]:
    if metric in _SHARES and target > 100:
        return [f"{metric} is {target:g} %; use 0 to 100."]
    if metric == "operators" and (target < 1 or target % 1):
        return [f"operators is {target:g}; give a whole number from 1."]
    return []
