"""The bench asks every question that a layer has of the facts about events for a picture."""

from datetime import UTC, datetime

from layers.registry import load_registry
from twin.bench import queries
from twin.engine import load_sql


def _on_demand(layer):
    """What is asked when somebody wants to see what a figure counts, and in no picture."""
    return [each for panel in layer.panels for each in panel.behind.values()]


def test_each_question_of_the_facts_is_measured_under_its_own_name(city, tmp_path):
    found = queries.measure(
        city, tmp_path / "bench", 200, datetime(2026, 7, 16, 12, tzinfo=UTC)
    )

    asked = [
        question
        for layer in load_registry(city).layers
        for question in layer.questions
        if question not in _on_demand(layer)
        and "event_facts" in (reads := load_sql(layer.folder / question.sql).reads)
        and "event_stages" not in reads  # that log is empty here
    ]
    # And where the steps of a scale begin, once for all that are drawn by it.
    steps = {
        (layer.id, data.steps.question.sql)
        for layer in load_registry(city).layers
        for data in layer.maps
        if data.steps
    }
    assert len({line.what for line in found}) == len(found)
    assert len(found) == 2 * (len(asked) + len(steps))
    assert all(line.value > 0 for line in found)
