"""F23: a backup under load. What is restored is all of one moment, and nothing acknowledged before it is missing."""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import pytest

from engine import backup
from engine.errors import EngineError
from engine.store import dump as programs
from engine.store.embedded import APPLICATION
from tests.faults.actors import HISTORY_KEY, engine_of
from tests.faults.harness import Cast, City, Report, scaled, wait_until
from tests.faults.invariants import violations
from tests.faults.models import MIXED

COMPLETIONS = 20
BACKUPS = 1
_numbers = count()


@pytest.fixture
def new_place(city, request) -> Iterator[object]:
    """A function that makes an empty database beside the city's; its name."""
    made = []

    def make() -> str:
        made.append(f"{city.database}_restored_{next(_numbers)}")
        with city.owner() as db:
            db.execute(f"create database {made[-1]}")
        return made[-1]

    yield make
    with city.owner() as db:
        for name in made:
            db.execute(f"drop database if exists {name} with (force)")


def test_a_backup_under_load_is_of_one_moment_and_one_of_several_is_noticed(city, new_place, report):
    """One load for both: what the product makes holds; the same database, dumped table by table, does not."""
    found, broken = report("F23"), report("F23 a snapshot a table")
    found.least = {"completions": scaled(COMPLETIONS), "backups": scaled(BACKUPS)}
    with load(city, found, scaled(COMPLETIONS)):
        for _ in range(scaled(BACKUPS)):
            found.violations += _backed_up(city, new_place(), found)
        for _ in range(5):
            broken.violations += judge(in_pieces(city, new_place()), (), (), None)
            if broken.violations:
                break
    found.ensure_held()
    broken.ensure_noticed("I4", "I5")


def _backed_up(city: City, place: str, report: Report) -> list[str]:
    """Make a backup and restore it; what does not hold there."""
    acked, attached = city.noted("acked"), city.noted("attached")
    begun = time.monotonic()
    path, made = backup.make(city.address.url(city.database), city.folder, history_key=HISTORY_KEY.decode())
    report.counts |= {"backup s": round(time.monotonic() - begun, 2), "MB": round(path.stat().st_size / 1e6, 2)}
    begun = time.monotonic()
    violated = judge(restored(city, place, path), acked, attached, made.cut.entries)
    report.counts |= {"RTO s": round(time.monotonic() - begun, 2), "entries": made.cut.entries}
    report.counts["backups"] = report.counts.get("backups", 0) + 1
    return violated


@contextmanager
def load(city: City, report: Report, completions: int) -> Iterator[None]:
    """People and a worker are at work in the block, and have been for so many completions."""
    chance = random.Random(report.seed)
    for bpmn in MIXED.values():
        city.deploy(bpmn)
    city.nursery.warm(city.url)
    cast = Cast(
        city, [city.spec("people", cases=100_000, seed=chance.random()) for _ in range(2)] + [city.spec("worker")]
    )
    cast.begin()
    try:
        wait_until(lambda: len(city.noted("acked")) >= completions, 90, "work is done")
        yield
    finally:
        cast.end()
        report.counts["completions"] = len(city.noted("acked"))


def restored(city: City, database: str, path) -> City:
    """The backup, taken into an empty database by the product's own way."""
    manifest = backup.inspect(path)
    url, anchors = city.address.url(database), city.folder / f"anchors-{database}"
    backup.ensure_fits(manifest, url, HISTORY_KEY.decode(), anchors)
    backup.restore(path, manifest, url, anchors)
    with pytest.raises(backup.BackupRefused, match=r"not empty: .* cases"):
        backup.ensure_fits(manifest, url, HISTORY_KEY.decode(), anchors)
    return _copy(city, database)


def in_pieces(city: City, database: str) -> City:
    """The broken build: the history is dumped at one moment, everything else at a later one."""
    history = ["--table=history_entry", "--table=history_anchor", "--data-only"]
    rest = ["--exclude-table-data=history_entry", "--exclude-table-data=history_anchor"]
    early = _dumped(city, history)
    seen = len(city.noted("acked"))
    wait_until(lambda: len(city.noted("acked")) > seen + 2, 60, "work goes on between the two")
    for content in (_dumped(city, rest), early):
        with programs.load(city.address.url(database), 1, lambda done, total: None) as into:
            into.write(content)
    return _copy(city, database)


def judge(copy: City, acked, attached, entries: int | None) -> list[str]:
    """Every invariant of a copy, by the harness's own statements and by the product's."""
    try:
        with copy.owner() as db:
            found = violations(db, copy.engine, acked, attached)
            there = db.execute("select count(*) from history").fetchone()
        if entries is not None and there != (entries,):
            found.append(f"F23: {there} entries, and the manifest says {entries}")
        breaches = copy.engine.integrity.check()
        if bool(breaches) and not found:
            found += [f"{breach.invariant}: siwei verify alone says {breach}" for breach in breaches]
        return found
    except EngineError as error:
        return [f"F23: {error}"]
    finally:
        copy.engine.close()


def _dumped(city: City, options: list[str]) -> bytes:
    command = [programs._program("pg_dump", 18), "--format=custom", *options]
    with programs._running(city.address.url(city.database), command, stdout=subprocess.PIPE) as process:
        content, _ = process.communicate()
        assert process.returncode == 0
        return content


def _copy(city: City, database: str) -> City:
    engine = engine_of(city.address.url(database, APPLICATION))
    return City(city.address, database, city.folder, engine, city.nursery)
