"""Blocks of random models: subprocesses, called processes, repetitions, compensation."""

from __future__ import annotations

from tests.conformance.bpmn.models.canvas import Canvas, Ends, Inside
from tests.conformance.bpmn.models.happening_blocks import bordered


def marker(c: Canvas) -> str:
    """A loop or multi-instance."""
    kind = c.draws.one(["parallel", "sequential", "standard"])
    if kind == "standard":
        before = ' testBefore="true"' if c.draws.sometimes() else ""
        return (
            f'<standardLoopCharacteristics loopMaximum="{1 + c.draws.below(3)}"{before}>'
            f"<loopCondition>={c.rule()}</loopCondition></standardLoopCharacteristics>"
        )
    ends = ""
    if c.draws.sometimes():
        rule = c.draws.one([c.rule(), "nrOfCompletedInstances &gt;= 2"])
        ends = f"<completionCondition>={rule}</completionCondition>"
    sequential = ' isSequential="true"' if kind == "sequential" else ""
    return (
        f"<multiInstanceLoopCharacteristics{sequential}><loopCardinality>{c.draws.below(4)}</loopCardinality>{ends}"
        "</multiInstanceLoopCharacteristics>"
    )


def repeated(c: Canvas) -> Ends:
    """A task many times."""
    name = c.add("userTask", marker(c), prefix="u")
    return bordered(c, name) if c.draws.sometimes() else (name, name)


def subprocess(c: Canvas) -> Ends:
    """An embedded subprocess, repeated or not, with events at its border or not."""
    repeats = marker(c) if c.draws.sometimes(3) else ""
    name = c.level("subProcess", c.whole, repeats)
    return bordered(c, name, climbing=True) if c.draws.sometimes() else (name, name)


def transaction(c: Canvas) -> Ends:
    """A transaction that can be cancelled."""
    name = c.level("transaction", c.whole)
    border = c.add("boundaryEvent", c.event("cancel"), prefix="on", attachedToRef=name)
    then = c.block()
    c.flow(border, then[0])
    return name, c.merged(name, then[1])


def called(c: Canvas) -> Ends:
    """A call activity and the process, or global task, that it calls."""
    outer, process = c.at, c.name("called")
    if c.draws.sometimes(4):
        c.processes.append(f'<globalUserTask id="{process}" name="{process}"/>')
    else:
        c.at = Inside([], outer.depth)
        c.whole()
        parts, c.at = c.at.parts, outer
        c.processes.append(f'<process id="{process}" name="{process}" isExecutable="true">{"".join(parts)}</process>')
    repeats = marker(c) if c.draws.sometimes(4) else ""
    name = c.add("callActivity", repeats, prefix="call", calledElement=process)
    return bordered(c, name, climbing=True) if c.draws.sometimes() else (name, name)


def undone(c: Canvas) -> Ends:
    """A task that can be compensated."""
    kind = c.draws.one(["userTask", "task"])
    name = c.add(kind, prefix="w")
    handler = c.add(c.draws.one(["task", "userTask"]), prefix="undo", isForCompensation="true")
    border = c.add("boundaryEvent", c.event("compensate"), prefix="on", attachedToRef=name)
    c.at.parts.append(
        f'<association id="{c.name("as")}" associationDirection="One" sourceRef="{border}" targetRef="{handler}"/>'
    )
    return name, name


def undoing(c: Canvas) -> Ends:
    """Something that can be compensated, and an event that asks for it."""
    first, second = undone(c), c.draws.one([c.block, lambda: undone(c)])()
    reference = c.draws.one(["", first[0]])
    waits = "" if c.draws.sometimes(3) is False else "false"
    inside = c.event("compensate", activityRef=reference, waitForCompletion=waits)
    throws = c.add("intermediateThrowEvent", inside, prefix="t")
    c.flow(first[1], second[0])
    c.flow(second[1], throws)
    return first[0], throws


def ad_hoc(c: Canvas) -> Ends:
    """Work whose order people choose, or the engine."""
    people = not c.draws.sometimes(3)
    rule = f"<completionCondition>={c.rule()}</completionCondition>" if people and c.draws.sometimes() else ""

    def fill() -> None:
        for _ in range(1 + c.draws.below(3)):
            if people:
                undone(c) if c.draws.sometimes(4) else c.task()
            else:
                c.add("task")

    name = c.level(
        "adHocSubProcess",
        fill,
        rule,
        ordering=c.draws.one(["Parallel", "Sequential"]),
        cancelRemainingInstances="false" if c.draws.sometimes(3) else "",
    )
    return name, name
