"""Small diagrams for the services' tests."""

from __future__ import annotations

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
  xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"
  id="definitions" targetNamespace="http://example.org/test">
"""


def process(
    key: str, body: str, *, name: str = "測試流程", attributes: str = "", properties: str = "", extra: str = ""
) -> str:
    """A diagram with one process; `properties` are `name=value` lines, `extra` stands beside the process."""
    listed = "".join(
        f'<camunda:property name="{line.partition("=")[0].strip()}" value="{line.partition("=")[2].strip()}"/>'
        for line in properties.strip().splitlines()
    )
    extension = (
        f"<bpmn:extensionElements><camunda:properties>{listed}</camunda:properties></bpmn:extensionElements>"
        if listed
        else ""
    )
    return (
        f'{_HEAD}{extra}<bpmn:process id="{key}" name="{name}" isExecutable="true" {attributes}>{extension}{body}'
        "</bpmn:process></bpmn:definitions>"
    )


def chain(*nodes: str, ids: tuple[str, ...]) -> str:
    """Nodes in a row from `start` to `end`, joined by flows f1, f2 …"""
    names = ("start", *ids, "end")
    flows = "".join(
        f'<bpmn:sequenceFlow id="f{number}" sourceRef="{a}" targetRef="{b}"/>'
        for number, (a, b) in enumerate(zip(names, names[1:], strict=False), start=1)
    )
    return f'<bpmn:startEvent id="start" name="開始"/>{"".join(nodes)}<bpmn:endEvent id="end" name="結束"/>{flows}'


def user_task(id: str, name: str, attributes: str = "") -> str:
    """A user task."""
    return f'<bpmn:userTask id="{id}" name="{name}" {attributes}/>'


FOR_LABOR = 'camunda:candidateGroups="=role(&quot;labor_handler&quot;, &quot;aia.labor&quot;)"'

APPROVAL = process(
    "approval",
    chain(
        user_task("check", "受理審查", FOR_LABOR),
        user_task("approve", "科長核定", 'camunda:candidateGroups="labor_chief@aia.labor"'),
        ids=("check", "approve"),
    ),
    name="三步核定",
    properties="casePrefix = TS\ncaseSubject = &quot;進用 &quot; + string(headcount) + &quot; 人&quot;\nownerUnit = aia.inspection",
)
"""Two tasks: any labour handler checks, the chief approves."""

THREE = process(
    "three",
    chain(
        user_task("submit", "Fill in request", 'camunda:assignee="tsai"'),
        user_task("review", "Review request", 'camunda:assignee="tsai"'),
        user_task("approve", "Approve request", 'camunda:assignee="tsai"'),
        ids=("submit", "review", "approve"),
    ),
)
"""The three-step approval of the bench, all for one person."""

SCRIPTED = process(
    "scripted",
    chain(
        user_task("answer", "填寫", FOR_LABOR),
        '<bpmn:scriptTask id="count" name="計算"><bpmn:script>={total: days * 2}</bpmn:script></bpmn:scriptTask>',
        user_task("after", "之後", FOR_LABOR),
        ids=("answer", "count", "after"),
    ),
)
"""A script after the task needs `days`."""
