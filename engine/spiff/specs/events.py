"""Events that catch: intermediate, boundary, receive task, start of an event subprocess. BPMN 2.0 §13.5."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.util.task import TaskState

from engine.spiff import data, timers, variables
from engine.spiff.diagram import EventDefinition, Node
from engine.spiff.problems import StepProblem
from engine.spiff.specs.base import FlowNode
from engine.spiff.token import Token

if TYPE_CHECKING:
    from engine.spiff.specs.activities import SubProcess
    from engine.spiff.specs.process import ScopeSpec

IMMEDIATE = frozenset(["error", "escalation", "cancel", "compensate"])
"""Kinds that find their catcher through the scopes; no token waits for them."""


class Catch:
    """One event definition with its name or code looked up."""

    def __init__(self, definition: EventDefinition, name: str | None, code: str | None) -> None:
        self.definition = definition
        self.kind = definition.kind
        self.name = name
        self.code = code


class StartEvent(FlowNode):
    """Begins a scope. What it waits for has happened when a token is put on it."""

    def __init__(self, scope: ScopeSpec, node: Node, catches: tuple[Catch, ...], **kwargs: Any) -> None:
        super().__init__(scope, node, **kwargs)
        self.catches = catches

    def act(self, token: Token) -> bool | None:
        return _begin(self, token)


def _begin(start: FlowNode, token: Token) -> bool:
    """Let a case begin: it may want to know who began it."""
    name = start.node.camunda("initiator")
    if name and token.workflow.host is None:
        variables.write(token, {name: token.case.engine.initiator()})
    return True


class CatchEvent(FlowNode):
    """Waits for a message, signal, timer or condition.

    Notes: `arms` (one entry a definition: `{"due", "left", "every"}` of a timer, `{"was"}`
    of a condition), `seen` (definitions that have happened, for parallel multiple).
    """

    waits_in = TaskState.WAITING

    def __init__(
        self, scope: ScopeSpec, node: Node, catches: tuple[Catch, ...], name: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(scope, node, name, **kwargs)
        self.catches = catches
        self.is_conditional = any(catch.kind == "conditional" for catch in catches)
        self.waits_for_time = not node.parallel_multiple and {catch.kind for catch in catches} == {"timer"}

    @property
    def waits(self) -> bool:
        """Whether a token waits here, as opposed to events that look for their catcher."""
        return not all(catch.kind in IMMEDIATE for catch in self.catches)

    def prepare(self, token: Token) -> dict[str, Any]:
        """Work out what a token here will wait for, with the variables `token` sees.

        Raises:
            StepProblem: a timer's text gives no time.
        """
        arms: list[dict[str, Any]] = []
        for catch in self.catches:
            if catch.kind == "timer":
                arms.append(timers.arm(catch.definition, token))
            else:
                arms.append({})
        return {"arms": arms}

    def act(self, token: Token) -> bool | None:
        if not self.catches:
            return True
        token.notes.update(self.prepare(token))
        token.case.log.entered(token)
        return None

    def due(self, token: Token) -> datetime | None:
        """When the next timer of this token fires."""
        times = [
            arm["due"]
            for index, arm in enumerate(token.notes.get("arms", ()))
            if "due" in arm and index not in token.notes.get("seen", ())
        ]
        return min(times, default=None)

    def awaits(self, token: Token, kind: str, name: str) -> int | None:
        """Which of the definitions waits for this message or signal."""
        for index, catch in enumerate(self.catches):
            if catch.kind == kind and catch.name == name and index not in token.notes.get("seen", ()):
                return index
        return None

    def fire(self, token: Token, index: int, payload: Mapping[str, Any] | None = None) -> None:
        """What the token waited for has happened."""
        again = self._advanced(token, index)
        self.receive(token, index, payload)
        if self.node.parallel_multiple:
            seen = token.notes.setdefault("seen", [])
            seen.append(index)
            if len(seen) < len(self.catches):
                return
            token.notes["seen"] = []
        self.happen(token, again)

    def _advanced(self, token: Token, index: int) -> bool | None:
        """Set a timer that has fired to its next turn; whether it has one. None for anything but timers."""
        if self.catches[index].kind != "timer":
            return None
        arm = token.notes["arms"][index]
        again = timers.advance(arm, token.case.engine.context.now)
        if not again:
            del arm["due"]
        return again

    def is_over(self, token: Token) -> bool:
        """Whether nothing can happen here any more: the timers have fired that were all, or needed with the rest."""
        arms = zip(self.catches, token.notes["arms"], strict=True)
        left = ["due" in arm for catch, arm in arms if catch.kind == "timer"]
        return not all(left) if self.node.parallel_multiple else len(left) == len(self.catches) and not any(left)

    def receive(self, token: Token, index: int, payload: Mapping[str, Any] | None) -> None:
        """Lay what came with a message or signal over the variables, or take it into the data item that is drawn."""
        into = self.node.properties.get("resultVariable")
        item = data.item_of(self.node.data, index, payload)
        if item and not into and self.node.type == "receiveTask":
            payload = item
        elif item and not into:
            token.notes["items"] = {**token.notes.get("items", {}), **item}
            return
        if payload is None:
            return
        if into or payload:
            variables.write(token, {into: dict(payload)} if into else payload)

    def happen(self, token: Token, again: bool | None) -> None:
        """Go on. `again` says that a cycle has turns left."""
        race = token.notes.get("race")
        if race:
            gateway = token.workflow.tasks[race]
            gateway.task_spec.won(gateway, token)
        if again:
            self.spawn(token)
        else:
            token.case.wake(token)

    def spawn(self, token: Token) -> Token:
        """Let another token go on from here while this one keeps waiting."""
        return token.workflow.place(self, parent=token.parent, done=True, **received(token))


class ParallelStart(CatchEvent):
    """A start event that needs several events: a case begins once all have happened.

    Up to version 2026-11-23b the first of them began it, and the case waited here for the others: one that was
    begun so still does.
    """

    def act(self, token: Token) -> bool | None:
        return _begin(self, token)


class BoundaryEvent(CatchEvent):
    """Attached to an activity; interrupting ones cancel it at once."""

    def happen(self, token: Token, again: bool | None) -> None:
        scope = token.workflow
        host = scope.tasks[token.notes["host"]]
        self.spawn(token)
        if self.node.interrupting:
            scope.cancel_token(host)
        elif self.is_over(token):
            token._set_state(TaskState.COMPLETED)
            scope.retire(token)


class Listener(CatchEvent):
    """The start event of an event subprocess, armed in the scope around it."""

    listens = True

    def __init__(
        self, scope: ScopeSpec, node: Node, catches: tuple[Catch, ...], subprocess: SubProcess, **kwargs: Any
    ) -> None:
        super().__init__(scope, node, catches, f"{node.id}[listen]", **kwargs)
        self.subprocess = subprocess

    def happen(self, token: Token, again: bool | None) -> None:
        scope = token.workflow
        runs = scope.place(self.subprocess, entry=self.node.id, **received(token))
        if self.node.interrupting:
            scope.clear(keep=runs)
        elif self.is_over(token):
            token._set_state(TaskState.COMPLETED)
            scope.retire(token)


def received(token: Token) -> dict[str, Any]:
    """The data items that a token has received, for the one that goes on in its place."""
    return {"items": token.notes.pop("items")} if "items" in token.notes else {}


def caught_condition(token: Token) -> bool:
    """Let a waiting token's conditions fire; true when one did.

    A condition that cannot be evaluated yet (its variable is still missing) has not
    happened. One that stays true happens once (§10.5.5: "becomes true").
    """
    spec = token.task_spec
    for index, catch in enumerate(spec.catches):
        if catch.kind != "conditional":
            continue
        arm = token.notes["arms"][index]
        try:
            holds = token.case.engine.condition(token, catch.definition.text or "")
        except StepProblem:
            holds = False
        rises = holds and not arm.get("was", False)
        arm["was"] = holds
        if rises:
            spec.fire(token, index)
            return True
    return False
