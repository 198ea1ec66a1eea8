"""What is in a definition, for those who deploy, start, show and test it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from engine.errors import IntegrityError
from engine.model import DefinitionSource, SourceFile
from engine.spiff import diagram
from engine.spiff.diagram import Diagram, EventDefinition, Flow, Node, Process
from engine.spiff.reading import read_file
from engine.spiff.xml import XmlRefused, camunda, child, text_of


@dataclass(frozen=True)
class ElementOutline:
    """A drawn node."""

    id: str
    type: str
    name: str
    process_id: str
    scope_id: str
    """The process or subprocess it stands in."""
    lane: str | None = None
    name_en: str | None = None
    attached_to: str | None = None
    is_event_subprocess: bool = False


@dataclass(frozen=True)
class FlowOutline:
    """A drawn sequence flow."""

    id: str
    source: str
    target: str
    process_id: str
    name: str = ""
    condition: str | None = None
    is_default: bool = False

    @property
    def is_named(self) -> bool:
        """Whether the drawing gives it an id. One without is passed unseen, and nobody is told the id made for it."""
        return "[" not in self.id


@dataclass(frozen=True)
class UserTaskOutline:
    """A user or manual task."""

    id: str
    name: str
    process_id: str
    form_key: str | None = None
    lane: str | None = None
    name_en: str | None = None
    instructions: str | None = None
    instructions_en: str | None = None
    is_many: bool = False
    """Whether it is repeated (multi-instance or loop)."""


@dataclass(frozen=True)
class StartOutline:
    """One way to start a process. `kind` is `none`, `message`, `timer`, `signal` or `conditional`."""

    id: str
    process_id: str
    kind: str
    name: str = ""
    """The message's or signal's name."""
    timer_type: str | None = None
    """`timeDate`, `timeDuration` or `timeCycle`."""
    timer: str | None = None
    condition: str | None = None
    number: int = 0
    """Which of the event's definitions of this kind, counted from 0."""
    needs_all: bool = False
    """Whether everything that the event waits for must happen before a case begins (parallel multiple)."""
    form_key: str | None = None
    initiator: str | None = None


@dataclass(frozen=True)
class ConnectorOutline:
    """A service task and the connector it calls."""

    element_id: str
    process_id: str
    connector: str
    parameters: tuple[tuple[str, str], ...] = ()
    """Name and text of each argument."""


@dataclass(frozen=True)
class ScriptOutline:
    """A script task."""

    element_id: str
    process_id: str
    language: str
    """`feel` or `python`."""
    text: str


@dataclass(frozen=True)
class EventOutline:
    """A message or signal that a process waits for or sends."""

    element_id: str
    process_id: str
    kind: str
    name: str
    throws: bool


@dataclass(frozen=True)
class LaneOutline:
    """A lane."""

    id: str
    name: str
    process_id: str
    candidate_groups: str | None = None


@dataclass(frozen=True)
class AdHocOutline:
    """An ad-hoc subprocess and what a person can choose to do next in it."""

    element_id: str
    choices: tuple[tuple[str, str, str | None], ...]
    """Id, name and English name of each activity on offer."""
    can_finish: bool
    """Whether a person may say that it is over; else its completion condition does."""


@dataclass(frozen=True)
class ProcessHead:
    """A process and what its start page says."""

    id: str
    name: str
    file: str
    executable: bool
    documentation: str = ""
    properties: tuple[tuple[str, str], ...] = ()
    candidate_starter_groups: str | None = None
    candidate_starter_users: str | None = None

    def property(self, name: str) -> str | None:
        """A process-level `camunda:property`."""
        return dict(self.properties).get(name)


