"""Lists that grow with the city: the inbox's first page, and the look-up of due timers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

from engine import SYSTEM, Actor, InboxQuery, SourceFile
from tests.bench import bulk
from tests.bench.site import Site
from tests.bench.table import Row, ms, timed
from tests.counting import counting

_HELD = 5
_REPEATS = 15


def inbox(site: Site, sizes: Sequence[int]) -> Iterator[Row]:
    """First page of what waits to be claimed, filtered, searched, and the tab counts, at growing sizes."""
    site.engine.repository.deploy([_offered(site)], actor=SYSTEM, approver="bench", force_now=True)
    held = frozenset(f"bench{number}@health" for number in range(_HELD))
    actor = Actor("bench.reader", "讀者", groups=held)
    queries = {
        "first page": InboxQuery(tab="pending"),
        "with a filter": InboxQuery(tab="pending", filters={"speed": "最速件"}),
        "with a process that few cases are of": InboxQuery(tab="pending", filters={"process": "rare"}),
        "with another filter that few cases pass": InboxQuery(tab="pending", filters={"source": "rare"}),
        "with a filter that one in 200 passes, of one role's": InboxQuery(tab="pending", filters={"source": "some"}),
        "with a search": InboxQuery(tab="pending", text=bulk.COMMON),
        "with a search that few cases match": InboxQuery(tab="pending", text=bulk.RARE),
        "by subject": InboxQuery(tab="pending", sort="subject"),
        "the latest first": InboxQuery(tab="pending", sort="created", descending=True),
        "by task, others' first": InboxQuery(tab="pending", sort="task", descending=True),
    }
    times: dict[str, list[list[float]]] = {name: [] for name in (*queries, "tab counts", "claiming", "completing")}
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
            claims, completions = _worked(site)
            times["claiming"].append(claims)
            times["completing"].append(completions)
    words = " · ".join(f"{size:,}" for size in sizes)
    for name, found in times.items():
        yield Row(
            f"inbox, {name}: {words} open tasks, {bulk.CANDIDATES} candidates each",
            " · ".join(ms(each) for each in found),
            *_target(name, sizes, [median(each) for each in found]),
        )


def _target(name: str, sizes: Sequence[int], medians: Sequence[float]) -> tuple[str, str, str, bool | None]:
    """Target, ratio, growth, whether it is met at each size."""
    growth = f"{medians[-1] / medians[0]:.2f}×"
    if not (name == "first page" or name.startswith("with ")):
        return "", "", growth, None
    if name != "first page":
        return "≤ 40 ms", "", growth, max(medians) <= 40
    met = all(time <= (15 if size <= 100_000 else 25) for size, time in zip(sizes, medians, strict=True))
    return "≤ 15 / ≤ 25 ms at 100,000 / 1,000,000", "", growth, met


def _worked(site: Site) -> tuple[list[float], list[float]]:
    """Times of claiming and of completing tasks that are offered beside all the others."""
    tasks = [site.start("offered") for _ in range(_REPEATS + 5)]
    claims = [timed(lambda id=task: site.engine.tasks.claim(id, site.clerk)) for task in tasks]
    completions = [timed(lambda id=task: site.complete(id)) for task in tasks]
    return claims[5:], completions[5:]


def _offered(site: Site) -> SourceFile:
    """One task that is offered to as many candidates as the loaded ones; the clerk is among them."""
    groups = [f"user:{site.clerk.person_id}", *(f"bench{number}@health" for number in range(1, bulk.CANDIDATES))]
    text = (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="d" targetNamespace="http://example.org/bench">'
        '<process id="offered" name="offered" isExecutable="true"><startEvent id="start"/>'
        f'<userTask id="work" camunda:candidateGroups="{",".join(groups)}"/><endEvent id="end"/>'
        '<sequenceFlow id="f1" sourceRef="start" targetRef="work"/>'
        '<sequenceFlow id="f2" sourceRef="work" targetRef="end"/></process></definitions>'
    )
    return SourceFile("offered.bpmn", text.encode())


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
        statements == 1,
    )
