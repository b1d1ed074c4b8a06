"""Kept while it fits, the least used dropped first; a failure is told to all who waited and tried again."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from twin.query.cache import Cache


def test_what_fits_is_kept_and_the_least_used_goes_first():
    cache, made = Cache(3, len), []

    def make(word):
        made.append(word)
        return word

    for word in ("a", "b", "c", "a", "d", "a", "b"):
        cache.get(word, lambda word=word: make(word))
    assert made == ["a", "b", "c", "d", "b"]


def test_an_answer_larger_than_the_cache_is_given_and_not_kept():
    cache, made = Cache(3, len), []
    for _ in range(2):
        assert cache.get("k", lambda: made.append(1) or "long") == "long"
    assert len(made) == 2


def test_a_failure_reaches_all_who_waited_and_is_not_kept():
    cache, gate, asked = Cache(9, len), threading.Event(), []

    def fail():
        asked.append(1)
        gate.wait(10)
        raise ValueError("no")

    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(cache.get, "k", fail) for _ in range(4)]
        gate.set()
        for each in waiting:
            with pytest.raises(ValueError, match="no"):
                each.result()
    assert cache.get("k", lambda: "yes") == "yes"