@dataclass(frozen=True)
class ProcessOutline:
    """Everything drawn in the files of a definition. `main` is the process it runs."""

    main: str
    processes: tuple[ProcessHead, ...] = ()
    lanes: tuple[LaneOutline, ...] = ()
    elements: tuple[ElementOutline, ...] = ()
    flows: tuple[FlowOutline, ...] = ()
    user_tasks: tuple[UserTaskOutline, ...] = ()
    starts: tuple[StartOutline, ...] = ()
    connectors: tuple[ConnectorOutline, ...] = ()
    scripts: tuple[ScriptOutline, ...] = ()
    events: tuple[EventOutline, ...] = ()
    decisions: tuple[tuple[str, str], ...] = ()
    """Element id and the decision it calls."""
    calls: tuple[tuple[str, str], ...] = ()
    """Element id and the process it calls."""
    ad_hoc: tuple[AdHocOutline, ...] = ()

    def head(self, process_id: str | None = None) -> ProcessHead:
        """The head of a process, the main one unless named.

        Raises:
            KeyError: there is no such process.
        """
        wanted = process_id or self.main
        for process in self.processes:
            if process.id == wanted:
                return process
        raise KeyError(wanted)

    def element(self, element_id: str) -> ElementOutline | None:
        """The drawn node with this id."""
        return next((element for element in self.elements if element.id == element_id), None)

    def user_task(self, element_id: str) -> UserTaskOutline | None:
        """The user task with this id."""
        return next((task for task in self.user_tasks if task.id == element_id), None)

    def start_form(self, process_id: str | None = None) -> str | None:
        """The form key of the process's plain start event."""
        wanted = process_id or self.main
        return next((s.form_key for s in self.starts if s.process_id == wanted and s.kind == "none"), None)

    @property
    def form_keys(self) -> tuple[str, ...]:
        """Every form that the processes name, once each."""
        keys = [task.form_key for task in self.user_tasks] + [start.form_key for start in self.starts]
        return tuple(dict.fromkeys(key for key in keys if key))


def read(source: DefinitionSource) -> ProcessOutline:
    """The outline of a source.

    Raises:
        IntegrityError: a file cannot be read.
    """
    drawn = _drawn(tuple(file for file in source.files if file.kind == "bpmn"))
    return replace(drawn, main=source.process_id) if source.process_id else drawn


@lru_cache(maxsize=8)
def _drawn(files: tuple[SourceFile, ...]) -> ProcessOutline:
    """The same for each process in the files, but for `main`: 200 that call each other are read once, not 200 times."""
    try:
        diagrams = tuple(read_file(file.name, file.content) for file in files)
    except XmlRefused as refused:
        raise IntegrityError("A file cannot be read.", cause=refused.message_en) from refused
    executable = (p.id for drawing in diagrams for p in drawing.processes.values() if p.executable)
    return of_diagrams(diagrams, next(executable, ""))


def of_diagrams(diagrams: tuple[Diagram, ...], main: str) -> ProcessOutline:
    """The outline of some files."""
    pairs = [(drawing, process) for drawing in diagrams for process in drawing.processes.values()]
    nodes = [(drawing, process, node) for drawing, process in pairs for node in process.all_nodes()]
    return ProcessOutline(
        main=main,
        processes=tuple(_head(drawing, process) for drawing, process in pairs),
        lanes=tuple(
            LaneOutline(lane.id, lane.name, process.id, lane.candidate_groups)
            for _, process in pairs
            for lane in process.lanes
        ),
        elements=tuple(_element(process, node) for _, process, node in nodes),
        flows=tuple(
            _flow(process, scope, flow)
            for _, process in pairs
            for scope in process.walk()
            for flow in scope.flows.values()
        ),
        user_tasks=tuple(_user_task(p, node) for _, p, node in nodes if node.type in ("userTask", "manualTask")),
        starts=tuple(start for drawing, process in pairs for start in _starts(drawing, process)),
        connectors=tuple(_connector(process, node) for _, process, node in nodes if node.type == "serviceTask"),
        scripts=tuple(script for _, process, node in nodes if (script := _script(process, node)) is not None),
        events=tuple(event for drawing, process, node in nodes for event in _events(drawing, process, node)),
        decisions=tuple(
            (node.id, diagram.decision_id(node) or "") for _, _, node in nodes if node.type == "businessRuleTask"
        ),
        calls=tuple(
            (node.id, node.element.get("calledElement") or "") for _, _, node in nodes if node.type == "callActivity"
        ),
        ad_hoc=tuple(_ad_hoc(node, node.inner) for _, _, node in nodes if is_ad_hoc(node) and node.inner is not None),
    )


def _head(drawing: Diagram, process: Process) -> ProcessHead:
    return ProcessHead(
        id=process.id,
        name=process.name,
        file=drawing.file,
        executable=process.executable,
        documentation=_documentation(process) or "",
        properties=tuple(process.properties.items()),
        candidate_starter_groups=camunda(process.element, "candidateStarterGroups"),
        candidate_starter_users=camunda(process.element, "candidateStarterUsers"),
    )


