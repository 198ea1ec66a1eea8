# ruff: noqa: E501 (a piece of XML stays in one line)
"""Normalising and reading: one vocabulary whatever tool drew it; the drawn tree stays as it is."""

from __future__ import annotations

import pytest
from lxml import etree

from engine.errors import IntegrityError
from engine.model import DefinitionSource, SourceFile
from engine.spiff import Executor, xml
from engine.spiff.diagram import call_mappings, decision_id, script_of
from engine.spiff.normalise import normalise
from engine.spiff.reading import read_file
from tests.engine.spiff.player import _sandbox, bpmn, flows, process, properties


def node(element: str, id: str = "x"):
    drawing = read_file("p.bpmn", bpmn(process(element)))
    return drawing.processes["p"].nodes[id]


def test_the_drawn_tree_is_not_touched():
    root = xml.parse(bpmn(process('<task name=" a  b "/><userTask id="x" camunda:assignee="${who}"/>')))
    before = etree.tostring(root)
    copy = normalise(root)
    assert etree.tostring(root) == before
    assert etree.tostring(copy) != before


def test_missing_ids_are_made_and_can_be_told_from_drawn_ones():
    copy = normalise(xml.parse(bpmn(process("<task/><task/>"))))
    made = [element.get("id") for element in copy.iter("{*}task")]
    assert len(set(made)) == 2
    assert all("[" in name for name in made)


def test_wrapped_expressions():
    assert node('<userTask id="x" camunda:assignee="${initiator}"/>').camunda("assignee") == "=initiator"
    drawing = read_file("p", bpmn(process('<task id="a"/><task id="b"/>', "a -> b: ${x > 1}")))
    assert drawing.processes["p"].flows["a_b"].condition == "=x > 1"
    drawing = read_file("p", bpmn(process('<task id="a"/><task id="b"/>', "a -> b: #{x == 'a' && !done}")))
    assert drawing.processes["p"].flows["a_b"].condition == '=x = "a" and not(done)'


def test_zeebe_diagrams_are_read_as_ours():
    found = node(
        '<userTask id="x"><extensionElements><zeebe:assignmentDefinition assignee="=a" candidateGroups="=[g]"/>'
        '<zeebe:taskSchedule dueDate="=d" followUpDate="=f"/><zeebe:formDefinition formId="intake"/>'
        '<zeebe:priorityDefinition priority="70"/></extensionElements>'
        '<multiInstanceLoopCharacteristics><extensionElements><zeebe:loopCharacteristics inputCollection="=list" '
        'inputElement="one" outputCollection="out" outputElement="=o"/></extensionElements>'
        "</multiInstanceLoopCharacteristics></userTask>"
    )
    read = {
        name: found.camunda(name)
        for name in ("assignee", "candidateGroups", "dueDate", "followUpDate", "formKey", "priority")
    }
    assert read == {
        "assignee": "=a",
        "candidateGroups": "=[g]",
        "dueDate": "=d",
        "followUpDate": "=f",
        "formKey": "intake",
        "priority": "70",
    }
    assert found.loop is not None
    assert (found.loop.collection, found.loop.element_variable) == ("=list", "one")
    assert (found.loop.output_collection, found.loop.output_element) == ("out", "=o")
    rule = node(
        '<businessRuleTask id="x"><extensionElements><zeebe:calledDecision decisionId="sla" resultVariable="r"/></extensionElements></businessRuleTask>'
    )
    assert (decision_id(rule), rule.camunda("resultVariable")) == ("sla", "r")
    script = node(
        '<scriptTask id="x"><extensionElements><zeebe:script expression="=1 + 1" resultVariable="n"/></extensionElements></scriptTask>'
    )
    assert script_of(script) == "={n: 1 + 1}"
    call = node(
        '<callActivity id="x"><extensionElements><zeebe:calledElement processId="child"/></extensionElements></callActivity>'
    )
    assert call.element.get("calledElement") == "child"


def test_call_mappings_are_read_in_order():
    call = node(
        '<callActivity id="x"><extensionElements><camunda:in variables="all"/><camunda:in source="a" target="b"/>'
        '<camunda:out sourceExpression="=c" target="d"/></extensionElements></callActivity>'
    )
    first, second = call_mappings(call, "in")
    assert first.all
    assert (second.source, second.target) == ("a", "b")
    assert call_mappings(call, "out")[0].expression == "=c"


