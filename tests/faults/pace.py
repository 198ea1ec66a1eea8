"""How much slower the machine is than if it were ours alone: limits in seconds are the plan's times this.

The plan's limits are for a machine that does nothing else. Where others use it too, a completion waits for
the processor, not for a lock; a run that failed then would be a matter of luck, and one without limits blind.
"""

from __future__ import annotations

import os
import subprocess
import sys

_BURST = """
import time
wall, used = time.perf_counter(), time.process_time()
while time.process_time() - used < 0.2:
    sum(range(1000))
print((time.perf_counter() - wall) / (time.process_time() - used))
"""


class Pace:
    """Measures before and after a run, while nothing of the run is at work: what is slow then are the others.

    Args:
        least: never less than this; 1 is a machine of one's own.
    """

    def __init__(self, least: float = 1.0) -> None:
        self.slower = max(least, _measured())

    def again(self) -> float:
        """By how much the machine was slower in the worse of the two moments."""
        self.slower = max(self.slower, _measured())
        return round(self.slower, 1)


def _measured() -> float:
    """Wall time over processor time of work that keeps every core busy; about 1 on a quiet machine."""
    command = [sys.executable, "-c", _BURST]
    bursts = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(os.cpu_count() or 1)]
    return max(1.0, sum(float(burst.communicate()[0]) for burst in bursts) / len(bursts))
