"""The drawings of `stress`: wide, deep and long. Every task is the clerk's."""

from __future__ import annotations

from engine import SourceFile
from tests.bench.site import CLERK

_HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="d" targetNamespace="http://example.org/bench">'
)
_TASK = '<userTask id="{0}" name="{0}" camunda:assignee="' + CLERK + '">{1}</userTask>'
_MANY = (
    '<multiInstanceLoopCharacteristics isSequential="false" camunda:collection="people" '
    'camunda:elementVariable="person"/>'
)


_GATHERED = (
    '<extensionElements><camunda:properties><camunda:property name="outputCollection" value="answers"/>'
    '<camunda:property name="outputElement" value="=answer"/></camunda:properties></extensionElements>'
)
_REMINDER = (
    '<boundaryEvent id="late" attachedToRef="ask" cancelActivity="false"><timerEventDefinition>'
    "<timeDuration>=duration(&quot;P30D&quot;)</timeDuration></timerEventDefinition></boundaryEvent>"
    '<endEvent id="ile"/>'
)


def many(process: str) -> SourceFile:
    """One of many for each of `people`, all at once.

    `many`: a task each; `many_outputs`: its answers are gathered; `many_scopes`: a subprocess with a task each;
    `many_timers`: with a timer at that task.
    """
    if process in ("many", "many_outputs"):
        body = _TASK.format("each", (_GATHERED if process == "many_outputs" else "") + _MANY)
    else:
        inside = f'<startEvent id="is"/>{_TASK.format("ask", "")}<endEvent id="ie"/>'
        flows = [("is", "ask"), ("ask", "ie")]
        if process == "many_timers":
            inside, flows = inside + _REMINDER, [*flows, ("late", "ile")]
        body = f'<subProcess id="each">{_MANY}{inside}{_flows(*flows)}</subProcess>'
    return _file(process, f'<startEvent id="s"/>{body}<endEvent id="e"/>', ("s", "each"), ("each", "e"))


def chain(length: int) -> list[SourceFile]:
    """Definitions `chain1` to `chain{length}`, each of which calls the next; people work in the last one."""
    files = [
        _file(
            f"chain{number}",
            f'<startEvent id="s"/><callActivity id="next" calledElement="chain{number + 1}"/><endEvent id="e"/>',
            ("s", "next"),
            ("next", "e"),
        )
        for number in range(1, length)
    ]
    return [*files, _file(f"chain{length}", *_looped("work", _TASK.format("work", ""), "work"))]


def forked_loop() -> SourceFile:
    """`rounds`: a fork, two tasks and a join, again and again while `again` holds."""
    body = '<parallelGateway id="fork"/><parallelGateway id="join"/>' + _TASK.format("a", "") + _TASK.format("b", "")
    nodes, *flows = _looped("fork", body, "join")
    return _file("rounds", nodes, *flows, ("fork", "a"), ("fork", "b"), ("a", "join"), ("b", "join"))


def _looped(first: str, body: str, last: str) -> tuple[str, *tuple[tuple[str, ...], ...]]:
    nodes = (
        f'<startEvent id="s"/><exclusiveGateway id="merge"/>{body}<exclusiveGateway id="more" default="more_e"/>'
        '<endEvent id="e"/>'
    )
    return nodes, ("s", "merge"), ("merge", first), (last, "more"), ("more", "merge", "=again"), ("more", "e")


def _file(process: str, nodes: str, *flows: tuple[str, ...]) -> SourceFile:
    text = f'{_HEAD}<process id="{process}" name="{process}" isExecutable="true">{nodes}{_flows(*flows)}</process>'
    return SourceFile(f"{process}.bpmn", f"{text}</definitions>".encode())


def _flows(*flows: tuple[str, ...]) -> str:
    return "".join(_flow(*flow) for flow in flows)


def _flow(source: str, target: str, condition: str = "") -> str:
    inner = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
    return f'<sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'
