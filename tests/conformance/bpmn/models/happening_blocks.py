"""Blocks of random models: events, what is attached to activities, what stands beside the flow of a level."""

from __future__ import annotations

from tests.conformance.bpmn.models.blocks import ANY
from tests.conformance.bpmn.models.canvas import Canvas, Ends
from tests.conformance.bpmn.models.item_blocks import CARRY, brought, taken


def catching(c: Canvas) -> Ends:
    """An event or a receive task that waits; also for one of several events, or for all of them."""
    shape = c.draws.one(["one", "receive", "several", "all"])
    if shape == "receive":
        name = c.add("receiveTask", prefix="r", messageRef=c.known("message"))
    elif shape == "one":
        kind = c.draws.one(ANY)
        item = taken(c) if kind in ("message", "signal") and c.draws.sometimes() else ""
        name = c.add("intermediateCatchEvent", item + c.awaited(kind), prefix="c")
    else:
        inside = taken(c, count=2) if c.draws.sometimes(3) else ""
        inside += "".join(c.awaited(kind) for kind in ("message", c.draws.one(["signal", "timer"])))
        every = "true" if shape == "all" else ""
        name = c.add("intermediateCatchEvent", inside, prefix="c", parallelMultiple=every)
    return name, name


def throwing(c: Canvas) -> Ends:
    """An event, or a send task, that throws and goes on."""
    kind = c.draws.one(["message", "signal", "signal", "escalation", "send", "several"])
    if kind == "send":
        name = c.add("sendTask", messageRef=c.known("message"))
    elif kind == "several":
        inside = c.event("message", messageRef=c.known("message")) + c.event("signal", signalRef=c.known("signal"))
        name = c.add("intermediateThrowEvent", inside, prefix="t")
    else:
        item = brought(c) if c.draws.sometimes() else ""
        name = c.add("intermediateThrowEvent", item + c.event(kind, **{f"{kind}Ref": c.known(kind)}), prefix="t")
    return name, name


def link(c: Canvas) -> Ends:
    """A jump, from one place or two."""
    name = c.name("link")
    lands = c.add("intermediateCatchEvent", c.event("link", name=name), prefix="c")
    gateway = c.add("exclusiveGateway", prefix="g")
    for rule in ("", c.rule()):
        source = c.add("intermediateThrowEvent", c.event("link", name=name), prefix="t")
        block = c.block()
        found = c.flow(gateway, block[0], rule)
        c.flow(block[1], source)
        if not rule:
            c.set(gateway, default=found)
    return gateway, lands


def with_border(c: Canvas) -> Ends:
    """A task with boundary events."""
    return bordered(c, c.task())


def bordered(c: Canvas, host: str, *, climbing: bool = False) -> Ends:
    """Events at the border of an activity: those that interrupt lead on, the others to an end of their own."""
    outs = [host]
    for _ in range(1 + c.draws.below(2)):
        kind = c.draws.one([*(("escalation", "error") * 2 if climbing else ()), *ANY, "several", "all"])
        stops = kind == "error" or c.draws.sometimes()
        if kind in ("error", "escalation"):
            inside = c.event(kind, **{f"{kind}Ref": c.known(kind) if c.draws.sometimes() else ""})
        elif kind in ("several", "all"):
            inside = c.awaited("message") + c.awaited("signal")
        else:
            inside = c.awaited(kind, cycles=not stops)
        if kind in CARRY and c.draws.sometimes(3):
            inside = taken(c, kind) + inside
        border = c.add(
            "boundaryEvent",
            inside,
            prefix="on",
            attachedToRef=host,
            cancelActivity="" if stops else "false",
            parallelMultiple="true" if kind == "all" else "",
        )
        then = c.block()
        c.flow(border, then[0])
        if stops:
            outs.append(then[1])
        else:
            c.flow(then[1], c.end())
    return host, c.merged(*outs) if len(outs) > 1 else host


def event_subprocess(c: Canvas) -> None:
    """Beside the flow of a level: starts by an event, and stops the rest or not."""
    kind = c.draws.one(["message", "signal", "message", "timer", "conditional", "escalation", "error"])
    stops = kind == "error" or c.draws.sometimes()
    if kind in ("error", "escalation"):
        inside = c.event(kind, **{f"{kind}Ref": c.known(kind) if c.draws.sometimes() else ""})
    else:
        inside = c.awaited(kind, cycles=not stops)
    carries = kind in CARRY and c.draws.sometimes()
    c.level(
        "subProcess",
        lambda: c.whole(inside=(taken(c, kind) if carries else "") + inside, isInterrupting="" if stops else "false"),
        triggeredByEvent="true",
    )
