"""F09: the database stops dead every few seconds, under load. What was acknowledged is there; work goes on."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.store.embedded import EmbeddedServer
from engine.store.schema import upgrade
from tests.faults.breakages import acknowledge_early
from tests.faults.harness import Cast, City, Report, found_city, scaled, wait_until
from tests.faults.models import MIXED
from tests.faults.pace import Pace

RESTARTS = 4
COMPLETIONS = 30
LONGEST_ERROR_SECONDS = 5.0
TO_FINISH_SECONDS = 90.0
_DATABASE = "siwei"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedServer]:
    """A server of this test's own: it is going to be hurt, and it keeps its promises about the disk."""
    server = EmbeddedServer(tmp_path / "database")
    yield server
    server.stop()
    shutil.rmtree(server.base, ignore_errors=True)


@pytest.fixture
def hurt_city(server, nursery, tmp_path) -> Iterator[City]:
    """A city on that server."""
    address = server.start()
    upgrade(address.url(_DATABASE))
    city = found_city(address, _DATABASE, tmp_path, nursery)
    yield city
    city.engine.close()


def test_restarts_lose_nothing_and_hang_nobody(hurt_city, server, report):
    found = report("F09")
    found.least = {"restarts": scaled(RESTARTS), "completions": scaled(COMPLETIONS), "errors": 1}
    with load(hurt_city, server, found, restarts=scaled(RESTARTS)) as pace:
        (hurt_city.folder / "finish").touch()
        try:
            wait_until(lambda: hurt_city.open_cases() == 0, TO_FINISH_SECONDS * pace.slower, "every case ends")
        except TimeoutError:
            found.violations.append(f"I3: {hurt_city.open_cases()} cases do not end: a worker hangs")
    found.violations += hurt_city.violations()
    found.ensure_held()


def test_acknowledging_before_the_disk_is_noticed(hurt_city, server, report):
    found = report("F09 acknowledged early")
    with hurt_city.owner() as owner:
        acknowledge_early(owner)
    for _ in range(3):
        with load(hurt_city, server, found, restarts=1):
            pass
        found.violations += hurt_city.violations()
        if found.violations:
            break
    found.ensure_noticed("I1")


@contextmanager
def load(city: City, server: EmbeddedServer, report: Report, *, restarts: int) -> Iterator[Pace]:
    """Let people and a worker work while the database stops dead; in the block it stays up."""
    chance = random.Random(report.seed)
    if not report.counts:
        for bpmn in MIXED.values():
            city.deploy(bpmn)
    pace = Pace()
    people = [city.spec("people", cases=100_000, seed=chance.random()) for _ in range(3)]
    cast = Cast(city, [*people, city.spec("worker")])
    cast.begin()
    try:
        for _ in range(restarts):
            before = len(city.noted("acked"))
            wait_until(lambda seen=before: len(city.noted("acked")) >= seen + 10, 60 * pace.slower, "work goes on")
            time.sleep(chance.uniform(0, 2))  # the fault's own moment
            _stop_dead(server)
            report.counts["restarts"] = report.counts.get("restarts", 0) + 1
        city.engine.store.close()  # its connections died with the server
        yield pace
    finally:
        cast.end()
    report.counts |= {"completions": len(city.noted("acked")), "errors": len(city.noted("error"))}
    slowest = max((line["seconds"] for line in city.lines() if "error" in line), default=0.0)
    report.counts |= {"slowest error s": round(slowest, 2), "machine slower by": pace.again()}
    if slowest > LONGEST_ERROR_SECONDS * pace.slower:
        report.violations.append(f"F09: somebody waited {slowest:.1f} s for an error")


def _stop_dead(server: EmbeddedServer) -> None:
    """What `pg_ctl restart -m immediate` does: no checkpoint, no word to anybody, then recovery."""
    process: subprocess.Popen[bytes] | None = server._process
    assert process is not None
    os.kill(process.pid, signal.SIGQUIT)
    process.wait(30)
    server.start()
