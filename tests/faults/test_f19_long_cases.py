"""F19: 1,200 rounds of one case, 3,000 elements in a row: no token is lost, nothing nests too deep, all of it ends."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from tests.faults.harness import SCALE, City, Report
from tests.faults.long_cases import ALONE, DIAGRAMS, FEW, PASSED, ROW, TURNS
from tests.faults.pace import Pace

ROUNDS = 1_200 if SCALE <= 1 else 3_000
A_ROUND_SECONDS = 0.05
"""Far more than a round takes: who needs longer hangs."""
TASKS = {TURNS: ROUNDS + 1, ALONE: 1, ROW: 2}
"""What people complete in each."""


def test_long_cases_come_to_their_end(city, report):
    found = report("F19")
    found.least = {f"tasks of {process}": count for process, count in TASKS.items()}
    found.least |= {f"elements of {process}": count for process, count in PASSED.items()}
    go_through(city, found, *DIAGRAMS)
    with city.owner() as db:
        for process in PASSED:
            row = db.execute(_PASSED, [process]).fetchone()
            found.counts[f"elements of {process}"] = row[0] if row else 0
    found.violations += city.violations()
    found.ensure_held()


def test_builds_that_lose_a_token_or_a_task_are_noticed(city, report):
    found = report("F19 lost")
    go_through(city, found, TURNS, TURNS, rounds=3 * FEW, broken=("long_cases:short_sighted", "long_cases:forgetful"))
    found.violations += city.violations()
    found.violations += [f"verify: {breach.invariant} {breach.kind}" for breach in city.engine.integrity.check()]
    found.violations += [f"watchdog: {city.engine.watchdog.look()[0]} incidents"]
    # a token that nobody sees any more, though its task stands in the inbox; a task that stands nowhere
    for name in ("I4: a task, timer or call is open", "verify: I4 state-otherwise"):
        found.ensure_noticed(name)
    for name in ("I3", "verify: I3 stuck", "watchdog: 1 incidents"):
        found.ensure_noticed(name)


_PASSED = """
select count(*) from history h join process_instance i on i.id = h.instance_id, jsonb_array_elements_text(
  h.params -> 'passed') as passed
where i.process_key = %s and passed ~ '^(a$|n[0-9])'
"""


def go_through(
    city: City, report: Report, *processes: str, rounds: int = ROUNDS, broken: Sequence[str | None] = ()
) -> None:
    """Let people go through a case of each process, all at the same time; `broken` are their builds."""
    pace = Pace()
    for process in set(processes):
        city.deploy(DIAGRAMS[process])
    people = [
        city.spec("long_cases:person", process=process, rounds=rounds if process == TURNS else 0, broken=build)
        for process, build in zip_longest(processes, broken)
    ]
    for person in city.nursery.start(*people):
        if not person.wait((10 + rounds * A_ROUND_SECONDS) * pace.slower):
            report.violations.append("F19: somebody waits for ever")
    for line in city.lines():
        if "refused" in line:
            report.violations.append(f"F19: a task was refused: {line['refused']}")
        if "process" in line:
            report.counts[f"tasks of {line['process']}"] = line["done"]
            if line["ended"] != "completed":
                report.violations.append(f"F19: the case of {line['process']} has not ended but is {line['ended']}")
    report.counts["machine slower by"] = pace.again()
