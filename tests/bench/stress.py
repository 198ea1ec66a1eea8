"""Cases that live long, spread wide or nest deep: every step of them costs what it touches, and no token is lost.

Each drawing says how many tasks people complete and what becomes of the case; what the database holds in the end is
compared with that, and a difference is an error, not a row of the table.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Any
from uuid import UUID

from engine import SYSTEM
from engine.errors import ValueRefused
from tests.bench import stress_diagrams as diagrams
from tests.bench.memory import peak_memory
from tests.bench.site import Site, gateway_pairs
from tests.bench.table import Row
from tests.counting import counting

INSTANCES, NESTED, PAIRS, ROUNDS = 1_000, 200, 12, 500
HEAVY = 300
"""Instances that each have a timer, or gather a kilobyte."""
FEW_FRAMES = 250
"""Python frames a step may stack, whatever the case: the drawings here are 200 deep and 1,000 wide."""
_NEAR = 11
"""Steps a median is taken of."""


@dataclass
class Run:
    """One case and what its steps cost."""

    site: Site
    process: str
    case: UUID
    open: list[UUID]
    times: list[float] = field(default_factory=list)
    statements: list[int] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    ended: str | None = None

    def complete(self, task: UUID, **variables: object) -> None:
        """Complete one task; what that opened is open then."""
        self.open.remove(task)
        with counting() as counted:
            began = time.perf_counter()
            advance = self.site.engine.tasks.complete(task, actor=self.site.clerk, variables=variables)
            self.times.append((time.perf_counter() - began) * 1000)
        self.statements.append(len(counted.statements))
        self.sizes.append(0 if advance.ended else len(advance.state))
        self.open += [UUID(opened.id) for opened in advance.opened]
        self.ended = advance.ended

    def ensure_nothing_lost(self, completed: int) -> None:
        """Fail unless the case is completed with as many tasks as the drawing says, none left, no incident."""
        with self.site.owner() as db:
            row = db.execute(_LEFT, {"case": self.case}).fetchone()
        expected = ("completed", completed, 0, 0, 0)
        if row != expected:
            raise RuntimeError(f"{self.process}: status, completed, open, incidents, states {row}, not {expected}")

    def row(self, measure: str, completed: int, target: str = "", most: float = math.inf) -> Row:
        """What the steps cost, and the last ones against the tenth, which may take `most` times as long."""
        self.ensure_nothing_lost(completed)
        early, late = median(self.times[5 : 5 + _NEAR]), median(self.times[-_NEAR - 1 : -1])
        sizes = f"{max(self.sizes) / 1024:.1f} kB"
        said = (
            f"{early:.1f} ms · {late:.1f} ms, slowest {max(self.times):.0f} ms, {sum(self.times) / 1000:.1f} s; "
            f"{min(self.statements)}–{max(self.statements)} statements, state ≤ {sizes}; "
            f"{completed:,} of {completed:,} tasks"
        )
        return Row(measure, said, target, "", f"{late / early:.2f}×", late / early <= most if target else None)


_LEFT = """
select status,
  (select count(*) from user_task where instance_id = i.id and state = 'completed')::int,
  (select count(*) from user_task where instance_id = i.id and state = 'open')::int,
  (select count(*) from incident where instance_id = i.id)::int,
  (select count(*) from instance_state where instance_id = i.id)::int
