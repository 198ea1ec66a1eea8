"""Whether what clients saw of one task can be told as a story in which one thing happens after another.

The search is Wing and Gong's, with the states it has seen remembered (Lowe). Each task is judged
on its own, which is enough: a history is linearizable if that of each object is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

State = tuple[str, str | None]
"""Of a task: `open` and who has it, or `completed` and by whom."""
FREE: State = ("open", None)


@dataclass(frozen=True)
class Operation:
    """What one client asked for, and what it was told."""

    client: str
    verb: str
    """`claim`, `release` or `complete`."""
    began: float
    ended: float = math.inf
    """When the client was told; never, when it gave up: it may take effect at any later time, or not at all."""
    told: str | None = None
    """`done`, or the name of the error; None: it gave up."""
    who: str | None = None
    """Whom the error names."""

    @property
    def is_known(self) -> bool:
        """Whether the client heard what came of it."""
        return self.told is not None


def applied(state: State, operation: Operation) -> tuple[State, str, str | None]:
    """What a task does that is one register: its next state, and what the client is told."""
    kind, person = state
    if kind == "completed":
        return state, "TaskNotOpen", person
    if operation.verb == "claim":
        if person in (None, operation.client):
            return ("open", operation.client), "done", None
        return state, "AlreadyClaimed", person
    if person != operation.client:
        return state, "NotAssignee", person
    return (FREE if operation.verb == "release" else ("completed", operation.client)), "done", None


def is_linearizable(operations: Sequence[Operation], last: State) -> bool:
    """Whether some order explains every answer and the state the task was found in at the end.

    An operation comes after all that had ended before it began. One whose client gave up may be left out.
    """
    known = sum(1 << number for number, operation in enumerate(operations) if operation.is_known)
    seen: set[tuple[int, State]] = set()
    open_ends = [(0, FREE)]
    while open_ends:
        done, state = open_ends.pop()
        if done & known == known and state == last:
            return True
        if (done, state) not in seen:
            seen.add((done, state))
            open_ends += _next(operations, done, state)
    return False


def _next(operations: Sequence[Operation], done: int, state: State) -> list[tuple[int, State]]:
    """What may have happened next, and where that leads."""
    waiting = [(number, operation) for number, operation in enumerate(operations) if not done >> number & 1]
    first_end = min((operation.ended for _, operation in waiting), default=math.inf)
    found = []
    for number, operation in waiting:
        if operation.began > first_end:
            continue
        after, told, who = applied(state, operation)
        if (told, who) == (operation.told, operation.who) if operation.is_known else after != state:
            found.append((done | 1 << number, after))
    return found
