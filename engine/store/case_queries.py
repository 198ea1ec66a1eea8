"""Cases as people see them: one, lists, search; always through the one rule of visibility."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from engine.cases.values import SUSPENDED, InstanceQuery, Page, ProcessInstance, effective_person
from engine.model import Actor
from engine.store import rows
from engine.store.grams import query as search_query
from engine.store.paging import Keyset, Sort, moment, page_key, words
from engine.store.store import Transaction
from engine.store.tables.base import columns
from engine.store.tables.instances import process_instance
from engine.store.visibility import UNITS, visible

_SHOWN = """
  d.name as process_name, d.name_en as process_name_en, d.version,
  exists (select from incident x where x.instance_id = i.id and x.resolved_at is null) as has_incident,
  i.variables ? 'synthetic' as is_synthetic,
  (select jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name, 'name_en', t.name_en, 'label', t.label,
      'assignee', t.assignee, 'assignee_name', t.assignee_name, 'candidates', t.candidates, 'created_at', t.created_at,
      'due_at', t.due_at, 'element_id', t.element_id) order by t.created_at, t.id)
    from user_task t where t.instance_id = i.id and t.state = 'open') as open_tasks
"""
_COLUMNS = f"{columns(process_instance, 'i')}, {_SHOWN}"
HEADER = f"{columns(process_instance, 'i', without=('variables', 'history_head'))}, {_SHOWN}"
"""What lists of any length show of a case `i` of definition `d`: nothing that may be as large as a megabyte."""

SORTS: Mapping[str, Sort] = {
    "started": moment("i.started_at"),
    "updated": moment("i.updated_at"),
    "due": moment("i.due_at"),
    "ended": moment("i.ended_at"),
    "business_key": words("i.business_key"),
    "subject": words("i.subject"),
}

AGENCY = "any(array[i.applicant_agency, i.lead_agency])"
"""Of which agency a case is: the one that applied, or the one that leads it (a petition has no applicant here)."""

FILTERS: Mapping[str, str] = {
    "business_key": "i.business_key",
    "speed": "i.speed",
    "source": "i.source",
    "outcome": "i.outcome",
    "handler": "i.handler",
    "agency": AGENCY,
    "unit": "i.owning_unit",
    "security_class": "i.security_class",
    "started_by": "i.started_by",
}

_SCOPES = {
    "visible": "true",
    "started": "i.started_by = :me",
    "took_part": "i.id in (select instance_id from participation where person_id = :me)",
    "following": "i.id in (select instance_id from following where person_id = :me)",
}
_OWN_SCOPES = ("started", "took_part")
"""Whoever started a case or took part in it may see it: the rule of visibility has nothing to add."""


def instance(tx: Transaction, instance_id: UUID, actor: Actor) -> ProcessInstance | None:
    """A case the actor may see; None when there is none."""
    condition, parameters = visible(actor)
    statement = f"""
        with recursive {UNITS}
        select {_COLUMNS} from process_instance i join process_definition d on d.id = i.definition_id
        where i.id = :id and {condition}
    """
    row = tx.execute(text(statement), {**parameters, "id": instance_id}).mappings().one_or_none()
    return rows.process_instance(row) if row else None


def may_see(tx: Transaction, instance_id: UUID, actor: Actor) -> bool:
    """Whether the actor may see the case."""
    condition, parameters = visible(actor)
    statement = f"""
        with recursive {UNITS}
        select exists (select from process_instance i where i.id = :id and {condition})
    """
    return bool(tx.execute(text(statement), {**parameters, "id": instance_id}).scalar_one())


def find(tx: Transaction, query: InstanceQuery, actor: Actor, now: datetime) -> Page[ProcessInstance]:
    """One page of the cases the actor may see. Raises Invalid for an unknown order, filter or page."""
    keyset = Keyset.of(SORTS, query.sort, id="i.id", descending=query.descending, after=query.after, limit=query.limit)
    condition, values = sought(query, actor, now)
    statement = f"""
        with recursive {UNITS}, page as materialized (
          select i.id, {keyset.columns} from process_instance i
          where {condition} and {keyset.condition}
          order by {keyset.order} limit :limit
        )
        select {_COLUMNS}, page.page_key, page.page_id
        from page join process_instance i on i.id = page.id join process_definition d on d.id = i.definition_id
        order by {keyset.order}
    """
    found = tx.execute(text(statement), {**values, **keyset.parameters}).mappings().all()
    return page_of(found, query, keyset, rows.process_instance)


def sought(query: InstanceQuery, actor: Actor, now: datetime) -> tuple[str, dict[str, Any]]:
    """The condition of a case `i` that the query asks for and the actor may see, and its parameters.

    The statement must define the CTE `UNITS`.
    """
    condition, parameters = visible(actor)
    if query.scope in _OWN_SCOPES:
        condition = "true"
    conditions, values = _conditions(query)
    values |= {**parameters, "me": effective_person(actor), "now": now}
    return " and ".join([condition, *conditions]), values


def page_of(found: Any, query: Any, keyset: Keyset, make: Any) -> Page[Any]:
    """Rows to a page: one row more than wanted means that there is another page."""
    more = len(found) > keyset.limit
    kept = found[: keyset.limit]
    after = page_key(query.sort, query.descending, kept[-1]) if more else None
    return Page(tuple(make(row) for row in kept), after)


def _conditions(query: InstanceQuery) -> tuple[list[str], dict[str, Any]]:
    conditions = [_SCOPES[query.scope]]
    values: dict[str, Any] = {}
    status = query.status if query.status != SUSPENDED else None
    plain = {"i.process_key": query.process_key, "i.status": status}
    plain |= {FILTERS[name]: value for name, value in query.filters.items() if name in FILTERS}
    for number, (column, value) in enumerate(plain.items()):
        if value:
            conditions.append(f":f{number} = {column}")
            values[f"f{number}"] = value
    if query.status == SUSPENDED:
        conditions.append("i.suspended_at is not null and i.ended_at is null")
    if query.filters.get("overdue"):
        conditions.append("i.due_at < :now and i.ended_at is null")
    if query.started_from:
        conditions.append("i.started_at >= :started_from")
        values["started_from"] = query.started_from
    if query.started_before:
        conditions.append("i.started_at < :started_before")
        values["started_before"] = query.started_before
    if query.text.strip():
        conditions.append(SEARCHED)
        values["words"] = search_query(query.text)
    return conditions, values


SEARCHED = """i.id in (
  select s.instance_id from search_document s where (s.body || s.people) @@ cast(:words as tsquery)
)"""
"""Cases whose number, subject, people or form data contain every word."""


def variables(tx: Transaction, instance_id: UUID) -> Mapping[str, Any] | None:
    """The case's variables, as JSON."""
    statement = text("select variables from process_instance where id = :id")
    found: Mapping[str, Any] | None = tx.execute(statement, {"id": instance_id}).scalar_one_or_none()
    return found


