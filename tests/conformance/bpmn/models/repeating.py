"""Loops and multi-instances of the reference (BPMN 2.0 §13.3.6, §13.3.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.conformance.bpmn.models import happenings
from tests.conformance.bpmn.models.reading import holds
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
    for _ in range(loop.cardinality if loop.kind == "parallel" else min(1, loop.cardinality)):
        _turn(case, whole)
    return loop.cardinality == 0


def _turn(case: Reference, whole: Work) -> None:
    loop = whole.node.loop
    assert loop is not None
    local = None if loop.kind == "standard" else {"loopCounter": whole.begun, "nrOfInstances": loop.cardinality}
    whole.begun += 1
    whole.turns.append(case.enter(whole.scope, whole.node, whole=whole, local=local))


def _again(work: Work) -> bool:
    assert work.node.loop is not None
    text = work.node.loop.condition
    return text is None or holds(text, work.visible())


def gather(case: Reference, turn: Work) -> None:
    """A turn is done: the next one, or the activity as a whole is."""
    whole, loop = turn.whole, turn.node.loop
    assert whole is not None
    assert loop is not None
    whole.turns.remove(turn)
    whole.completed += 1
    if loop.kind == "standard":
        if whole.completed == loop.maximum or not _again(turn):
            case.wake(whole)
        else:
            _turn(case, whole)
        return
    names = {
        **turn.visible(),
        "nrOfCompletedInstances": whole.completed,
        "nrOfActiveInstances": whole.begun - whole.completed,
    }
    stop = loop.condition is not None and holds(loop.condition, names)
    throws = [event for text, event in loop.throws if text is None or holds(text, names)]
    whole.write({name: value for name, value in (turn.local or {}).items() if name not in COUNTERS})
    for event in throws if loop.behaviour != "One" or whole.completed == 1 else ():
        if happenings.announce(case, whole, event) and loop.kind == "sequential":
            stop = True
    if whole.state == "gone":
        return
    if stop or whole.completed == loop.cardinality:
        for other in list(whole.turns):
            case.cancel(other)
        case.wake(whole)
    elif loop.kind == "sequential":
        _turn(case, whole)
