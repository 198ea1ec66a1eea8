"""The complex gateway. BPMN 2.0 §13.4.5.

It starts when its activation condition holds, then waits for the flows it did not start
with, and takes what comes there in its second phase, the reset. What its conditions see:
`activationCount` (tokens that wait at it), each incoming flow's id (tokens on it), and
`waitingForStart` (true in the first phase, false at the reset).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.util.task import TaskState

from engine.spiff.diagram import Flow, Node
from engine.spiff.specs.base import FlowNode, default_of, merge
from engine.spiff.specs.gateways import can_arrive, places
from engine.spiff.token import Token
from engine.spiff.xml import child, text_of

if TYPE_CHECKING:
    from engine.spiff.case import Scope
    from engine.spiff.specs.process import ScopeSpec


class ResetMemory(FlowNode):
    """Remembers in a token, on no drawing, with which flows the gateway has started (`consumed`)."""

    is_drawn = False
    shows = False
    waits_in = TaskState.WAITING

    def __init__(self, scope: ScopeSpec, node: Node, gateway: ComplexGateway) -> None:
        super().__init__(scope, node, f"{node.id}[reset]")
        self.gateway = gateway

    def release(self, token: Token) -> bool:
        """End the second phase if nothing more can come."""
        return self.gateway.release(token)


class ComplexGateway(FlowNode):
    """Joins as its activation condition says; forks like an inclusive gateway."""

    waits_in = TaskState.WAITING

    def __init__(self, scope: ScopeSpec, node: Node, name: str | None = None, **kwargs: Any) -> None:
        super().__init__(scope, node, name, **kwargs)
        self.condition = text_of(child(node.element, "activationCondition"))
        self.memory = ResetMemory(scope, node, self)

    def act(self, token: Token) -> bool | None:
        if len(self.arrivals) < 2:
            return True
        here = self._waiting(token.workflow, token)
        memory = self._remembered(token.workflow)
        if memory is not None:
            late = {flow.id for flow in self.arrivals} - set(memory.notes["consumed"])
            if late - set(here):
                return None
            self._forget(memory)
            return self._take(token, {flow: found for flow, found in here.items() if flow in late}, reset=True)
        if not self._starts(token, here):
            return None
        consumed = sorted(here)
        if len(consumed) < len(self.arrivals) and self.condition is not None:
            kept = Token(token.workflow, self.memory, token.workflow.task_tree, TaskState.WAITING)
            kept.notes["consumed"] = consumed
        return self._take(token, {flow: found for flow, found in here.items() if flow in consumed}, reset=False)

    def choose(self, token: Token) -> list[Flow]:
        reset = bool(token.notes.get("reset"))
        names = {"waitingForStart": not reset, "activationCount": token.notes.get("count", 1)}
        if not reset and all(flow.condition is None for flow in self.flows):
            return list(self.flows)
        chosen = [
            flow
            for flow in self.flows
            if flow.id != self.node.default
            and (token.case.engine.condition(token, flow.condition, names) if flow.condition is not None else not reset)
        ]
        if reset:  # what nobody asked for at the reset does not happen a second time
            return chosen
        return chosen or default_of(self)

    def release(self, token: Token) -> bool:
        """At rest: begin or end a phase when nothing more can come. `token` waits here, or is the memory."""
        scope = token.workflow
        memory, here = self._remembered(scope), self._waiting(scope)
        if memory is None and self.condition is not None:
            return False  # the condition decides, and was asked when the last token came
        consumed = set(memory.notes["consumed"]) if memory is not None else set()
        others = [other for other in places(scope) if other.task_spec is not self]
        empty = {flow.id for flow in self.arrivals} - consumed - set(here)
        if can_arrive(self, others, set(empty)):
            return False
        late = {flow: found for flow, found in here.items() if flow not in consumed}
        if memory is not None:
            self._forget(memory)
        if late:
            first = next(iter(late.values()))
            first.notes["done"] = self._take(first, late, reset=memory is not None)
            first._set_state(TaskState.READY)
            first.case.enqueue(first)
        else:
            self._look_again(scope)
            scope.settle()
        return True

    def leave(self, token: Token) -> None:
        super().leave(token)
        if token.notes.get("reset"):
            self._look_again(token.workflow)

    def _look_again(self, scope: Scope) -> None:
        """Tokens that came twice on a flow belong to the next round."""
        for other in self._waiting(scope).values():
            other._set_state(TaskState.READY)
            other.case.enqueue(other)

    def _starts(self, token: Token, here: dict[str, Token]) -> bool:
        tokens = [t for t in token.workflow.tokens() if t.task_spec is self and (t is token or _waits(t))]
        counts = {flow.id: sum(t.notes.get("flow") == flow.id for t in tokens) for flow in self.arrivals}
        if self.condition is None:
            return len(here) == len(self.arrivals)
        names = {**counts, "activationCount": len(tokens), "waitingForStart": True}
        return token.case.engine.condition(token, self.condition, names)

    def _take(self, token: Token, taken: dict[str, Token], *, reset: bool) -> bool:
        merge(token, [partner for partner in taken.values() if partner is not token])
        token.notes.update(count=len(taken), reset=reset)
        return True

    def _forget(self, memory: Token) -> None:
        memory._set_state(TaskState.COMPLETED)
        memory.workflow.retire(memory)

    def _remembered(self, scope: Scope) -> Token | None:
        return next((token for token in scope.tokens() if token.task_spec is self.memory), None)

    def _waiting(self, scope: Scope, acting: Token | None = None) -> dict[str, Token]:
        """The oldest token of each flow that waits here, and the one that has just come."""
        found: dict[str, Token] = {}
        for other in scope.tokens():
            if other.task_spec is self and (other is acting or _waits(other)):
                flow = other.notes.get("flow", "")
                if flow not in found or other is acting:
                    found[flow] = other
        return found


def _waits(token: Token) -> bool:
    return token.state == TaskState.WAITING and not token.notes.get("done")