def open_incident_elements(tx: Transaction, instance_id: UUID) -> tuple[str, ...]:
    """Elements with an open incident."""
    statement = text("select distinct element_id from incident where instance_id = :id and resolved_at is null")
    return tuple(tx.execute(statement, {"id": instance_id}).scalars())


def sources(tx: Transaction, recent: int) -> tuple[str, ...]:
    """Where the latest cases came from (來源), by name; confidential cases say nothing."""
    statement = text("""
        select distinct source from (
          select source, security_class from process_instance order by started_at desc, id desc limit :recent
        ) latest where source is not null and source <> '' and security_class <> '密' order by source
    """)
    return tuple(tx.execute(statement, {"recent": recent}).scalars())


def passed(tx: Transaction, instance_id: UUID) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Drawn nodes and flows that the case has passed, by its history."""
    statement = text("""
        select kind, array_agg(distinct element) as elements from (
          select 'passed' as kind, jsonb_array_elements_text(params -> 'passed') as element
          from history where instance_id = :id and params ? 'passed'
          union all
          select 'flows', jsonb_array_elements_text(params -> 'flows')
          from history where instance_id = :id and params ? 'flows'
        ) found group by kind
    """)
    found = {row.kind: tuple(row.elements) for row in tx.execute(statement, {"id": instance_id})}
    return found.get("passed", ()), found.get("flows", ())


def note_read(tx: Transaction, instance_id: UUID, actor: Actor, what: str, now: datetime) -> None:
    """Write down that somebody looked at a confidential case."""
    tx.execute(_NOTE_READ, {**_reader(actor, now), "id": instance_id, "what": what})


def note_file_read(tx: Transaction, file_id: UUID, actor: Actor, now: datetime) -> None:
    """Write down that somebody fetched a file, for every confidential case that it belongs to."""
    tx.execute(_NOTE_FILE_READ, {**_reader(actor, now), "file": file_id, "what": f"file:{file_id}"})


_NOTE_READ = text("""
insert into case_read (instance_id, at, person_id, on_behalf_of, what) values (:id, :now, :person, :behalf, :what)
""")

_NOTE_FILE_READ = text("""
insert into case_read (instance_id, at, person_id, on_behalf_of, what)
select a.instance_id, :now, :person, :behalf, :what
from attachment a join process_instance i on i.id = a.instance_id
where a.file_id = :file and i.security_class = '密'
""")


def _reader(actor: Actor, now: datetime) -> dict[str, Any]:
    return {"now": now, "person": actor.person_id, "behalf": actor.on_behalf_of}
