# ruff: noqa: E501 (a piece of XML stays in one line)
"""A diagram as large as is taken in: close to 2 MB and 20,000 elements, every kind of text in it different."""

from __future__ import annotations

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" '
    'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI" '
    'id="d" targetNamespace="t"><process id="large" name="大型流程" isExecutable="true">'
)
NOTE = "依行政程序法及本府公文處理要點辦理，並副知相關機關。" * 4


def large_model(rounds: int = 1_000) -> bytes:
    """`rounds` times a script, a choice, a task and a join, drawn; 1,000 rounds are about 1.9 MB."""
    parts, drawn, last = ['<startEvent id="s"/><endEvent id="e"/>'], [], "s"
    for n in range(rounds):
        parts.append(_round(n, last))
        drawn.append(_drawing(n))
        last = f"j{n}"
    parts.append(f'<sequenceFlow id="last" sourceRef="{last}" targetRef="e"/></process>')
    plane = f'<bpmndi:BPMNDiagram id="dia"><bpmndi:BPMNPlane id="pl" bpmnElement="large">{"".join(drawn)}'
    return "".join([HEAD, *parts, plane, "</bpmndi:BPMNPlane></bpmndi:BPMNDiagram></definitions>"]).encode()


def _round(n: int, last: str) -> str:
    return (
        f'<scriptTask id="c{n}" name="計算 {n}"><script>={{total_{n}: {n} + count([{n}, {n + 1}])}}</script></scriptTask>'
        f'<exclusiveGateway id="g{n}" name="超過 {n}？" default="gj{n}"/><exclusiveGateway id="j{n}"/>'
        f'<userTask id="t{n}" name="審查 {n}" camunda:candidateGroups="=role(&quot;clerk_{n}&quot;)" '
        f'camunda:dueDate="=working_days_after(today(), {n % 30 + 1})"><documentation>{NOTE}</documentation></userTask>'
        f'<sequenceFlow id="lc{n}" sourceRef="{last}" targetRef="c{n}"/>'
        f'<sequenceFlow id="cg{n}" sourceRef="c{n}" targetRef="g{n}"/>'
        f'<sequenceFlow id="gt{n}" sourceRef="g{n}" targetRef="t{n}">'
        f'<conditionExpression xsi:type="tFormalExpression">=total_{n} &gt; {n} and total_{n} &lt; {n + 100}'
        "</conditionExpression></sequenceFlow>"
        f'<sequenceFlow id="gj{n}" sourceRef="g{n}" targetRef="j{n}"/>'
        f'<sequenceFlow id="tj{n}" sourceRef="t{n}" targetRef="j{n}"/>'
    )


def _drawing(n: int) -> str:
    shapes = "".join(
        f'<bpmndi:BPMNShape id="{kind}{n}_di" bpmnElement="{kind}{n}"><dc:Bounds x="{n * 200}" y="{row}" width="100" '
        'height="80"/></bpmndi:BPMNShape>'
        for row, kind in enumerate("ct")
    )
    return shapes + "".join(f'<bpmndi:BPMNEdge id="{kind}{n}_di" bpmnElement="{kind}{n}"/>' for kind in ("lc", "cg"))
