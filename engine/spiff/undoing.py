"""Compensation: what was completed is undone by its handlers, the last one first. BPMN 2.0 §10.6, §13.5.5.

A scope remembers in `finished` what was completed in it and can be compensated, as plain
values that are saved with it:

    {"at": element}                                                  a boundary handler undoes it
    {"at": element, "item": which one}                               and so each turn of a loop (§13.5.5)
    {"at": subprocess, "inner": [records], "data": …, "local": …}    its inside is undone, on the data it had
    {"at": activity, "turns": [records]}                             each turn of a loop

Nothing is remembered in definitions in which nobody ever asks for compensation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.spiff.token import Token

if TYPE_CHECKING:
    from engine.spiff.case import Scope

Record = dict[str, Any]


def begin(scope: Scope, records: list[Record], *waiting: Token) -> None:
    """Undo these records of a scope, the last one first; `waiting` go on when all is done."""
    assert scope.spec.undo is not None
    scope.place(scope.spec.undo, records=records, waiting=[token.id for token in waiting])


def throw(token: Token, activity: str | None, *, wait: bool) -> bool:
    """Ask for compensation of one activity, or of all that was completed where `token` is.

    From inside an event subprocess that is also what was completed around it (§10.6.2).

    Returns:
        Whether the token has to wait.
    """
    demands = []
    scope: Scope | None = token.workflow
    while scope is not None:
        chosen = [record for record in scope.finished if activity is None or _names(record, activity)]
        if chosen:
            scope.finished = [record for record in scope.finished if record not in chosen]
            demands.append((scope, chosen))
        host = scope.host
        scope = host.workflow if host is not None and "entry" in host.notes else None
    if wait and demands:
        token.notes["undoing"] = len(demands)
    for place, records in demands:
        begin(place, records, *([token] if wait else []))
    return wait and bool(demands)


def _names(record: Record, activity: str) -> bool:
    return bool(record["at"] == activity)


def remember(token: Token) -> None:
    """Note down a completed activity, if it can be compensated."""
    spec = token.task_spec
    left = token.notes.pop("left", None)
    local = {"local": token.notes["local"]} if "local" in token.notes else {}
    inside = None if left is None else {"at": spec.bpmn_id, **left, **local}
    if spec.loop is not None:  # one turn: its loop keeps it until it is completed as a whole
        turn = {"at": spec.bpmn_id, "item": spec.loop.item(token)} if spec.loop.handler is not None else inside
        if turn is not None and token.parent is not None:
            token.parent.notes.setdefault("undoable", []).append(turn)
        return
    turns = token.notes.pop("undoable", None)
    if turns:
        token.workflow.finished.append({"at": spec.bpmn_id, "turns": turns})
    elif spec.handler is not None and not spec.is_repeated:
        token.workflow.finished.append({"at": spec.bpmn_id})
    elif inside is not None:
        token.workflow.finished.append(inside)


def left_behind(scope: Scope) -> Record | None:
    """What a subprocess leaves behind by which its inside can be compensated; None when nothing can be."""
    if scope.case.definition.compensates and (scope.finished or scope.spec.compensation is not None):
        own = {"data": dict(scope.data)} if scope.own_variables else {}
        return {"inner": scope.finished, "scope": scope.local, **own}
    return None


def harvest(scope: Scope) -> list[Record]:
    """Everything completed in a scope and in the subprocesses that still run there, before it is cancelled."""
    records = list(scope.finished)
    for token in scope.tokens():
        if "undoable" in token.notes:
            records.append({"at": token.task_spec.bpmn_id, "turns": token.notes["undoable"]})
        inner = scope.case.subprocesses.get(token.id)
        inside = harvest(inner) if inner is not None else []
        if inner is not None and inside:
            own = {"data": dict(inner.data)} if inner.own_variables else {}
            records.append(
                {"at": token.task_spec.bpmn_id, "inner": inside, "scope": inner.local, "partly": True, **own}
            )
    return records
