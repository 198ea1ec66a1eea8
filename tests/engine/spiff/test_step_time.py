"""What counts as a step's time: its own work and its scripts', not that it had to wait for a processor."""

from __future__ import annotations

import time

import pytest

from engine.feel import Budget, parse
from engine.spiff import step_time
from engine.spiff.step_time import PATIENCE, StepTime


class Clocks:
    """What the thread has worked, and what the clock on the wall says."""

    def __init__(self) -> None:
        self.worked = self.passed = 100.0

    def thread_time(self) -> float:
        return self.worked

    def monotonic(self) -> float:
        return self.passed

    def work(self, seconds: float) -> None:
        self.worked += seconds
        self.passed += seconds

    def wait(self, seconds: float) -> None:
        self.passed += seconds


@pytest.fixture
def clocks(monkeypatch):
    clocks = Clocks()
    monkeypatch.setattr(step_time, "time", clocks)
    return clocks


def test_work_counts(clocks):
    left = StepTime(3)
    clocks.work(2)
    assert left.left() == 1
    clocks.work(2)
    assert left.left() == -1


def test_waiting_for_others_does_not_count_but_has_an_end(clocks):
    left = StepTime(3)
    clocks.wait(3 * PATIENCE - 5)
    assert left.left() == 3
    clocks.wait(6)
    assert left.left() == -1


def test_what_others_do_for_the_step_counts_by_the_clock(clocks):
    left = StepTime(3)
    with left.elsewhere():
        clocks.wait(2)
    assert left.left() == 1


def test_what_others_do_counts_when_it_fails_too(clocks):
    left = StepTime(3)

    def fail():
        with left.elsewhere():
            clocks.wait(2)
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        fail()
    assert left.left() == 1


def test_an_expression_that_waits_for_a_processor_is_not_stopped():
    """A function that sleeps stands for a thread that others keep from running."""
    slow = {"wait": lambda value: time.sleep(0.05) or value}
    assert parse("sum(for i in 1..4 return wait(i))").evaluate({}, slow, Budget(seconds=0.1)).value == 10
