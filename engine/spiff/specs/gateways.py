"""Gateways. BPMN 2.0 §13.4: exclusive, parallel, inclusive, event-based."""

from __future__ import annotations

from typing import TYPE_CHECKING

from SpiffWorkflow.util.task import TaskState

from engine.spiff.diagram import Flow
from engine.spiff.problems import StepProblem
from engine.spiff.specs.base import FlowNode, default_of, merge
from engine.spiff.token import Token

if TYPE_CHECKING:
    from engine.spiff.case import Scope


class ExclusiveGateway(FlowNode):
    """Takes the first flow whose condition holds, in the order they are written; merges by passing through."""

    def choose(self, token: Token) -> list[Flow]:
        if len(self.flows) == 1 and self.flows[0].condition is None:
            return list(self.flows)
        if not self.flows:
            return []
        for flow in self.flows:
            if flow.id == self.node.default:
                continue
            if flow.condition is None:
                raise StepProblem("condition", f"流向「{flow.name or flow.id}」沒有條件 (a flow without condition).")
            if token.case.engine.condition(token, flow.condition):
                return [flow]
        return default_of(self)


class ParallelGateway(FlowNode):
    """Waits for one token on each incoming flow, takes one from each, then forks into all flows.

    A second token on the same flow waits for the next round. Conditions on its
    outgoing flows mean nothing.
    """

    def arrive(self, token: Token) -> bool:
        token._set_state(TaskState.WAITING)
        waiting = self._waiting(token)
        if {flow.id for flow in self.arrivals} - set(waiting):
            return False
        merge(token, [partner for partner in waiting.values() if partner is not token])
        return True

    def choose(self, token: Token) -> list[Flow]:
        return list(self.flows)

    def _waiting(self, token: Token) -> dict[str, Token]:
        """The oldest waiting token of each flow."""
        found: dict[str, Token] = {}
        for other in token.workflow.awake():
            if other.task_spec is self and other.state == TaskState.WAITING and not other.incident:
                found.setdefault(other.notes.get("flow", ""), other)
        if len(self.arrivals) > 1:
            return found
        return {flow.id: token for flow in self.arrivals} or {"": token}


class InclusiveGateway(FlowNode):
    """Takes every flow whose condition holds; joins all tokens that can still arrive (§13.4.3)."""

    def arrive(self, token: Token) -> bool:
        if len(self.arrivals) < 2:
            return True
        token._set_state(TaskState.WAITING)  # decided when everything else has come to rest
        return False

    def choose(self, token: Token) -> list[Flow]:
        if len(self.flows) == 1 and self.flows[0].condition is None:
            return list(self.flows)
        if not self.flows:
            return []
        chosen = [
            flow
            for flow in self.flows
            if flow.id != self.node.default
            and (flow.condition is None or token.case.engine.condition(token, flow.condition))
        ]
        return chosen or default_of(self)

    def release(self, token: Token) -> bool:
        """Let the join go on if no other token of its scope can still reach an empty flow.

        A token that can also reach a filled flow does not count (it may join there).
        """
        others = places(token.workflow)
        here = [t for t in others if t.task_spec is self and t.state == TaskState.WAITING]
        filled = {t.notes.get("flow") for t in here}
        empty = {flow.id for flow in self.arrivals if flow.id not in filled}
        if can_arrive(self, [other for other in others if other not in here], empty):
            return False
        first: dict[str, Token] = {}
        for waiting in here:
            first.setdefault(waiting.notes.get("flow", ""), waiting)
        partners = list(first.values())
        merge(partners[0], partners[1:])
        partners[0]._set_state(TaskState.READY)
        token.case.enqueue(partners[0])
        return True


def places(scope: Scope) -> list[Token]:
    """The tokens that stand on the drawing of a scope: no listeners, no boundary events, nothing undrawn."""
    return [t for t in scope.tokens() if t.task_spec.shows and not t.task_spec.listens and "host" not in t.notes]


def can_arrive(join: FlowNode, others: list[Token], empty: set[str]) -> bool:
    """Whether a token can still reach one of the `empty` flows into a join (§13.4.3).

    One that can also reach a filled flow does not count: it may join there.
    """
    graph = join._wf_spec.reach
    reaches_filled = graph.sources_of({f.id for f in join.arrivals if f.id not in empty}, without=join.name)
    reaches_empty = graph.sources_of({f.id for f in join.arrivals if f.id in empty}, without=join.name)
    standing = {other.task_spec.bpmn_id for other in others}
    return bool(standing & (reaches_empty - reaches_filled))


class EventBasedGateway(FlowNode):
    """Waits at all the events behind it; the first that happens takes the others away.

    One that instantiates begins the case when an event behind it happens (`happened`). Of the
    parallel kind the others have to happen, too, before the case can end (§10.5.6).
    """

    waits_in = TaskState.WAITING

    @property
    def is_parallel(self) -> bool:
        """Whether all the events behind it have to happen."""
        return bool(self.node.element.get("eventGatewayType") == "Parallel")

    def act(self, token: Token) -> bool | None:
        if "happened" in token.notes or self.is_parallel:
            return True
        targets = [self._wf_spec.task_specs[flow.target] for flow in self.flows]
        prepared = [target.prepare(token) for target in targets]
        for flow, target, notes in zip(self.flows, targets, prepared, strict=True):
            waiting = Token(token.workflow, target, token, target.waits_in)
            waiting.notes.update(notes, race=token.id, flow=flow.id)
        token.case.log.entered(token)
        return None

    def choose(self, token: Token) -> list[Flow]:
        happened = token.notes.get("happened")
        return [flow for flow in self.flows if self.is_parallel or flow.target == happened]

    def leave(self, token: Token) -> None:
        for flow in self.flows:
            if flow.id in token.notes["flows"]:
                happened = flow.target == token.notes.get("happened")
                notes = {"done": True, **token.notes.get("brings", {})} if happened else {}
                token.case.log.flow(token, flow)
                target = self._wf_spec.task_specs[flow.target]
                token.workflow.place(target, parent=token, flow=flow.id, **notes)

    def won(self, token: Token, winner: Token) -> None:
        """The event at `winner` happened first."""
        for flow in self.flows:
            if flow.id == winner.notes.get("flow"):
                token.case.log.completed(token)
                token.case.log.flow(token, flow)
        for other in token.children:
            if other is not winner:
                other._set_state(TaskState.CANCELLED)
                token.workflow.retire(other)
        winner.notes.pop("race", None)
        token._set_state(TaskState.COMPLETED)
        token.workflow.retire(token)
