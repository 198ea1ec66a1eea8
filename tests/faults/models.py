"""The diagrams under fault: straight, parallel, loop, timer, service task; many tasks at once; many timers at once."""

from __future__ import annotations

from tests.engine.services.diagrams import FOR_LABOR, chain, process, user_task

_STRAIGHT = process(
    "straight",
    chain(*(user_task(id, id, FOR_LABOR) for id in ("one", "two", "three")), ids=("one", "two", "three")),
)


def _flows(*pairs: tuple[str, str]) -> str:
    return "".join(f'<bpmn:sequenceFlow id="f{n}" sourceRef="{a}" targetRef="{b}"/>' for n, (a, b) in enumerate(pairs))


def side_by_side(key: str, count: int) -> str:
    """`count` tasks between a fork and a join, then the end."""
    tasks = [f"t{number}" for number in range(count)]
    flows = _flows(("start", "fork"), *(("fork", t) for t in tasks), *((t, "join") for t in tasks), ("join", "end"))
    return process(
        key,
        '<bpmn:startEvent id="start"/><bpmn:parallelGateway id="fork"/><bpmn:parallelGateway id="join"/>'
        + "".join(user_task(task, task, FOR_LABOR) for task in tasks)
        + f'<bpmn:endEvent id="end"/>{flows}',
    )


_CYCLE = process(
    "cycle",
    '<bpmn:startEvent id="start"/><bpmn:exclusiveGateway id="again" default="f3"/><bpmn:endEvent id="end"/>'
    + user_task("work", "work", FOR_LABOR)
    + '<bpmn:sequenceFlow id="f0" sourceRef="start" targetRef="work"/>'
    '<bpmn:sequenceFlow id="f1" sourceRef="work" targetRef="again"/>'
    '<bpmn:sequenceFlow id="f2" sourceRef="again" targetRef="work"><bpmn:conditionExpression '
    'xsi:type="bpmn:tFormalExpression">=again = true</bpmn:conditionExpression></bpmn:sequenceFlow>'
    '<bpmn:sequenceFlow id="f3" sourceRef="again" targetRef="end"/>',
)

_TIMED = process(
    "delayed",
    chain(
        user_task("before", "before", FOR_LABOR),
        '<bpmn:intermediateCatchEvent id="pause"><bpmn:timerEventDefinition><bpmn:timeDuration '
        'xsi:type="bpmn:tFormalExpression">PT1S</bpmn:timeDuration></bpmn:timerEventDefinition>'
        "</bpmn:intermediateCatchEvent>",
        user_task("after", "after", FOR_LABOR),
        ids=("before", "pause", "after"),
    ),
)

PAUSE_SECONDS = 1
PAUSE = process(
    "pausing",
    chain(
        '<bpmn:intermediateCatchEvent id="pause"><bpmn:timerEventDefinition><bpmn:timeDuration '
        f'xsi:type="bpmn:tFormalExpression">PT{PAUSE_SECONDS}S</bpmn:timeDuration></bpmn:timerEventDefinition>'
        "</bpmn:intermediateCatchEvent>",
        ids=("pause",),
    ),
)
"""A timer by duration, and nothing else."""

_SERVED = process(
    "served",
    chain(
        user_task("order", "order", FOR_LABOR),
        '<bpmn:serviceTask id="call" name="call"><bpmn:extensionElements>'
        '<spiffworkflow:serviceTaskOperator id="ledger" resultVariable="booked"><spiffworkflow:parameters>'
        '<spiffworkflow:parameter id="about" type="str" value="=business_key"/></spiffworkflow:parameters>'
        "</spiffworkflow:serviceTaskOperator></bpmn:extensionElements></bpmn:serviceTask>",
        user_task("check", "check", FOR_LABOR),
        ids=("order", "call", "check"),
    ),
)

MIXED = {
    "straight": _STRAIGHT,
    "fork3": side_by_side("fork3", 3),
    "cycle": _CYCLE,
    "delayed": _TIMED,
    "served": _SERVED,
}
"""Each on its own has a way of losing or doubling work."""


def many_timers(count: int) -> str:
    """`count` timers side by side, all due at the variable `at`, each with its own element."""
    timers = [f"timer{number}" for number in range(count)]
    flows = _flows(("start", "fork"), *(("fork", t) for t in timers), *((t, "join") for t in timers), ("join", "end"))
    return process(
        "alarms",
        '<bpmn:startEvent id="start"/><bpmn:parallelGateway id="fork"/><bpmn:parallelGateway id="join"/>'
        + "".join(
            f'<bpmn:intermediateCatchEvent id="{id}"><bpmn:timerEventDefinition><bpmn:timeDate '
            f'xsi:type="bpmn:tFormalExpression">=at[{number + 1}]</bpmn:timeDate></bpmn:timerEventDefinition>'
            "</bpmn:intermediateCatchEvent>"
            for number, id in enumerate(timers)
        )
        + f'<bpmn:endEvent id="end"/>{flows}',
    )


STARTABLE = process(
    "errand",
    chain(user_task("do", "do", FOR_LABOR), user_task("see", "see", FOR_LABOR), ids=("do", "see")),
    attributes='camunda:candidateStarterGroups="labor_handler@aia.labor"',
)
"""Two tasks, started from the start page."""