from process_instance i where id = %(case)s
"""


def stress(site: Site, turns: int = 10_000) -> Iterator[Row]:
    """Long, wide and deep cases, one after the other."""
    with peak_memory() as memory, site.loading():
        before = memory.resident()
        yield from _loop(site, turns)
        yield from _instances(site)
        yield from _chain(site)
        yield from _pairs(site)
        yield from _rounds(site)
        yield from _form_data(site)
    yield Row(
        "stress: peak memory of the process", f"{memory.peak / 1024:.0f} MB, {memory.peak / before:.1f} × before it"
    )


def _loop(site: Site, turns: int) -> Iterator[Row]:
    run = _start(site, "loop")
    for turn in range(turns):
        run.complete(run.open[0], again=turn < turns - 1)
    yield run.row(f"stress: one loop, turn 10 · turn {turns:,}", turns, "≤ 1.5×", 1.5)


def _instances(site: Site) -> Iterator[Row]:
    """All open at once, answered in an order that is not theirs."""
    for process, count, words, answer in (
        ("many", INSTANCES, "tasks of one multi-instance", "同意"),
        ("many_scopes", INSTANCES, "subprocesses of one multi-instance", "同意"),
        ("many_timers", HEAVY, "subprocesses with a timer each", "同意"),
        ("many_outputs", HEAVY, "tasks whose answers of 1 kB are gathered", _text(330)),
    ):
        site.engine.repository.deploy([diagrams.many(process)], actor=SYSTEM, approver="bench", force_now=True)
        run = _start(site, process, people=[{"id": f"p{n}", "label": f"第 {n} 位"} for n in range(count)])
        if len(run.open) != count:
            raise RuntimeError(f"{len(run.open)} of {count} instances are open")
        for task in sorted(run.open, key=lambda each: each.int % 1009):
            run.complete(task, answer=answer)
        yield run.row(f"stress: {count:,} {words} at once, 10th · last", count)


def _chain(site: Site) -> Iterator[Row]:
    with counting() as counted:
        began = time.perf_counter()
        site.engine.repository.deploy(diagrams.chain(NESTED), actor=SYSTEM, approver="bench", force_now=True)
        seconds = time.perf_counter() - began
    yield Row(
        f"stress: {NESTED} definitions calling each other, deployed together",
        f"{seconds:.1f} s, {len(counted.statements) / NESTED:.1f} statements a definition, {counted.commits} commit",
    )
    with few_frames():
        run = _start(site, "chain1")
        for _ in range(3 * _NEAR):
            run.complete(run.open[0], again=True)
        run.complete(run.open[0], again=False)
    yield run.row(
        f"stress: {NESTED} definitions calling each other, 10th task inside · last", 3 * _NEAR + 1, "no recursion"
    )


def _pairs(site: Site) -> Iterator[Row]:
    site.engine.repository.deploy([gateway_pairs(PAIRS, "pairs12")], actor=SYSTEM, approver="bench", force_now=True)
    run = _start(site, "pairs12")
    run.complete(run.open[0])
    run.complete(run.open[0])
    run.ensure_nothing_lost(2)
    yield Row(
        f"stress: {PAIRS} parallel gateway pairs in a row, one step",
        f"{run.times[0]:.1f} ms, {run.statements[0]} statements, state {run.sizes[0] / 1024:.1f} kB; 2 of 2 tasks",
        "≤ 20 statements, ≤ 50 ms",
        met=run.statements[0] <= 20 and run.times[0] <= 50,
    )


def _rounds(site: Site) -> Iterator[Row]:
    site.engine.repository.deploy([diagrams.forked_loop()], actor=SYSTEM, approver="bench", force_now=True)
    run = _start(site, "rounds")
    for turn in range(ROUNDS):
        for task in tuple(run.open):
            run.complete(task, again=turn < ROUNDS - 1)
    yield run.row(f"stress: fork and join in a loop, turn 5 · turn {ROUNDS}", 2 * ROUNDS, "≤ 1.5×", 1.5)


def _form_data(site: Site) -> Iterator[Row]:
    """What a step costs with a small and with a large case, and that what is too large changes nothing."""
    small, large = _start(site, "loop"), _start(site, "loop")
    for run, characters in ((small, 300), (large, 33_000)):
        for _ in range(2 * _NEAR):
            run.complete(run.open[0], again=True, text=_text(characters))
    unchanged = _stored(site, large.case)
    try:
        large.complete(large.open[0], again=True, more=_text(330_000))
    except ValueRefused:
        large.open = [UUID(str(task.id)) for task in site.engine.tasks.of_case(large.case, SYSTEM) if task.is_open]
    else:
        raise RuntimeError("a case of more than 1 MB was stored")
    if _stored(site, large.case) != unchanged:
        raise RuntimeError("what was refused has changed the case")
    for run in (small, large):
        run.complete(run.open[0], again=False)
        run.ensure_nothing_lost(2 * _NEAR + 1)
    little, much = median(small.times[_NEAR:-1]), median(large.times[_NEAR:-1])
    yield Row(
        "stress: form data of 1 kB · 100 kB; 1 MB more is refused, the case goes on",
        f"{little:.1f} ms · {much:.1f} ms a step, state {large.sizes[0] / 1024:.0f} kB",
        "refused, unchanged",
        "",
        f"{much / little:.2f}×",
        True,  # else it would not have come so far
    )


def _stored(site: Site, case: UUID) -> Any:
    with site.owner() as db:
        return db.execute(
            "select i.revision, i.history_head, i.variables, s.body from process_instance i "
            "join instance_state s on s.instance_id = i.id where i.id = %s",
            [case],
        ).fetchone()


def _text(characters: int) -> str:
    return "".join(chr(0x4E00 + (number * 7919) % 20_000) for number in range(characters))


def _start(site: Site, process: str, **variables: object) -> Run:
    case = site.engine.runtime.start(process, actor=site.clerk, variables=variables)
    return Run(site, process, case.id, [UUID(str(task["id"])) for task in case.open_tasks])


@contextmanager
def few_frames() -> Iterator[None]:
    """Let nothing in here stack up more than `FEW_FRAMES` calls: a walk that recurses along the case would fail."""
    depth, frame = 0, sys._getframe()
    while frame.f_back is not None:
        depth, frame = depth + 1, frame.f_back
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(depth + FEW_FRAMES)
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
