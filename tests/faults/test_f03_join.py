"""F03: twenty tasks of one case, twenty people at the same moment. All succeed, and the case joins once."""

from __future__ import annotations

from tests.faults.breakages import drop_last_fence
from tests.faults.harness import City, Report, scaled
from tests.faults.models import side_by_side
from tests.faults.pace import Pace

TASKS, PROCESSES = 20, 4
ROUNDS = 20
SECONDS = 2.0
"""The plan's: so long a completion may take, with twenty at the same case, on a machine of their own."""


def test_twenty_at_once_join_once(city, report):
    found = report("F03")
    meet(city, found, rounds=scaled(ROUNDS))
    found.least = {"rounds": scaled(ROUNDS), "completions": scaled(ROUNDS) * TASKS}
    found.ensure_held()


def test_a_build_without_lock_and_revision_is_noticed(city, report):
    with city.owner() as db:
        drop_last_fence(db)
    found = report("F03 unfenced")
    meet(city, found, rounds=3, broken="unfenced")
    found.ensure_noticed("I3", "I4", "I5")


def meet(city: City, report: Report, *, rounds: int, broken: str | None = None) -> None:
    """Let twenty people complete the twenty tasks of a case at once, case after case."""
    key = city.deploy(side_by_side("twenty", TASKS))
    tasks = [city.open_tasks(key) for _ in range(rounds)]
    pace = Pace()
    each = TASKS // PROCESSES
    crowds = city.nursery.start(
        *[city.spec("crowd", users=each, first=n * each, rounds=tasks, broken=broken) for n in range(PROCESSES)]
    )
    for crowd in crowds:
        if not crowd.wait((60 + rounds * 10) * pace.slower):
            report.violations.append("F03: a user hangs")
    told = city.lines()
    done = [line for line in told if "done" in line]
    slowest = max((line["seconds"] for line in told), default=0.0)
    report.counts = {
        "rounds": len({line["round"] for line in told}), "completions": len(done), "slowest s": slowest,
        "machine slower by": pace.again(),
    }  # fmt: skip
    if len(done) < rounds * TASKS:
        kinds = sorted({line["refused"] for line in told if "refused" in line})
        report.violations.append(f"F03: {rounds * TASKS - len(done)} completions were refused: {kinds}")
    if slowest > SECONDS * pace.slower:
        report.violations.append(f"F03: a completion took {slowest:.1f} s")
    with city.owner() as db:
        joined = db.execute("""
            select instance_id from history where params -> 'passed' ? 'join' group by instance_id having count(*) > 1
        """).fetchall()
        if joined:
            report.violations.append(f"I2: {len(joined)} cases joined more than once")
    if city.open_cases():
        report.violations.append(f"I3: {city.open_cases()} cases did not end though all their tasks are done")
    report.violations += city.violations()
