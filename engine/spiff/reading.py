"""From a parsed file to a `Diagram`: every attribute and element the engine knows is read here, once."""

from __future__ import annotations

from lxml import etree

from engine.spiff.diagram import (
    EVENT_KINDS,
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
from engine.spiff.xml import camunda, child, children, is_true, parse, properties, q, tag, text_of


def read_file(name: str, content: bytes) -> Diagram:
    """Parse, normalise and read one BPMN file.

    Raises:
        XmlRefused: it is no XML that we read.
    """
    return read(normalise(parse(content)), name)


def read(root: etree._Element, file: str) -> Diagram:
    """Read a normalised tree."""
    processes = (_read_process(element, root) for element in children(root, "process"))
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


def _read_process(element: etree._Element, root: etree._Element) -> Process:
    shared = {
        definition.get("id", ""): _read_event(definition)
        for definition in root.iterchildren()
        if tag(definition) in EVENT_KINDS
    }
    lanes, lane_of = _read_lanes(element)
    nodes, flows = _read_content(element, lane_of, shared, None)
    return Process(
        id=element.get("id", ""),
        name=element.get("name") or element.get("id", ""),
        element=element,
        nodes=nodes,
        flows=flows,
        executable=is_true(element.get("isExecutable"), default=False),
        lanes=lanes,
        properties=properties(element),
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
    scope: etree._Element, lane_of: dict[str, Lane], shared: dict[str, EventDefinition], lane: Lane | None
) -> tuple[dict[str, Node], dict[str, Flow]]:
    nodes: dict[str, Node] = {}
    flows: dict[str, Flow] = {}
    for element in scope.iterchildren():
        kind = tag(element)
        if kind == "sequenceFlow":
            flow = _read_flow(element)
            flows[flow.id] = flow
        elif kind in NODES:
            node = _read_node(element, scope.get("id", ""), lane_of, shared, lane)
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
    scope: str,
    lane_of: dict[str, Lane],
    shared: dict[str, EventDefinition],
    lane: Lane | None,
) -> Node:
    kind, node_id = tag(element), element.get("id", "")
    lane = lane_of.get(node_id, lane)
    inner = None
    if kind in SUBPROCESSES:
        nodes, flows = _read_content(element, lane_of, shared, lane)
        inner = Scope(node_id, element.get("name") or node_id, element, nodes, flows)
    flag = element.get("isInterrupting") if kind == "startEvent" else element.get("cancelActivity")
    return Node(
        id=node_id,
        type=kind,
        name=" ".join((element.get("name") or "").split()),
        element=element,
        scope=scope,
        properties=properties(element),
        lane=lane,
        events=_read_events(element, kind, shared),
        loop=_read_loop(element),
        attached_to=element.get("attachedToRef"),
        interrupting=is_true(flag, default=True),
        parallel_multiple=is_true(element.get("parallelMultiple")),
        default=element.get("default"),
        inner=inner,
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
    if kind == "link":
        text = element.get("name")
    return EventDefinition(
        kind=kind,
        ref=element.get(f"{kind}Ref"),
        text=text,
        timer=timer,
        code_variable=camunda(element, f"{kind}CodeVariable"),
        message_variable=camunda(element, f"{kind}MessageVariable"),
    )


def _read_loop(element: etree._Element) -> Loop | None:
    standard = child(element, "standardLoopCharacteristics")
    if standard is not None:
        maximum = (standard.get("loopMaximum") or "").strip()
        return Loop(
            kind="standard",
            loop_condition=text_of(child(standard, "loopCondition")),
            test_before=is_true(standard.get("testBefore")),
            maximum=int(maximum) if maximum.lstrip("-").isdigit() else None,
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
        collection=camunda(many, "collection") or text_of(child(many, "loopDataInputRef")),
        element_variable=camunda(many, "elementVariable") or (item.get("id") if item is not None else None),
        output_collection=props.get("outputCollection") or text_of(child(many, "loopDataOutputRef")),
        output_element=props.get("outputElement") or (f"={out.get('id')}" if out is not None else None),
        completion_condition=text_of(child(many, "completionCondition")),
    )
