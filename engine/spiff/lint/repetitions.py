"""Loops and multi-instances: they end, and what they repeat over is there (BPMN 2.0 §10.3.8)."""

from __future__ import annotations

from engine.spiff.diagram import ACTIVITIES, SUBPROCESSES, Diagram, Loop, Node
from engine.spiff.lint.dialect import is_spiff
from engine.spiff.lint.expressions import CONSTANT
from engine.spiff.lint.index import Index, local
from engine.spiff.lint.report import Report
from engine.spiff.specs.loops import MAX_INSTANCES
from engine.spiff.xml import child, children, properties, text_of, whole_number


def repetitions_end(report: Report) -> None:
    """A loop has a condition or a maximum; a multi-instance has a collection or a number up to 1,000."""
    for diagram, _, node in report.nodes(*ACTIVITIES):
        if node.loop is None:
            continue
        standard = child(node.element, "standardLoopCharacteristics")
        many = child(node.element, "multiInstanceLoopCharacteristics")
        if standard is not None and many is not None:
            number = "EXT054" if node.type in SUBPROCESSES else "EXT041"
            report.add("loop-both-markers", diagram, node, number)
        if node.loop.kind == "standard":
            _loop(report, diagram, node, node.loop)
        else:
            _many(report, diagram, node, node.loop)


def _loop(report: Report, diagram: Diagram, node: Node, loop: Loop) -> None:
    if loop.loop_condition is None and loop.maximum is None:
        report.add("loop-endless", diagram, node)
    if loop.maximum is not None and not 0 <= loop.maximum <= MAX_INSTANCES:
        report.add("loop-maximum", diagram, node)


def _many(report: Report, diagram: Diagram, node: Node, loop: Loop) -> None:
    number = (loop.cardinality or "").strip().removeprefix("=").strip()
    if loop.cardinality is None and loop.collection is None:
        report.add("many-without-collection", diagram, node)
    elif CONSTANT.fullmatch(number) and whole_number(number) not in range(MAX_INSTANCES + 1):
        report.add("many-cardinality", diagram, node)


def outputs_are_collected(report: Report) -> None:
    """What each instance gives is written with where it is collected."""
    for diagram, _, node in report.nodes(*ACTIVITIES):
        many = child(node.element, "multiInstanceLoopCharacteristics")
        if many is not None:
            given = {**properties(node.element), **properties(many)}
            if bool(given.get("outputCollection")) != bool(given.get("outputElement")):
                report.add("many-output", diagram, node)


def inputs_are_the_tasks_own(report: Report) -> None:
    """`loopDataInputRef` names a data input of its task, and items have the collection's type."""
    for diagram, _, node in report.nodes(*ACTIVITIES):
        many = child(node.element, "multiInstanceLoopCharacteristics")
        if many is None:
            continue
        index = report.index(diagram)
        reference = text_of(child(many, "loopDataInputRef"))
        specification = child(node.element, "ioSpecification")
        own = [] if specification is None else [item.get("id") for item in children(specification, "dataInput")]
        if reference and node.type not in SUBPROCESSES and local(reference) not in own and not is_spiff(diagram.root):
            report.add("many-input-unknown", diagram, node)
        for item, collection, number in (
            ("outputDataItem", "loopDataOutputRef", "EXT069"),
            ("inputDataItem", "loopDataInputRef", "EXT070"),
        ):
            one, whole = child(many, item), index.get(text_of(child(many, collection)))
            if one is not None and whole is not None:
                types = [_structure(index, each.get("itemSubjectRef")) for each in (one, whole)]
                if None not in types and types[0] != types[1]:
                    report.add("many-item-type", diagram, node, number)


def _structure(index: Index, reference: str | None) -> str | None:
    definition = index.get(reference)
    return None if definition is None else definition.get("structureRef")


def conditions_are_boolean(report: Report) -> None:
    """A completion condition that is a number or a text is neither true nor false."""
    for diagram, _, node in report.nodes(*ACTIVITIES):
        many = child(node.element, "multiInstanceLoopCharacteristics")
        if many is None:
            continue
        text = text_of(child(many, "completionCondition"))
        if text and CONSTANT.fullmatch(text):
            place = ("完成條件", "completion condition")
            report.add("condition-not-boolean", diagram, node, "EXT071", place=place, place_zh=place[0], value=text)
        for definition in children(many, "complexBehaviorDefinition"):
            text = text_of(child(definition, "condition"))
            if text and CONSTANT.fullmatch(text):
                place = ("行為條件", "condition of its behavior")
                report.add("condition-not-boolean", diagram, node, "EXT072", place=place, place_zh=place[0], value=text)


RULES = [repetitions_end, outputs_are_collected, inputs_are_the_tasks_own, conditions_are_boolean]
