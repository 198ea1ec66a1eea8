"""Tasks, subprocesses and call activities. BPMN 2.0 §13.3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.util.task import TaskState

from engine.model import ServiceCall
from engine.spiff import assignment, events, undoing, variables
from engine.spiff.diagram import Node, Parameter, VariableMapping
from engine.spiff.problems import StepProblem
from engine.spiff.specs.base import FlowNode
from engine.spiff.token import Token

if TYPE_CHECKING:
    from engine.spiff.case import Scope
    from engine.spiff.parser import Definition
    from engine.spiff.specs.process import ScopeSpec


class NoneTask(FlowNode):
    """A task without a type: documentation; the token passes."""


class UserTask(FlowNode):
    """Work for a person (user and manual tasks). Stays READY, which is the library's word for open."""

    waits_in = TaskState.READY
    rests = True
    form: str | None = None
    """The key of a form that the engine itself makes."""
    people: tuple[Node, ...] = ()
    """Elements whose people are asked when this one's own node names nobody."""

    def __init__(self, scope: ScopeSpec, node: Node, name: str | None = None, **kwargs: Any) -> None:
        super().__init__(scope, node, name, manual=True, **kwargs)

    def act(self, token: Token) -> bool | None:
        token.notes["open"] = True
        self.show(token)
        token.case.log.entered(token)
        return None

    def show(self, token: Token) -> None:
        """Say who may do this task, by when. What cannot be worked out is an incident; the task opens all the same."""
        task, problem = assignment.evaluate(self, token)
        token.case.log.open(task)
        if problem is not None:
            token.case.fail(token, problem)

    def answer(self, token: Token, values: Any) -> None:
        """Take a person's answer and go on."""
        variables.write(token, values)
        token.notes.pop("open")
        if token.notes.pop("incident", None):
            token.case.log.resolve(token)
        token.case.log.close(token, "completed")
        token.case.wake(token)


class ScriptTask(FlowNode):
    """FEEL that gives a context, or Python in the sandbox; what it gives becomes variables."""

    def __init__(self, scope: ScopeSpec, node: Node, script: str, name: str | None = None, **kwargs: Any) -> None:
        super().__init__(scope, node, name, **kwargs)
        self.script = script

    def act(self, token: Token) -> bool | None:
        variables.write(token, token.case.engine.script(token, self.script))
        return True


class BusinessRuleTask(FlowNode):
    """Calls a DMN decision with all variables; its outputs become variables."""

    def __init__(self, scope: ScopeSpec, node: Node, decision: str, name: str | None = None, **kwargs: Any) -> None:
        super().__init__(scope, node, name, **kwargs)
        self.decision = decision

    def act(self, token: Token) -> bool | None:
        decision, detail = token.case.engine.decide(token, self.decision)
        variables.write(token, self._named(decision.value, decision.outputs))
        token.notes["detail"] = detail
        return True

    def _named(self, value: Any, outputs: tuple[str, ...]) -> dict[str, Any]:
        """Which variables the outputs become: one that is named, one an output, or one by the decision's id."""
        into = self.node.camunda("resultVariable")
        if into:
            return {into: value}
        if isinstance(value, dict) and len(outputs) != 1:
            return value
        if isinstance(value, list) or not outputs:
            return {self.decision: value}
        return {outputs[0]: value} if len(outputs) == 1 else dict.fromkeys(outputs)