@pytest.mark.parametrize("content", [b"<!DOCTYPE a><a/>", b"<a", b"<a>&undefined;</a>"])
def test_hostile_xml_is_refused(content):
    with pytest.raises(xml.XmlRefused):
        xml.parse(content)


def test_an_entity_cannot_bring_in_a_file(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("top secret")
    hostile = f'<!DOCTYPE d [<!ENTITY f SYSTEM "{secret.as_uri()}">]><d>&f;</d>'.encode()
    with pytest.raises(xml.XmlRefused) as refused:
        xml.parse(hostile)
    assert refused.value.code == "xml-doctype"


def test_the_outline_says_what_is_drawn():
    body = (
        properties(casePrefix="PT", nameEn="Petition")
        + '<documentation>處理陳情</documentation><laneSet id="l"><lane id="l1" name="承辦"><flowNodeRef>a</flowNodeRef></lane></laneSet>'
        '<startEvent id="s" camunda:formKey="petition/intake" camunda:initiator="who"/>'
        '<startEvent id="s2"><messageEventDefinition messageRef="m"/></startEvent>'
        '<startEvent id="s3"><timerEventDefinition><timeCycle>R/P1D</timeCycle></timerEventDefinition></startEvent>'
        + '<userTask id="a" name="審查" camunda:formKey="review">'
        + properties(nameEn="Review", instructions="請審查")
        + "</userTask>"
        '<scriptTask id="f"><script>={x: 1}</script></scriptTask><scriptTask id="py"><script>x = 1</script></scriptTask>'
        '<serviceTask id="v"><extensionElements><spiffworkflow:serviceTaskOperator id="mail"/></extensionElements></serviceTask>'
        '<businessRuleTask id="r"><extensionElements><spiffworkflow:calledDecisionId>sla</spiffworkflow:calledDecisionId></extensionElements></businessRuleTask>'
        '<subProcess id="sub"><startEvent id="is"/><userTask id="inner"/>' + flows("is -> inner") + "</subProcess>"
        '<callActivity id="c" calledElement="child"/><exclusiveGateway id="g" default="g_e"/><endEvent id="e"><messageEventDefinition messageRef="m"/></endEvent>'
    )
    lines = (
        "s -> a",
        "s2 -> a",
        "s3 -> a",
        "a -> f",
        "f -> py",
        "py -> v",
        "v -> r",
        "r -> sub",
        "sub -> c",
        "c -> g",
        "g -> a: =again",
        "g -> e",
    )
    file = SourceFile(
        "p.bpmn",
        bpmn(
            '<message id="m" name="reply"/>',
            process(body, *lines, attributes='camunda:candidateStarterGroups="clerk@"'),
        ),
    )
    outline = Executor(_sandbox).outline(DefinitionSource("d", "", (file,)))
    assert outline.main == "p"
    head = outline.head()
    assert (head.property("casePrefix"), head.documentation, head.candidate_starter_groups) == (
        "PT",
        "處理陳情",
        "clerk@",
    )
    task = outline.user_task("a")
    assert task is not None
    assert (task.name, task.name_en, task.form_key, task.lane, task.instructions) == (
        "審查",
        "Review",
        "review",
        "承辦",
        "請審查",
    )
    assert [(s.id, s.kind, s.name, s.timer) for s in outline.starts] == [
        ("s", "none", "", None),
        ("s2", "message", "reply", None),
        ("s3", "timer", "", "R/P1D"),
    ]
    assert outline.start_form() == "petition/intake"
    assert outline.form_keys == ("review", "petition/intake")
    assert [(s.element_id, s.language) for s in outline.scripts] == [("f", "feel"), ("py", "python")]
    assert [(c.element_id, c.connector) for c in outline.connectors] == [("v", "mail")]
    assert outline.decisions == (("r", "sla"),)
    assert outline.calls == (("c", "child"),)
    assert [(e.element_id, e.throws) for e in outline.events] == [("s2", False), ("e", True)]
    inner = outline.element("inner")
    assert inner is not None
    assert inner.scope_id == "sub"
    assert {f.id: (f.condition, f.is_default) for f in outline.flows if f.source == "g"} == {
        "g_a": ("=again", False),
        "g_e": (None, True),
    }
    assert [lane.name for lane in outline.lanes] == ["承辦"]


def test_a_file_that_cannot_be_read_has_no_outline():
    with pytest.raises(IntegrityError):
        Executor(_sandbox).outline(DefinitionSource("d", "", (SourceFile("p.bpmn", b"<a"),)))
