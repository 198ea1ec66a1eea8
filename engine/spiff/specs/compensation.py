"""What runs compensation handlers: see `engine.spiff.undoing`. BPMN 2.0 §10.6, §13.5.5."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lxml import etree
from SpiffWorkflow.util.task import TaskState

from engine.spiff import undoing
from engine.spiff.diagram import Flow, Node
from engine.spiff.specs.base import FlowNode
from engine.spiff.token import Token

if TYPE_CHECKING:
    from engine.spiff.specs.process import ScopeSpec

UNDO = "(undo)"


class Undo(FlowNode):
    """Runs the handlers of a scope one after the other. On no drawing; one token is one demand for compensation.

    Notes: `records` still to be undone, `waiting` (the tokens that wait until all is done).
    """

    is_drawn = False
    shows = False
    waits_in = TaskState.WAITING

    def __init__(self, scope: ScopeSpec) -> None:
        super().__init__(scope, Node(UNDO, "compensation", "", etree.Element("undo"), scope.name, {}), UNDO)

    def act(self, token: Token) -> bool | None:
        records = token.notes["records"]
        while records:
            record = records.pop()
            if "turns" in record:
                records.extend(record["turns"])
            else:
                self._launch(token, record)
                return None
        return True

    def choose(self, token: Token) -> list[Flow]:
        return []

    def effect(self, token: Token) -> bool:
        for waiting_id in token.notes["waiting"]:
            waiting = token.case.find(waiting_id)
            if waiting is not None:
                waiting.notes["undoing"] -= 1
                if waiting.notes["undoing"] == 0:
                    token.case.wake(waiting)
        return True

    def proceed(self, token: Token) -> None:
        """A handler is done: the next one's turn."""
        token._set_state(TaskState.READY)
        token.case.enqueue(token)

    def _launch(self, token: Token, record: undoing.Record) -> None:
        notes: dict[str, Any] = {"undo": token.id}
        if "inner" in record:
            spec = self._wf_spec.task_specs[f"{record['at']}[undo]"]
            notes["record"] = record
        else:
            spec = self._wf_spec.task_specs[record["at"]].handler
            if "item" in record:
                notes["item"] = record["item"]
        token.workflow.place(spec, parent=token, **notes)


class Reopened(FlowNode):
    """A completed subprocess whose inside is compensated on the data it had when it was completed."""

    is_drawn = False

    def __init__(self, scope: ScopeSpec, node: Node, original: FlowNode) -> None:
        super().__init__(scope, node, f"{node.id}[undo]")
        self.original = original

    def act(self, token: Token) -> bool | None:
        record = token.notes.pop("record")
        if "local" in record:
            token.notes["local"] = record["local"]
        scope = token.case.open_scope(token, self.original.inner_spec(token.case.definition), record.get("data"))
        scope.local = record.get("scope", {})
        scope.finished = record["inner"]
        listener = scope.spec.compensation
        if listener is not None and not record.get("partly"):
            scope.place(listener.subprocess, entry=listener.node.id)
        else:
            undoing.begin(scope, scope.finished)
            scope.finished = []
        token.case.log.entered(token)
        return None