class ServiceTask(FlowNode):
    """Work for a connector, which the worker calls after the step is stored."""

    rests = True

    def __init__(
        self,
        scope: ScopeSpec,
        node: Node,
        connector: str,
        parameters: tuple[Parameter, ...],
        result_variable: str | None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(scope, node, name, **kwargs)
        self.connector = connector
        self.parameters = parameters
        self.result_variable = result_variable

    def act(self, token: Token) -> bool | None:
        self.call(token)
        token.case.log.entered(token)
        return None

    def call(self, token: Token) -> None:
        """Ask the worker for a call."""
        engine = token.case.engine
        arguments = {
            parameter.name: engine.argument(token, parameter.value, parameter.type) for parameter in self.parameters
        }
        token.notes["called"] = True
        token.case.log.calls[token.id] = ServiceCall(token.id, self.bpmn_id, self.connector, arguments)

    def finish(self, token: Token, result: Any) -> None:
        """Take the connector's answer and go on."""
        if self.result_variable:
            variables.write(token, {self.result_variable: result})
        if token.notes.pop("incident", None):
            token.case.log.resolve(token)
        token.notes.pop("called", None)
        token.notes["detail"] = {"connector": self.connector}
        token.case.wake(token)


class SubProcess(FlowNode):
    """An embedded or event subprocess; it sees and changes the variables around it."""

    rests_inside = True

    def __init__(self, scope: ScopeSpec, node: Node, inner: ScopeSpec, name: str | None = None, **kwargs: Any) -> None:
        super().__init__(scope, node, name, **kwargs)
        self.inner = inner

    def act(self, token: Token) -> bool | None:
        scope = token.case.open_scope(token, self.inner)
        try:
            begin(scope, token.notes.get("entry"), token.notes.get("items"))
            token.notes.pop("items", None)
        except StepProblem:
            scope.close()
            raise
        if scope.is_idle:
            scope.close()
            return True
        token.case.log.entered(token)
        return None

    def inner_spec(self, definition: Definition) -> ScopeSpec:
        """What runs inside."""
        return self.inner

    def returned(self, token: Token, scope: Scope) -> None:
        left = undoing.left_behind(scope)
        if left is not None:
            token.notes["left"] = left
        super().returned(token, scope)


class Transaction(SubProcess):
    """A subprocess that can be cancelled as a whole: what was completed in it is compensated first (§10.3.5)."""

    rests_inside = False

    def cancel(self, token: Token, scope: Scope) -> None:
        """Take away what runs in the transaction, undo what was done, then go on at its cancel event."""
        records = undoing.harvest(scope)
        token.notes["cancelling"] = True
        scope.finished = []
        scope.clear()
        if records and scope.spec.undo is not None:
            undoing.begin(scope, records)
        scope.settle()

    def returned(self, token: Token, scope: Scope) -> None:
        if not token.notes.get("cancelling"):
            super().returned(token, scope)
            return
        around, whole = token.workflow, token
        if self.loop is not None and token.parent is not None:  # one of many: the events belong to the loop
            whole = token.parent
        for event in whole.task_spec.boundary:
            if any(catch.kind == "cancel" for catch in event.catches):
                around.place(event, parent=whole.parent, done=True)
        around.cancel_token(whole)
        around.settle()


class CallActivity(FlowNode):
    """Runs another process with variables of its own."""

    def __init__(
        self,
        scope: ScopeSpec,
        node: Node,
        called: str,
        inputs: tuple[VariableMapping, ...],
        outputs: tuple[VariableMapping, ...],
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(scope, node, name, **kwargs)
        self.called = called
        self.passed_in = inputs
        self.passed_out = outputs

    def act(self, token: Token) -> bool | None:
        if "returned" in token.notes:
            if "left" in token.notes:
                token.notes["left"]["data"] = token.notes["returned"]
            variables.write(token, self._map(token, self.passed_out, token.notes["returned"]))
            del token.notes["returned"]
            return True
        spec = self.inner_spec(token.case.definition)
        data = self._map(token, self.passed_in, variables.visible(token))
        scope = token.case.open_scope(token, spec, data)
        try:
            begin(scope, None)
        except StepProblem:
            scope.close()
            raise
        if scope.is_idle:
            scope.close()
            token.notes["returned"] = dict(scope.data)
            return self.act(token)
        token.case.log.entered(token)
        return None

    def inner_spec(self, definition: Definition) -> ScopeSpec:
        """The process it calls."""
        return definition.called(self.called)

    def returned(self, token: Token, scope: Scope) -> None:
        left = undoing.left_behind(scope)
        if left is not None:
            token.notes["left"] = left
        token.notes["returned"] = dict(scope.data)
        token._set_state(TaskState.READY)
        token.case.enqueue(token)

    @property
    def rests_inside(self) -> bool:  # type: ignore[override]
        """One of many keeps to itself what it knows; a single one's variables are asked for after every step."""
        return self.loop is not None

    @property
    def hands_back_all(self) -> bool:
        """Whether all variables of the called process are written back, under their names."""
        return not self.passed_out or any(mapping.all for mapping in self.passed_out)

    def _map(self, token: Token, mappings: tuple[VariableMapping, ...], values: dict[str, Any]) -> dict[str, Any]:
        """Without mappings everything is passed, as the library does."""
        if not mappings:
            return dict(values)
        passed: dict[str, Any] = {}
        for mapping in mappings:
            if mapping.all:
                passed.update(values)
            elif mapping.target and mapping.expression:
                passed[mapping.target] = token.case.engine.gathered(token, mapping.expression, values)
            elif mapping.target and mapping.source:
                passed[mapping.target] = values.get(mapping.source)
        return passed


def begin(scope: Scope, entry: str | None, items: dict[str, Any] | None = None) -> None:
    """Start a scope at `entry`, at its start event, or at every element that nothing leads to.

    `items`: the data that the start event has received.

    Raises:
        StepProblem: a timer of one of its event subprocesses gives no time. Nothing has started then.
    """
    events.listen(scope)
    place_starts(scope, entry, items)


def place_starts(scope: Scope, entry: str | None, items: dict[str, Any] | None = None) -> list[Token]:
    """Put tokens on the elements a scope starts with."""
    spec = scope.spec
    starts: list[FlowNode] = [start for start in spec.entries if entry is None or start.bpmn_id == entry]
    if entry is None:
        plain = [start for start in spec.entries if not start.catches]
        starts = list(plain or spec.entries[:1])
    notes: dict[str, Any] = {"items": items} if items else {}
    return [scope.place(start, **notes) for start in starts or spec.loose]
