"""Loops and multi-instances of the reference (BPMN 2.0 §13.3.6, §13.3.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.conformance.bpmn.models import happenings
from tests.conformance.bpmn.models.expressions import holds, value
from tests.conformance.bpmn.models.state import Work

if TYPE_CHECKING:
    from tests.conformance.bpmn.models.reference import Reference

COUNTERS = ("loopCounter", "nrOfInstances")


def begin(case: Reference, whole: Work) -> bool:
    """Begin the first turns; whether there are none."""
    loop = whole.node.loop
    assert loop is not None
    if loop.kind == "standard":
        if loop.maximum == 0 or (loop.test_before and not _again(whole)):
            return True
        _turn(case, whole)
        return False
    seen = whole.visible()
    whole.items = list(seen[loop.collection]) if loop.collection else list(range(value(loop.cardinality, seen)))
    for _ in range(len(whole.items) if loop.kind == "parallel" else min(1, len(whole.items))):
        _turn(case, whole)
    if not whole.items:
        _publish(whole)
    return not whole.items


def _turn(case: Reference, whole: Work) -> None:
    loop = whole.node.loop
    assert loop is not None
    local: dict[str, Any] | None = None
    number: dict[str, Any] | None = None
    if loop.kind == "standard":
        number = {"loopCounter": whole.begun}
    else:
        local = {"loopCounter": whole.begun, "nrOfInstances": len(whole.items)}
        if loop.item:
            local[loop.item] = whole.items[whole.begun]
    whole.begun += 1
    whole.turns.append(case.enter(whole.scope, whole.node, whole=whole, local=local, item=number, turn=whole.begun - 1))


def _publish(whole: Work) -> None:
    """Write the list of what the turns gave."""
    loop = whole.node.loop
    assert loop is not None
    if loop.collected:
        whole.write({loop.collected: _collected(whole)})


def _collected(whole: Work) -> list[Any]:
    return [given for _, given in sorted(whole.given.items())]


def _again(work: Work, turns: int = 0) -> bool:
    """Whether the condition of a loop holds when so many turns are over."""
    assert work.node.loop is not None
    text = work.node.loop.condition
    return text is None or holds(text, work.visible() | {"loopCounter": turns})


def which(turn: Work) -> dict[str, Any]:
    """Which one of many a turn is, for what undoes it later."""
    loop, local = turn.node.loop, turn.local or {}
    own = (*COUNTERS, loop.item if loop is not None else None)
    return {name: given for name, given in local.items() if name in own} or dict(turn.item or {})


def gather(case: Reference, turn: Work) -> None:
    """A turn is done: the next one, or the activity as a whole is."""
    whole, loop = turn.whole, turn.node.loop
    assert whole is not None
    assert loop is not None
    whole.turns.remove(turn)
    whole.completed += 1
    if loop.kind == "standard":
        if whole.completed == loop.maximum or not _again(turn, whole.completed):
            case.wake(whole)
        else:
            _turn(case, whole)
        return
    if loop.collected and loop.gives:
        whole.given[turn.turn] = value(loop.gives, turn.visible())
    names = {
        **turn.visible(),
        **({loop.collected: _collected(whole)} if loop.collected else {}),
        "nrOfCompletedInstances": whole.completed,
        "nrOfActiveInstances": whole.begun - whole.completed,
    }
    stop = loop.condition is not None and holds(loop.condition, names)
    throws = [event for text, event in loop.throws if text is None or holds(text, names)]
    if not loop.collected:
        kept = (*COUNTERS, loop.item)
        whole.write({name: written for name, written in (turn.local or {}).items() if name not in kept})
    for event in throws if loop.behaviour != "One" or whole.completed == 1 else ():
        if happenings.announce(case, whole, event) and loop.kind == "sequential":
            stop = True
    if whole.state == "gone":
        return
    if stop or whole.completed == len(whole.items):
        for other in list(whole.turns):
            case.cancel(other)
        _publish(whole)
        case.wake(whole)
    elif loop.kind == "sequential":
        _turn(case, whole)
