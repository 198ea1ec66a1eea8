"""F01: people and workers are killed at random, all the time. Nothing is lost, nothing done twice, everything ends."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.faults.harness import Cast, City, Report, scaled, wait_until
from tests.faults.models import MIXED

KILLS = 200
COMPLETIONS = 100
ATTACHMENTS = 10
LONGEST_STORM_SECONDS = 120.0
TO_FINISH_SECONDS = 90.0


def test_killed_at_random_nothing_is_lost_or_doubled(city, report):
    found = report("F01")
    found.least = {
        "kills": scaled(KILLS), "completions": scaled(COMPLETIONS), "attachments": scaled(ATTACHMENTS),
        "models": len(MIXED),
    }  # fmt: skip
    with storm(city, found, kills=scaled(KILLS), completions=scaled(COMPLETIONS)):
        (city.folder / "finish").touch()
        try:
            wait_until(
                lambda: city.open_cases() == 0, TO_FINISH_SECONDS * max(1.0, found.counts["kills"] / 2000), "end"
            )
        except TimeoutError:
            found.violations.append(f"I3: {city.open_cases()} cases do not end")
    found.violations += city.violations()
    found.ensure_held()


def test_a_build_with_a_split_transaction_is_noticed(city, report):
    found = report("F01 split transaction")
    for _ in range(6):
        with storm(city, found, kills=25, completions=1, broken="split transaction"):
            pass
        found.violations = city.violations()
        if found.violations:
            break
    found.ensure_noticed("I1", "I2", "I4")


def test_a_build_with_a_split_upload_is_noticed(city, report):
    found = report("F01 split upload")
    for _ in range(10):
        with storm(city, found, kills=25, completions=10, broken="split upload"):
            pass
        found.violations = city.violations()
        if found.violations:
            break
    found.ensure_noticed("I7")


@contextmanager
def storm(city: City, report: Report, *, kills: int, completions: int, broken: str | None = None) -> Iterator[None]:
    """Kill one of four every 1 to 60 ms; in the block the survivors may work on unharmed."""
    chance = random.Random(report.seed)
    if not report.counts:
        for bpmn in MIXED.values():
            city.deploy(bpmn)
        city.nursery.warm(city.url)
    people = [city.spec("people", cases=100_000, seed=chance.random(), broken=broken) for _ in range(3)]
    cast = Cast(city, [*people, city.spec("worker", broken=broken)])
    cast.begin()
    try:
        done, until = 0, time.monotonic() + LONGEST_STORM_SECONDS * max(1.0, kills / KILLS)
        while time.monotonic() < until and (done < kills or len(city.noted("acked")) < completions):
            # the fault's own rhythm; once the kills are enough, a calmer one, so that work is done in between
            time.sleep(chance.uniform(0.001, 0.060 if done < kills else 0.6))
            victim = chance.randrange(len(cast.specs))
            cast.specs[victim]["seed"] = chance.random()
            done += cast.replace(victim)
        report.counts["kills"] = report.counts.get("kills", 0) + done
        yield
    finally:
        cast.end()
        report.counts |= {"completions": len(city.noted("acked")), "attachments": len(city.noted("attached"))}
        with city.owner() as db:
            row = db.execute("select count(*), count(distinct process_key) from process_instance").fetchone()
            report.counts["cases"], report.counts["models"] = row or (0, 0)
