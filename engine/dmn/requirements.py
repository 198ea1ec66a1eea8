"""One evaluation of a graph: required decisions are evaluated once, each in the sight of what it requires."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.dmn.boxed import FunctionDefinition
from engine.dmn.model import DecisionStep
from engine.dmn.nodes import DecisionNode, FunctionNode, InputNode, Node, ServiceNode
from engine.dmn.table import Recorder
from engine.feel.running import MISSING, Scope
from engine.feel.values import Function, Value, to_python

if TYPE_CHECKING:
    from engine.dmn.graph import DecisionModel


class Requirements:
    """The values of one model's nodes in one evaluation; imported models have theirs beside it."""

    def __init__(
        self,
        model: DecisionModel,
        outer: Scope,
        given: dict[str, Value] | None = None,
        others: dict[int, Requirements] | None = None,
    ) -> None:
        self.model = model
        self.outer = outer
        self.values: dict[str, Value] = dict(given or {})
        self._busy: set[str] = set()
        self._others = {} if others is None else others
        self._others[id(model)] = self

    def of(self, model: DecisionModel) -> Requirements:
        """The values of another model, evaluated on the same names from outside."""
        found = self._others.get(id(model))
        return found or Requirements(model, self.outer, None, self._others)

    def value_of(self, node: DecisionNode) -> Value:
        """The decision's value."""
        if node.id in self.values:
            return self.values[node.id]
        run = self.outer.run
        if node.id in self._busy:
            return run.error(f"決策「{node.name}」需要它自己", f"decision {node.name!r} requires itself")
        self._busy.add(node.id)
        scope = self._scope(node.requires, node.knows)
        hits = len(run.hits) if isinstance(run, Recorder) else 0
        value, problem = node.type.fit(self.outer, node.logic.evaluate(scope))
        if problem:
            zh, _, en = problem.partition(" / ")
            run.error(f"決策「{node.name}」的結果{zh}", f"the result of decision {node.name!r} is {en}")
        self._busy.discard(node.id)
        self.values[node.id] = value
        if isinstance(run, Recorder):
            inputs, columns = run.inputs.pop(node.name, None), run.columns.pop(node.name, None)
            run.steps.append(
                DecisionStep(
                    node.id,
                    node.name,
                    to_python(value),
                    None if inputs is None else to_python(inputs),
                    tuple(run.hits[hits:]),
                    self.model.file,
                    None if columns is None else tuple(to_python(columns)),
                )
            )
        return value

    def _scope(self, requires: tuple[str, ...], knows: tuple[str, ...]) -> Scope:
        bound: dict[str, Value] = {}
        for reference in (*requires, *knows):
            found = self.model.resolve(reference)
            if found is None:
                continue
            within, model, node = found
            # What is imported stands in a context named as the import says; without a name, among our own.
            place = bound if not within else bound.setdefault(within, {})
            name, value = self.of(model)._named_value(node)
            place[name] = value
        return self.outer.inner(bound)

    def _named_value(self, node: Node) -> tuple[str, Value]:
        if isinstance(node, DecisionNode):
            return node.variable, self.value_of(node)
        if isinstance(node, InputNode):
            return node.variable, self._input(node)
        if isinstance(node, FunctionNode):
            return node.name, self._function(node)
        return node.name, self._service_function(node)

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
        names = tuple(one.variable for _, one in self._parameters(node))
        return Function(
            node.name, names, lambda arguments: self.service(node, dict(zip(names, arguments, strict=True)))
        )

    def _parameters(self, node: ServiceNode) -> list[tuple[DecisionModel, DecisionNode | InputNode]]:
        found = [self.model.resolve(reference) for reference in (*node.input_data, *node.input_decisions)]
        return [(one[1], one[2]) for one in found if one and isinstance(one[2], DecisionNode | InputNode)]

    def service(self, node: ServiceNode, arguments: dict[str, Value]) -> Value:
        """The value of a service's output decisions for these arguments: one value, or a context of several."""
        self.outer.run.spend(10)
        inner = Requirements(self.model, self.outer.inner({}))
        for model, one in self._parameters(node):
            value, problem = one.type.fit(self.outer, arguments.get(one.variable))
            inner.of(model).values[one.id] = value
            if problem:
                return self.outer.run.error(
                    f"參數「{one.variable}」型別不符", f"parameter {one.variable!r} has another type"
                )
        outputs = [found for reference in node.outputs if (found := self.model.resolve(reference))]
        values = {
            one.variable: inner.of(model).value_of(one) for _, model, one in outputs if isinstance(one, DecisionNode)
        }
        value, problem = node.type.fit(self.outer, next(iter(values.values())) if len(values) == 1 else values)
        if problem:
            return self.outer.run.error(f"服務「{node.name}」的結果型別不符", f"service {node.name!r} has another type")
        return value
