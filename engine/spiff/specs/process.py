"""Process and subprocess specifications: a graph of elements and how it begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.specs.WorkflowSpec import WorkflowSpec

from engine.spiff import diagram

if TYPE_CHECKING:
    from engine.spiff.specs.base import FlowNode
    from engine.spiff.specs.compensation import Undo
    from engine.spiff.specs.events import CatchEvent, Listener, ParallelStart, StartEvent
    from engine.spiff.specs.gateways import EventBasedGateway

ROOT = "(start)"
"""No XML id has parentheses: the library's own `Start` collides with an analyst's."""


class RootSpec(BpmnTaskSpec):  # type: ignore[misc]
    """The root of a scope's tokens; on no drawing."""

    listens = True
    sends = False
    is_drawn = False
    shows = False

    def _predict(self, *args: Any, **kwargs: Any) -> None:
        """Nothing is predicted."""


class Reach:
    """From which elements a flow can be reached."""

    def __init__(self, scope: diagram.Scope) -> None:
        self._scope = scope
        self._before: dict[str, set[str]] = {}
        for flow in scope.flows.values():
            self._before.setdefault(flow.target, set()).add(flow.source)
        for node in scope.nodes.values():
            if node.attached_to:
                self._before.setdefault(node.id, set()).add(node.attached_to)
        for throwing, landing in scope.links.items():
            self._before.setdefault(landing, set()).add(throwing)

    def sources_of(self, flows: set[str], *, without: str) -> set[str]:
        """Elements from which a path leads into one of `flows`, not through `without`."""
        todo = [self._scope.flows[flow].source for flow in flows]
        found: set[str] = set()
        while todo:
            node = todo.pop()
            if node not in found and node != without:
                found.add(node)
                todo.extend(self._before.get(node, ()))
        return found


class ScopeSpec(BpmnProcessSpec):  # type: ignore[misc]
    """A process or subprocess. `name` is its path: `petition`, `petition/review`."""

    def __init__(self, path: str, process_id: str, scope: diagram.Scope, file: str) -> None:
        WorkflowSpec.__init__(self, name=path, filename=file)
        self.description = scope.name
        self.svg = None
        self.io_specification = None
        self.data_objects: dict[str, Any] = {}
        self.data_stores: dict[str, Any] = {}
        self.correlation_keys: dict[str, Any] = {}
        self.bpmn_start_events: list[Any] = []
        self.process_id = process_id
        self.diagram_scope = scope
        self.declared = frozenset(scope.declared)
        """Names of the data objects and properties drawn here; a subprocess keeps them to itself."""
        self.reach = Reach(scope)
        self.start = RootSpec(self, ROOT)
        self.entries: list[StartEvent | ParallelStart] = []
        self.receivers: list[tuple[EventBasedGateway | None, CatchEvent]] = []
        """Events that begin a case without a start event, with the event-based gateway before them."""
        self.loose: list[FlowNode] = []
        """Elements without an incoming flow in a scope without start events: they all start (§13.2.6)."""
        self.listeners: list[Listener] = []
        """Start events of event subprocesses, armed while this scope runs."""
        self.compensation: Listener | None = None
        """The start event of the event subprocess that compensates this scope."""
        self.undo: Undo | None = None
        """Runs compensation handlers of this scope, if anything in the definition ever asks for it."""
