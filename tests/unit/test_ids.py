"""Identifiers: of the standard's form, in the order they were made, never the same."""

from __future__ import annotations

import time
from uuid import RFC_4122

from engine.ids import new_id


def test_they_sort_by_the_moment_they_were_made_even_within_a_millisecond():
    made = [new_id() for _ in range(5_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert len({identifier.int >> 80 for identifier in made}) < len(made) / 10, "several in each millisecond"


def test_they_are_of_version_seven_and_begin_with_the_milliseconds():
    before = time.time_ns() // 1_000_000
    identifier = new_id()
    assert (identifier.version, identifier.variant) == (7, RFC_4122)
    assert before <= identifier.int >> 80 <= time.time_ns() // 1_000_000


def test_nothing_but_the_time_can_be_guessed():
    assert len({new_id().int & (1 << 62) - 1 for _ in range(2_000)}) == 2_000
