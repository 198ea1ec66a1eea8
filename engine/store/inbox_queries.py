"""The inbox: a page of a tab in any order, filtered and searched; how many tasks each tab has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, text

from engine.cases.values import InboxQuery, Page, TaskRow, candidate_keys, effective_person
from engine.model import Actor
from engine.store import pending_queries as pending
from engine.store import rows
from engine.store.case_queries import AGENCY, SEARCHED, page_of
from engine.store.grams import query as search_query
from engine.store.paging import Keyset, Sort, moment
from engine.store.store import Transaction
from engine.store.task_queries import ROW
from engine.store.visibility import UNITS, visible

COUNTED_TO = 100
"""Counts are exact below this; this many means that many or more."""

_SPEED = "coalesce(array_position(array['最速件', '速件', '普通件']"

SORTS: Mapping[str, Sort] = {
    "due": moment("t.due_at"),
    "created": Sort("t.created_at", "timestamptz", along="task"),
    "closed": moment("t.closed_at"),
    "subject": Sort("i.subject", along="case"),
    "business_key": Sort("i.business_key", along="case"),
    "speed": Sort(f"{_SPEED}, i.speed), 4)", "integer", along="case"),
    "task": Sort("t.name", along="task"),
    "sent_by": Sort("coalesce(t.sent_by_name, '')", along="task"),
    "priority": Sort("t.priority", "smallint", along="task"),
}

FILTERS: Mapping[str, str] = {
    "process": "i.process_key",
    "speed": "i.speed",
    "security_class": "i.security_class",
    "source": "i.source",
    "element": "t.element_id",
    "agency": AGENCY,
    "handler": "i.handler",
}

_OPEN = "select i.id from process_instance i where i.ended_at is null and"
_SETS: Mapping[str, str] = {
    "process": f"{_OPEN} i.process_key = :value",
    "source": f"{_OPEN} i.source = :value",
    "speed": f"{_OPEN} i.speed = :value",
    "security_class": f"{_OPEN} i.security_class = :value and i.security_class <> '普通'",
    "handler": f"{_OPEN} i.handler = :value",
    "agency": f"""
      select id from (
        ({_OPEN} i.lead_agency = :value order by i.id {{limit}})
        union ({_OPEN} i.applicant_agency = :value order by i.id {{limit}})
      ) either
    """,
}
"""The open cases that pass a filter, by its index; there is none for the many that are not confidential."""

_SEARCHED_EACH = """(
  select (s.body || s.people) @@ cast(:words as tsquery) from search_document s where s.instance_id = i.id
)"""
"""Whether one case matches, by its own words: quicker than the index where only some hundred are asked about."""
_MATCHING = """
  select s.instance_id as id from search_document s where (s.body || s.people) @@ cast(:words as tsquery)
