"""The decision requirements graph: decisions, inputs, functions, services, and how one decision is evaluated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.dmn.boxed import Boxed, FunctionDefinition
from engine.dmn.model import Decision
from engine.dmn.table import DecisionTable, Recorder
from engine.dmn.types import ItemType, Types
from engine.errors import RecordNotFound
from engine.feel.errors import FeelLimit
from engine.feel.nodes.base import FreeNames
from engine.feel.running import MISSING, Budget, OuterScope, Scope
from engine.feel.values import Function, Value, to_python
from engine.model import Finding

_NO_FUNCTIONS: Mapping[str, Callable[..., Any]] = {}


@dataclass(frozen=True)
class DecisionNode:
    """A decision of the graph. `requires` and `knows` are ids."""

    id: str
    name: str
    variable: str
    logic: Boxed
    type: ItemType
    requires: tuple[str, ...] = ()
    knows: tuple[str, ...] = ()


@dataclass(frozen=True)
class InputNode:
    """Input data: what the caller brings under `variable`."""

    id: str
    variable: str
    type: ItemType


@dataclass(frozen=True)
class FunctionNode:
    """A business knowledge model."""

    id: str
    name: str
    logic: Boxed
    knows: tuple[str, ...] = ()


@dataclass(frozen=True)
class ServiceNode:
    """A decision service: decisions offered together as a function."""

    id: str
    name: str
    outputs: tuple[str, ...]
    input_data: tuple[str, ...] = ()
    input_decisions: tuple[str, ...] = ()
    type: ItemType = field(default_factory=ItemType)


Node = DecisionNode | InputNode | FunctionNode | ServiceNode


@dataclass(frozen=True)
class DecisionModel:
    """One DMN file: what can be decided, and what is wrong with it."""

    name: str
    nodes: Mapping[str, Node]
    findings: tuple[Finding, ...]
    types: Types = field(default_factory=Types, repr=False)

    @property
    def decisions(self) -> tuple[str, ...]:
        """The ids of its decisions, in the order of the file."""
        return tuple(node.id for node in self.nodes.values() if isinstance(node, DecisionNode))

    def decision_name(self, decision_id: str) -> str:
        """Its name. Raises RecordNotFound."""
        return self._decision(decision_id).name

    def output_names(self, decision_id: str) -> tuple[str, ...]:
        """The names of its table's output columns; empty for one column without name, and for no table."""
        return _output_names(self._decision(decision_id).logic)

    def free_names(self, decision_id: str) -> frozenset[str]:
        """The names that the decision and those it requires take from the caller. Raises RecordNotFound."""
        needed: set[str] = set()
        for node in self._required(self._decision(decision_id)):
            free = FreeNames()
            node.logic.collect(free, frozenset(self._variables_for(node)))
            needed |= free.certain
            needed |= {one.variable for one in map(self.nodes.get, node.requires) if isinstance(one, InputNode)}
        return frozenset(needed)

    def evaluate(
        self,
        decision_id: str,
        names: Mapping[str, Any],
        functions: Mapping[str, Callable[..., Any]] = _NO_FUNCTIONS,
        budget: Budget | None = None,
    ) -> Decision:
        """Decide, by id or by name, on plain Python values.

        A table in which no row matches and that has no default gives null with an error.

        Raises:
            RecordNotFound: no such decision.
            FeelLimit: it ran over its budget.
        """
        node = self._decision(decision_id)
        run = Recorder(budget or Budget(), functions)
        run.hits, run.inputs = [], {}
        evaluation = Requirements(self, OuterScope(run, names))
        try:
            value = to_python(evaluation.value_of(node))
            inputs = to_python(run.inputs[node.name]) if node.name in run.inputs else None
        except RecursionError:
            raise FeelLimit("決策的層數太深", "decisions require one another too deeply") from None
        return Decision(value, tuple(run.hits), inputs, tuple(run.errors), node.name, _output_names(node.logic))

    def call_service(
        self, service_id: str, names: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]] = _NO_FUNCTIONS
    ) -> Decision:
        """Evaluate a decision service, by id or name, with its inputs by name. Raises as `evaluate` does."""
        node = self._named(service_id, ServiceNode)
        run = Recorder(Budget(), functions)
        run.hits, run.inputs = [], {}
        evaluation = Requirements(self, OuterScope(run, names))
        value = to_python(evaluation.service(node, {name: evaluation.outer.lookup(name) for name in names}))
        return Decision(value, tuple(run.hits), None, tuple(run.errors), node.name)

    def _decision(self, wanted: str) -> DecisionNode:
        node = self._named(wanted, DecisionNode)
        assert isinstance(node, DecisionNode)
        return node

    def _named(self, wanted: str, of: type[Any]) -> Any:
        node = self.nodes.get(wanted)
        if isinstance(node, of):
            return node
        for other in self.nodes.values():
            if isinstance(other, of) and getattr(other, "name", None) == wanted:
                return other
        raise RecordNotFound("No such decision", id=wanted)

    def _required(self, node: DecisionNode) -> list[DecisionNode]:
        found, waiting = {node.id: node}, [node]
        while waiting:
            for id_ in waiting.pop().requires:
                other = self.nodes.get(id_)
                if isinstance(other, DecisionNode) and other.id not in found:
                    found[other.id] = other
                    waiting.append(other)
        return list(found.values())

    def _variables_for(self, node: DecisionNode) -> set[str]:
        known = [self.nodes.get(id_) for id_ in (*node.requires, *node.knows)]
        names = {one.variable for one in known if isinstance(one, DecisionNode | InputNode)}
        return names | {one.name for one in known if isinstance(one, FunctionNode | ServiceNode)}


