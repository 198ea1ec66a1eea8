"""What the engine tells whoever watches it, and the name under which the work of one request is known everywhere.

A line of a log names the request, the case and the number of the history's entry: from a complaint ("it said
…, at ten past nine") to the entry, from the entry to the request that made it, and on to the jobs it caused.
Nothing of it is stored with the case.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

REQUEST: ContextVar[str] = ContextVar("siwei_request", default="")
"""Set by whoever begins: a page's request, a worker's job. Jobs that it defers carry it on."""
CARRIED = "request"
"""Under which name a job's arguments carry it."""


@dataclass(frozen=True)
class StepSeen:
    """A step that is stored: which case, what was done, which entry of the history tells of it."""

    case: UUID
    process_key: str
    verb: str
    seq: int
    element_id: str | None
    task_id: str | None


Watch = Callable[[StepSeen], None]


def nobody(step: StepSeen) -> None:
    """Nobody watches."""
