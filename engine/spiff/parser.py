"""From a drawing to SpiffWorkflow specifications.

The library's own parser recurses along the flows (a chain of 1,000 nodes ends
it), refuses what BPMN allows (several flows out of a task, two subprocesses of
the same id in two files) and drops the people attributes. This one reads the
`Diagram` and builds the same kinds of specification, node by node.
"""

from __future__ import annotations

from collections.abc import Iterator
from threading import Lock
from typing import Any

from engine import dmn
from engine.errors import IntegrityError
from engine.model import DefinitionSource
from engine.spiff import diagram, xml
from engine.spiff.diagram import Diagram, Node, Process, Scope
from engine.spiff.problems import StepProblem
from engine.spiff.reading import read_file
from engine.spiff.specs import activities, compensation, events, gateways, loops, throwing
from engine.spiff.specs.adhoc import AdHocSubProcess
from engine.spiff.specs.base import FlowNode
from engine.spiff.specs.complex_gateway import ComplexGateway
from engine.spiff.specs.events import Catch
from engine.spiff.specs.process import ScopeSpec

MAX_CACHED = 200


class Definition:
    """A definition ready to run: parsed once per digest, shared by its instances, never changed."""

    def __init__(self, source: DefinitionSource) -> None:
        self.digest = source.digest
        self.process_id = source.process_id
        self.diagrams = tuple(read_file(file.name, file.content) for file in source.files if file.kind == "bpmn")
        self._processes = {
            process.id: (drawing, process) for drawing in self.diagrams for process in drawing.processes.values()
        }
        if self.process_id not in self._processes:
            raise IntegrityError("The definition does not hold its process.", process=self.process_id)
        self._decisions = dmn.parse_together([(file.name, file.content) for file in source.files if file.kind == "dmn"])
        self.has_conditions = any(
            event.kind == "conditional"
            for _, process in self._processes.values()
            for node in process.all_nodes()
            for event in node.events
        )
        self.compensates = any(
            event.kind in ("compensate", "cancel") and node.type in ("endEvent", "intermediateThrowEvent")
            for _, process in self._processes.values()
            for node in process.all_nodes()
            for event in node.events
        )
        """Whether anything ever asks for compensation."""
        self.scopes: dict[str, ScopeSpec] = {}
        self._lock = Lock()
        self.root = self.called(self.process_id)

    def called(self, process_id: str) -> ScopeSpec:
        """The specification of a process of this definition.

        Raises:
            StepProblem: there is no such process.
        """
        with self._lock:
            if process_id not in self.scopes:
                if process_id not in self._processes:
                    raise StepProblem("definition", f"沒有這個流程 (no such process): {process_id}")
                drawing, process = self._processes[process_id]
                Builder(self, drawing, process).build()
        return self.scopes[process_id]

    def scope(self, path: str) -> ScopeSpec:
        """The specification of a process or subprocess by its path.

        Raises:
            KeyError: there is none.
        """
        if path not in self.scopes:
            self.called(path.partition("/")[0])
        return self.scopes[path]

    def process(self, process_id: str) -> Process:
        """A process as drawn."""
        return self._processes[process_id][1]

    def decision_model(self, decision_id: str) -> Any:
        """The DMN file that has this decision; None when none has."""
        return next((model for model in self._decisions if decision_id in model.decisions), None)


