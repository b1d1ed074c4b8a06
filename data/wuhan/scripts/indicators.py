"""Write indicators.csv and department_feeds.csv from the taxonomy in indicators.txt.

Run: python data/wuhan/scripts/indicators.py
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
PERIODS = {"h": "hour", "d": "day", "m": "month"}
DIRECTIONS = {"+": "up", "-": "down", "=": "band"}
ASSUMED = ("the city has published the number of its indicators, 1,500 and more (长江日报, 2025), and not their list: "
           "assumed, from the taxonomy of this pack")
HEAD = ("ind_id", "name", "name_en", "domain", "domain_en", "unit", "formula", "direction", "owner_dept", "period", "typical",
        "low", "high", "status", "provenance")
LOGS = {"D01": ("events", "案件与警情", "Cases and police calls"), "D02": ("events", "城管案件", "Street cases"),
        "D03": ("water_depth", "渍水点水位", "Depth at flood spots"), "D04": ("events", "应急事件", "Emergencies"),
        "D05": ("dispatches", "消防出动", "Fire crews sent out"), "D07": ("lifts", "加装与更新电梯", "Lifts added and renewed"),
        "D13": ("feedbacks", "热线回访", "Answers to citizens"), "D14": ("rain", "雨量", "Rain gauges")}


def scaled(text: str, factor: float) -> str:
    """Answer an amount; one marked * is multiplied by the factor and kept to three digits."""
    return f"{float(f'{float(text[1:]) * factor:.3g}'):g}" if text.startswith("*") else text


def sets(lines: list[str]) -> Iterator[tuple[list[str], list[list[str]], list[list[str]]]]:
    """Answer each set of the taxonomy: its domain, its objects, its measures."""
    groups: dict[str, list[list[str]]] = {}
    group, domain, objects, measures = "", [""], list[list[str]](), list[list[str]]()
    for line in [*lines, "=="]:
        word, _, rest = line.partition(" ")
        if (word == "o" and measures) or word == "==":
            if objects:
                yield domain, objects, measures
            objects, measures = [], []
        if word == "==":
            domain, group = rest.split("|"), ""
        elif word == "group":
            group = rest
        elif word == "o":
            objects.append(rest.split("|"))
        elif word == "m":
            (groups.setdefault(group, []) if group else measures).append(rest.split("|"))
        elif word == "use":
            measures += groups[rest]


def rows() -> Iterator[tuple[str, ...]]:
    """Answer the rows of indicators.csv. An id is domain, object and measure, each counted within its domain or set."""
    written = (HERE / "indicators.txt").read_text(encoding="utf-8").splitlines()
    lines = [line for line in written if line and not line.startswith("#")]
    seen: Counter[str] = Counter()
    for (domain, domain_en, dept, code), objects, measures in sets(lines):
        for name, name_en, factor in objects:
            seen[code] += 1
            for number, (what, what_en, unit, better, period, *amounts, formula) in enumerate(measures, 1):
                yield (f"{code}-{seen[code]:02d}-{number:02d}", name + what, f"{name_en}: {what_en}", domain, domain_en, unit,
                       formula.replace("{o}", name), DIRECTIONS[better], dept, PERIODS[period],
                       *(scaled(amount, float(factor)) for amount in amounts), "assumed", ASSUMED)


def main() -> None:
    """Write both files."""
    written = list(rows())
    with (HERE.parent / "indicators.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([HEAD, *written])
    feeds = Counter((row[8], f"indicators:{row[0][:2]}", f"{row[3]}指标", f"{row[4]} indicators") for row in written)
    lines = [(*feed, str(n)) for feed, n in feeds.items()]
    lines += [(dept, feed, name, name_en, "0") for dept, (feed, name, name_en) in LOGS.items()]
    with (HERE.parent / "department_feeds.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("dept_id", "feed", "name", "name_en", "n_indicators", "status", "provenance"))
        out.writerows((*line, "assumed", "what the links carry is not published: assumed") for line in sorted(lines))


if __name__ == "__main__":
    main()
