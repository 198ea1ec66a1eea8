"""Lists that grow with the city: the inbox's first page, and the look-up of due timers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

import psycopg

from engine import Actor, InboxQuery
from engine.store.grams import document
from tests.bench.site import Site
from tests.bench.table import Row, ms, timed
from tests.counting import counting

CANDIDATES = 20
_ROLES = 200
_HELD = 5
_REPEATS = 15
_SUBJECTS = ("登革熱防治臨時人員進用", "公務車輛汰換預審", "路燈不亮陳情", "姊妹市訪問團接待", "環保局化學消毒計畫")


def inbox(site: Site, sizes: Sequence[int]) -> Iterator[Row]:
    """First page of what waits to be claimed, filtered, searched, and the tab counts, at growing sizes."""
    held = frozenset(f"bench{number}@health" for number in range(_HELD))
    actor = Actor("bench.reader", "讀者", groups=held)
    queries = {
        "first page": InboxQuery(tab="pending"),
        "with a filter": InboxQuery(tab="pending", filters={"speed": "最速件"}),
        "with a search": InboxQuery(tab="pending", text="化學消毒"),
    }
    targets = {
        "first page": "≤ 15 / ≤ 25 ms at 100,000 / 1,000,000",
        "with a filter": "≤ 40 ms",
        "with a search": "≤ 40 ms",
    }
    times: dict[str, list[list[float]]] = {name: [] for name in (*queries, "tab counts")}
    loaded = 0
    with site.owner() as db:
        for size in sizes:
            _load(db, loaded, size)
            loaded = size
            for name, query in queries.items():
                page = site.engine.tasks.inbox(actor, query)
                assert page.rows, "the reader is offered some of them"
                times[name].append([timed(lambda q=query: site.engine.tasks.inbox(actor, q)) for _ in range(_REPEATS)])
            times["tab counts"].append([timed(lambda: site.engine.tasks.counts(actor)) for _ in range(_REPEATS)])
    words = " · ".join(f"{size:,}" for size in sizes)
    for name, found in times.items():
        yield Row(
            f"inbox, {name}: {words} open tasks, {CANDIDATES} candidates each",
            " · ".join(ms(each) for each in found),
            targets.get(name, ""),
            "",
            f"{median(found[-1]) / median(found[0]):.2f}×",
        )


def timers(site: Site, cases: int = 50_000) -> Iterator[Row]:
    """Which cases have a due timer, with few cases and with many."""
    found: list[tuple[int, float]] = []
    with site.owner() as db:
        _load_cases(db, 0, cases)
        for count in (100, cases):
            db.execute(
                "insert into awaited_timer (instance_id, task_id, element_id, due_at) "
                "select id, 'bench', 'bench', now() + interval '1 year' from process_instance limit %s "
                "on conflict do nothing",
                [count],
            )
            db.execute("analyze awaited_timer")
            with counting() as counted:
                site.engine.machine.due()
            found.append((len(counted.statements), median(timed(site.engine.machine.due) for _ in range(_REPEATS))))
        row = db.execute("select count(*) from awaited_timer").fetchone()
        stored = row[0] if row else 0
    (_, few), (statements, many) = found
    yield Row(
        f"due-timer look-up, 100 · {stored:,} timers",
        f"{statements} statement, {few:.2f} · {many:.2f} ms",
        "one indexed query",
        "",
        f"{many / few:.2f}×",
    )


def _load(db: psycopg.Connection, first: int, count: int) -> None:
    """Open cases number `first` + 1 to `count`, one task each, written in bulk: nothing else is measured by it."""
    _load_cases(db, first, count)
    numbers = {"first": first + 1, "last": count}
    db.execute(_TASKS, numbers)
    db.execute(_OFFERS, {**numbers, "candidates": CANDIDATES, "roles": _ROLES})
    documents = [document(subject) for subject in _SUBJECTS]
    db.execute(_WORDS, {**numbers, "documents": documents, "subjects": len(_SUBJECTS)})
    for table in ("process_instance", "user_task", "candidate", "search_document"):
        db.execute(f"vacuum (analyze) {table}")  # type: ignore[call-overload]


def _load_cases(db: psycopg.Connection, first: int, count: int) -> None:
    """The cases alone. Those another part has loaded already stay as they are."""
    db.execute("set synchronous_commit = off")
    db.execute(_CASES, {"first": first + 1, "last": count, "words": list(_SUBJECTS), "subjects": len(_SUBJECTS)})


_ID = "cast('be0c0000' || lpad(to_hex({0} * 16 + {1}), 24, '0') as uuid)"
_CASE_ID, _TASK_ID = _ID.format("n", 0), _ID.format("n", 1)

_CASES = f"""
insert into process_instance (id, definition_id, process_key, business_key, status, revision, started_at, started_by,
  started_by_name, updated_at, subject, speed, active_elements, variables, history_length, history_head)
select {_CASE_ID}, (select id from process_definition limit 1), 'bench', 'BENCH-' || n, 'active', 1, now(),
  'bench', 'bench', now(), (cast(%(words)s as text[]))[n %% %(subjects)s + 1] || n,
  (array['最速件', '速件', '普通件', '普通件'])[n %% 4 + 1], '{{submit}}', '{{}}', 0, ''
from generate_series(%(first)s::int, %(last)s::int) n
on conflict do nothing
"""

_TASKS = f"""
insert into user_task (id, instance_id, element_id, name, state, candidates, created_at, due_at)
select {_TASK_ID}, {_CASE_ID}, 'submit', '受理', 'open', '{{}}', now() - n * interval '1 second',
  now() + (cast(n as bigint) * 7919 %% 100000) * interval '1 minute'
from generate_series(%(first)s::int, %(last)s::int) n
"""

_OFFERS = f"""
insert into candidate (task_id, candidate, instance_id, unit_id, due_at, claimable)
select {_TASK_ID}, 'bench' || ((n + c * 10) %% %(roles)s) || '@health', {_CASE_ID}, 'health',
  now() + (cast(n as bigint) * 7919 %% 100000) * interval '1 minute', true
from generate_series(%(first)s::int, %(last)s::int) n cross join generate_series(1, %(candidates)s::int) c
"""

_WORDS = f"""
insert into search_document (instance_id, body, people)
select {_CASE_ID}, cast((cast(%(documents)s as text[]))[n %% %(subjects)s + 1] as tsvector), ''
from generate_series(%(first)s::int, %(last)s::int) n
"""
