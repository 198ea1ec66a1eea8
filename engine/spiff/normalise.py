"""A rewrite on a copy of the XML, so that one reading fits all tools' drawings.

The drawn file is what is stored and shown; this copy is what is read. Ids that the
drawing lacks are made here and end in `[n]`, so they can be told from drawn ones.
What is rewritten: `activiti:` and `flowable:` words to `camunda:` ones; `zeebe:` people, form,
decision and loop elements to `camunda:` and `spiffworkflow:` ones; `${…}` and `#{…}` to `=…`;
qualified references to plain ones; names in one line.
"""

from __future__ import annotations

from copy import deepcopy

from lxml import etree

from engine.feel import unwrapped
from engine.spiff.xml import CAMUNDA, SIBLINGS, SPIFF, ZEEBE, child, extension, is_true, q, tag

NEEDS_ID = frozenset(
    [
        "process",
        "sequenceFlow",
        "startEvent",
        "endEvent",
        "intermediateCatchEvent",
        "intermediateThrowEvent",
        "boundaryEvent",
        "task",
        "userTask",
        "manualTask",
        "scriptTask",
        "serviceTask",
        "businessRuleTask",
        "sendTask",
        "receiveTask",
        "subProcess",
        "transaction",
        "adHocSubProcess",
        "callActivity",
        "exclusiveGateway",
        "inclusiveGateway",
        "parallelGateway",
        "eventBasedGateway",
        "complexGateway",
        "lane",
    ]
)
PEOPLE = {
    "assignee": "assignee",
    "candidateUsers": "candidateUsers",
    "candidateGroups": "candidateGroups",
}
SCHEDULE = {"dueDate": "dueDate", "followUpDate": "followUpDate"}
EXPRESSION_ATTRIBUTES = [
    "assignee",
    "candidateUsers",
    "candidateGroups",
    "dueDate",
    "followUpDate",
    "priority",
    "formKey",
    "collection",
    "candidateStarterGroups",
    "candidateStarterUsers",
]


def normalise(root: etree._Element) -> etree._Element:
    """A normalised copy of a parsed file; `root` stays as it is."""
    copy = deepcopy(root)
    for number, element in enumerate(copy.iter(), start=1):
        _as_camunda(element)
        kind = tag(element)
        if kind in NEEDS_ID and not element.get("id"):
            element.set("id", f"{kind}[{number}]")
        if element.get("name"):
            element.set("name", " ".join(element.get("name", "").split()))
        _unwrap(element, kind)
        _unqualify(element, kind)
    for element in list(copy.iter()):
        if tag(element):
            _from_zeebe(element)
    return copy


def _as_camunda(element: etree._Element) -> None:
    """Activiti's and Flowable's words are Camunda's in namespaces of their own."""
    for namespace in SIBLINGS:
        if element.tag.startswith("{" + namespace):
            element.tag = q(etree.QName(element).localname, CAMUNDA)
        for name in [str(name) for name in element.attrib if str(name).startswith("{" + namespace)]:
            ours, value = q(name.rpartition("}")[2], CAMUNDA), element.attrib.pop(name)
            if element.get(ours) is None:
                element.set(ours, value)


def _unqualify(element: etree._Element, kind: str) -> None:
    """References are qualified names (`tns:Message_1`); an id itself has no colon."""
    for name, value in element.attrib.items():
        if isinstance(name, str) and (name.endswith("Ref") or name == "calledElement") and ":" in value:
            prefix, _, local = str(value).partition(":")
            if prefix in element.nsmap:
                element.set(name, local)
    if kind.endswith(("Ref", "Refs")) and element.text and ":" in element.text:
        prefix, _, local = element.text.strip().partition(":")
        if prefix in element.nsmap:
            element.text = local


def _unwrap(element: etree._Element, kind: str) -> None:
    for name in EXPRESSION_ATTRIBUTES:
        key = q(name, CAMUNDA)
        value = element.get(key)
        if value is not None:
            element.set(key, unwrapped(value))
    is_expression = kind in (
        [
            "conditionExpression",
            "completionCondition",
            "loopCardinality",
            "loopCondition",
            "condition",
            "activationCondition",
            "transformation",
            "from",
            "timeDate",
            "timeDuration",
            "timeCycle",
        ]
    )
    if is_expression and element.text:
        element.text = unwrapped(element.text)
        if is_true(element.get(q("isFeel", CAMUNDA))):
            element.text = "=" + element.text.lstrip("=")
    if element.tag in (q("property", CAMUNDA), q("parameter", SPIFF)) and element.get("value"):
        element.set("value", unwrapped(element.get("value", "")))


def _from_zeebe(element: etree._Element) -> None:
    assigned = extension(element, "assignmentDefinition", ZEEBE)
    _copy_attributes(assigned, element, PEOPLE)
    _copy_attributes(extension(element, "taskSchedule", ZEEBE), element, SCHEDULE)
    _copy_attributes(extension(element, "priorityDefinition", ZEEBE), element, {"priority": "priority"})
    _copy_attributes(extension(element, "formDefinition", ZEEBE), element, {"formId": "formKey", "formKey": "formKey"})
    decision = extension(element, "calledDecision", ZEEBE)
    if decision is not None and extension(element, "calledDecisionId", SPIFF) is None:
        _extend(element, "calledDecisionId", SPIFF).text = decision.get("decisionId")
        _copy_attributes(decision, element, {"resultVariable": "resultVariable"})
    called = extension(element, "calledElement", ZEEBE)
    if called is not None and not element.get("calledElement"):
        element.set("calledElement", called.get("processId") or "")
    script = extension(element, "script", ZEEBE)
    if script is not None and child(element, "script") is None:
        _zeebe_script(element, script)
    _zeebe_loop(element)


def _zeebe_script(element: etree._Element, script: etree._Element) -> None:
    expression = (script.get("expression") or "").removeprefix("=").strip()
    result = script.get("resultVariable") or "result"
    etree.SubElement(element, q("script")).text = f"={{{result}: {expression}}}"


def _zeebe_loop(element: etree._Element) -> None:
    many = child(element, "multiInstanceLoopCharacteristics")
    loop = None if many is None else extension(many, "loopCharacteristics", ZEEBE)
    if many is None or loop is None:
        return
    _copy_attributes(loop, many, {"inputCollection": "collection", "inputElement": "elementVariable"})
    for name in ("outputCollection", "outputElement"):
        if loop.get(name):
            holder = extension(many, "properties", CAMUNDA)
            holder = _extend(many, "properties", CAMUNDA) if holder is None else holder
            etree.SubElement(holder, q("property", CAMUNDA), name=name, value=loop.get(name, ""))


def _copy_attributes(source: etree._Element | None, target: etree._Element, names: dict[str, str]) -> None:
    if source is None:
        return
    for theirs, ours in names.items():
        value = source.get(theirs)
        if value and target.get(q(ours, CAMUNDA)) is None:
            target.set(q(ours, CAMUNDA), value)


def _extend(element: etree._Element, name: str, namespace: str) -> etree._Element:
    holder = child(element, "extensionElements")
    if holder is None:
        holder = etree.Element(q("extensionElements"))
        element.insert(0, holder)
    return etree.SubElement(holder, q(name, namespace))
