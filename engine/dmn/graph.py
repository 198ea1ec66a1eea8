"""A DMN file that was read: what can be decided in it, what each decision needs, and deciding."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.dmn.boxed import Boxed
from engine.dmn.model import Decision
from engine.dmn.nodes import DecisionNode, FunctionNode, InputNode, Node, ServiceNode
from engine.dmn.requirements import Requirements
from engine.dmn.table import DecisionTable, Recorder
from engine.dmn.types import Types
from engine.errors import RecordNotFound
from engine.feel.errors import FeelLimit
from engine.feel.nodes.base import FreeNames
from engine.feel.running import Budget, OuterScope
from engine.feel.values import to_python
from engine.model import Finding

_NO_FUNCTIONS: Mapping[str, Callable[..., Any]] = {}


@dataclass(frozen=True)
class Import:
    """Another model whose elements are in sight under `name` (directly where it is empty)."""

    name: str
    namespace: str
    model: DecisionModel = field(repr=False)


@dataclass(frozen=True)
class DecisionModel:
    """One DMN file: what can be decided, and what is wrong with it."""

    name: str
    nodes: Mapping[str, Node]
    findings: tuple[Finding, ...]
    types: Types = field(default_factory=Types, repr=False)
    imports: tuple[Import, ...] = ()
    file: str = ""
    digest: str = ""
    """Names the content of the file and of all that it imports: the same digest decides the same."""

    @property
    def decisions(self) -> tuple[str, ...]:
        """The ids of its own decisions, in the order of the file."""
        return tuple(node.id for node in self.nodes.values() if isinstance(node, DecisionNode))

    def decision_name(self, decision_id: str) -> str:
        """Its name. Raises RecordNotFound."""
        return self._decision(decision_id).name

    def output_names(self, decision_id: str) -> tuple[str, ...]:
        """The names of its table's output columns; empty for one column without name, and for no table."""
        return _output_names(self._decision(decision_id).logic)

    def resolve(self, reference: str) -> tuple[str, DecisionModel, Node] | None:
        """What a reference leads to: the import's name (empty for our own), the model it lies in, the node."""
        if reference in self.nodes:
            return "", self, self.nodes[reference]
        namespace, mark, id_ = reference.rpartition("#")
        for one in self.imports:
            if mark and one.namespace == namespace and id_ in one.model.nodes:
                return one.name, one.model, one.model.nodes[id_]
        return None

    def free_names(self, decision_id: str) -> frozenset[str]:
        """The names that the decision and those it requires take from the caller. Raises RecordNotFound."""
        return frozenset().union(*(model.own_names(node) for model, node in self.required(decision_id)))

    def own_names(self, node: DecisionNode) -> frozenset[str]:
        """The names that one decision itself takes from the caller: in its logic, and as input data."""
        free = FreeNames()
        node.logic.collect(free, self.names_in_sight(node))
        required = (self.resolve(reference) for reference in node.requires)
        return frozenset(free.certain) | {
            found[2].variable for found in required if found and isinstance(found[2], InputNode)
        }

    def names_in_sight(self, node: DecisionNode) -> frozenset[str]:
        """The names under which a decision sees what it requires and knows."""
        names = set()
        for reference in (*node.requires, *node.knows):
            found = self.resolve(reference)
            if found is not None:
                within, _, one = found
                names.add(within or (one.name if isinstance(one, FunctionNode | ServiceNode) else one.variable))
        return frozenset(names)

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
        try:
            value = to_python(Requirements(self, OuterScope(run, names)).value_of(node))
        except RecursionError:
            raise FeelLimit("決策的層數太深", "decisions require one another too deeply") from None
        return _decided(run, value, node.name, run.steps[-1].inputs, _output_names(node.logic))

    def call_service(
        self, service_id: str, names: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]] = _NO_FUNCTIONS
    ) -> Decision:
        """Evaluate a decision service, by id or name, with its inputs by name. Raises as `evaluate` does."""
        node = self._named(service_id, ServiceNode)
        run = Recorder(Budget(), functions)
        evaluation = Requirements(self, OuterScope(run, names))
        value = to_python(evaluation.service(node, {name: evaluation.outer.lookup(name) for name in names}))
        return _decided(run, value, node.name)

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

    def required(self, decision_id: str) -> list[tuple[DecisionModel, DecisionNode]]:
        """The decision and all that it requires, imported ones too, each once. Raises RecordNotFound."""
        node = self._decision(decision_id)
        found: list[tuple[DecisionModel, DecisionNode]] = [(self, node)]
        seen = {(id(self), node.id)}
        for model, one in found:  # grows while it is gone through
            for reference in one.requires:
                led = model.resolve(reference)
                if led and isinstance(led[2], DecisionNode) and (id(led[1]), led[2].id) not in seen:
                    seen.add((id(led[1]), led[2].id))
                    found.append((led[1], led[2]))
        return found


def _decided(
    run: Recorder, value: Any, name: str, inputs: dict[str, Any] | None = None, outputs: tuple[str, ...] = ()
) -> Decision:
    return Decision(
        value, tuple(run.hits), inputs, tuple(run.errors), name, outputs, tuple(run.notes), tuple(run.steps)
    )


def _output_names(logic: Boxed) -> tuple[str, ...]:
    return tuple(output.name for output in logic.outputs if output.name) if isinstance(logic, DecisionTable) else ()
