"""Data that the reference moves in and out of activities (BPMN 2.0 §10.4.2, §13.3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.conformance.bpmn.models.expressions import value
from tests.conformance.bpmn.models.reading import Node
from tests.conformance.bpmn.models.reading_data import Move, Passed
from tests.conformance.bpmn.models.state import Scope, Work

if TYPE_CHECKING:
    from tests.conformance.bpmn.models.reference import Reference


def take_in(work: Work) -> bool:
    """Fill an activity's data inputs; whether one of its input sets is there."""
    data = work.node.data
    if data is None or not work.node.is_activity or work.whole is not None or work.own is not None:
        return True
    seen = work.visible()
    own = {name: given for move in data.brings for name, given in _moved(move, seen).items()}
    if data.inputs and not any(names <= set(own) for names in data.inputs):
        return False
    work.own = own
    return True


def give_out(work: Work) -> bool:
    """Move an activity's data outputs to where they belong; whether one of its output sets is there."""
    data = work.node.data
    if data is None or work.whole is not None or work.own is None:
        return True
    if data.outputs and not any(names <= set(work.own) for names in data.outputs):
        return False
    seen = work.visible()
    for move in data.takes:
        work.write(_moved(move, seen), outside=True)
    return True


def _moved(move: Move, seen: dict[str, Any]) -> dict[str, Any]:
    if any(name not in seen for name in move.sources):
        return {}
    if move.made:
        return {move.target: value(move.made, seen)}
    if move.assigned:
        return {to: value(text, seen) for text, to in move.assigned}
    return {move.target: seen[move.sources[0]]}


def carried(work: Work, index: int) -> dict[str, Any]:
    """What the definition `index` of a throwing event takes with it."""
    data = work.node.data
    if data is None or index >= len(data.own):
        return {}
    name, seen = data.own[index], work.visible()
    found: dict[str, Any] = {}
    for move in data.brings:
        if move.target == name:
            found |= _moved(move, seen)
    return found


def item(node: Node, index: int, payload: dict[str, Any]) -> dict[str, Any]:
    """What came with the definition `index` of a catching event, by the name of its data output."""
    if node.data is None or index >= len(node.data.own) or not payload:
        return {}
    name, only = node.data.own[index], next(iter(payload.values()))
    return {name: payload.get(name, only if len(payload) == 1 else dict(payload))}


def pass_on(work: Work) -> None:
    """Move what an event has received to where its associations lead."""
    if work.received and work.node.data is not None:
        seen = work.visible() | work.received
        for move in work.node.data.takes:
            if set(move.sources) & set(work.received):
                work.write(_moved(move, seen))


def release(case: Reference) -> bool:
    """Everything rests: let an activity begin whose data has come meanwhile. Whether one did."""
    for work in case.lacking:
        if take_in(work):
            case.lacking.remove(work)
            work.state = "ready"
            case.ready.append(work)
            return True
    return False


def handed(passed: list[Passed], values: dict[str, Any]) -> dict[str, Any]:
    """What a call activity hands over, or back."""
    if not passed:
        return dict(values)
    found: dict[str, Any] = {}
    for each in passed:
        if each.target is None:
            found |= values
        else:
            found[each.target] = value(each.expression or "", values)
    return found


def handing_back(scope: Scope) -> dict[str, Any]:
    """What called processes inside will write to the process of this scope, as the product shows it while they run."""
    found: dict[str, Any] = {}
    for work in scope.works:
        inner = work.inner
        if inner is None or inner.closed:
            continue
        if inner.values is None:
            found |= handing_back(inner)
            continue
        if work.reopened:  # what undoes a called process works on the data it had
            continue
        back = [passed for passed in work.node.passed("out") if passed.target is not None]
        alone = [layer for layer, takes in work.layers() if takes != frozenset()]
        if len(alone) == 1 and (not back or len(back) < len(work.node.passed("out"))):
            found |= inner.values | handing_back(inner)
    return found
