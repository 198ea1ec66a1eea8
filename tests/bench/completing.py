"""How much one completion costs: statements, time, growth with the length of a case, bytes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from statistics import median
from typing import Any
from uuid import UUID

from engine.model import CompleteTask, DefinitionSource, Execution, StepContext
from tests.bench.reference import PlainSpiff
from tests.bench.site import HERE, Site, diagram_for_clerk, finish_jobs
from tests.bench.table import Row, ms, timed
from tests.counting import counting

STEPS = 3


def completion(site: Site, cases: int = 60) -> Iterator[Row]:
    """Statements, commits and time of `TaskService.complete`, against the plain step of the same diagram."""
    plain = PlainSpiff(HERE / "approval3.bpmn")
    statements, commits = set[int](), set[int]()
    ours: list[float] = []
    theirs: list[float] = []
    for number in range(cases):
        task: UUID | None = site.start("approval3")
        state = plain.start()
        for _ in range(STEPS):
            assert task is not None
            if number < 5:
                with counting() as counted:
                    task = site.complete(task)
                statements.add(len(counted.statements))
                commits.add(counted.commits)
                continue
            began = time.perf_counter()
            task = site.complete(task)
            ours.append((time.perf_counter() - began) * 1000)
            began = time.perf_counter()
            state, _ = plain.step(state, {"opinion": "同意"})
            theirs.append((time.perf_counter() - began) * 1000)
        assert task is None, "the approval has ended"
    yield Row(
        "SQL statements a completion, full history, jobs",
        f"{min(statements)}–{max(statements)}",
        "≤ 8",
        met=max(statements) <= 8,
    )
    yield Row("commits a completion", f"{min(commits)}–{max(commits)}", "1", met=commits == {1})
    ratio = median(ours) / median(theirs)
    yield Row(
        "completion, in process", ms(ours), "≤ 3 ms", f"{ratio:.2f} × plain step with JSON", met=median(ours) <= 3
    )
    yield Row("  reference: plain SpiffWorkflow step, no database", ms(theirs))


def loop(site: Site, turns: int = 400) -> Iterator[Row]:
    """One instance going round and round: is turn 400 as quick as turn 10?"""
    times = [0.0]
    task = site.start("loop")
    for _ in range(turns + 5):
        began = time.perf_counter()
        following = site.complete(task, again=True)
        times.append((time.perf_counter() - began) * 1000)
        assert following is not None
        task = following
    early = median(times[5:16])
    late = median(times[turns - 10 : turns + 1])
    yield Row(
        f"loop turn {turns} against turn 10",
        f"{late:.2f} ms · {early:.2f} ms",
        "≤ 1.2×",
        "",
        f"{late / early:.2f}×",
        late / early <= 1.2,
    )


def without_sql(site: Site) -> Iterator[Row]:
    """Load, step, save, no database: against the naive JSON cycle in the same run."""
    ours, theirs = _three_steps(site), _three_steps_plain()
    yield Row(
        "load, step, save without SQL, three steps",
        f"{median(ours):.2f} ms · naive {median(theirs):.2f} ms",
        "≤ 0.35×",
        f"{median(ours) / median(theirs):.2f} × naive JSON cycle",
        met=median(ours) / median(theirs) <= 0.35,
    )
    late, late_plain = _loop_turn(site, 100), _loop_turn_plain(100)
    yield Row(
        "load, step, save without SQL, loop turn 100",
        f"{late:.2f} ms · naive {late_plain:.2f} ms",
        "≤ 0.08×",
        f"{late / late_plain:.3f} × naive JSON cycle",
        met=late / late_plain <= 0.08,
    )


def gateways(site: Site, cases: int = 15) -> Iterator[Row]:
    """Ten parallel gateway pairs in a row, run through in one completion."""
    times, statements = [], 0
    for _ in range(cases):
        task = site.start("pairs")
        with counting() as counted:
            times.append(timed(lambda task=task: site.complete(task)))
        statements = len(counted.statements)
    met = statements <= 20 and median(times) <= 50
    yield Row("10 parallel gateway pairs in a row", f"{statements} statements, {ms(times)}", "≤ 20, ≤ 50 ms", met=met)


def size(site: Site, rounds: int = 4, cases: int = 250, first: int = 3) -> Iterator[Row]:
    """Bytes each further completed approval case adds, with indexes, vacuumed every `cases` as the server would.

    The `first` rounds are not counted: what each table has once, such as its map of free space, is no case's, nor are
    the pages of what is open, which one vacuum empties and a later one hands out again for what is opened then.
    """
    for _ in range(first):
        before = _after_cases(site, cases)
    for _ in range(rounds):
        after = _after_cases(site, cases)
    kept = (after - before) / (rounds * cases)
    yield Row("bytes a completed approval case, full history", f"{kept / 1024:.2f} kB", "≤ 4 kB", met=kept <= 4096)


def _after_cases(site: Site, cases: int) -> int:
    with site.loading():
        for _ in range(cases):
            task: UUID | None = site.start("approval3")
            while task is not None:
                task = site.complete(task)
    return _bytes(site)


def _bytes(site: Site) -> int:
    """Bytes of all relations, vacuumed, when every job is done."""
    with site.owner() as db:
        finish_jobs(db)
        db.execute("vacuum")
        row = db.execute(
            "select sum(pg_total_relation_size(oid)) from pg_class"
            " where relkind = 'r' and relnamespace = 'public'::regnamespace"
        ).fetchone()
        assert row is not None
        return int(row[0])


def _source(name: str) -> DefinitionSource:
    file = diagram_for_clerk(name)
    return DefinitionSource(f"bench-{name}", name, (file,))


def _context(site: Site) -> StepContext:
    return StepContext(now=datetime.now(UTC), calendar=site.engine.calendars.calendar(), instance_id="bench")


def _three_steps(site: Site, cases: int = 60) -> list[float]:
    executor, source, context, times = site.engine.executor, _source("approval3"), _context(site), []
    for number in range(cases + 5):
        advance = executor.start(source, context, {})
        for _ in range(STEPS):
            command = CompleteTask(advance.opened[0].id, {"opinion": "同意"})
            began = time.perf_counter()
            advance = executor.step(Execution(source, advance.state), command, context)
            if number >= 5:
                times.append((time.perf_counter() - began) * 1000)
    return times


def _three_steps_plain(cases: int = 60) -> list[float]:
    plain, times = PlainSpiff(HERE / "approval3.bpmn"), []
    for number in range(cases + 5):
        state = plain.start()
        for _ in range(STEPS):
            began = time.perf_counter()
            state, _ended = plain.step(state, {"opinion": "同意"})
            if number >= 5:
                times.append((time.perf_counter() - began) * 1000)
    return times


def _loop_turn(site: Site, turn: int) -> float:
    """Median of the eleven turns around `turn`."""
    executor, source, context, times = site.engine.executor, _source("loop"), _context(site), []
    advance = executor.start(source, context, {})
    for _ in range(turn + 5):
        command = CompleteTask(advance.opened[0].id, {"again": True})
        began = time.perf_counter()
        advance = executor.step(Execution(source, advance.state), command, context)
        times.append((time.perf_counter() - began) * 1000)
    return median(times[turn - 6 :])


def _loop_turn_plain(turn: int) -> float:
    plain, times = PlainSpiff(HERE / "loop.bpmn"), []
    state: Any = plain.start()
    for _ in range(turn + 5):
        began = time.perf_counter()
        state, _ended = plain.step(state, {"again": True})
        times.append((time.perf_counter() - began) * 1000)
    return median(times[turn - 6 :])
