"""Pools, message flows, conversations and choreographies (BPMN 2.0 §9, §11)."""

from __future__ import annotations

from lxml import etree

from engine.spiff.diagram import Diagram
from engine.spiff.lint.connections import ARTIFACTS
from engine.spiff.lint.index import Index, local, owner
from engine.spiff.lint.report import Report
from engine.spiff.xml import child, is_true, tag, text_of, whole_number

CONVERSATION_PARTS = frozenset(
    [
        "conversation",
        "subConversation",
        "callConversation",
        "conversationNode",
        "participantAssociation",
        "messageFlowAssociation",
        "conversationAssociation",
        *ARTIFACTS,
    ]
)


def message_flows_connect_pools(report: Report) -> None:
    """A message flow runs from one pool to another, from what sends to what receives."""
    for diagram in report.diagrams:
        index = report.index(diagram)
        for flow in index.all("messageFlow"):
            source, target = flow.get("sourceRef"), flow.get("targetRef")
            if index.kind_of(target) in ARTIFACTS:
                report.add("message-flow-artifact", diagram, flow, "EXT008")
            if index.kind_of(source) in ARTIFACTS:
                report.add("message-flow-artifact", diagram, flow, "EXT009")
            pools = {_pool(index, source), _pool(index, target)}
            if len(pools) == 1 and None not in pools:
                report.add("message-flow-inside", diagram, flow)
            _ends(report, diagram, index, flow)


def _pool(index: Index, reference: str | None) -> str | None:
    """What a message flow's end belongs to: a process, or a pool whose inside is not drawn."""
    element = index.get(reference)
    if element is None:
        return None
    if tag(element) == "participant":
        return local(element.get("processRef")) or element.get("id")
    process = owner(element, "process")
    return None if process is None else process.get("id")


def _ends(report: Report, diagram: Diagram, index: Index, flow: etree._Element) -> None:
    source, target = index.get(flow.get("sourceRef")), index.get(flow.get("targetRef"))
    name = flow.get("name") or flow.get("id") or ""
    if source is not None:
        if tag(source) == "startEvent":
            report.add("message-flow-start", diagram, source, "EXT102", flow=name)
        if tag(source) == "endEvent" and not _carries_message(index, source):
            report.add("message-flow-end", diagram, source, "EXT109", flow=name)
        if tag(source) == "intermediateCatchEvent":
            report.add("message-flow-intermediate", diagram, source, flow=name)
    if target is not None:
        if tag(target) == "startEvent" and not _carries_message(index, target):
            report.add("message-flow-start", diagram, target, "EXT103", flow=name)
        if tag(target) == "endEvent":
            report.add("message-flow-end", diagram, target, "EXT108", flow=name)
        if tag(target) == "intermediateThrowEvent":
            report.add("message-flow-intermediate", diagram, target, flow=name)


def _carries_message(index: Index, event: etree._Element) -> bool:
    for inner in event.iterchildren():
        kind = index.kind_of(text_of(inner)) if tag(inner) == "eventDefinitionRef" else tag(inner)
        if kind == "messageEventDefinition":
            return True
    return False


def multiplicities_are_possible(report: Report) -> None:
    """A participant is there at least 0 times and at most once or more."""
    for diagram in report.diagrams:
        for element in report.index(diagram).all("participantMultiplicity"):
            low, high = element.get("minimum", "0"), element.get("maximum", "1")
            minimum, maximum = whole_number(low), whole_number(high)
            broken = []
            if minimum is None or minimum < 0:
                broken.append("EXT029")
            if maximum is None or maximum < 1 or (minimum is not None and maximum < minimum):
                broken.append("EXT030")
            if broken:
                about = element.getparent()
                report.add("multiplicity", diagram, about, *broken, minimum=low[:20], maximum=high[:20])


def choreographies_are_referenced_by_collaborations(report: Report) -> None:
    """Only a collaboration refers to a choreography, and agrees with it on being closed."""
    for diagram in report.diagrams:
        index = report.index(diagram)
        for reference in index.all("choreographyRef"):
            referring = reference.getparent()
            if tag(referring) in ("choreography", "globalChoreographyTask", "globalConversation"):
                report.add("choreography-reference", diagram, referring)
                continue
            referred = index.get(text_of(reference))
            if referred is not None and is_true(referring.get("isClosed")) != is_true(referred.get("isClosed")):
                report.add("collaboration-closed", diagram, referring)


def conversations_hold_message_flows_only(report: Report) -> None:
    """A global conversation holds participants and message flows."""
    for diagram in report.diagrams:
        for element in report.index(diagram).all("globalConversation"):
            for kind in dict.fromkeys(tag(inner) for inner in element.iterchildren()):
                if kind in CONVERSATION_PARTS:
                    report.add("conversation-content", diagram, element, kind=kind)


def correlation_is_by_case_number(report: Report) -> None:
    """Messages find their case by its number or by who waits, not by keys drawn into the file (§8.3.2)."""
    for diagram in report.diagrams:
        for element in report.index(diagram).all("correlationSubscription"):
            report.add("correlation-ignored", diagram, element)


def pools_have_their_process(report: Report) -> None:
    """A pool that names a process names one of the file."""
    for diagram in report.diagrams:
        index = report.index(diagram)
        for pool in index.all("participant"):
            reference = pool.get("processRef")
            if reference and index.kind_of(reference) != "process" and child(pool, "interfaceRef") is None:
                report.add("pool-without-process", diagram, pool, process=local(reference))


RULES = [
    message_flows_connect_pools,
    multiplicities_are_possible,
    choreographies_are_referenced_by_collaborations,
    conversations_hold_message_flows_only,
    correlation_is_by_case_number,
    pools_have_their_process,
]
