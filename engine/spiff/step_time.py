"""How long a step may reckon."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE = 4
"""So many times its seconds a step may last by the clock, for it holds its case's lock meanwhile."""


class StepTime:
    """What is left of a step's seconds: its own thread's work counts, and its scripts', which run in other processes.

    What a crowded machine does beside does not: a step that would have taken a hundredth of a second must not end in
    an incident because it had to wait for a processor. It begins with its making, in the thread that made it.
    """

    def __init__(self, seconds: float) -> None:
        self._left = seconds + time.thread_time()
        self._until = seconds * PATIENCE + time.monotonic()

    def left(self) -> float:
        """Seconds of work that are left; negative when the time is over."""
        return min(self._left - time.thread_time(), self._until - time.monotonic())

    @contextmanager
    def elsewhere(self) -> Iterator[None]:
        """Work that another process does for this step; it has limits of its own."""
        began = time.monotonic()
        try:
            yield
        finally:
            self._left -= time.monotonic() - began


UNLIMITED = StepTime(math.inf)
