"""How a random model's case begins: by hand, or by an event at a start event, a gateway or a receive task."""

from __future__ import annotations

from tests.conformance.bpmn.models.canvas import Canvas

BY_EVENT = ("message", "signal")


def begin(c: Canvas) -> None:
    """Draw the process that is started."""
    shape = c.draws.one(
        ["none", "none", "none", "event", "timer", "several", "choice", "receive", "gateway", "together"]
    )
    if shape == "none":
        c.whole()
        return
    c.begun_by = None
    kind = c.draws.one(BY_EVENT)
    if shape == "event":
        c.whole(inside=_told(c, kind))
    elif shape == "timer":
        start = c.add("startEvent", c.event("timer", "<timeCycle>R5/PT1H</timeCycle>"), prefix="start")
        c.begun_by = ("timer", start)
        c.whole(start)
    elif shape == "several":  # any one of its events begins the case
        other = c.event("message", messageRef=c.told("message"))
        c.whole(inside=_told(c, kind) + other)
    elif shape == "choice":  # start events beside each other
        starts = [c.add("startEvent", _told(c, kind), prefix="start")]
        starts.append(c.add("startEvent", c.event("signal", signalRef=c.told("signal")), prefix="start"))
        if c.draws.sometimes():
            starts.append(c.add("startEvent", prefix="start"))
        c.whole(c.merged(*starts))
    elif shape == "receive":
        message = c.told("message")
        c.begun_by = ("message", f"{message}_name")
        c.whole(c.add("receiveTask", prefix="r", messageRef=message, instantiate="true"))
    else:
        _gateway(c, kind, together=shape == "together")


def _told(c: Canvas, kind: str) -> str:
    """The definition of the event that begins the case."""
    name = c.told(kind)
    c.begun_by = (kind, f"{name}_name")
    return c.event(kind, **{f"{kind}Ref": name})


def _gateway(c: Canvas, kind: str, *, together: bool) -> None:
    """An event-based gateway that begins the case with its first event; the parallel kind needs all of them."""
    gateway = c.add(
        "eventBasedGateway", prefix="g", instantiate="true", eventGatewayType="Parallel" if together else ""
    )
    ends = []
    for inside in (_told(c, "message" if together else kind), c.event("message", messageRef=c.told("message"))):
        event = c.add("intermediateCatchEvent", inside, prefix="c")
        c.flow(gateway, event)
        then = c.block()
        c.flow(event, then[0])
        ends.append(then[1])
    c.whole(c.merged(*ends))