class Builder:
    """Builds the specifications of one process and of the subprocesses in it."""

    def __init__(self, definition: Definition, drawing: Diagram, process: Process) -> None:
        self._definition = definition
        self._drawing = drawing
        self._process = process

    def build(self) -> ScopeSpec:
        """Build and register them under their paths."""
        return self._scope(self._process, self._process.id)

    def _scope(self, scope: Scope, path: str) -> ScopeSpec:
        spec = ScopeSpec(path, self._process.id, scope, self._drawing.file)
        for node in scope.nodes.values():
            self._place(spec, node, path)
        if self._definition.compensates:
            self._prepare_undoing(spec, scope)
        self._connect(spec, scope)
        self._definition.scopes[path] = spec
        return spec

    def _place(self, spec: ScopeSpec, node: Node, path: str) -> None:
        if node.loop is None:
            made = self._element(spec, node, path, node.id)
        else:
            kind = loops.StandardLoop if node.loop.kind == "standard" else loops.MultiInstance
            each = self._element(spec, node, path, f"{node.id}[each]")
            thrown = tuple(tuple(self._catch(event) for event in told) for _, told in node.loop.throws)
            made = kind(spec, node)
            made.repeat(each, node.loop, thrown)
        if node.data is not None and node.type in diagram.ACTIVITIES:
            made.data, made.data_names = node.data, node.data.names

    def _prepare_undoing(self, spec: ScopeSpec, scope: Scope) -> None:
        """Make what compensation needs: the handlers of each activity, and a way back into completed subprocesses."""
        spec.undo = compensation.Undo(spec)
        for node in scope.nodes.values():
            for event in scope.boundary(node.id):
                linked = [other for other in event.handlers if other in scope.nodes]
                handlers = [other for other in linked if scope.nodes[other].for_compensation]
                if any(each.kind == "compensate" for each in event.events) and handlers:
                    spec.task_specs[node.id].handler = spec.task_specs[handlers[0]]
            made = spec.task_specs[node.id]
            inside = getattr(made, "each", made)
            if isinstance(inside, activities.SubProcess | activities.CallActivity):
                compensation.Reopened(spec, node, inside)

    def _connect(self, spec: ScopeSpec, scope: Scope) -> None:
        for node in scope.nodes.values():
            element: FlowNode = spec.task_specs[node.id]
            element.flows = tuple(scope.outgoing(node.id)) + self._link(scope, node)
            element.arrivals = tuple(scope.incoming(node.id))
            element.boundary = tuple(spec.task_specs[event.id] for event in scope.boundary(node.id))
            for flow in element.flows:
                element.connect(spec.task_specs[flow.target])
        spec.entries = [spec.task_specs[node.id] for node in scope.starts()]
        spec.loose = [
            spec.task_specs[node.id]
            for node in scope.nodes.values()
            if not node.is_event_subprocess
            and node.attached_to is None
            and not scope.incoming(node.id)
            and not node.is_link("intermediateCatchEvent")
            and not node.for_compensation
        ]
        spec.receivers = list(self._receivers(spec, scope))

    def _receivers(self, spec: ScopeSpec, scope: Scope) -> Iterator[tuple[Any, Any]]:
        """Elements whose event begins a case: receive tasks and event-based gateways that instantiate."""
        for node in scope.nodes.values():
            if not node.instantiate or scope.incoming(node.id):
                continue
            if node.type == "receiveTask" and node.loop is None:
                yield None, spec.task_specs[node.id]
            elif node.type == "eventBasedGateway":
                for flow in scope.outgoing(node.id):
                    yield spec.task_specs[node.id], spec.task_specs[flow.target]

    def _link(self, scope: Scope, node: Node) -> tuple[diagram.Flow, ...]:
        """The unseen flow from a throwing link to the catching one."""
        landing = scope.links.get(node.id)
        return () if landing is None else (diagram.Flow(f"{node.id}[link]", node.id, landing),)

    def _element(self, spec: ScopeSpec, node: Node, path: str, name: str) -> FlowNode:
        maker = getattr(self, f"_{node.type}", None)
        made: FlowNode
        if node.type in SIMPLE:
            made = SIMPLE[node.type](spec, node, name)
        elif maker is not None:
            made = maker(spec, node, path, name)
        else:
            raise IntegrityError("The engine cannot run this element.", element=node.id, type=node.type)
        return made

    def _catches(self, node: Node) -> tuple[Catch, ...]:
        return tuple(self._catch(event) for event in node.events if event.kind != "link")

    def _catch(self, event: diagram.EventDefinition) -> Catch:
        return Catch(event, self._drawing.event_name(event), self._drawing.event_code(event))

    # -- one method an element ----------------------------------------------------------------

    def _startEvent(self, spec: ScopeSpec, node: Node, path: str, name: str) -> FlowNode:
        kind = events.ParallelStart if node.parallel_multiple and len(node.events) > 1 else events.StartEvent
        return kind(spec, node, self._catches(node))

    def _endEvent(self, spec: ScopeSpec, node: Node, path: str, name: str) -> FlowNode:
        return throwing.ThrowEvent(spec, node, self._catches(node))

    _intermediateThrowEvent = _endEvent

    def _sendTask(self, spec: ScopeSpec, node: Node, path: str, name: str) -> FlowNode:
        return throwing.ThrowEvent(spec, node, self._catches(node), name=name)

    def _intermediateCatchEvent(self, spec: ScopeSpec, node: Node, path: str, name: str) -> FlowNode:
        return events.CatchEvent(spec, node, self._catches(node), name)

    _receiveTask = _intermediateCatchEvent

    def _boundaryEvent(self, spec: ScopeSpec, node: Node, path: str, name: str) -> FlowNode:
        return events.BoundaryEvent(spec, node, self._catches(node))

    def _scriptTask(self, spec: ScopeSpec, node: Node, path: str, name: str) -> FlowNode:
        script = diagram.script_of(node)
        return (
            activities.NoneTask(spec, node, name) if script is None else activities.ScriptTask(spec, node, script, name)
        )

    def _businessRuleTask(self, spec: ScopeSpec, node: Node, path: str, name: str) -> FlowNode:
        return activities.BusinessRuleTask(spec, node, diagram.decision_id(node) or "", name)

    def _serviceTask(self, spec: ScopeSpec, node: Node, path: str, name: str) -> FlowNode:
        connector, parameters, result = diagram.connector(node)
        return activities.ServiceTask(spec, node, connector or "", parameters, result, name)

    def _callActivity(self, spec: ScopeSpec, node: Node, path: str, name: str) -> FlowNode:
        return activities.CallActivity(
            spec,
            node,
            node.element.get("calledElement") or "",
            diagram.call_mappings(node, "in"),
            diagram.call_mappings(node, "out"),
            name,
        )

    def _subProcess(self, spec: ScopeSpec, node: Node, path: str, name: str) -> FlowNode:
        assert node.inner is not None
        inner = self._scope(node.inner, f"{path}/{node.id}")
        made = INSIDE[node.type](spec, node, inner, name)
        if node.is_event_subprocess:
            for start in node.inner.starts():
                listener = events.Listener(spec, start, self._catches(start), made)
                spec.listeners.append(listener)
                if any(event.kind == "compensate" for event in start.events):
                    spec.compensation = listener
        return made

    _transaction = _subProcess
    _adHocSubProcess = _subProcess


