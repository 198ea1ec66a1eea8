"""What activities and events take in before they work and give out after: data associations. BPMN 2.0 §10.4.2, §13.3.2.

An event has one data item for each of its definitions, in their order. What it throws carries the item by its name;
what it catches goes into the item: the entry of its name, else the only one, else all of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.spiff import variables
from engine.spiff.diagram import DataFlow, DataMove
from engine.spiff.problems import StepProblem
from engine.spiff.token import Token


def take_in(token: Token, flow: DataFlow) -> bool:
    """Fill the activity's data inputs. False: no input set is complete yet, so it waits (§13.3.2).

    Raises:
        StepProblem: a transformation or assignment fails.
    """
    if "own" in token.notes:
        return True
    seen = variables.visible(token)
    own: dict[str, Any] = {}
    filled = {move.target for move in flow.moves_in}
    for move in flow.moves_in:
        own.update(_moved(token, move, seen))
    sets = [[name for name in names if name in filled] for names in flow.input_sets]
    if sets and not any(all(name in own for name in names) for names in sets):
        return False
    token.notes["own"] = own
    return True


def give_out(token: Token, flow: DataFlow) -> None:
    """Move the activity's data outputs to where their associations lead. Done once.

    Raises:
        StepProblem: no output set is complete (§13.3.2), or a transformation fails.
    """
    if token.notes.get("given"):
        return
    own = token.notes.get("own", {})
    wanted = {source for move in flow.moves_out for source in move.sources}
    sets = [[name for name in names if name in wanted] for names in flow.output_sets]
    if sets and not any(all(name in own for name in names) for names in sets):
        missing = sorted({name for names in sets for name in names if name not in own})
        raise StepProblem("definition", f"沒有產生輸出資料 (data outputs are missing): {', '.join(missing)}")
    seen = variables.visible(token)
    given: dict[str, Any] = {}
    for move in flow.moves_out:
        given.update(_moved(token, move, seen))
    variables.write_outside(token, given)
    token.notes["given"] = True


def carried(token: Token, flow: DataFlow | None, index: int) -> dict[str, Any]:
    """What the definition `index` of a throwing event, or the message of a send task, takes with it.

    Raises:
        StepProblem: a transformation or assignment fails.
    """
    if flow is None or index >= len(flow.inputs):
        return {}
    name, own = flow.inputs[index].name, token.notes.get("own")
    if own is None:
        seen = variables.visible(token)
        own = {}
        for move in flow.moves_in:
            if move.target == name:
                own.update(_moved(token, move, seen))
    return {name: own[name]} if name in own else {}


def item_of(flow: DataFlow | None, index: int, payload: Mapping[str, Any] | None) -> dict[str, Any]:
    """The data item of the definition `index` of a catching event, by its name; nothing where none is drawn."""
    if flow is None or index >= len(flow.outputs) or not payload:
        return {}
    name = flow.outputs[index].name
    if name in payload:
        return {name: payload[name]}
    return {name: next(iter(payload.values())) if len(payload) == 1 else dict(payload)}


def pass_on(token: Token, flow: DataFlow) -> None:
    """Move what a catching event has received to where its associations lead. Done once.

    Raises:
        StepProblem: a transformation or assignment fails.
    """
    items = token.notes["items"]
    seen = {**variables.visible(token), **items}
    found: dict[str, Any] = {}
    for move in flow.moves_out:
        if not move.sources or set(move.sources) & set(items):
            found.update(_moved(token, move, seen))
    variables.write(token, found)
    del token.notes["items"]


def _moved(token: Token, move: DataMove, seen: dict[str, Any]) -> dict[str, Any]:
    """What one association writes; nothing while its sources are missing."""
    if any(name not in seen for name in move.sources):
        return {}
    engine = token.case.engine
    if move.transformation:
        return {move.target: engine.gathered(token, move.transformation, seen)}
    if move.assignments:
        return {to: engine.gathered(token, text, seen) for text, to in move.assignments}
    return {move.target: seen[move.sources[0]]} if move.sources else {}
