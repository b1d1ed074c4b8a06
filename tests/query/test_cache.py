"""Answers are kept while they fit, and the least used are dropped first.

A failure is told to all who waited and tried again.
"""

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


def test_what_nobody_asks_for_goes_after_a_while_and_what_is_asked_for_stays():
    now = [0.0]
    cache = Cache(100, len, idle_s=300, clock=lambda: now[0])
    # A page that lives asks a new question every ten seconds, and one again and again.
    for second in range(0, 901, 10):
        now[0] = second
        cache.get(("live", second), lambda: "x")
        cache.get("always", lambda: "always")

    assert cache.kept_bytes == len("always") + 31
    assert cache.get("always", lambda: "lost") == "always"
    assert cache.get(("live", 600), lambda: "lost") == "x"
    assert cache.get(("live", 590), lambda: "worked out anew") == "worked out anew"


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


def test_an_answer_larger_than_the_cache_leaves_the_others_where_they_are():
    cache, made = Cache(3, len), []

    def make(word):
        made.append(word)
        return word

    for word in ("a", "bb", "long", "a", "bb"):
        cache.get(word, lambda word=word: make(word))
    assert made == ["a", "bb", "long"]


def test_an_answer_as_large_as_the_cache_is_kept_alone():
    cache, made = Cache(3, len), []
    for word in ("a", "abc", "abc", "a"):
        cache.get(word, lambda word=word: made.append(word) or word)
    assert made == ["a", "abc", "a"]


@pytest.mark.parametrize("fault", [TypeError("no length"), SystemExit(3)])
def test_an_answer_that_cannot_be_measured_is_a_failure_of_all_who_waited(fault):
    gate, asked, sizes = threading.Event(), [], [fault, 3]

    def size(_):
        found = sizes.pop(0)
        if isinstance(found, BaseException):
            raise found
        return found

    cache = Cache(9, size)

    def make():
        asked.append(1)
        gate.wait(10)
        return "yes"

    with ThreadPoolExecutor(1) as first, ThreadPoolExecutor(3) as others:
        one = first.submit(cache.get, "k", make)
        while not asked:
            assert not one.done()
        rest = [others.submit(cache.get, "k", lambda: "anew") for _ in range(3)]
        while len(cache._waits) < 3:
            assert not one.done()
        gate.set()
        for each in (one, *rest):
            with pytest.raises(type(fault)):
                each.result(10)
    assert cache.get("k", make) == "yes"
    assert len(asked) == 2


def test_a_question_that_rests_on_itself_is_an_error_and_not_a_wait_without_end():
    cache = Cache(9, len)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(cache.get, "k", lambda: cache.get("k", lambda: "inner"))
        with pytest.raises(RuntimeError, match="rests on itself"):
            asked.result(10)
    assert cache.get("k", lambda: "yes") == "yes"


def test_two_questions_that_rest_on_each_other_are_an_error_for_both():
    cache, both_begun = Cache(9, len), threading.Barrier(2)

    def ask(key, other):
        def work_out():
            both_begun.wait(10)
            return cache.get(other, lambda: "inner")

        return cache.get(key, work_out)

    with ThreadPoolExecutor(2) as pool:
        for each in [pool.submit(ask, "a", "b"), pool.submit(ask, "b", "a")]:
            with pytest.raises(RuntimeError, match="rests on itself"):
                each.result(10)
    assert cache.get("a", lambda: "yes") == "yes"
