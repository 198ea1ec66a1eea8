"""What a BPMN file says, as frozen values: the one reading that lint, outline and parser share.

A `Diagram` is one file. Scopes are processes and subprocesses; each holds its own
nodes and flows. Ids are the drawn ones; where the drawing has none, `normalise`
has made one before this module looks.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from lxml import etree

from engine.spiff.xml import (
    CAMUNDA,
    SPIFF,
    camunda,
    child,
    children,
    extension,
    is_true,
    q,
    text_of,
)

TASKS = frozenset(
    ["task", "userTask", "manualTask", "scriptTask", "serviceTask", "businessRuleTask", "sendTask", "receiveTask"]
)
GLOBAL_TASKS = {
    "globalTask": "task",
    "globalUserTask": "userTask",
    "globalManualTask": "manualTask",
    "globalScriptTask": "scriptTask",
    "globalBusinessRuleTask": "businessRuleTask",
}
"""Tasks beside the processes, for call activities to call, and what each is inside."""
AD_HOC_FORM = "(ad-hoc)"
"""What the form key of the task begins with in which a person says how an ad-hoc subprocess goes on; its id follows."""
FINISH = "(finish)"
"""The choice there that ends the subprocess."""
SUBPROCESSES = frozenset(["subProcess", "transaction", "adHocSubProcess"])
ACTIVITIES = TASKS | SUBPROCESSES | {"callActivity"}
GATEWAYS = frozenset(["exclusiveGateway", "inclusiveGateway", "parallelGateway", "eventBasedGateway", "complexGateway"])
EVENTS = frozenset(["startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"])
NODES = ACTIVITIES | GATEWAYS | EVENTS
EVENT_KINDS = {
    f"{kind}EventDefinition": kind
    for kind in (
        "message",
        "signal",
        "timer",
        "error",
        "escalation",
        "terminate",
        "conditional",
        "link",
        "cancel",
        "compensate",
    )
}


@dataclass(frozen=True)
class Flow:
    """A sequence flow."""

    id: str
    source: str
    target: str
    name: str = ""
    condition: str | None = None
    language: str | None = None
    line: int | None = None
    returns: bool | None = None
    """Whether it sends work back (property `returns`); None: the drawing does not say."""


@dataclass(frozen=True)
class EventDefinition:
    """What an event waits for or throws.

    `ref` is the id of the message, signal, error or escalation, of the activity to compensate, or of the
    definition that a link leads to.
    """

    kind: str
    ref: str | None = None
    text: str | None = None
    """Timer text, condition, or name of a link."""
    timer: str | None = None
    """`timeDate`, `timeDuration` or `timeCycle`."""
    code_variable: str | None = None
    message_variable: str | None = None
    wait: bool = True
    """Whether who throws a compensation waits until all of it is done."""
    id: str | None = None


@dataclass(frozen=True)
class Loop:
    """Multi-instance or standard loop characteristics."""

    kind: str
    """`parallel`, `sequential` or `standard`."""
    cardinality: str | None = None
    collection: str | None = None
    element_variable: str | None = None
    output_collection: str | None = None
    output_element: str | None = None
    completion_condition: str | None = None
    loop_condition: str | None = None
    test_before: bool = False
    maximum: int | None = None
    behaviour: str = "All"
    """When a finished instance throws an event: `None` (each), `One` (the first), `All` (never), `Complex`."""
    throws: tuple[tuple[str | None, tuple[EventDefinition, ...]], ...] = ()
    """What it throws then, each with the condition under which it does (`Complex`)."""


@dataclass(frozen=True)
class DataItem:
    """A data input or output of an activity or event. `optional`: it may be missing when the work begins or ends."""

    id: str
    name: str
    optional: bool = False


@dataclass(frozen=True)
class DataMove:
    """A data association: the sources' values, or what is made of them, go to the target. All are variable names."""

    sources: tuple[str, ...]
    target: str
    transformation: str | None = None
    assignments: tuple[tuple[str, str], ...] = ()
    """Expression and the name it is assigned to."""