def _documentation(process: Process) -> str | None:
    return text_of(child(process.element, "documentation"))


def _element(process: Process, node: Node) -> ElementOutline:
    return ElementOutline(
        id=node.id,
        type=node.type,
        name=node.name,
        process_id=process.id,
        scope_id=node.scope,
        lane=node.lane.name if node.lane else None,
        name_en=node.properties.get("nameEn"),
        attached_to=node.attached_to,
        is_event_subprocess=node.is_event_subprocess,
    )


def _flow(process: Process, scope: diagram.Scope, flow: Flow) -> FlowOutline:
    source = scope.nodes.get(flow.source)
    return FlowOutline(
        id=flow.id,
        source=flow.source,
        target=flow.target,
        process_id=process.id,
        name=flow.name,
        condition=flow.condition,
        is_default=source is not None and source.default == flow.id,
    )


def _user_task(process: Process, node: Node) -> UserTaskOutline:
    return UserTaskOutline(
        id=node.id,
        name=node.name,
        process_id=process.id,
        form_key=node.camunda("formKey") or node.camunda("formRef"),
        lane=node.lane.name if node.lane else None,
        name_en=node.properties.get("nameEn"),
        instructions=node.properties.get("instructions"),
        instructions_en=node.properties.get("instructionsEn"),
        is_many=node.loop is not None,
    )


def _ad_hoc(node: Node, inner: diagram.Scope) -> AdHocOutline:
    offered = [each for each in inner.nodes.values() if each.type in diagram.ACTIVITIES and not inner.incoming(each.id)]
    return AdHocOutline(
        node.id,
        tuple(
            (each.id, each.name or each.id, each.properties.get("nameEn"))
            for each in offered
            if not each.is_event_subprocess and not each.for_compensation
        ),
        text_of(child(node.element, "completionCondition")) is None,
    )


def is_ad_hoc(node: Node) -> bool:
    """Whether people or the engine choose the order inside."""
    return node.type == "adHocSubProcess"


def _starts(drawing: Diagram, process: Process) -> Iterator[StartOutline]:
    """Start events, one for each thing that any of them waits for, and the events that instantiate in their place."""
    for node in process.starts():
        yield from _ways(drawing, process, node)
    for node in process.nodes.values():
        if not node.instantiate or process.incoming(node.id):
            continue
        behind = [process.nodes[flow.target] for flow in process.outgoing(node.id) if flow.target in process.nodes]
        for target in behind if node.type == "eventBasedGateway" else [node]:
            if target.events:
                yield from _ways(drawing, process, target)


def _ways(drawing: Diagram, process: Process, node: Node) -> Iterator[StartOutline]:
    numbers: Counter[str] = Counter()
    for event in node.events or (EventDefinition("none"),):
        yield _start(drawing, process, node, event, numbers[event.kind])
        numbers[event.kind] += 1


def _start(drawing: Diagram, process: Process, node: Node, event: EventDefinition, number: int) -> StartOutline:
    return StartOutline(
        id=node.id,
        process_id=process.id,
        kind=event.kind,
        name=drawing.event_name(event) or "",
        timer_type=event.timer,
        timer=event.text if event.kind == "timer" else None,
        condition=event.text if event.kind == "conditional" else None,
        number=number,
        needs_all=node.type == "startEvent" and node.parallel_multiple and len(node.events) > 1,
        form_key=node.camunda("formKey") or node.camunda("formRef"),
        initiator=node.camunda("initiator"),
    )


def _connector(process: Process, node: Node) -> ConnectorOutline:
    name, parameters, _ = diagram.connector(node)
    return ConnectorOutline(node.id, process.id, name or "", tuple((p.name, p.value) for p in parameters))


def _script(process: Process, node: Node) -> ScriptOutline | None:
    text = diagram.script_of(node) if node.type == "scriptTask" else None
    if text is None:
        return None
    return ScriptOutline(node.id, process.id, "feel" if text.lstrip().startswith("=") else "python", text)


def _events(drawing: Diagram, process: Process, node: Node) -> list[EventOutline]:
    throws = node.type in ("intermediateThrowEvent", "endEvent", "sendTask")
    return [
        EventOutline(node.id, process.id, event.kind, drawing.event_name(event) or "", throws)
        for event in node.events
        if event.kind in ("message", "signal")
    ]
