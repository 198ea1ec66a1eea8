"""Blocks of random models: subprocesses, called processes, repetitions, compensation."""

from __future__ import annotations

from tests.conformance.bpmn.models.canvas import VARIABLES, Canvas, Ends
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

    name = c.level("transaction", c.draws.one([c.whole, fill]), marker(c) if c.draws.sometimes(4) else "")
    border = c.add("boundaryEvent", c.event("cancel"), prefix="on", attachedToRef=name)
    then = c.block()
    c.flow(border, then[0])
    return name, c.merged(name, then[1])


GLOBAL = (
    "<globalUserTask{}/>",
    "<globalManualTask{}/>",
    "<globalTask{}/>",
    "<globalScriptTask{}><script>={{a: b + 1}}</script></globalScriptTask>",
)


def called(c: Canvas) -> Ends:
    """A call activity and the process, or global task, that it calls."""
    if c.draws.sometimes(4):
        process = c.name("called")
        c.processes.append(c.draws.one(GLOBAL).format(f' id="{process}" name="{process}"'))
    else:
        process = c.process(c.whole)
    repeats = marker(c) if c.draws.sometimes(4) else ""
    mapped = _mapped(c) if c.draws.sometimes() else ""
    name = c.add("callActivity", mapped + repeats, prefix="call", calledElement=process)
    return bordered(c, name, climbing=True) if c.draws.sometimes() else (name, name)


def _mapped(c: Canvas) -> str:
    """What a called process is told and tells: all of it, or single variables under other names."""
    first = c.draws.below(3)
    names = [VARIABLES[(first + turn) % 3] for turn in range(3)]
    given = "".join(
        f'<camunda:in source="{source}" target="{target}"/>'
        if c.draws.sometimes()
        else f'<camunda:in sourceExpression="={source} + {c.draws.below(2)}" target="{target}"/>'
        for source, target in zip(VARIABLES, names, strict=True)
    )
    back = f'<camunda:out source="{names[0]}" target="{names[1]}"/>'
    given, back = c.draws.one(
        [(given, back), ('<camunda:in variables="all"/>', back), (given, '<camunda:out variables="all"/>' + back)]
    )
    return f"<extensionElements>{given}{back}</extensionElements>"


def announced(c: Canvas) -> Ends:
    """A multi-instance whose turns throw what its own border, or something around it, catches."""
    kind = c.draws.one(["signal", "message", "escalation", "error"])
    told = c.told(kind)
    definition = c.event(kind, **{f"{kind}Ref": told})
    c.top.append(definition)
    behaviour = c.draws.one(["None", "One"])
    reference = definition.split('"')[1]
    sequential = c.draws.one(["false", "true"])
    loop = (
        f'<multiInstanceLoopCharacteristics isSequential="{sequential}" behavior="{behaviour}" '
        f'{behaviour.lower()}BehaviorEventRef="{reference}"><loopCardinality>{1 + c.draws.below(3)}</loopCardinality>'
        "</multiInstanceLoopCharacteristics>"
    )
    name = c.add("userTask", loop, prefix="u") if c.draws.sometimes() else c.level("subProcess", c.whole, loop)
    outs = [name]
    for caught in c.draws.one([(told,), (told, told), (told,), ()]):
        stops = _stops(c, kind)
        border = c.add(
            "boundaryEvent",
            c.event(kind, **{f"{kind}Ref": caught}),
            prefix="on",
            attachedToRef=name,
            cancelActivity=stops,
        )
        then = c.block()
        c.flow(border, then[0])
        if stops:
            c.flow(then[1], c.end())
        else:
            outs.append(then[1])
    return name, c.merged(*outs) if len(outs) > 1 else name


def siblings(c: Canvas) -> Ends:
    """Event subprocesses beside each other that throw what the others, and the border around them, catch."""
    kind = c.draws.one(["error", "escalation", "signal", "message"])
    told, begun = c.told(kind), c.told("message")

    def handler(caught: str, how: str, thrown: str) -> None:
        stops = _stops(c, how)
        inside = c.event(how, **{f"{how}Ref": caught})
        begins, then = c.add("startEvent", inside, prefix="start", isInterrupting=stops), c.block()
        c.flow(begins, then[0])
        c.flow(then[1], c.end(c.event(kind, **{f"{kind}Ref": thrown}) if thrown else ""))

    def fill() -> None:
        c.whole()
        caught = c.draws.one([told, ""]) if kind in ("error", "escalation") else told
        c.level("subProcess", lambda: handler(begun, "message", told), triggeredByEvent="true")
        c.level("subProcess", lambda: handler(caught, kind, c.draws.one(["", told])), triggeredByEvent="true")

    name = c.level("subProcess", fill)
    if not c.draws.sometimes():
        return name, name
    stops = _stops(c, kind)
    inside = c.event(kind, **{f"{kind}Ref": told})
    border = c.add("boundaryEvent", inside, prefix="on", attachedToRef=name, cancelActivity=stops)
    then = c.block()
    c.flow(border, then[0])
    if stops:
        c.flow(then[1], c.end())
        return name, name
    return name, c.merged(name, then[1])


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
                first = c.draws.one([c.task, c.task, lambda: undone(c)[0], lambda: _inside(c)])()
                if c.draws.sometimes(4):
                    then = c.task()
                    c.flow(first, then)
                    if c.draws.sometimes():
                        told = c.event("signal", signalRef=c.known("signal"))
                        c.flow(then, c.add("intermediateThrowEvent", told, prefix="t"))
            else:
                c.add("task")

    name = c.level(
        "adHocSubProcess",
        fill,
        rule + (marker(c) if c.draws.sometimes(5) else ""),
        ordering=c.draws.one(["Parallel", "Sequential"]),
        cancelRemainingInstances="false" if c.draws.sometimes(3) else "",
    )
    return bordered(c, name) if c.draws.sometimes(3) else (name, name)


def _inside(c: Canvas) -> str:
    """Work in an ad-hoc subprocess that is more than a task: repeated, or a subprocess."""
    return c.add("userTask", marker(c), prefix="u") if c.draws.sometimes() else c.level("subProcess", c.whole)
