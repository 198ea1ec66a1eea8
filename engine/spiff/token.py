"""Tokens: SpiffWorkflow tasks that carry no prediction, no copy of the data and no past.

The library grows a tree of every task that was or may be visited and finds things
by walking it. Here a task is one token: made when a flow is taken, gone when its
element is left. What was passed is written to the history by the step's log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

if TYPE_CHECKING:
    from engine.spiff.case import Case, Scope
    from engine.spiff.specs.base import FlowNode

OPEN = TaskState.NOT_FINISHED_MASK


class Token(Task):  # type: ignore[misc]
    """A token on one element of one scope.

    `notes` (the library's `internal_data`) holds what must survive a save: `done`
    (the element's own work is finished), `due`, `host`, `local`, `incident` …
    """

    workflow: Scope
    task_spec: FlowNode

    def __init__(
        self,
        scope: Scope,
        spec: FlowNode,
        parent: Token | None = None,
        state: int = TaskState.FUTURE,
        id: str | None = None,
        seq: int | None = None,
    ) -> None:
        super().__init__(scope, spec, parent, state, id or str(uuid4()))
        self.seq = scope.case.next_seq() if seq is None else seq

    @property
    def case(self) -> Case:
        """The instance this token belongs to."""
        return self.workflow.case

    @property
    def notes(self) -> dict[str, Any]:
        """What is remembered of this token between steps."""
        notes: dict[str, Any] = self.internal_data
        return notes

    @property
    def is_open(self) -> bool:
        """Whether the token is still there."""
        return bool(self._state & OPEN)

    @property
    def incident(self) -> dict[str, str] | None:
        """`{"kind", "message"}` while this token waits for an operator."""
        return self.notes.get("incident")

    @property
    def children(self) -> list[Token]:
        """The tokens that hang from this one."""
        self.workflow.tasks.wake_children(self)
        found: list[Token] = [self.workflow.tasks.get(child) for child in self._children]
        return found

    def _add_child(self, task_spec: FlowNode, state: int = TaskState.FUTURE) -> Token:
        return Token(self.workflow, task_spec, self, state)

    def _set_state(self, value: int) -> None:
        self._state = value  # the library logs, with a copy of everything, at each change

    def _inherit_data(self) -> None:
        """Variables belong to scopes; nothing is copied from task to task."""

    def run(self) -> bool | None:
        """Let the element work. None: it waits now. A problem leaves the token as it was."""
        result = self.task_spec._run(self)
        if not self.is_open:
            return result
        if result is None:
            self._set_state(self.task_spec.waits_in)
        else:
            self.complete()
        return result
