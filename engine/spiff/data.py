"""What activities take in before they work and give out after: data associations. BPMN 2.0 §10.4.2, §13.3.2."""

from __future__ import annotations

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
