"""Small diagrams for the services' tests."""

from __future__ import annotations

from itertools import pairwise

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
        for number, (a, b) in enumerate(pairwise(names), start=1)
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
    properties="""
        casePrefix = TS
        caseSubject = &quot;進用 &quot; + string(headcount) + &quot; 人&quot;
        ownerUnit = aia.inspection
    """,
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

_MESSAGE = '<bpmn:message id="m_{0}" name="{0}"/>'
_SIGNAL = '<bpmn:signal id="s_{0}" name="{0}"/>'


def catch_message(id: str, name: str) -> str:
    """An intermediate event that waits for a message."""
    return (
        f'<bpmn:intermediateCatchEvent id="{id}" name="等{name}">'
        f'<bpmn:messageEventDefinition messageRef="m_{name}"/></bpmn:intermediateCatchEvent>'
    )


WAITING = process(
    "waiting",
    chain(
        user_task("prepare", "準備", FOR_LABOR),
        catch_message("wait", "resolved"),
        user_task("after", "收到決議", FOR_LABOR),
        ids=("prepare", "wait", "after"),
    ),
    extra=_MESSAGE.format("resolved"),
)
"""A task, then a message `resolved`, then a task."""

BY_MESSAGE = process(
    "by_message",
    """<bpmn:startEvent id="start"><bpmn:messageEventDefinition messageRef="m_come_in"/></bpmn:startEvent>
    <bpmn:userTask id="look" name="看" camunda:candidateGroups="labor_handler@"/><bpmn:endEvent id="end"/>
    <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="look"/>
    <bpmn:sequenceFlow id="f2" sourceRef="look" targetRef="end"/>""",
    properties="casePrefix = BM",
    extra=_MESSAGE.format("come_in"),
)
"""Starts with a message."""

ALARMED = process(
    "alarmed",
    chain(
        '<bpmn:intermediateCatchEvent id="alarm" name="等警報">'
        '<bpmn:signalEventDefinition signalRef="s_typhoon"/></bpmn:intermediateCatchEvent>',
        user_task("react", "應變", FOR_LABOR),
        ids=("alarm", "react"),
    ),
    extra=_SIGNAL.format("typhoon"),
)
"""Waits for the signal `typhoon`."""

TIMED = process(
    "timed",
    """<bpmn:startEvent id="start"/><bpmn:userTask id="reply" name="回覆" camunda:candidateGroups="labor_handler@"/>
    <bpmn:boundaryEvent id="late" attachedToRef="reply" cancelActivity="true"><bpmn:timerEventDefinition>
      <bpmn:timeDuration xsi:type="bpmn:tFormalExpression">P3D</bpmn:timeDuration></bpmn:timerEventDefinition>
    </bpmn:boundaryEvent>
    <bpmn:userTask id="chase" name="稽催" camunda:candidateGroups="labor_chief@"/>
    <bpmn:endEvent id="end"/><bpmn:endEvent id="end2"/>
    <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="reply"/>
    <bpmn:sequenceFlow id="f2" sourceRef="reply" targetRef="end"/>
    <bpmn:sequenceFlow id="f3" sourceRef="late" targetRef="chase"/>
    <bpmn:sequenceFlow id="f4" sourceRef="chase" targetRef="end2"/>""",
)
"""A task that is chased after three days."""

CALLING = process(
    "calling",
    chain(
        '<bpmn:serviceTask id="ask" name="查詢"><bpmn:extensionElements>'
        '<spiffworkflow:serviceTaskOperator id="http" resultVariable="found"><spiffworkflow:parameters>'
        '<spiffworkflow:parameter id="url" type="str" value="=&quot;https://example.org/&quot; + business_key"/>'
        "</spiffworkflow:parameters></spiffworkflow:serviceTaskOperator></bpmn:extensionElements></bpmn:serviceTask>",
        user_task("read", "看結果", FOR_LABOR),
        ids=("ask", "read"),
    ),
)
"""A connector call, then a task."""

SENDING = process(
    "sending",
    chain(
        user_task("decide", "決定", FOR_LABOR),
        '<bpmn:sendTask id="tell" name="通知" messageRef="m_resolved"><bpmn:extensionElements><camunda:properties>'
        '<camunda:property name="businessKey" value="=target"/>'
        '<camunda:property name="payload" value="={outcome: result}"/>'
        "</camunda:properties></bpmn:extensionElements></bpmn:sendTask>",
        ids=("decide", "tell"),
    ),
    extra=_MESSAGE.format("resolved"),
)
"""Sends `resolved` to the case named by `target`."""

YEARLY = process(
    "yearly",
    """<bpmn:startEvent id="each_day"><bpmn:timerEventDefinition>
      <bpmn:timeCycle xsi:type="bpmn:tFormalExpression">R2/P1D</bpmn:timeCycle>
    </bpmn:timerEventDefinition></bpmn:startEvent>
    <bpmn:userTask id="look" name="看" camunda:candidateGroups="labor_handler@"/><bpmn:endEvent id="end"/>
    <bpmn:sequenceFlow id="f1" sourceRef="each_day" targetRef="look"/>
    <bpmn:sequenceFlow id="f2" sourceRef="look" targetRef="end"/>""",
)
"""Starts by itself, twice, a day apart."""

NOBODY = process(
    "nobody",
    chain(user_task("lost", "無人承辦", 'camunda:candidateGroups="agency_acct@health"'), ids=("lost",)),
)
"""A task for a role that nobody holds."""

PARALLEL = process(
    "parallel",
    """<bpmn:startEvent id="start"/><bpmn:parallelGateway id="fork"/><bpmn:parallelGateway id="join"/>"""
    + "".join(
        f'<bpmn:userTask id="t{n}" name="會辦{n}" camunda:candidateGroups="labor_handler@"/>'
        f'<bpmn:sequenceFlow id="a{n}" sourceRef="fork" targetRef="t{n}"/>'
        f'<bpmn:sequenceFlow id="b{n}" sourceRef="t{n}" targetRef="join"/>'
        for n in range(20)
    )
    + """<bpmn:endEvent id="end"/><bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="fork"/>
    <bpmn:sequenceFlow id="f2" sourceRef="join" targetRef="end"/>""",
)
"""Twenty tasks side by side."""

CLOCKED = process(
    "clocked",
    chain(
        user_task("first", "受理", FOR_LABOR),
        user_task("second", "補正", FOR_LABOR),
        user_task("third", "續辦", FOR_LABOR),
        ids=("first", "second", "third"),
    ),
)
"""Three tasks whose answers may carry header fields."""

LISTENING = process(
    "listening",
    '<bpmn:startEvent id="start"/><bpmn:exclusiveGateway id="merge"/><bpmn:exclusiveGateway id="more" default="f5"/>'
    + user_task("prepare", "準備", FOR_LABOR)
    + catch_message("hear", "news")
    + '<bpmn:endEvent id="end"/><bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="prepare"/>'
    '<bpmn:sequenceFlow id="f2" sourceRef="prepare" targetRef="merge"/>'
    '<bpmn:sequenceFlow id="f3" sourceRef="merge" targetRef="hear"/>'
    '<bpmn:sequenceFlow id="f4" sourceRef="hear" targetRef="more"/>'
    '<bpmn:sequenceFlow id="f5" sourceRef="more" targetRef="merge"/>'
    '<bpmn:sequenceFlow id="f6" sourceRef="more" targetRef="end"><bpmn:conditionExpression>=last = true'
    "</bpmn:conditionExpression></bpmn:sequenceFlow>",
    extra=_MESSAGE.format("news"),
)
"""A task, then messages `news` until one says that it is the `last`."""
