"""Compensation and cancellation in the reference (BPMN 2.0 §10.6, §13.5.5)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.conformance.bpmn.models import repeating
from tests.conformance.bpmn.models.state import Demand, Record, Scope, Work

if TYPE_CHECKING:
    from tests.conformance.bpmn.models.reference import Reference


def remember(work: Work) -> None:
    """An activity is completed: note down how it can be undone."""
    left, work.left = work.left, None
    undoes = work.entry is not None and work.entry.events[0].kind == "compensate"
    if not work.node.is_activity or undoes or work.reopened or work.demand is not None:
        return
    inside = None if left is None else replace(left, node=work.node, local=work.local)
    if work.whole is not None:  # each turn is undone by itself (§13.5.5)
        turn = Record(work.node, item=repeating.which(work)) if work.node.handler is not None else inside
        if turn is not None:
            work.whole.undoable.append(turn)
    elif work.undoable:
        work.scope.done.append(Record(work.node, turns=work.undoable))
    elif work.node.handler is not None and not work.node.loop:
        work.scope.done.append(Record(work.node))
    elif inside is not None:
        work.scope.done.append(inside)


def left_behind(scope: Scope) -> Record | None:
    """How the inside of a completed subprocess can be undone."""
    if not scope.done and scope.level.compensation is None:
        return None
    assert scope.host is not None
    values = None if scope.values is None else dict(scope.values)
    return Record(scope.host.node, inner=scope.done, values=values, objects=scope.objects)


def thrown(case: Reference, work: Work) -> bool:
    """Ask for the compensation that an event throws; whether it has to wait."""
    for event in work.node.events:
        if event.kind != "compensate":
            continue
        scope: Scope | None = work.scope
        demands = []
        while scope is not None:
            chosen = [one for one in scope.done if event.activity in (None, one.node.id)]
            scope.done = [one for one in scope.done if one not in chosen]
            if chosen:
                demands.append((scope, chosen))
            host = scope.host
            scope = host.scope if host is not None and host.node.is_event_subprocess else None
        if event.waits:
            work.awaited += len(demands)
        for place, records in demands:
            demand(case, place, records, work if event.waits else None)
    return work.awaited > 0


def demand(case: Reference, scope: Scope, records: list[Record], waiting: Work | None = None) -> None:
    """Begin to undo records of a scope."""
    assert scope.host is not None or scope is case.root
    work = Work(_nothing(scope), scope, state="open")
    scope.works.append(work)
    found = Demand(scope, records, [waiting] if waiting is not None else [], work)
    work.demand = found
    proceed(case, found)


def _nothing(scope: Scope):
    return replace(next(iter(scope.level.nodes.values())), id="", kind="", boundary=[], incoming=[], outgoing=[])


def proceed(case: Reference, demand: Demand) -> None:
    """Undo the next record, or go on where this was waited for."""
    while demand.records:
        record = demand.records.pop()
        if record.turns is not None:
            demand.records += record.turns
        elif record.inner is None:
            assert record.node.handler is not None
            case.enter(demand.scope, record.node.handler, demand=demand, item=record.item)
            return
        else:
            _reopen(case, demand, record)
            return
    demand.work.state = "ready"  # that all is undone is seen by those who wait for it as a step of its own
    case.ready.append(demand.work)


def over(case: Reference, demand: Demand) -> None:
    """All is undone: it goes on where this was waited for."""
    for work in demand.waiting:
        work.awaited -= 1
        if not work.awaited and work.state != "gone":
            case.wake(work)
    case.drop(demand.work)
    case.settle(demand.scope)


def _reopen(case: Reference, demand: Demand, record: Record) -> None:
    """Undo the inside of a completed subprocess, on the data it had."""
    host = Work(_nothing(demand.scope), demand.scope, state="open", demand=demand, reopened=True)
    host.local = None if record.local is None else dict(record.local)
    demand.scope.works.append(host)
    called = record.node.kind == "callActivity"
    level = case.processes[record.node.get("calledElement")] if called else record.node.inner
    assert level is not None
    assert record.inner is not None
    inner = Scope(level, host, record.values, record.objects, done=record.inner)
    host.inner = inner
    handler = inner.level.compensation
    if handler is not None and not record.partly:
        case.enter(inner, handler[0], entry=handler[1])
    else:
        records, inner.done = inner.done, []
        globals()["demand"](case, inner, records)


def cancel(case: Reference, work: Work) -> None:
    """Cancel the transaction around an event: what runs is taken away, what was done is undone (§10.3.5)."""
    host = work.scope.host
    while host is not None and host.node.kind != "transaction":
        host = host.scope.host
    assert host is not None
    scope = host.inner
    assert scope is not None
    records = _harvest(scope)
    host.cancelling = True
    scope.done = []
    case.clear(scope)
    if records:
        demand(case, scope, records)
    case.settle(scope)


def _harvest(scope: Scope) -> list[Record]:
    records = list(scope.done)
    for work in scope.works:
        if work.undoable:
            records.append(Record(work.node, turns=work.undoable))
        inside = _harvest(work.inner) if work.inner is not None else []
        if work.inner is not None and inside:
            values = None if work.inner.values is None else dict(work.inner.values)
            records.append(Record(work.node, inner=inside, values=values, objects=work.inner.objects, partly=True))
    return records
