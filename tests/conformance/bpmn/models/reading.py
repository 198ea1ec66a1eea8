"""A BPMN file for the reference interpreter: read from the XML alone, with nothing of the engine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from lxml import etree

NAMESPACE = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
EVENT = "EventDefinition"
LOOPS = ("multiInstanceLoopCharacteristics", "standardLoopCharacteristics")
TASKS = frozenset(
    ["task", "userTask", "manualTask", "scriptTask", "serviceTask", "sendTask", "receiveTask", "businessRuleTask"]
)
ACTIVITIES = TASKS | {"subProcess", "transaction", "adHocSubProcess", "callActivity"}
COMPARISON = re.compile(r"(not\()?(\w+)(?: (=|>=|<=|>|<) (\w+))?\)?")


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
    cardinality: int = 0
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

    def get(self, name: str, default: str = "") -> str:
        """An attribute."""
        return str(self.element.get(name, default))

    def text(self, name: str) -> str | None:
        """The text of a child element."""
        found = self.element.find(NAMESPACE + name)
        return None if found is None else (found.text or "").strip()

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
    links = [(one.get("sourceRef"), one.get("targetRef")) for one in root.iter(NAMESPACE + "association")]
    found = {one.get("id", ""): _level(one, names, links) for one in root.iter(NAMESPACE + "process")}
    for one in root:
        kind = _kind(one)
        if kind.startswith("global"):
            task = Node(one.get("id", ""), kind[6].lower() + kind[7:], one, [], None)
            found[task.id] = Level(task.id, {task.id: task}, [])
    return found


def _kind(element: Any) -> str:
    return str(etree.QName(element).localname) if isinstance(element.tag, str) else ""


def _level(element: etree._Element, names: Mapping[str, str], links: list[tuple[Any, Any]]) -> Level:
    level = Level(element.get("id", ""), {}, [])
    for one in element:
        kind = _kind(one)
        if kind == "sequenceFlow":
            condition = one.findtext(NAMESPACE + "conditionExpression")
            level.flows.append(Flow(one.get("id", ""), one.get("sourceRef", ""), one.get("targetRef", ""), condition))
        elif kind.endswith(("Event", "Gateway")) or kind in ACTIVITIES:
            node = Node(one.get("id", ""), kind, one, _events(one, names), _loop(one, names))
            if kind in ("subProcess", "transaction", "adHocSubProcess"):
                node.inner = _level(one, names, links)
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


def _loop(element: etree._Element, names: Mapping[str, str]) -> Loop | None:
    for one in element:
        if _kind(one) == LOOPS[0]:
            behaviour = one.get("behavior", "All")
            root = one.getroottree().getroot()
            throws: list[tuple[str | None, Event]] = [
                (None, _event(root.find(f".//*[@id='{reference}']"), names))
                for reference in (one.get("noneBehaviorEventRef"), one.get("oneBehaviorEventRef"))
                if reference
            ]
            for definition in one.findall(NAMESPACE + "complexBehaviorDefinition"):
                thrown = definition.find(NAMESPACE + "event")
                throws.append((definition.findtext(NAMESPACE + "condition"), _event(thrown[0], names)))
            return Loop(
                "sequential" if one.get("isSequential") == "true" else "parallel",
                int(one.findtext(NAMESPACE + "loopCardinality", "0")),
                one.findtext(NAMESPACE + "completionCondition"),
                behaviour=behaviour,
                throws=throws,
            )
        if _kind(one) == LOOPS[1]:
            maximum = one.get("loopMaximum")
            return Loop(
                "standard",
                condition=one.findtext(NAMESPACE + "loopCondition"),
                test_before=one.get("testBefore") == "true",
                maximum=None if maximum is None else int(maximum),
            )
    return None


def holds(condition: str, values: Mapping[str, Any]) -> bool:
    """Whether a condition of the few forms that models are drawn with is true."""
    for part in condition.strip().removeprefix("=").strip().split(" and "):
        found = COMPARISON.fullmatch(part)
        assert found, condition
        negated, left, sign, right = found.groups()
        value = _value(left, values)
        if sign:
            other = _value(right, values)
            value = {"=": value == other, ">": value > other, "<": value < other}.get(
                sign, value >= other if sign == ">=" else value <= other
            )
        if bool(value) is bool(negated):
            return False
    return True


def _value(text: str, values: Mapping[str, Any]) -> Any:
    return int(text) if text.isdigit() else values[text]


def assigned(script: str) -> dict[str, int]:
    """What a script of the form `={a: 1}` assigns."""
    return {name: int(number) for name, number in re.findall(r"(\w+): (\d+)", script)}


def span(text: str) -> tuple[timedelta, int]:
    """A timer `PT3H` or `R2/PT3H`: how long, how often."""
    found = re.fullmatch(r"(?:R(\d+)/)?PT(\d+)H", text)
    assert found, text
    return timedelta(hours=int(found[2])), int(found[1] or 1)
