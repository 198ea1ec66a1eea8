"""F25: work goes on and on. What processes and the database hold in its last third is no more than in its second."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping

from tests.faults.harness import City, Report, scaled
from tests.faults.models import STARTABLE
from tests.faults.pace import Pace
from tests.faults.posting import PASSWORD
from tests.faults.soaking import CLERK, rows

COMPLETIONS = 300
BROKEN_COMPLETIONS = 90
A_COMPLETION_SECONDS = 0.2
PEOPLE = 2
THIRDS = 3
LOOK_SECONDS = 0.4
A_THIRD_SECONDS = 1.5
"""Of a third at the least: a worker tidies up twice a second."""
MORE = {"kB": 4_096, "blocks": 15_000, "handles": 2, "threads": 2, "cached": 50, "prepared": 30}
"""So much more a process may hold in the last third: what comes and goes, however long the run."""
MOST = {"prepared"}
"""Of which the most in a third counts, not the least: each look is at one connection, and a new one holds nothing."""
MORE_ROWS = 20
"""Of each table that is to be flat: what is under way."""
MORE_A_CASE = 1.1
"""Times the rows a case leaves in what lasts."""
MORE_FILES = 2


def test_a_long_run_holds_no_more_in_the_end(city, report):
    found = report("F25")
    completions = scaled(COMPLETIONS)
    found.least = {"completions": completions, "processes": PEOPLE + 1, "flat tables": 50}
    soak(city, found, completions)
    found.violations += city.violations()
    found.ensure_held()


def test_builds_that_keep_what_is_over_are_noticed(city, report):
    found = report("F25 leaks")
    soak(city, found, BROKEN_COMPLETIONS, person="soaking:keeps_everything", worker="soaking:never_tidies")
    for what in ("kB", "handles"):
        found.ensure_noticed(f"F25: a person holds more and more {what}")
    for table in ("idempotency", "procrastinate_events"):
        found.ensure_noticed(f"F25: {table} grows")


def soak(city: City, report: Report, completions: int, *, person: str | None = None, worker: str | None = None) -> None:
    """Let people complete so many tasks, and see what is held in each third of the run."""
    key, pace = city.deploy(STARTABLE), Pace()
    city.engine.accounts.add_demo_account(CLERK.person_id, CLERK.person_id, PASSWORD)
    temporary = city.folder / "tmp"
    temporary.mkdir()
    more = {"process": key, "temporary": str(temporary)}
    people = city.nursery.start(*[city.spec("soaking:person", broken=person, **more)] * PEOPLE)
    city.nursery.start(city.spec("soaking:worker", broken=worker, **more))
    flat: dict[str, list[int]] = {}
    for third in range(THIRDS):
        goal = completions * (third + 1) // THIRDS
        until = time.monotonic() + (30 + completions * A_COMPLETION_SECONDS) * pace.slower
        with city.owner() as db:
            least, begun = rows(db, lasting=False), time.monotonic()
            while len(city.noted("done")) < goal or time.monotonic() < begun + A_THIRD_SECONDS:
                assert time.monotonic() < until, f"people do not go on: {city.nursery.log.read_text()[-2000:]}"
                time.sleep(LOOK_SECONDS)
                least = {name: min(count, least[name]) for name, count in rows(db, lasting=False).items()}
            least |= {f"{name} a case": count for name, count in _a_case(rows(db, lasting=True)).items()}
        least["temporary files"] = sum(1 for _ in temporary.rglob("*"))
        for name, count in least.items():
            flat.setdefault(name, []).append(count)
    (city.folder / "finish").touch()
    for actor in people:
        actor.wait(20 * pace.slower)
    report.counts |= {"completions": len(city.noted("done")), "machine slower by": pace.again()}
    _judge_processes(city, report, completions)
    _judge_tables(report, flat)


def _a_case(counts: Mapping[str, int]) -> dict[str, int]:
    """Rows of each table for a thousand cases."""
    return {name: 1000 * count // max(1, counts["process_instance"]) for name, count in counts.items()}


def _judge_processes(city: City, report: Report, completions: int) -> None:
    held: dict[int, list[dict[str, list[int]]]] = defaultdict(lambda: [defaultdict(list) for _ in range(THIRDS)])
    people, done = set(city.noted("done")), 0
    for line in city.lines():
        done += "done" in line
        if "held" in line and done < completions:
            for what in MORE:
                held[line["held"]][done * THIRDS // completions][what].append(line[what])
    report.counts["processes"] = len(held)
    for pid, thirds in held.items():
        who = "person" if pid in people else "worker"
        for what, most in MORE.items():
            told = max if what in MOST else min
            second, last = (told(third[what], default=0) for third in thirds[1:])
            report.counts[f"{who} {what}"] = last
            report.counts[f"{who} more {what}"] = max(last - second, report.counts.get(f"{who} more {what}", 0))
            if last - second > most:
                report.violations.append(f"F25: a {who} holds more and more {what}: {second}, then {last}")


def _judge_tables(report: Report, flat: Mapping[str, list[int]]) -> None:
    report.counts["flat tables"] = sum(not name.endswith(("a case", "files")) for name in flat)
    for name, (_, second, last) in flat.items():
        if name.endswith("a case"):
            if last > MORE_A_CASE * second:
                report.violations.append(f"F25: {name} grows: {second}, then {last} rows of a thousand")
        elif last > second + (MORE_FILES if name == "temporary files" else MORE_ROWS):
            report.violations.append(f"F25: {name} grows: {second}, then {last}")
