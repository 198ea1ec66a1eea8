"""How far work goes on by itself before somebody has to look: what keeps cases from answering each other for ever.

A step is bounded by its budget; a chain of steps is not, where each causes the next one's job. So jobs carry what
their chain has left. What a person does, what the calendar brings and a wait of a minute begin a new chain; when one
has nothing left, the step keeps what would run next with an incident.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from datetime import timedelta

from engine.queue import JobSpec

CARRIED = "left"
"""Under which name a job's arguments carry it; the jobs of a chain's first step carry nothing."""
FULL = 1_200
COSTS = {"service_call": 1, "deliver_message": 6, "deliver_signal": 6, "timer": 6}
"""Of each job: 1,200 calls of neighbour systems in a row, 200 messages to and fro."""
BEGIN_COST = 200
"""Of a message that begins a case: five generations. What is left then is shared among those that one step begins."""
SOON = timedelta(seconds=60)
"""A shorter wait does not end a chain; a repetition without a count must leave as much between two turns."""
LONG = FULL // 2
"""A chain that has less left stands behind everybody else's jobs."""
SPENT = (
    "案件一直自動往下走，沒有人經手也沒有間隔，因此停下來 "
    "(the case went on and on by itself, past no person and no wait of a minute, and was stopped)."
)

LEFT: ContextVar[int | None] = ContextVar("siwei_left", default=None)
"""What the chain has left whose job is done at this moment; None where no job is done."""


def spent() -> str:
    """Why the step at hand may not go on by itself; empty when it may."""
    left = LEFT.get()
    return SPENT if left is not None and left <= 0 else ""


def carried(jobs: Sequence[JobSpec]) -> list[int | None]:
    """What each of these jobs, deferred together, has left; None for one that begins a new chain."""
    left = LEFT.get()
    if left is None:
        return [None] * len(jobs)
    sharing = sum(_begins(job) for job in jobs) if left < FULL else 1
    return [_left(job, left, sharing) for job in jobs]


def _left(job: JobSpec, left: int, sharing: int) -> int | None:
    if _begins(job):
        return max(0, (left - BEGIN_COST) // sharing)
    if job.kind not in COSTS or (job.kind == "timer" and not job.soon):
        return None
    return max(0, left - COSTS[job.kind])


def _begins(job: JobSpec) -> bool:
    return job.kind == "deliver_message" and job.args["business_key"] is None
