"""From a parsed file to a `Diagram`: every attribute and element the engine knows is read here, once."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from engine.spiff import reading_data
from engine.spiff.diagram import (
    EVENT_KINDS,
    GLOBAL_TASKS,
    NODES,
    SUBPROCESSES,
    Diagram,
    EventDefinition,
    Flow,
    Lane,
    Loop,
    Node,
    Process,
    Scope,
)
from engine.spiff.normalise import normalise
from engine.spiff.xml import camunda, child, children, is_true, parse, properties, q, tag, text_of, whole_number


def read_file(name: str, content: bytes) -> Diagram:
    """Parse, normalise and read one BPMN file.

    Raises:
        XmlRefused: it is no XML that we read.
    """
    return read(normalise(parse(content)), name)


@dataclass(frozen=True)
class _File:
    """What is looked up all over a file."""

    shared: dict[str, EventDefinition]
    """Event definitions that stand outside the processes, for events that refer to them."""
    links: dict[str, list[str]]
    """Ids that associations put together, both ways."""
    data: reading_data.Names

    @classmethod
    def of(cls, root: etree._Element) -> _File:
        shared = {
            definition.get("id", ""): _read_event(definition)
            for definition in root.iterchildren()
            if tag(definition) in EVENT_KINDS
        }
        links: dict[str, list[str]] = {}
        for association in root.iter(q("association")):
            source, target = association.get("sourceRef", ""), association.get("targetRef", "")
            links.setdefault(source, []).append(target)
            links.setdefault(target, []).append(source)
        return cls(shared, links, reading_data.names_of(root))


def read(root: etree._Element, file: str) -> Diagram:
    """Read a normalised tree."""
    whole = _File.of(root)
    processes = [_read_process(element, whole) for element in children(root, "process")]
    processes += [_read_global_task(element, whole) for element in root.iterchildren() if tag(element) in GLOBAL_TASKS]
    return Diagram(
        file=file,
        root=root,
        processes={process.id: process for process in processes},
        messages={m.get("id", ""): m.get("name") or m.get("id", "") for m in children(root, "message")},
        signals={s.get("id", ""): s.get("name") or s.get("id", "") for s in children(root, "signal")},
        errors={e.get("id", ""): (e.get("name", ""), e.get("errorCode")) for e in children(root, "error")},
        escalations={
            e.get("id", ""): (e.get("name", ""), e.get("escalationCode")) for e in children(root, "escalation")
        },
    )


def _read_process(element: etree._Element, whole: _File) -> Process:
    lanes, lane_of = _read_lanes(element)
    nodes, flows = _read_content(element, lane_of, whole, None)
    return Process(
        id=element.get("id", ""),
        name=element.get("name") or element.get("id", ""),
        element=element,
        nodes=nodes,
        flows=flows,
        declared=reading_data.declared(element, whole.data),
        executable=is_true(element.get("isExecutable"), default=False),
        lanes=lanes,
        properties=properties(element),
    )


def _read_global_task(element: etree._Element, whole: _File) -> Process:
    """A task that call activities call: a process of this one task (BPMN 2.0 §10.3.6)."""
    task = _read_node(element, GLOBAL_TASKS[tag(element)], element.get("id", ""), {}, whole, None)
    return Process(
        id=task.id,
        name=task.name or task.id,
        element=element,
        nodes={task.id: task},
        flows={},
        executable=False,
    )


def _read_lanes(process: etree._Element) -> tuple[tuple[Lane, ...], dict[str, Lane]]:
    lanes: list[Lane] = []
    lane_of: dict[str, Lane] = {}
    for element in process.iter(q("lane")):  # document order: an inner lane overwrites the outer one
        groups = properties(element).get("candidateGroups") or camunda(element, "candidateGroups")
        lane = Lane(element.get("id", ""), element.get("name") or element.get("id", ""), groups)
        lanes.append(lane)
        for ref in children(element, "flowNodeRef"):
            lane_of[(ref.text or "").strip()] = lane
    return tuple(lanes), lane_of


def _read_content(
    scope: etree._Element, lane_of: dict[str, Lane], whole: _File, lane: Lane | None
) -> tuple[dict[str, Node], dict[str, Flow]]:
    nodes: dict[str, Node] = {}
    flows: dict[str, Flow] = {}
    for element in scope.iterchildren():
        kind = tag(element)
        if kind == "sequenceFlow":
            flow = _read_flow(element)
            flows[flow.id] = flow
        elif kind in NODES:
            node = _read_node(element, kind, scope.get("id", ""), lane_of, whole, lane)
            nodes[node.id] = node
    return nodes, flows


_RETURNS = {"true": True, "false": False}


def _read_flow(element: etree._Element) -> Flow:
    condition = child(element, "conditionExpression")
    return Flow(
        id=element.get("id", ""),
        source=element.get("sourceRef", ""),
        target=element.get("targetRef", ""),
        name=element.get("name", ""),
        condition=text_of(condition),
        language=None if condition is None else condition.get("language"),
        line=element.sourceline,
        returns=_RETURNS.get(properties(element).get("returns", "")),
    )


def _read_node(
    element: etree._Element,
    kind: str,
    scope: str,
    lane_of: dict[str, Lane],
    whole: _File,
    lane: Lane | None,
) -> Node:
    node_id = element.get("id", "")
    lane = lane_of.get(node_id, lane)
    inner = None
    if kind in SUBPROCESSES:
        nodes, flows = _read_content(element, lane_of, whole, lane)
        declared = reading_data.declared(element, whole.data)
        inner = Scope(node_id, element.get("name") or node_id, element, nodes, flows, declared)
    flag = element.get("isInterrupting") if kind == "startEvent" else element.get("cancelActivity")
    return Node(
        id=node_id,
        type=kind,
        name=" ".join((element.get("name") or "").split()),
        element=element,
        scope=scope,
        properties=properties(element),
        lane=lane,
        events=_read_events(element, kind, whole.shared),
        loop=_read_loop(element, whole),
        attached_to=element.get("attachedToRef"),
        interrupting=is_true(flag, default=True),
        parallel_multiple=is_true(element.get("parallelMultiple")),
        default=element.get("default"),
        inner=inner,
        data=reading_data.data_flow(element, whole.data),
        handlers=tuple(whole.links.get(node_id, ())) if kind == "boundaryEvent" else (),
        for_compensation=is_true(element.get("isForCompensation")),
        instantiate=is_true(element.get("instantiate")),
    )


def _read_events(element: etree._Element, kind: str, shared: dict[str, EventDefinition]) -> tuple[EventDefinition, ...]:
    if kind in ("sendTask", "receiveTask"):
        ref = element.get("messageRef")
        return (EventDefinition("message", ref),) if ref else ()
    found = [_read_event(inner) for inner in element.iterchildren() if tag(inner) in EVENT_KINDS]
    found += [
        shared[(ref.text or "").strip()]
        for ref in children(element, "eventDefinitionRef")
        if (ref.text or "").strip() in shared
    ]
    return tuple(found)


def _read_event(element: etree._Element) -> EventDefinition:
    kind = EVENT_KINDS[tag(element)]
    timer, text = None, None
    for name in ("timeDate", "timeDuration", "timeCycle"):
        inner = child(element, name)
        if inner is not None:
            timer, text = name, text_of(inner)
    if kind == "conditional":
        text = text_of(child(element, "condition"))
    ref = element.get("activityRef" if kind == "compensate" else f"{kind}Ref")
    if kind == "link":
        text, ref = element.get("name"), text_of(child(element, "target"))
    return EventDefinition(
        kind=kind,
        id=element.get("id"),
        ref=ref,
        text=text,
        timer=timer,
        code_variable=camunda(element, f"{kind}CodeVariable"),
        message_variable=camunda(element, f"{kind}MessageVariable"),
        wait=is_true(element.get("waitForCompletion"), default=True),
    )


def _read_loop(element: etree._Element, whole: _File) -> Loop | None:
    standard = child(element, "standardLoopCharacteristics")
    if standard is not None:
        return Loop(
            kind="standard",
            loop_condition=text_of(child(standard, "loopCondition")),
            test_before=is_true(standard.get("testBefore")),
            maximum=whole_number(standard.get("loopMaximum")),
        )
    many = child(element, "multiInstanceLoopCharacteristics")
    if many is None:
        return None
    props = {**properties(element), **properties(many)}
    item = child(many, "inputDataItem")
    out = child(many, "outputDataItem")
    return Loop(
        kind="sequential" if is_true(many.get("isSequential")) else "parallel",
        cardinality=text_of(child(many, "loopCardinality")),
        collection=camunda(many, "collection") or _data(many, "loopDataInputRef", whole),
        element_variable=camunda(many, "elementVariable") or (None if item is None else _item_name(item)),
        output_collection=props.get("outputCollection") or _data(many, "loopDataOutputRef", whole),
        output_element=props.get("outputElement") or (None if out is None else f"={_item_name(out)}"),
        completion_condition=text_of(child(many, "completionCondition")),
        behaviour=many.get("behavior", "All"),
        throws=_read_throws(many, whole),
    )


def _data(element: etree._Element, name: str, whole: _File) -> str | None:
    ref = text_of(child(element, name))
    return None if ref is None else whole.data.get(ref, ref)


def _item_name(element: etree._Element) -> str | None:
    name: str | None = element.get("name") or element.get("id")
    return name


def _read_throws(many: etree._Element, whole: _File) -> tuple[tuple[str | None, tuple[EventDefinition, ...]], ...]:
    """The events of a `behavior` (§13.3.7). Without a reference, None and One throw a signal that has no name."""
    behaviour = many.get("behavior", "All")
    if behaviour in ("None", "One"):
        ref = many.get("noneBehaviorEventRef" if behaviour == "None" else "oneBehaviorEventRef") or ""
        return ((None, (whole.shared.get(ref, EventDefinition("signal")),)),)
    if behaviour != "Complex":
        return ()
    return tuple(
        (text_of(child(each, "condition")), () if event is None else _read_events(event, "implicit", whole.shared))
        for each in children(many, "complexBehaviorDefinition")
        for event in [child(each, "event")]
    )