@dataclass(frozen=True)
class DataFlow:
    """What an activity or event takes in before it works and gives out after."""

    inputs: tuple[DataItem, ...] = ()
    outputs: tuple[DataItem, ...] = ()
    input_sets: tuple[tuple[str, ...], ...] = ()
    """Names that must be there together; one complete set is enough."""
    output_sets: tuple[tuple[str, ...], ...] = ()
    moves_in: tuple[DataMove, ...] = ()
    moves_out: tuple[DataMove, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """The data of the activity itself."""
        return frozenset(item.name for item in (*self.inputs, *self.outputs))


@dataclass(frozen=True)
class Parameter:
    """One argument of a connector."""

    name: str
    type: str
    value: str


@dataclass(frozen=True)
class VariableMapping:
    """`camunda:in` or `camunda:out` of a call activity."""

    source: str | None
    target: str | None
    expression: str | None = None
    all: bool = False
    business_key: str | None = None


@dataclass(frozen=True)
class Node:
    """A flow node as drawn."""

    id: str
    type: str
    name: str
    element: etree._Element
    scope: str
    properties: dict[str, str]
    lane: Lane | None = None
    events: tuple[EventDefinition, ...] = ()
    loop: Loop | None = None
    attached_to: str | None = None
    interrupting: bool = True
    parallel_multiple: bool = False
    default: str | None = None
    inner: Scope | None = None
    data: DataFlow | None = None
    handlers: tuple[str, ...] = ()
    """Ids that an association links this node with: where the handler of a compensation event is found."""
    for_compensation: bool = False
    instantiate: bool = False
    """Whether what happens here begins a case (receive tasks, event-based gateways)."""

    @property
    def line(self) -> int | None:
        line: int | None = self.element.sourceline
        return line

    def camunda(self, name: str) -> str | None:
        """A `camunda:` attribute of the node."""
        return camunda(self.element, name)

    def is_link(self, kind: str) -> bool:
        """Whether it is the end of a link that events of this kind are: throwing or catching."""
        return self.type == kind and any(event.kind == "link" for event in self.events)

    @property
    def is_event_subprocess(self) -> bool:
        return self.type == "subProcess" and is_true(self.element.get("triggeredByEvent"))


@dataclass(frozen=True)
class Lane:
    """The innermost lane of a node."""

    id: str
    name: str
    candidate_groups: str | None = None


@dataclass(frozen=True)
class Scope:
    """A process or subprocess: its nodes and flows in the order they are written."""

    id: str
    name: str
    element: etree._Element
    nodes: dict[str, Node]
    flows: dict[str, Flow]
    declared: tuple[str, ...] = ()
    """Names of its data objects and properties."""

    @cached_property
    def _ends(self) -> tuple[dict[str, list[Flow]], dict[str, list[Flow]], dict[str, list[Node]]]:
        """Flows by source and by target, boundary events by activity: a diagram of 10,000 nodes is walked once."""
        by_source: dict[str, list[Flow]] = defaultdict(list)
        by_target: dict[str, list[Flow]] = defaultdict(list)
        by_host: dict[str, list[Node]] = defaultdict(list)
        for flow in self.flows.values():
            by_source[flow.source].append(flow)
            by_target[flow.target].append(flow)
        for node in self.nodes.values():
            if node.attached_to is not None:
                by_host[node.attached_to].append(node)
        return by_source, by_target, by_host

    def outgoing(self, node_id: str) -> list[Flow]:
        """Flows that leave a node, as written."""
        return list(self._ends[0].get(node_id, ()))

    def incoming(self, node_id: str) -> list[Flow]:
        """Flows that enter a node."""
        return list(self._ends[1].get(node_id, ()))

    def boundary(self, node_id: str) -> list[Node]:
        """Boundary events on an activity."""
        return list(self._ends[2].get(node_id, ()))

    @cached_property
    def links(self) -> dict[str, str]:
        """The catching link that each throwing one leads to: its `target`, else the one of its name (§10.5.4)."""
        by_name: dict[str | None, str] = {}
        by_definition: dict[str | None, str] = {}
        for node in self.nodes.values():
            if node.is_link("intermediateCatchEvent"):
                by_name.setdefault(node.events[0].text, node.id)
                by_definition.setdefault(node.events[0].id, node.id)
        found: dict[str, str] = {}
        for node in self.nodes.values():
            if node.is_link("intermediateThrowEvent"):
                event = node.events[0]
                landing = by_definition.get(event.ref) if event.ref else by_name.get(event.text)
                if landing is not None:
                    found[node.id] = landing
        return found

    def starts(self) -> list[Node]:
        """Start events of this scope."""
        return [node for node in self.nodes.values() if node.type == "startEvent"]

    def walk(self) -> Iterator[Scope]:
        """This scope and all inside it."""
        todo = deque([self])
        while todo:
            scope = todo.popleft()
            yield scope
            todo.extend(node.inner for node in scope.nodes.values() if node.inner is not None)

    def all_nodes(self) -> Iterator[Node]:
        """Every node of this scope and of the scopes inside it."""
        for scope in self.walk():
            yield from scope.nodes.values()


@dataclass(frozen=True)
class Process(Scope):
    """A process of a file."""

    executable: bool = True
    lanes: tuple[Lane, ...] = ()
    properties: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Diagram:
    """One BPMN file."""

    file: str
    root: etree._Element
    processes: dict[str, Process]
    messages: dict[str, str]
    signals: dict[str, str]
    errors: dict[str, tuple[str, str | None]]
    """Error id → (name, code)."""
    escalations: dict[str, tuple[str, str | None]]

    def event_name(self, event: EventDefinition) -> str | None:
        """The name of the message or signal, None when the reference leads nowhere."""
        table = {"message": self.messages, "signal": self.signals}.get(event.kind, {})
        return table.get(event.ref or "")

    def event_code(self, event: EventDefinition) -> str | None:
        """The code of the error or escalation; None catches every code."""
        table = {"error": self.errors, "escalation": self.escalations}.get(event.kind, {})
        name, code = table.get(event.ref or "", ("", None))
        return code or name or None


def connector(node: Node) -> tuple[str | None, tuple[Parameter, ...], str | None]:
    """A service task's connector name, its parameters, and the variable for its answer."""
    operator = extension(node.element, "serviceTaskOperator", SPIFF)
    if operator is None:
        return None, (), None
    holder = child(operator, "parameters", SPIFF)
    parameters = (
        ()
        if holder is None
        else tuple(
            Parameter(p.get("id", ""), p.get("type", "str"), p.get("value", ""))
            for p in children(holder, "parameter", SPIFF)
        )
    )
    return operator.get("id"), parameters, operator.get("resultVariable") or None


def decision_id(node: Node) -> str | None:
    """The decision that a business rule task calls."""
    return text_of(extension(node.element, "calledDecisionId", SPIFF)) or node.camunda("decisionRef")


def script_of(node: Node) -> str | None:
    """A script task's text; indentation matters, so it is not stripped."""
    element = child(node.element, "script")
    text = None if element is None else element.text
    return text if text is not None and text.strip() else None


def call_mappings(node: Node, name: str) -> tuple[VariableMapping, ...]:
    """`camunda:in` or `camunda:out` of a call activity, in order."""
    holder = child(node.element, "extensionElements")
    if holder is None:
        return ()
    return tuple(
        VariableMapping(
            source=element.get("source"),
            target=element.get("target"),
            expression=element.get("sourceExpression"),
            all=element.get("variables") == "all",
            business_key=element.get("businessKey"),
        )
        for element in holder.iterchildren(q(name, CAMUNDA))
    )