class Requirements:
    """One evaluation: required decisions are evaluated once."""

    def __init__(self, model: DecisionModel, outer: Scope, given: dict[str, Value] | None = None) -> None:
        self.model = model
        self.outer = outer
        self.values: dict[str, Value] = dict(given or {})
        self._busy: set[str] = set()

    def value_of(self, node: DecisionNode) -> Value:
        """The decision's value."""
        if node.id in self.values:
            return self.values[node.id]
        run = self.outer.run
        if node.id in self._busy:
            return run.error(f"決策「{node.name}」需要它自己", f"decision {node.name!r} requires itself")
        self._busy.add(node.id)
        value, problem = node.type.fit(self.outer, node.logic.evaluate(self._scope(node.requires, node.knows)))
        if problem:
            zh, _, en = problem.partition(" / ")
            run.error(f"決策「{node.name}」的結果{zh}", f"the result of decision {node.name!r} is {en}")
        self._busy.discard(node.id)
        self.values[node.id] = value
        return value

    def _scope(self, requires: tuple[str, ...], knows: tuple[str, ...]) -> Scope:
        bound: dict[str, Value] = {}
        for id_ in requires:
            node = self.model.nodes.get(id_)
            if isinstance(node, DecisionNode):
                bound[node.variable] = self.value_of(node)
            elif isinstance(node, InputNode):
                bound[node.variable] = self._input(node)
        for id_ in knows:
            node = self.model.nodes.get(id_)
            if isinstance(node, FunctionNode):
                bound[node.name] = self._function(node)
            elif isinstance(node, ServiceNode):
                bound[node.name] = self._service_function(node)
        return self.outer.inner(bound)

    def _input(self, node: InputNode) -> Value:
        run = self.outer.run
        if node.id in self.values:
            value = self.values[node.id]
        else:
            value = self.outer.lookup(node.variable)
            if value is MISSING:
                return run.error(f"沒有輸入「{node.variable}」", f"there is no input {node.variable!r}")
        fitted, problem = node.type.fit(self.outer, value)
        if problem:
            zh, _, en = problem.partition(" / ")
            return run.error(f"輸入「{node.variable}」{zh}", f"input {node.variable!r} is {en}")
        return fitted

    def _function(self, node: FunctionNode) -> Value:
        scope = self._scope((), node.knows)
        function = node.logic.evaluate(scope)
        if isinstance(function, Function) and isinstance(node.logic, FunctionDefinition):
            scope.bound[node.name] = function  # A function may call itself.
        return function

    def _service_function(self, node: ServiceNode) -> Function:
        parameters = [self.model.nodes[id_] for id_ in (*node.input_data, *node.input_decisions)]
        names = tuple(one.variable for one in parameters if isinstance(one, DecisionNode | InputNode))
        return Function(
            node.name, names, lambda arguments: self.service(node, dict(zip(names, arguments, strict=True)))
        )

    def service(self, node: ServiceNode, arguments: dict[str, Value]) -> Value:
        """The value of a service's output decisions for these arguments: one value, or a context of several."""
        self.outer.run.spend(10)
        given = {}
        for id_ in (*node.input_data, *node.input_decisions):
            one = self.model.nodes.get(id_)
            if isinstance(one, DecisionNode | InputNode):
                given[id_], problem = one.type.fit(self.outer, arguments.get(one.variable))
                if problem:
                    return self.outer.run.error(
                        f"參數「{one.variable}」型別不符", f"parameter {one.variable!r} has another type"
                    )
        inner = Requirements(self.model, self.outer.inner({}), given)
        outputs = [one for id_ in node.outputs if isinstance(one := self.model.nodes.get(id_), DecisionNode)]
        values = {one.variable: inner.value_of(one) for one in outputs}
        value, problem = node.type.fit(self.outer, next(iter(values.values())) if len(outputs) == 1 else values)
        if problem:
            return self.outer.run.error(f"服務「{node.name}」的結果型別不符", f"service {node.name!r} has another type")
        return value


def _output_names(logic: Boxed) -> tuple[str, ...]:
    return tuple(output.name for output in logic.outputs if output.name) if isinstance(logic, DecisionTable) else ()
