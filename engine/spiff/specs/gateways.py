"""Gateways. BPMN 2.0 §13.4: exclusive, parallel, inclusive, event-based."""

from __future__ import annotations

from SpiffWorkflow.util.task import TaskState

from engine.spiff.diagram import Flow
from engine.spiff.problems import StepProblem
from engine.spiff.specs.base import FlowNode, default_of, merge
from engine.spiff.token import Token


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
        for other in token.workflow.tokens():
            if other.task_spec is self and other.state == TaskState.WAITING:
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
        others = [t for t in token.workflow.tokens() if not t.task_spec.listens and "host" not in t.notes]
        here = [t for t in others if t.task_spec is self and t.state == TaskState.WAITING]
        filled = {t.notes.get("flow") for t in here}
        graph = self._wf_spec.reach
        reaches_filled = graph.sources_of({f.id for f in self.arrivals if f.id in filled}, without=self.name)
        reaches_empty = graph.sources_of({f.id for f in self.arrivals if f.id not in filled}, without=self.name)
        for other in others:
            if other in here:
                continue
            place = other.task_spec.bpmn_id
            if place in reaches_empty and place not in reaches_filled:
                return False
        first: dict[str, Token] = {}
        for waiting in here:
            first.setdefault(waiting.notes.get("flow", ""), waiting)
        partners = list(first.values())
        merge(partners[0], partners[1:])
        partners[0]._set_state(TaskState.READY)
        token.case.enqueue(partners[0])
        return True


class EventBasedGateway(FlowNode):
    """Waits at all the events behind it; the first that happens takes the others away."""

    waits_in = TaskState.WAITING

    def act(self, token: Token) -> bool | None:
        targets = [self._wf_spec.task_specs[flow.target] for flow in self.flows]
        prepared = [target.prepare(token) for target in targets]
        for flow, target, notes in zip(self.flows, targets, prepared, strict=True):
            waiting = Token(token.workflow, target, token, target.waits_in)
            waiting.notes.update(notes, race=token.id, flow=flow.id)
        token.case.log.entered(token)
        return None

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