"""

_OFFERED = """t.id in (
  select c.task_id from candidate c where c.claimable and c.candidate = any(cast(:keys as text[]))
)"""
_LATE = "t.due_at < :now"
_MINE = "t.state = 'open' and t.assignee = :me"

TABS: Mapping[str, str] = {
    "pending": f"t.state = 'open' and i.ended_at is null and {_OFFERED}",
    "mine": f"{_MINE} and t.kind = 'handle'",
    "countersign": f"{_MINE} and t.kind = 'countersign'",
    "approval": f"{_MINE} and t.kind = 'approval'",
    "overdue": f"t.state = 'open' and {_LATE} and (t.assignee = :me or {_OFFERED})",
    "deputy": "t.state = 'open' and t.assignee = any(cast(:principals as text[]))",
    "following": """t.id in (
        select (select l.id from user_task l where l.instance_id = f.instance_id
          order by l.state = 'open' desc, l.created_at desc, l.id desc limit 1)
        from following f where f.person_id = :me)""",
    "done": "t.state = 'completed' and t.closed_by = :me",
}


def inbox(
    tx: Transaction, query: InboxQuery, actor: Actor, *, principals: Sequence[str], now: datetime
) -> Page[TaskRow]:
    """One page of a tab. Raises Invalid for an unknown order or page."""
    keyset = _keyset(query)
    found = _page(tx, query, keyset, actor, principals, now, f"{ROW}, page.page_key, page.page_id")
    return page_of(found, query, keyset, rows.task_row)


def inbox_ids(
    tx: Transaction, query: InboxQuery, actor: Actor, *, principals: Sequence[str], now: datetime
) -> list[UUID]:
    """The tasks of one page of a tab, in order, by their ids alone."""
    found = _page(tx, query, _keyset(query), actor, principals, now, "t.id")
    return [row["id"] for row in found][: query.limit]


def _keyset(query: InboxQuery) -> Keyset:
    return Keyset.of(SORTS, query.sort, id="t.id", descending=query.descending, after=query.after, limit=query.limit)


def _page(
    tx: Transaction,
    query: InboxQuery,
    keyset: Keyset,
    actor: Actor,
    principals: Sequence[str],
    now: datetime,
    selected: str,
) -> list[RowMapping]:
    """The tasks of a page, and one more if there are more; one statement, but in a very full tab."""
    condition, values = sought(query, actor, principals, now)
    values |= {**keyset.parameters, "facets": _facets(query)}
    everything = f"""
      select t.id, {keyset.columns} from user_task t join process_instance i on i.id = t.instance_id
      where {condition} and {keyset.condition}
      order by {keyset.order} limit :limit
    """
    ways: Iterable[pending.Way] = [pending.Way(f"page as materialized ({everything})")]
    if query.tab in pending.TABS:
        ways = pending.ways(_wanted(query, keyset, _conditions(query)[0]), everything)
    for way in ways:
        statement = f"""
            with recursive {UNITS}, {way.tables}
            select judged.is_enough, {selected} from (select {way.is_enough} as is_enough) judged
            left join (
              page join user_task t on t.id = page.id join process_instance i on i.id = t.instance_id
              join process_definition d on d.id = i.definition_id
            ) on judged.is_enough
            order by {keyset.order}
        """
        found = tx.execute(text(statement), values).mappings().all()
        if found[0]["is_enough"]:
            break
    return [row for row in found if row["id"] is not None]


def sought(query: InboxQuery, actor: Actor, principals: Sequence[str], now: datetime) -> tuple[str, dict[str, Any]]:
    """The condition of a task `t` of a case `i` that the tab shows, as filtered, and its parameters.

    The statement must define the CTE `UNITS`.
    """
    conditions, values = _conditions(query)
    seen, parameters = visible(actor) if query.tab == "following" else ("true", {"seer_heads": []})
    return " and ".join([TABS[query.tab], *conditions, seen]), {
        **_people(actor, principals, now),
        **parameters,
        **values,
    }


def _wanted(query: InboxQuery, keyset: Keyset, conditions: Sequence[str]) -> pending.Wanted:
    sets = [
        _SETS[name].replace(":value", f":f{number}")
        for number, (name, value) in enumerate(query.filters.items())
        if name in _SETS and value and (name, value) != ("security_class", "普通")
    ]
    return pending.Wanted(
        query.tab,
        keyset,
        by_due=query.sort == "due",
        conditions=[_SEARCHED_EACH if condition == SEARCHED else condition for condition in conditions],
        sets=sets,
        words=_MATCHING if SEARCHED in conditions else None,
        faceted=bool(_facets(query)),
    )


def _facets(query: InboxQuery) -> list[str]:
    """What a task that passes the filters carries while nobody has it, as the triggers of migration 0017 write it."""
    return [f"{name}={value}" for name, value in query.filters.items() if name in FILTERS and value]


def counts(tx: Transaction, actor: Actor, *, principals: Sequence[str], now: datetime) -> dict[str, int]:
    """How many tasks each tab has, exact below `COUNTED_TO`."""
    values = {**_people(actor, principals, now), "most": COUNTED_TO, "seer_heads": []}
    condition, parameters = visible(actor)
    parts = []
    for tab, rule in TABS.items():
        joined, seen = "", ""
        if tab == "following":
            joined, seen = "join process_instance i on i.id = t.instance_id", f" and {condition}"
        counted = f"select 1 from user_task t {joined} where {rule}{seen} limit :most"
        if tab in _COUNTED:
            counted = f"select 1 from ({_COUNTED[tab]}) c limit :most"
        parts.append(f"(select count(*) from ({counted}) x) as {tab}")
    statement = f"with recursive {UNITS} select {', '.join(parts)}"
    return dict(tx.execute(text(statement), {**values, **parameters}).mappings().one())


_COUNTED = {
    "pending": """
      select distinct c.task_id from unnest(cast(:keys as text[])) k
      cross join lateral (select task_id from candidate where candidate = k and claimable limit :most) c
    """,
    "overdue": f"""
      select c.task_id from unnest(cast(:keys as text[])) k
      cross join lateral (
        select task_id from candidate where candidate = k and claimable and due_at < :now limit :most
      ) c
      union
      (select t.id from user_task t where {_MINE} and {_LATE} limit :most)
    """,
}
"""Tabs that may be very full are counted straight from the index of each key, each up to the limit."""


def _people(actor: Actor, principals: Sequence[str], now: datetime) -> dict[str, Any]:
    return {
        "me": effective_person(actor),
        "keys": candidate_keys(actor),
        "principals": list(principals),
        "now": now,
    }


def _conditions(query: InboxQuery) -> tuple[list[str], dict[str, Any]]:
    conditions: list[str] = []
    values: dict[str, Any] = {}
    for number, (name, value) in enumerate(query.filters.items()):
        if name in FILTERS and value:
            conditions.append(f":f{number} = {FILTERS[name]}")
            values[f"f{number}"] = value
    if query.text.strip():
        conditions.append(SEARCHED)
        values["words"] = search_query(query.text)
    return conditions, values
