"""F06: workers are stopped past their lease and wake when others have done their work. Late writes are refused."""

from __future__ import annotations

import signal
from collections.abc import Sequence

from tests.faults.actors import CLERK
from tests.faults.breakages import drop_last_fence
from tests.faults.harness import City, Report, scaled, wait_until
from tests.faults.models import MIXED
from tests.faults.pace import Pace
from tests.faults.sleepers import POINTS

JOBS = 3
"""That a worker has in its hands when it is stopped."""
TO_TAKE_OVER_SECONDS = 20.0


def test_what_a_worker_writes_too_late_is_refused(city, report):
    found = report("F06")
    rounds = scaled(1)
    late = rounds * len(POINTS) * JOBS
    found.least = {"asleep": rounds * len(POINTS), "late writes refused": late, "done by those who woke": rounds * JOBS}
    pace = Pace()
    for _ in range(rounds):
        oversleep(city, found, POINTS, pace)
    found.counts["machine slower by"] = pace.again()
    found.violations += city.violations()
    found.ensure_held()


def test_a_build_without_lock_and_revision_is_noticed(city, report):
    with city.owner() as db:
        drop_last_fence(db)
    found = report("F06 unfenced")
    oversleep(city, found, ("stepped",), Pace(), broken="unfenced")
    found.violations += city.violations()
    found.ensure_noticed("I6: a connector call was answered twice")


def oversleep(city: City, report: Report, points: Sequence[str], pace: Pace, *, broken: str | None = None) -> None:
    """Stop a worker at each point, let another take over, wake the first, and let them work on without the other."""
    key = city.deploy(MIXED["served"])
    called = [_order(city, key) for _ in range(JOBS * len(points))]
    before = {name: len(city.noted(name)) for name in ("asleep", "late")}
    sleepers = city.nursery.start(
        *[city.spec("sleepers:work", point=point, jobs=JOBS, broken=broken) for point in points]
    )
    seconds = TO_TAKE_OVER_SECONDS * pace.slower
    wait_until(lambda: len(city.noted("asleep")) - before["asleep"] == len(points), seconds, "all are stopped")
    (other,) = city.nursery.start(city.spec("sleepers:work", jobs=JOBS))
    try:
        wait_until(lambda: _booked(city, called) == len(called), seconds, "another takes over")
    except TimeoutError:
        report.violations.append(f"F06: {len(called) - _booked(city, called)} jobs are left to who is stopped")
    for sleeper in sleepers:
        sleeper.send(signal.SIGCONT)
    late = JOBS * len(points)
    wait_until(lambda: len(city.noted("late")) - before["late"] == late, seconds, "who wakes goes on")
    other.close()
    _judge(city, report, late)
    if not broken:
        _work_on(city, report, key, seconds)
    for sleeper in sleepers:
        sleeper.close()


def _order(city: City, key: str) -> str:
    """Start a case that calls the ledger."""
    case = city.engine.runtime.start(key, actor=CLERK, variables={})
    (task,) = case.open_tasks
    city.engine.tasks.claim(task["id"], CLERK)
    city.engine.tasks.complete(task["id"], actor=CLERK, variables={})
    return str(case.id)


def _booked(city: City, cases: Sequence[str]) -> int:
    """How many of these cases have the ledger's answer."""
    with city.owner() as db:
        row = db.execute(
            "select count(distinct instance_id) from history where verb = 'service.finished' and instance_id = any(%s)",
            [list(cases)],
        ).fetchone()
    return int(row[0]) if row else 0


def _judge(city: City, report: Report, late: int) -> None:
    told = [line["told"] for line in city.lines() if "late" in line]
    report.counts = {
        "asleep": len(city.noted("asleep")), "late writes refused": sum(what != "written" for what in told),
        "of them by the server": sum(what not in ("written", "refused") for what in told),
    }  # fmt: skip
    if "written" in told:
        report.violations.append(f"F06: {told.count('written')} late writes were taken")
    with city.owner() as db:
        calls, effects = db.execute("""
            select (select count(*) from history where verb = 'service.finished'), (select count(*) from ledger)
        """).fetchone() or (0, 0)
    if calls != effects:
        report.violations.append(f"I6: {effects} effects of {calls} calls")


def _work_on(city: City, report: Report, key: str, seconds: float) -> None:
    """Those who woke are workers like others: what comes next is done by them."""
    called = [_order(city, key) for _ in range(JOBS)]
    try:
        wait_until(lambda: _booked(city, called) == JOBS, seconds, "who woke works on")
    except TimeoutError:
        report.violations.append("F06: those who woke do not work any more")
    report.counts["done by those who woke"] = report.counts.get("done by those who woke", 0) + _booked(city, called)
