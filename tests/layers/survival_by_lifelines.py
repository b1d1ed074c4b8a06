"""Write survival.json: what lifelines answers of 20 random sets with censoring.

`python tests/layers/survival_by_lifelines.py`, in an environment of its own that has lifelines:
it brings half of the scientific stack, and the answers do not change.
"""

import json
import random
from importlib.metadata import version
from pathlib import Path

from lifelines import KaplanMeierFitter


def drawn(seed):
    """Return waits, whole seconds, and whether each had ended; ties are common in every other
    set, and one set has all of them censored.
    """
    draw = random.Random(seed)
    n = draw.choice((20, 21, 40, 90, 200))
    most = 15 if seed % 2 else 4_000
    share = 0.0 if seed == 19 else draw.uniform(0.3, 0.98)
    waits = [1 + int(draw.expovariate(1 / most)) for _ in range(n)]
    return waits, [draw.random() < share for _ in range(n)]


def answered(seed):
    """Return one set with the curve that lifelines fits to it, without its row at 0."""
    waits, ended = drawn(seed)
    fit = KaplanMeierFitter().fit(waits, ended)
    curve = fit.survival_function_.iloc[:, 0]
    low, high = (fit.confidence_interval_.iloc[:, side] for side in (0, 1))
    steps = [
        [float(t), float(curve[t]), float(low[t]), float(high[t])] for t in curve.index
    ]
    median = float(fit.median_survival_time_)
    return {
        "waits": waits,
        "ended": ended,
        "median": None if median == float("inf") else median,
        "steps": [step for step in steps if step[0] > 0],
    }


if __name__ == "__main__":
    found = {
        "lifelines": version("lifelines"),
        "sets": [answered(n) for n in range(20)],
    }
    Path(__file__).with_name("survival.json").write_text(json.dumps(found) + "\n")
