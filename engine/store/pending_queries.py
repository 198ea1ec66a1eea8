"""What waits to be claimed, or is late, in the order in which it is due: straight from the index of each key.

An inbox may offer half a million tasks and a page shows fifty. Most filters and words let a page be filled from the
few hundred that are due first; only for rare ones more has to be looked at, and at last everything. Which of these it
takes, the statement itself finds out: what it does not need, it does not run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from engine.store.paging import Keyset

_REACHES = (500, 4_000)
_REACHES_INDEXED = (500,)
"""How many of the tasks due first are tried before all are: less where an index finds what is rare."""

_OFFERED = """
  select c.task_id, c.due_at from unnest(cast(:keys as text[])) k
  cross join lateral (
    select task_id, due_at from candidate
    where candidate = k and claimable{late}
      and (due_at, task_id) > (cast(:after_key as timestamptz), cast(:after_id as uuid))
    order by due_at, task_id limit {limit}
  ) c
  where {wanted}
"""
_LATE = " and due_at < :now"

_MINE_LATE = """
  (select t.id, t.due_at from user_task t
  where t.state = 'open' and t.assignee = :me and t.due_at < :now and {wanted}
    and (coalesce(t.due_at, 'infinity'), t.id) > (cast(:after_key as timestamptz), cast(:after_id as uuid))
  order by coalesce(t.due_at, 'infinity'), t.id limit {limit})
"""

_FIRST: Mapping[str, str] = {
    "pending": f"select distinct task_id, due_at from ({_OFFERED.replace('{late}', '')}) o",
    "overdue": f"{_OFFERED.replace('{late}', _LATE)} union {_MINE_LATE}",
}
TABS = frozenset(_FIRST)
"""The tabs that may be very full."""

FROM_THE_BEGINNING = {"after_key": "-infinity", "after_id": UUID(int=0)}
"""Parameters of a first page."""

OF_PROCESS = "i.process_key"
SEARCHED_EACH = """(
  select (s.body || s.people) @@ cast(:words as tsquery) from search_document s where s.instance_id = i.id
)"""
"""Whether one case matches, by its own words: quicker than the index where only some hundred are asked about."""


def plain_page(tab: str, keyset: Keyset) -> str:
    """SQL: a page without any filter."""
    return f"""
      select t.id, {keyset.columns} from ({_first(tab, ":limit")}) c
      join user_task t on t.id = c.task_id
      order by {keyset.order}
    """


def filtered_page(tab: str, keyset: Keyset, conditions: Sequence[str], everything: str) -> str:
    """SQL: a page of those that pass `conditions`, of task `t` and case `i`.

    Args:
        everything: the statement that finds the page among all tasks, for what few of them pass.
    """
    indexed = any(condition == SEARCHED_EACH or condition.endswith(OF_PROCESS) for condition in conditions)
    reaches = _REACHES_INDEXED if indexed else _REACHES
    parts, found, wanted = [], [], "true"
    for number, reach in enumerate(reaches):
        first = _first(tab, str(reach), wanted)
        parts.append(f"hits{number} as materialized ({_passing(keyset, first, conditions)})")
        parts.append(f"""
          filled{number} as materialized (
            select (select count(*) from hits{number}) >= :limit
              or (select count(*) from ({first}) n) < {reach} as is_so
          )
        """)
        found.append(f"select * from hits{number} where {wanted} and (select is_so from filled{number})")
        wanted = f"{wanted} and not (select is_so from filled{number})"
    found.append(f"select * from ({everything}) every where {wanted}")
    return f"select * from (with {', '.join(parts)} {' union all '.join(found)}) nearest"


def _first(tab: str, limit: str, wanted: str = "true") -> str:
    return f"{_FIRST[tab].format(limit=limit, wanted=wanted)} order by due_at, task_id limit {limit}"


def _passing(keyset: Keyset, first: str, conditions: Sequence[str]) -> str:
    """SQL: tasks in their order, each looked at by itself (`offset 0`), until a page is full."""
    return f"""
      select h.id, h.page_key, h.page_id from ({first}) c cross join lateral (
        select t.id, {keyset.columns} from user_task t join process_instance i on i.id = t.instance_id
        where t.id = c.task_id and {" and ".join(conditions)} offset 0
      ) h
      order by c.due_at, c.task_id limit :limit
    """
