"""Lists that grow with the city: the inbox's first page, and the look-up of due timers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

from engine import Actor, InboxQuery
from tests.bench import bulk
from tests.bench.site import Site
from tests.bench.table import Row, ms, timed
from tests.counting import counting

_HELD = 5
_REPEATS = 15


def inbox(site: Site, sizes: Sequence[int]) -> Iterator[Row]:
    """First page of what waits to be claimed, filtered, searched, and the tab counts, at growing sizes."""
    held = frozenset(f"bench{number}@health" for number in range(_HELD))
    actor = Actor("bench.reader", "讀者", groups=held)
    queries = {
        "first page": InboxQuery(tab="pending"),
        "with a filter": InboxQuery(tab="pending", filters={"speed": "最速件"}),
        "with a process that few cases are of": InboxQuery(tab="pending", filters={"process": "rare"}),
        "with another filter that few cases pass": InboxQuery(tab="pending", filters={"source": "rare"}),
        "with a search": InboxQuery(tab="pending", text=bulk.COMMON),
        "with a search that few cases match": InboxQuery(tab="pending", text=bulk.RARE),
    }
    targets = dict.fromkeys(queries, "≤ 40 ms")
    targets |= {"first page": "≤ 15 / ≤ 25 ms at 100,000 / 1,000,000"}
    times: dict[str, list[list[float]]] = {name: [] for name in (*queries, "tab counts")}
    loaded = 0
    with site.owner() as db:
        for size in sizes:
            bulk.load_tasks(db, loaded, size)
            loaded = size
            for name, query in queries.items():
                page = site.engine.tasks.inbox(actor, query)
                assert page.rows, "the reader is offered some of them"
                times[name].append([timed(lambda q=query: site.engine.tasks.inbox(actor, q)) for _ in range(_REPEATS)])
            times["tab counts"].append([timed(lambda: site.engine.tasks.counts(actor)) for _ in range(_REPEATS)])
    words = " · ".join(f"{size:,}" for size in sizes)
    for name, found in times.items():
        yield Row(
            f"inbox, {name}: {words} open tasks, {bulk.CANDIDATES} candidates each",
            " · ".join(ms(each) for each in found),
            targets.get(name, ""),
            "",
            f"{median(found[-1]) / median(found[0]):.2f}×",
        )


def timers(site: Site, cases: int = 50_000) -> Iterator[Row]:
    """Which cases have a due timer, with few cases and with many."""
    found: list[tuple[int, float]] = []
    with site.owner() as db:
        bulk.load_cases(db, 0, cases)
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
