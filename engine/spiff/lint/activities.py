"""Tasks and subprocesses: what they call, show and repeat is there."""

from __future__ import annotations

from engine.spiff import diagram as drawn
from engine.spiff.diagram import ACTIVITIES, Diagram, Node
from engine.spiff.environment import is_feel
from engine.spiff.lint.dialect import is_spiff
from engine.spiff.lint.graphs import components
from engine.spiff.lint.index import owner
from engine.spiff.lint.report import Report
from engine.spiff.xml import children, is_true, tag, whole_number

MAX_QUANTITY = 100
CHOREOGRAPHY = ("choreographyTask", "subChoreography", "callChoreography")
PERFORMERS = ("performer", "humanPerformer", "potentialOwner", "resourceRole")
PEOPLE = ("assignee", "candidateUsers", "candidateGroups")


def called_things_exist(report: Report) -> None:
    """Forms, decisions and processes that are named are among the files."""
    for diagram, _, node in report.nodes():
        form = node.camunda("formKey") or node.camunda("formRef")
        if form and not form.startswith("=") and form not in report.forms:
            report.add("unknown-form", diagram, node, form=form)
        if node.type == "businessRuleTask":
            _decision(report, diagram, node)
        elif node.type == "callActivity":
            _call(report, diagram, node)
        elif node.type == "serviceTask":
            if drawn.connector(node)[0] is None:
                report.add("connector-missing", diagram, node)
        elif node.type == "scriptTask":
            _script(report, diagram, node)


def _decision(report: Report, diagram: Diagram, node: Node) -> None:
    called = drawn.decision_id(node)
    if called is None:
        report.add("decision-missing", diagram, node)
    elif called not in report.decisions:
        report.add("unknown-decision", diagram, node, decision=called)


def _call(report: Report, diagram: Diagram, node: Node) -> None:
    called = node.element.get("calledElement")
    if not called:
        report.add("call-missing", diagram, node)
    elif called not in report.processes:
        report.add("unknown-process", diagram, node, process=called)
    else:
        starts = report.processes[called].starts()
        if not report.processes[called].executable and tag(report.processes[called].element) == "process":
            report.add("call-not-executable", diagram, node, process=called)
        if starts and all(start.events for start in starts):
            report.add("call-without-plain-start", diagram, node, process=called)


def _script(report: Report, diagram: Diagram, node: Node) -> None:
    script = drawn.script_of(node)
    if script is None:
        report.add("script-empty", diagram, node)
    elif not node.element.get("scriptFormat") and not is_feel(script) and not is_spiff(diagram.root):
        report.add("script-without-format", diagram, node)


def calls_do_not_circle(report: Report) -> None:
    """A process that calls itself, directly or through others, may never come back."""
    calls = {
        process.id: [n.element.get("calledElement") or "" for n in process.all_nodes() if n.type == "callActivity"]
        for process in report.processes.values()
    }
    part_of = {process: number for number, part in enumerate(components(calls)) for process in part}
    for diagram, process, scope in report.scopes:
        for node in scope.nodes.values():
            called = node.element.get("calledElement")
            if node.type == "callActivity" and called in part_of and part_of[called] == part_of.get(process.id):
                report.add("call-circle", diagram, node)


def quantities_are_whole(report: Report) -> None:
    """`startQuantity` and `completionQuantity` are whole numbers from 1."""
    for diagram, _, node in report.nodes(*ACTIVITIES):
        for attribute, number in (("startQuantity", "EXT037"), ("completionQuantity", "EXT038")):
            value = node.element.get(attribute, "1").strip()
            if not 1 <= (whole_number(value) or 0) <= MAX_QUANTITY:
                report.add("quantity-invalid", diagram, node, number, attribute=attribute, value=value[:20])


def performers_are_named_once(report: Report) -> None:
    """The standard's own performers are named by a resource or by an expression, and are not read here."""
    for diagram in report.diagrams:
        for performer in report.index(diagram).all(*PERFORMERS):
            kinds = {tag(inner) for inner in performer.iterchildren()}
            owning = performer.getparent()
            if {"resourceRef", "resourceAssignmentExpression"} <= kinds:
                report.add("performer-twice", diagram, owning, performer=performer.get("name") or tag(performer))
    for diagram, _, node in report.nodes("userTask", "manualTask"):
        found = next((inner for kind in PERFORMERS for inner in children(node.element, kind)), None)
        if found is not None and not any(node.camunda(name) for name in PEOPLE):
            report.add("performer-ignored", diagram, node, kind=tag(found))


def ad_hoc_holds_work(report: Report) -> None:
    """An ad-hoc subprocess holds activities, and nothing that orders them from outside (§13.3.5)."""
    for diagram in report.diagrams:
        for element in report.index(diagram).all("adHocSubProcess"):
            kinds = [tag(inner) for inner in element.iterchildren()]
            if not any(kind in ACTIVITIES for kind in kinds):
                report.add("adhoc-empty", diagram, element)
            for inner in element.iterchildren():
                if tag(inner) in ("startEvent", "endEvent"):
                    report.add("adhoc-content", diagram, inner, kind=tag(inner))


def choreographies_stand_alone(report: Report) -> None:
    """Choreography activities belong into choreographies."""
    numbers = {"process": "EXT036", "subProcess": "EXT056", "transaction": "EXT056"}
    for diagram in report.diagrams:
        for element in report.index(diagram).all(*CHOREOGRAPHY):
            around = element.getparent()
            if owner(element, "process") is not None:
                broken = (numbers[tag(around)],) if tag(around) in numbers else ("EXT056", "EXT062")
                report.add("choreography-in-process", diagram, element, *broken)


def compensated_work_has_no_flows(report: Report) -> None:
    """Work marked for compensation begins when it is thrown, never by a flow (§10.7)."""
    for diagram, scope, node in report.nodes(*ACTIVITIES):
        if is_true(node.element.get("isForCompensation")) and (scope.incoming(node.id) or scope.outgoing(node.id)):
            report.add("compensation-activity-connected", diagram, node)


RULES = [
    called_things_exist,
    calls_do_not_circle,
    quantities_are_whole,
    performers_are_named_once,
    ad_hoc_holds_work,
    choreographies_stand_alone,
    compensated_work_has_no_flows,
]
