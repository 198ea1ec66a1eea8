"""F02: fifty people, one task, one moment. One succeeds; the others are told who was faster, and when."""

from __future__ import annotations

from collections import Counter

from tests.faults.breakages import drop_last_fence
from tests.faults.harness import City, Report, scaled
from tests.faults.models import MIXED
from tests.faults.pace import Pace

USERS, PROCESSES = 50, 5
ROUNDS = 40
_FASTER = {"AlreadyClaimed", "TaskNotOpen"}


def test_one_of_fifty_succeeds(city, report):
    found = report("F02")
    race(city, found, rounds=scaled(ROUNDS))
    found.least = {"rounds": scaled(ROUNDS), "conflicts": scaled(ROUNDS) * (USERS - 1)}
    found.ensure_held()


def test_a_build_without_lock_and_revision_is_noticed(city, report):
    with city.owner() as db:
        drop_last_fence(db)
    found = report("F02 unfenced")
    race(city, found, rounds=4, broken="unfenced")
    found.ensure_noticed("I2")


def race(city: City, report: Report, *, rounds: int, broken: str | None = None) -> None:
    """Let fifty people go for each round's task at once, and count what they were told."""
    key = city.deploy(MIXED["straight"])
    tasks = [city.open_tasks(key) for _ in range(rounds)]
    each, pace = USERS // PROCESSES, Pace()
    crowds = city.nursery.start(
        *[city.spec("crowd", users=each, first=n * each, rounds=tasks, broken=broken) for n in range(PROCESSES)]
    )
    for crowd in crowds:
        if not crowd.wait((60 + rounds) * pace.slower):
            report.violations.append("F02: a user hangs")
    told = city.lines()
    winners = Counter(line["round"] for line in told if "done" in line)
    refused = [line for line in told if "refused" in line]
    unnamed = [line for line in refused if line["refused"] not in _FASTER or not (line["who"] and line["at"])]
    report.counts = {"rounds": len({line["round"] for line in told}), "conflicts": len(refused) - len(unnamed)}
    report.counts["machine slower by"] = pace.again()
    several = {number: times for number, times in winners.items() if times > 1}
    if several:
        report.violations.append(f"I2: several completed the same task, in {len(several)} rounds")
    lost = rounds - len(winners)
    if lost:
        report.violations.append(f"F02: nobody succeeded in {lost} rounds")
    if unnamed:
        kinds = Counter(line["refused"] for line in unnamed)
        report.violations.append(f"F02: refused without being told who and when: {dict(kinds)}")
    report.violations += city.violations()
