"""A BPMN file for the reference interpreter: read from the XML alone, with nothing of the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from tests.conformance.bpmn.models import reading_data
from tests.conformance.bpmn.models.reading_data import CAMUNDA, NAMESPACE, Names, Passed, Traffic

EVENT = "EventDefinition"
LOOPS = ("multiInstanceLoopCharacteristics", "standardLoopCharacteristics")
TASKS = frozenset(
    ["task", "userTask", "manualTask", "scriptTask", "serviceTask", "sendTask", "receiveTask", "businessRuleTask"]
)
ACTIVITIES = TASKS | {"subProcess", "transaction", "adHocSubProcess", "callActivity"}


@dataclass
class Event:
    """What an event waits for or throws. `name`: of the message, signal or link, or the code; empty catches any."""

    kind: str
    name: str = ""
    text: str = ""
    activity: str | None = None
    waits: bool = True


@dataclass
class Loop:
    """How an activity is repeated."""

    kind: str
    cardinality: str = "0"
    collection: str | None = None
    """The list with an item for each turn, by its name."""
    item: str | None = None
    """What a turn calls its item."""
    collected: str | None = None
    """The list that is made of what the turns give."""
    gives: str | None = None
    """What each turn gives to it."""
    condition: str | None = None
    test_before: bool = False
    maximum: int | None = None
    behaviour: str = "All"
    throws: list[tuple[str | None, Event]] = field(default_factory=list)


@dataclass
class Flow:
    """A sequence flow."""

    id: str
    source: str
    target: str
    condition: str | None


@dataclass
class Node:
    """A flow node."""

    id: str
    kind: str
    element: etree._Element
    events: list[Event]
    loop: Loop | None
    inner: Level | None = None
    incoming: list[Flow] = field(default_factory=list)
    outgoing: list[Flow] = field(default_factory=list)
    boundary: list[Node] = field(default_factory=list)
    handler: Node | None = None
    """The activity that compensates this one."""
    data: Traffic | None = None

    def get(self, name: str, default: str = "") -> str:
        """An attribute."""
        return str(self.element.get(name, default))

    def text(self, name: str) -> str | None:
        """The text of a child element."""
        found = self.element.find(NAMESPACE + name)
        return None if found is None else (found.text or "").strip()

    def passed(self, direction: str) -> list[Passed]:
        """What a call activity hands over (`in`) or back (`out`)."""
        return reading_data.mappings(self.element, direction)

    @property
    def is_activity(self) -> bool:
        return self.kind in ACTIVITIES

    @property
    def is_handler(self) -> bool:
        return self.get("isForCompensation") == "true"

    @property
    def is_event_subprocess(self) -> bool:
        return self.get("triggeredByEvent") == "true"

    @property
    def interrupting(self) -> bool:
        return self.get("cancelActivity", self.get("isInterrupting", "true")) == "true"

    @property
    def needs_all(self) -> bool:
        return self.get("parallelMultiple") == "true"


@dataclass
class Level:
    """A process or subprocess: the nodes and flows directly in it."""

    id: str
    nodes: dict[str, Node]
    flows: list[Flow]
    declared: frozenset[str] = frozenset()
    """Its data objects and properties."""

    @property
    def starts(self) -> list[Node]:
        return [node for node in self.nodes.values() if node.kind == "startEvent"]

    @property
    def listeners(self) -> list[tuple[Node, Node]]:
        """Event subprocesses with their start events."""
        return [
            (node, node.inner.starts[0])
            for node in self.nodes.values()
            if node.is_event_subprocess and node.inner is not None
        ]

    @property
    def compensation(self) -> tuple[Node, Node] | None:
        """The event subprocess that compensates this level."""
        return next((pair for pair in self.listeners if pair[1].events[0].kind == "compensate"), None)

    @property
    def begins(self) -> list[Node]:
        """Where a token is put when the level begins without an event."""
        plain = [start for start in self.starts if not start.events]
        loose = [
            node
            for node in self.nodes.values()
            if not node.incoming
            and not node.is_event_subprocess
            and not node.is_handler
            and node.kind != "boundaryEvent"
        ]
        return plain or loose


def read(content: bytes) -> dict[str, Level]:
    """The processes of a file by their ids."""
    root = etree.fromstring(content)
    names = {
        one.get("id", ""): one.get("errorCode") or one.get("escalationCode") or one.get("name", "")
        for one in root
        if isinstance(one.tag, str)
    }
    data = reading_data.names_of(root)
    links = [(one.get("sourceRef"), one.get("targetRef")) for one in root.iter(NAMESPACE + "association")]
    found = {one.get("id", ""): _level(one, names, links, data) for one in root.iter(NAMESPACE + "process")}
    for one in root:
        kind = _kind(one)
        if kind.startswith("global"):
            task = Node(one.get("id", ""), kind[6].lower() + kind[7:], one, [], None)
            found[task.id] = Level(task.id, {task.id: task}, [])
    return found


def _kind(element: Any) -> str:
    return str(etree.QName(element).localname) if isinstance(element.tag, str) else ""


def _level(element: etree._Element, names: Mapping[str, str], links: list[tuple[Any, Any]], data: Names) -> Level:
    level = Level(element.get("id", ""), {}, [], reading_data.declared(element, data))
    for one in element:
        kind = _kind(one)
        if kind == "sequenceFlow":
            condition = one.findtext(NAMESPACE + "conditionExpression")
            level.flows.append(Flow(one.get("id", ""), one.get("sourceRef", ""), one.get("targetRef", ""), condition))
        elif kind.endswith(("Event", "Gateway")) or kind in ACTIVITIES:
            node = Node(one.get("id", ""), kind, one, _events(one, names), _loop(one, names, data))
            node.data = reading_data.traffic(one, data)
            if kind in ("subProcess", "transaction", "adHocSubProcess"):
                node.inner = _level(one, names, links, data)
            level.nodes[node.id] = node
    for flow in level.flows:
        level.nodes[flow.source].outgoing.append(flow)
        level.nodes[flow.target].incoming.append(flow)
    for node in level.nodes.values():
        host = level.nodes.get(node.get("attachedToRef"))
        if host is None:
            continue
        if node.events[0].kind == "compensate":
            host.handler = next(level.nodes[target] for source, target in links if source == node.id)
        else:
            host.boundary.append(node)
    return level


def _events(element: etree._Element, names: Mapping[str, str]) -> list[Event]:
    found = [_event(one, names) for one in element if _kind(one).endswith(EVENT)]
    root = element.getroottree().getroot()
    references = element.findall(NAMESPACE + "eventDefinitionRef")
    found += [_event(root.find(f"./*[@id='{reference.text}']"), names) for reference in references]
    if _kind(element) in ("sendTask", "receiveTask"):
        found.append(Event("message", names[element.get("messageRef", "")]))
    return found


def _event(one: etree._Element, names: Mapping[str, str]) -> Event:
    kind = _kind(one).removesuffix(EVENT)
    reference = one.get(f"{kind}Ref")
    return Event(
        kind,
        (one.get("name", "") if kind == "link" else names.get(reference or "", "")),
        "".join(one.itertext()).strip(),
        one.get("activityRef"),
        one.get("waitForCompletion", "true") == "true",
    )


def _loop(element: etree._Element, names: Mapping[str, str], data: Names) -> Loop | None:
    for one in element:
        if _kind(one) == LOOPS[0]:
            return _many(element, one, names, data)
        if _kind(one) == LOOPS[1]:
            maximum = one.get("loopMaximum")
            return Loop(
                "standard",
                condition=one.findtext(NAMESPACE + "loopCondition"),
                test_before=one.get("testBefore") == "true",
                maximum=None if maximum is None else int(maximum),
            )
    return None


def _many(element: etree._Element, one: etree._Element, names: Mapping[str, str], data: Names) -> Loop:
    root = one.getroottree().getroot()
    throws: list[tuple[str | None, Event]] = [
        (None, _event(root.find(f".//*[@id='{reference}']"), names))
        for reference in (one.get("noneBehaviorEventRef"), one.get("oneBehaviorEventRef"))
        if reference
    ]
    for definition in one.findall(NAMESPACE + "complexBehaviorDefinition"):
        thrown = definition.find(NAMESPACE + "event")
        throws.append((definition.findtext(NAMESPACE + "condition"), _event(thrown[0], names)))
    path = f"{NAMESPACE}extensionElements/{CAMUNDA}properties/{CAMUNDA}property"
    more = {prop.get("name"): prop.get("value") for holder in (element, one) for prop in holder.findall(path)}

    def named(child: str) -> str | None:
        found = one.find(NAMESPACE + child)
        return None if found is None else data[(found.text or "").strip() or found.get("id", "")]

    return Loop(
        "sequential" if one.get("isSequential") == "true" else "parallel",
        one.findtext(NAMESPACE + "loopCardinality", "0"),
        named("loopDataInputRef") or one.get(CAMUNDA + "collection", "").removeprefix("=") or None,
        named("inputDataItem") or one.get(CAMUNDA + "elementVariable"),
        named("loopDataOutputRef") or more.get("outputCollection"),
        named("outputDataItem") or more.get("outputElement"),
        one.findtext(NAMESPACE + "completionCondition"),
        behaviour=one.get("behavior", "All"),
        throws=throws,
    )
