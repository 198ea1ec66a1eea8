"""F16: the schema is upgraded and rolled back while people of the version before and of this one complete tasks.
Both versions go on with the cases of the other."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import EngineError
from engine.store.embedded import OWNER
from engine.store.schema import downgrade, upgrade
from tests.faults.actors import CLERK
from tests.faults.breakages import migrate_without_regard
from tests.faults.harness import Cast, City, Report, scaled, wait_until
from tests.faults.models import MIXED
from tests.faults.nursery import Nursery
from tests.faults.pace import Pace
from tests.faults.previous import Before, code_before, revision_before

CASES = 200
"""10,000 in the plan: FAULT_SCALE=50."""
READ = 20
"""So many of them, taken evenly, this version completes a task of in the end."""
COMPLETIONS = 5
"""Between one change and the next."""
PEOPLE = 2


def test_both_versions_go_on_with_all_cases(city, report, tmp_path):
    found = report("F16")
    before, pace = code_before(tmp_path / "before"), Pace()
    _start(city, scaled(CASES))
    if before is None:
        found.fault += " without the code before"
        _to(city, revision_before())
        _to(city, "head")
        found.least = {"cases": scaled(CASES), "changes": 2, "read": READ}
        found.counts["changes"] = 2
    else:
        found.least = {"cases": scaled(CASES), "changes": 4, "read": READ, "by the version before": 3 * COMPLETIONS}
        found.fault += f" {before.revision} {before.whence}"
        _change_under_load(city, found, before, pace)
    _read(city, found)
    found.counts |= {"cases": _count(city), "completions": len(city.noted("acked")), "machine slower by": pace.again()}
    found.violations += city.violations()
    found.ensure_held()


def test_a_migration_without_regard_for_the_code_before_is_noticed(city, report, tmp_path):
    found = report("F16 without regard")
    _start(city, 10)
    pace = Pace()
    before = code_before(tmp_path / "before")
    with _at_work(city, found, tmp_path, before.code if before else Path.cwd(), pace) as cast:
        with city.owner() as db:
            migrate_without_regard(db)
        wait_until(lambda: not all(actor.alive for actor in cast.actors), 30 * pace.slower, "somebody notices")
    found.ensure_noticed("F16: the version before")


def _change_under_load(city: City, report: Report, before: Before, pace: Pace) -> None:
    """Back, forth, back, forth; the version before works all the time, this one whenever its schema is there."""
    _to(city, before.revision)
    with _at_work(city, report, city.folder, before.code, pace):
        for revision in ("head", before.revision, "head"):
            _to(city, revision)
            _until_more(city, pace)
        report.counts["by the version before"] = len(city.noted("acked"))
        report.counts["changes"] = 4
        people = [city.spec("people", cases=0, seed=number) for number in range(PEOPLE)]
        mine = Cast(city, [*people, city.spec("worker")])
        mine.begin()
        try:
            _until_more(city, pace)
            if gone := sum(not actor.alive for actor in mine.actors):
                report.violations.append(f"F16: this version ended beside the one before, {gone} times")
        finally:
            mine.end()


@contextmanager
def _at_work(city: City, report: Report, folder: Path, code: Path, pace: Pace) -> Iterator[Cast]:
    """People and a worker of another version at work; that none of them may end by itself is asked in the end."""
    (folder / "others").mkdir()
    nursery = Nursery(folder / "others", code)
    chance = random.Random(report.seed)
    others = City(city.address, city.database, city.folder, city.engine, nursery)
    people = [city.spec("people", cases=0, seed=chance.random()) for _ in range(PEOPLE)]
    cast = Cast(others, [*people, city.spec("worker")])
    cast.begin()
    try:
        _until_more(city, pace)
        yield cast
        if gone := sum(not actor.alive for actor in cast.actors):
            told = nursery.log.read_text().strip().splitlines()[-1:]
            report.violations.append(f"F16: the version before ended, {gone} times: {told}")
    finally:
        cast.end()
        nursery.close()


def _start(city: City, cases: int) -> None:
    for bpmn in MIXED.values():
        city.deploy(bpmn)
    for key in itertools.islice(itertools.cycle(MIXED), cases):
        city.engine.runtime.start(key, actor=CLERK, variables={})


def _to(city: City, revision: str) -> None:
    url = city.address.url(city.database, OWNER)
    (upgrade if revision == "head" else downgrade)(url, revision)


def _until_more(city: City, pace: Pace) -> None:
    before = len(city.noted("acked"))
    wait_until(lambda: len(city.noted("acked")) >= before + COMPLETIONS, 30 * pace.slower, "work goes on")


def _read(city: City, report: Report) -> None:
    """Go on with cases all over, by this version: their saved states are loaded, whoever wrote them."""
    with city.owner() as db:
        tasks = [
            row[0]
            for row in db.execute("select distinct on (instance_id) id from user_task where state = 'open'").fetchall()
        ]
    for task in tasks[:: max(1, len(tasks) // READ)]:
        try:
            if city.engine.tasks.get(task, CLERK).assignee is None:
                city.engine.tasks.claim(task, CLERK)
            city.engine.tasks.complete(task, actor=CLERK, variables={"again": False})
        except EngineError as error:
            report.violations.append(f"F16: this version cannot go on with a task: {type(error).__name__}: {error}")
        else:
            report.counts["read"] = report.counts.get("read", 0) + 1


def _count(city: City) -> int:
    with city.owner() as db:
        row = db.execute("select count(*) from process_instance").fetchone()
        return int(row[0]) if row else 0
