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
    behaviour, inside = _told(c)
    return (
        f"<multiInstanceLoopCharacteristics{sequential}{behaviour}><loopCardinality>{c.draws.below(4)}"
        f"</loopCardinality>{inside}{ends}</multiInstanceLoopCharacteristics>"
    )


def _told(c: Canvas) -> tuple[str, str]:
    """What the turns of a multi-instance throw: nothing, each, the first, or by conditions."""
    behaviour = c.draws.one(["All", "All", "None", "One", "Complex"])
    if behaviour == "All":
        return "", ""
    kind = c.draws.one(["signal", "message", "escalation"])
    if behaviour == "Complex":
        definition = c.event(kind, **{f"{kind}Ref": c.known(kind)})
        name = c.name("cb")
        return ' behavior="Complex"', (
            f'<complexBehaviorDefinition id="{name}"><condition>={c.rule()}</condition>'
            f'<event id="{name}_event">{definition}</event></complexBehaviorDefinition>'
        )
    definition = c.event(kind, **{f"{kind}Ref": c.known(kind)})
    c.top.append(definition)
    reference = definition.split('"')[1]
    return f' behavior="{behaviour}" {behaviour.lower()}BehaviorEventRef="{reference}"', ""


def repeated(c: Canvas) -> Ends:
    """A task many times."""
    name = c.add("userTask", marker(c), prefix="u")
    return bordered(c, name) if c.draws.sometimes() else (name, name)


def undone_inside(c: Canvas) -> Ends:
    """A subprocess, repeated or not, that is completed and then undone: by its handlers, or as it says itself."""

    def fill() -> None:
        begins, first, then = c.add("startEvent", prefix="start"), undone(c), c.block()
        c.flow(begins, first[0])
        c.flow(first[1], then[0])
        c.flow(then[1], c.end())
        if c.draws.sometimes():
            handler = c.event("compensate")
            c.level("subProcess", lambda: c.whole(inside=handler), triggeredByEvent="true")

    name = c.level("subProcess", fill, marker(c) if c.draws.sometimes(3) else "")
    throws = c.add("intermediateThrowEvent", c.event("compensate"), prefix="t")
    c.flow(name, throws)
    return name, throws


def thrown_inside(c: Canvas) -> Ends:
    """A subprocess out of which something is thrown that is caught beside its flow, at its border, or at both."""
    kind = c.draws.one(["error", "escalation"])
    thrown = c.told(kind)
    beside, at_border = c.draws.one([(True, False), (False, True), (True, True)])

    def definition(*references: str) -> str:
        return c.event(kind, **{f"{kind}Ref": c.draws.one(references)})

    def handler() -> None:
        begins, then = (
            c.add("startEvent", definition(thrown, ""), prefix="start", isInterrupting=_stops(c, kind)),
            c.block(),
        )
        c.flow(begins, then[0])
        c.flow(then[1], c.end(definition(thrown) if c.draws.sometimes() else ""))

    def fill() -> None:
        begins, gateway, then = c.add("startEvent", prefix="start"), c.add("exclusiveGateway", prefix="g"), c.block()
        c.flow(begins, then[0])
        c.flow(then[1], gateway)
        c.set(gateway, default=c.flow(gateway, c.end(definition(thrown))))
        c.flow(gateway, c.end(), c.rule())
        if beside:
            c.level("subProcess", handler, triggeredByEvent="true")

    name = c.level("subProcess", fill, marker(c) if c.draws.sometimes(3) else "")
    outs = [name]
    for caught in c.draws.one([(thrown,), ("",), ("", thrown)]) if at_border else ():
        stops = _stops(c, kind)
        border = c.add("boundaryEvent", definition(caught), prefix="on", attachedToRef=name, cancelActivity=stops)
        then = c.block()
        c.flow(border, then[0])
        if stops:
            c.flow(then[1], c.end())
        else:
            outs.append(then[1])
    return name, c.merged(*outs) if len(outs) > 1 else name


def _stops(c: Canvas, kind: str) -> str:
    """Whether a handler interrupts, as its attribute: an error always does."""
    return "" if kind == "error" or c.draws.sometimes() else "false"


def subprocess(c: Canvas) -> Ends:
    """An embedded subprocess, repeated or not, with events at its border or not; it may say how it is undone."""
    repeats = marker(c) if c.draws.sometimes(3) else ""

    def fill() -> None:
        c.whole()
        if c.draws.sometimes(5):
            handler = c.event("compensate")
            c.level("subProcess", lambda: c.whole(inside=handler), triggeredByEvent="true")

    name = c.level("subProcess", fill, repeats)
    return bordered(c, name, climbing=True) if c.draws.sometimes() else (name, name)


def transaction(c: Canvas) -> Ends:
    """A transaction that can be cancelled."""

    def fill() -> None:
        begins, gateway, ends = c.add("startEvent", prefix="start"), c.add("exclusiveGateway", prefix="g"), c.block()
        before = undone(c)
        c.flow(begins, before[0])
        c.flow(before[1], ends[0])
        c.flow(ends[1], gateway)
        c.set(gateway, default=c.flow(gateway, c.end()))
        c.flow(gateway, c.end(c.event("cancel")), c.rule())

    name = c.level("transaction", c.draws.one([c.whole, fill]))
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
                first = undone(c)[0] if c.draws.sometimes(4) else c.task()
                if c.draws.sometimes(4):
                    c.flow(first, c.task())
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
