"""What counts as a step's time: its own work and its scripts', not that it had to wait for a processor."""

from __future__ import annotations

import threading
import time

from engine.feel import Budget, parse
from engine.spiff.step_time import PATIENCE, StepTime


def busy(seconds: float) -> None:
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


def test_work_counts():
    left = StepTime(0.05)
    assert left.left() > 0
    busy(0.06)
    assert left.left() < 0


def test_waiting_for_others_does_not_count_but_has_an_end():
    left = StepTime(0.05)
    time.sleep(0.06)
    assert left.left() > 0
    time.sleep(0.05 * PATIENCE)
    assert left.left() < 0


def test_what_others_do_for_the_step_counts_by_the_clock():
    left = StepTime(0.05)
    with left.elsewhere():
        time.sleep(0.06)
    assert left.left() < 0


def test_an_expression_that_waits_for_a_processor_is_not_stopped():
    """A function that sleeps stands for a thread that others keep from running."""
    slow = {"wait": lambda value: time.sleep(0.05) or value}
    assert parse("sum(for i in 1..4 return wait(i))").evaluate({}, slow, Budget(seconds=0.1)).value == 10


def test_each_thread_has_its_own():
    started = StepTime(0.05)
    worker = threading.Thread(target=busy, args=(0.1,))
    worker.start()
    worker.join()
    assert started.left() > 0
