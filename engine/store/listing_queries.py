"""Whole lists, a piece at a time: found and put in order once, by id alone; what each line holds is read by the piece.

So a list of a million costs one sort of a million ids, in the server, and no more memory here than one of a hundred.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import text

from engine.cases.values import InboxQuery, InstanceQuery, ProcessInstance, TaskRow, effective_person
from engine.model import Actor
from engine.store import case_queries, inbox_queries, rows, task_queries
from engine.store.paging import Keyset
from engine.store.store import Transaction
from engine.store.visibility import UNITS, visible

STEP = 200
"""Lines read at once: few, for a subject may be long."""

T = TypeVar("T")


@dataclass(frozen=True)
class Listing(Generic[T]):
    """How many lines a list has, and the lines; to be read once, while its transaction is open."""

    total: int
    rows: Iterator[T]


def cases(
    tx: Transaction, query: InstanceQuery, actor: Actor, now: datetime
) -> AbstractContextManager[Listing[ProcessInstance]]:
    """The cases that are asked for and that the actor may see. Raises Invalid for an unknown order."""
    condition, values = case_queries.sought(query, actor, now)
    order = Keyset.of(case_queries.SORTS, query.sort, id="i.id", descending=query.descending, after=None, limit=1).order
    found = f"select i.id, count(*) over () as total from process_instance i where {condition} order by {order}"
    return _listing(tx, found, values, _CASES, {}, rows.process_instance)


def tasks(
    tx: Transaction, query: InboxQuery, actor: Actor, *, principals: Sequence[str], now: datetime
) -> AbstractContextManager[Listing[TaskRow]]:
    """The tasks of a tab, as filtered. Raises Invalid for an unknown order."""
    condition, values = inbox_queries.sought(query, actor, principals, now)
    order = Keyset.of(
        inbox_queries.SORTS, query.sort, id="t.id", descending=query.descending, after=None, limit=1
    ).order
    return _tasks(tx, condition, order, values, actor)


def unit_tasks(tx: Transaction, actor: Actor) -> AbstractContextManager[Listing[TaskRow]]:
    """Open tasks of the actor's units, in the order of `task_queries.unit_work`."""
    seen, values = visible(actor)
    condition = f"t.state = 'open' and {seen} and {task_queries.SUPERVISED_TASK}"
    return _tasks(tx, condition, task_queries.UNIT_ORDER, values, actor)


_CASES = f"""
  select {case_queries.HEADER} from unnest(cast(:ids as uuid[])) with ordinality page(id, n)
  join process_instance i on i.id = page.id join process_definition d on d.id = i.definition_id order by page.n
"""
_TASKS = f"""
  select {task_queries.ROW} from unnest(cast(:ids as uuid[])) with ordinality page(id, n)
  join user_task t on t.id = page.id join process_instance i on i.id = t.instance_id
  join process_definition d on d.id = i.definition_id order by page.n
"""


def _tasks(
    tx: Transaction, condition: str, order: str, values: Mapping[str, Any], actor: Actor
) -> AbstractContextManager[Listing[TaskRow]]:
    found = f"""
      select t.id, count(*) over () as total from user_task t join process_instance i on i.id = t.instance_id
      where {condition} order by {order}
    """
    return _listing(tx, found, values, _TASKS, {"me": effective_person(actor)}, rows.task_row)


@contextmanager
def _listing(
    tx: Transaction, found: str, values: Mapping[str, Any], each: str, more: Mapping[str, Any], make: Callable[[Any], T]
) -> Iterator[Listing[T]]:
    with closing(tx.walk(text(f"with recursive {UNITS} {found}"), values, STEP)) as pieces:
        first = next(pieces, ())

        def lines() -> Iterator[T]:
            piece = first
            while piece:
                read = tx.execute(text(each), {**more, "ids": [line.id for line in piece]})
                yield from (make(row) for row in read.mappings())
                piece = next(pieces, ())

        yield Listing(first[0].total if first else 0, lines())
