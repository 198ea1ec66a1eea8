"""Blocks of random models: tasks, gateways, loops."""

from __future__ import annotations

from tests.conformance.bpmn.models.canvas import Canvas, Ends
from tests.conformance.bpmn.models.item_blocks import CARRY, brought

ANY = ("message", "timer", "signal", "conditional")
"""Kinds of events that are awaited."""


def user(c: Canvas) -> Ends:
    name = c.task()
    return name, name


def row(c: Canvas) -> Ends:
    first, second = c.block(), c.block()
    c.flow(first[1], second[0])
    return first[0], second[1]


def automatic(c: Canvas) -> Ends:
    kind = c.draws.one(["scriptTask", "task", "manualTask", "intermediateThrowEvent", "businessRuleTask"])
    inside, given = "", {}
    if kind == "scriptTask":
        inside = f"<script>={{{c.draws.one('abc')}: {c.draws.below(3)}}}</script>"
    elif kind == "businessRuleTask":
        inside = "<extensionElements><spiffworkflow:calledDecisionId>always</spiffworkflow:calledDecisionId>"
        inside, given = inside + "</extensionElements>", {"camunda:resultVariable": "b"}
    name = c.add(kind, inside, **given)
    return name, name


def service(c: Canvas) -> Ends:
    """A service task; sometimes its BPMN error is caught."""
    operator = '<extensionElements><spiffworkflow:serviceTaskOperator id="wait"/></extensionElements>'
    name = c.add("serviceTask", operator, prefix="call")
    if not c.draws.sometimes():
        return name, name
    inside = c.event("error", errorRef=c.told("error") if c.draws.sometimes() else "")
    border = c.add("boundaryEvent", inside, prefix="on", attachedToRef=name)
    other = c.block()
    c.flow(border, other[0])
    return name, c.merged(name, other[1])


def splits(c: Canvas, kind: str, often: int = 2) -> tuple[str, list[Ends]]:
    """A diverging gateway with blocks behind it; all but the first, which is the default, have conditions."""
    gateway = c.add(kind, prefix="g")
    ends = [c.block() for _ in range(2 + c.draws.below(often))]
    default = c.flow(gateway, ends[0][0])
    for one in ends[1:]:
        c.flow(gateway, one[0], "" if kind == "parallelGateway" else c.rule())
    if kind != "parallelGateway":
        c.set(gateway, default=default)
    return gateway, ends


def joined(c: Canvas, kind: str, ends: list[Ends], inside: str = "") -> str:
    """A converging gateway."""
    join = c.add(kind, inside, prefix="j")
    for one in ends:
        c.flow(one[1], join)
    return join


def exclusive(c: Canvas) -> Ends:
    gateway, ends = splits(c, "exclusiveGateway")
    return gateway, joined(c, "exclusiveGateway", ends)


def parallel(c: Canvas) -> Ends:
    gateway, ends = splits(c, "parallelGateway")
    return gateway, joined(c, c.draws.one(["parallelGateway", "inclusiveGateway", "exclusiveGateway"]), ends)


def inclusive(c: Canvas) -> Ends:
    gateway, ends = splits(c, "inclusiveGateway")
    return gateway, joined(c, c.draws.one(["inclusiveGateway", "inclusiveGateway", "exclusiveGateway"]), ends)


def complex_join(c: Canvas) -> Ends:
    """Some of many go on; what comes late goes a way of its own, or none."""
    gateway, ends = splits(c, c.draws.one(["parallelGateway", "inclusiveGateway", "complexGateway"]))
    join = c.add("complexGateway", "<activationCondition>?</activationCondition>", prefix="j")
    flows = [c.flow(one[1], join) for one in ends]
    rule = c.draws.one(
        [
            f"activationCount >= {1 + c.draws.below(len(ends))}",
            " and ".join(f"{flow} >= 1" for flow in flows[: 1 + c.draws.below(len(flows))]),
        ]
    )
    c.write(join, "<activationCondition>?", f"<activationCondition>={rule.replace('>', '&gt;')}")
    if not c.draws.sometimes():
        return gateway, join
    late, after = c.task(), c.task()
    c.flow(join, late, "not(waitingForStart)")
    c.flow(join, after, "waitingForStart")
    c.flow(late, c.end())
    return gateway, after


def implicit(c: Canvas) -> Ends:
    """Several flows out of a task, with and without conditions."""
    source = c.task()
    ends = [c.block() for _ in range(2 + c.draws.below(2))]
    if c.draws.sometimes():
        for one in ends:
            c.flow(source, one[0])
    else:
        c.set(source, default=c.flow(source, ends[0][0]))
        for one in ends[1:]:
            c.flow(source, one[0], c.rule())
    return source, joined(c, c.draws.one(["inclusiveGateway", "exclusiveGateway"]), ends)


def loop(c: Canvas) -> Ends:
    """Back to the beginning while a condition holds. A task in it waits for somebody."""
    begins, body, asked = c.add("exclusiveGateway", prefix="m"), c.block(), c.task()
    leaves = c.add("exclusiveGateway", prefix="g")
    after = c.task()
    c.flow(begins, body[0])
    c.flow(body[1], asked)
    c.flow(asked, leaves)
    c.flow(leaves, begins, c.rule())
    c.set(leaves, default=c.flow(leaves, after))
    return begins, after


def event_based(c: Canvas) -> Ends:
    """The first event decides. Beside a receive task no event waits for a message (§10.6.6)."""
    kinds = c.draws.one([ANY, ("receive", *ANY[1:])])
    gateway = c.add("eventBasedGateway", prefix="g")
    ends = []
    for _ in range(2 + c.draws.below(2)):
        kind = c.draws.one(kinds)
        if kind == "receive":
            event = c.add("receiveTask", prefix="r", messageRef=c.told("message"))
        else:
            event = c.add("intermediateCatchEvent", c.awaited(kind), prefix="c")
        c.flow(gateway, event)
        then = c.block()
        c.flow(event, then[0])
        ends.append((event, then[1]))
    return gateway, joined(c, "exclusiveGateway", ends)


def early_end(c: Canvas) -> Ends:
    """A way out of the level, with or without more than that."""
    gateway, goes_on = c.add("exclusiveGateway", prefix="g"), c.task()
    kinds = ["", "terminate", "message", "signal", "error", "escalation", "compensate", "several"]
    kind = c.draws.one([*kinds, *(["cancel"] * 3 if c.at.transaction else [])])
    several = ("message", "signal", "escalation", "compensate")
    item = brought(c) if kind in CARRY and c.draws.sometimes() else ""
    inside = item + "".join(_thrown(c, each) for each in (several if kind == "several" else [kind]) if each)
    c.flow(gateway, c.end(inside), c.rule())
    c.set(gateway, default=c.flow(gateway, goes_on))
    return gateway, goes_on


def _thrown(c: Canvas, kind: str) -> str:
    return c.event(kind, **({f"{kind}Ref": c.known(kind)} if kind in CARRY else {}))


def quantities(c: Canvas) -> Ends:
    """A task that gives several tokens, and one that takes several."""
    gives = c.add("userTask", prefix="u", completionQuantity=str(1 + c.draws.below(3)))
    takes = c.add("userTask", prefix="u", startQuantity=str(1 + c.draws.below(2)))
    c.flow(gives, takes)
    return gives, takes
