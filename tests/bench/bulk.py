"""Open cases by the hundred thousand, one offered task each, written as rows: nothing is measured by the writing.

Foreign keys hold by construction and are not asked row by row; indexes that rows would reach in no order are built when
the rows are there. So a million tasks of twenty candidates each are there in minutes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from engine.store.grams import document

CANDIDATES = 20
ROLES = 200
COMMON, RARE = "化學消毒", "珍貴樹種"
"""Words in every fifth case, and in one of five thousand."""
_SUBJECTS = ("登革熱防治臨時人員進用", "公務車輛汰換預審", "路燈不亮陳情", "姊妹市訪問團接待", f"環保局{COMMON}計畫")
_TABLES = ("process_instance", "user_task", "candidate", "search_document")
_WORTH_REBUILDING = 50_000


def load_tasks(db: psycopg.Connection, first: int, count: int) -> None:
    """Open cases number `first` + 1 to `count`, one task each."""
    with _indexes_after(db, count - first), db.transaction():
        load_cases(db, first, count)
        numbers = {"first": first + 1, "last": count}
        offered = {**numbers, "candidates": CANDIDATES, "roles": ROLES}
        db.execute(_TASKS, offered)
        db.execute(_OFFERS, offered)
        documents = [document(subject) for subject in _SUBJECTS]
        words = {"documents": documents, "subjects": len(_SUBJECTS), "rare": document(f"{RARE}保護")}
        db.execute(_WORDS, {**numbers, **words})
    for table in _TABLES:
        db.execute(f"vacuum (analyze) {table}")  # type: ignore[call-overload]


def load_cases(db: psycopg.Connection, first: int, count: int) -> None:
    """The cases alone. Those another part has loaded already stay as they are."""
    db.execute("set synchronous_commit = off")
    db.execute(_CASES, {"first": first + 1, "last": count, "words": list(_SUBJECTS), "subjects": len(_SUBJECTS)})


@contextmanager
def _indexes_after(db: psycopg.Connection, rows: int) -> Iterator[None]:
    """Write rows without triggers, and for many of them without the indexes that are no key."""
    db.execute("set session_replication_role = replica")
    dropped: list[tuple[str, str]] = []
    if rows > _WORTH_REBUILDING:
        db.execute("set maintenance_work_mem = '1GB'")
        dropped = db.execute(_SECONDARY, [list(_TABLES)]).fetchall()
    for name, _ in dropped:
        db.execute(f'drop index "{name}"')  # type: ignore[call-overload]
    try:
        yield
    finally:
        for _, definition in dropped:
            db.execute(definition)
        db.execute("set session_replication_role = origin")


_SECONDARY = """
select c.relname, pg_get_indexdef(x.indexrelid) from pg_index x join pg_class c on c.oid = x.indexrelid
where x.indrelid = any(cast(%s as text[])::regclass[]) and not x.indisunique
"""

_ID = "cast('be0c0000' || lpad(to_hex({0} * 16 + {1}), 24, '0') as uuid)"
_ROLE = "'bench' || ((n + c * 10) %% %(roles)s) || '@health'"
_CASE_ID, _TASK_ID = _ID.format("n", 0), _ID.format("n", 1)
_DUE = "now() + (cast(n as bigint) * 7919 %% 100000) * interval '1 minute'"
"""Spread over ten weeks, and over those a reader is offered."""

_CASES = f"""
insert into process_instance (id, definition_id, process_key, business_key, status, revision, started_at, started_by,
  started_by_name, updated_at, subject, speed, source, handler, lead_agency, due_at, active_elements, variables,
  history_length, history_head)
select {_CASE_ID}, (select id from process_definition limit 1),
  case when n %% 5000 = 1 then 'rare' else 'bench' end, 'BENCH-' || n, 'active', 1, now(),
  'bench', 'bench', now(), (cast(%(words)s as text[]))[n %% %(subjects)s + 1] || cast(n as bigint) * 7919 %% 100000,
  (array['最速件', '速件', '普通件', '普通件'])[n %% 4 + 1],
  case when n %% 5000 = 1 then 'rare' when n %% 200 = 3 then 'some' when n %% 10 = 7 then 'elsewhere' else 'usual' end,
  case when n %% 5000 = 2 then 'rare' else 'handler' || n %% 300 end,
  case when n %% 5000 = 3 then 'rare' else 'agency' || n %% 30 end, {_DUE},
  '{{submit}}', '{{}}', 0, ''
from generate_series(%(first)s::int, %(last)s::int) n
on conflict do nothing
"""

_TASKS = f"""
insert into user_task (id, instance_id, element_id, name, state, candidates, created_at, due_at, priority, sent_by,
  sent_by_name, facets)
select {_TASK_ID}, i.id, e.id, '受理' || n %% 40, 'open',
  array(select {_ROLE} from generate_series(1, %(candidates)s::int) c), now() - n * interval '1 second', {_DUE},
  40 + n %% 3 * 10, 'sender' || n %% 700, '送件人' || n %% 700,
  task_facets(e.id, i.process_key, i.source, i.speed, i.security_class, i.handler, i.lead_agency, i.applicant_agency)
from generate_series(%(first)s::int, %(last)s::int) n join process_instance i on i.id = {_CASE_ID}
cross join lateral (select case when n %% 5000 = 4 then 'rare' else 'submit' end as id) e
"""
"""Its facets are written here: no trigger does it."""

_OFFERS = f"""
insert into candidate (task_id, candidate, instance_id, unit_id, due_at, claimable)
select {_TASK_ID}, {_ROLE}, {_CASE_ID}, 'health', {_DUE}, true
from generate_series(%(first)s::int, %(last)s::int) n cross join generate_series(1, %(candidates)s::int) c
"""

_WORDS = f"""
insert into search_document (instance_id, body, people)
select {_CASE_ID}, cast(
  case when n %% 5000 = 1 then %(rare)s else (cast(%(documents)s as text[]))[n %% %(subjects)s + 1] end as tsvector), ''
from generate_series(%(first)s::int, %(last)s::int) n
"""