SIMPLE: dict[str, Any] = {
    "task": activities.NoneTask,
    "userTask": activities.UserTask,
    "manualTask": activities.UserTask,
    "exclusiveGateway": gateways.ExclusiveGateway,
    "parallelGateway": gateways.ParallelGateway,
    "inclusiveGateway": gateways.InclusiveGateway,
    "eventBasedGateway": gateways.EventBasedGateway,
    "complexGateway": ComplexGateway,
}
INSIDE: dict[str, type[activities.SubProcess]] = {
    "subProcess": activities.SubProcess,
    "transaction": activities.Transaction,
    "adHocSubProcess": AdHocSubProcess,
}
RUNNABLE = frozenset(SIMPLE) | {
    name.removeprefix("_") for name in vars(Builder) if name.removeprefix("_") in diagram.NODES
}
"""Element types that the engine runs."""


_cache_lock = Lock()
_cache: dict[tuple[str, str], Definition] = {}


def definition_of(source: DefinitionSource) -> Definition:
    """The parsed definition of a source, from the cache of this process.

    Raises:
        IntegrityError: the files do not parse, though they were deployed.
    """
    with _cache_lock:
        known = _cache.get((source.digest, source.process_id))
    if known is not None:
        return known
    try:
        made = Definition(source)
    except (xml.XmlRefused, StepProblem) as error:
        raise IntegrityError("A deployed file cannot be read.", digest=source.digest) from error
    with _cache_lock:
        if len(_cache) >= MAX_CACHED:
            _cache.pop(next(iter(_cache)))
        _cache[source.digest, source.process_id] = made
    return made
