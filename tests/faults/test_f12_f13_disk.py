"""F12, F13: the database's disk is full, takes nothing in, fails, stands still, is slow, and is well again. Who
works is told what is the matter, no case is stored in part, and work goes on by itself."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import psycopg
import pytest

from engine.store.embedded import OWNER, EmbeddedServer
from engine.store.schema import upgrade
from tests.faults.disks import Disk, at_work, until_errors, until_gone, until_it_answers, until_work_goes_on
from tests.faults.harness import City, found_city, scaled
from tests.faults.nursery import Nursery
from tests.faults.volumes import small_volume

ROUNDS = 1
TRIES = 4
"""Of a build that is broken: whether the disk is full between the two halves of a step is a matter of moments."""
LONGEST_ERROR_SECONDS = 5.0
HANGS_SECONDS = 1.0


@pytest.fixture(scope="module")
def disk(tmp_path_factory) -> Iterator[Disk]:
    """A server of this file's own on a volume that can be filled; it keeps its promises about the disk."""
    server = EmbeddedServer(tmp_path_factory.mktemp("disk") / "database")
    with small_volume(server.base, lambda: server.pid) as volume:
        try:
            upgrade(server.start().url("siwei"))
            with Disk(server, volume).tended() as disk:
                yield disk
        finally:
            server.stop()
    shutil.rmtree(server.base, ignore_errors=True)


@pytest.fixture
def hurt_city(disk, tmp_path, request) -> Iterator[City]:
    """A city in a database of its own there."""
    address = disk.server.running() or disk.server.start()
    name = f"city_{abs(hash(request.node.name)) % 10**8}"
    with psycopg.connect(host=str(address.socket_folder), user=OWNER, dbname="postgres", autocommit=True) as db:
        db.execute(f"create database {name} template siwei strategy file_copy")  # type: ignore[call-overload]
    nursery = Nursery(tmp_path)  # a child of ours only now: it has to see the volume
    city = found_city(address, name, tmp_path, nursery)
    yield city
    city.engine.close()
    nursery.close()


def test_a_full_disk_costs_nobody_anything(disk, hurt_city, report):
    found = report(f"F12 by {disk.volume.way}")
    found.least = {"completions": 20, "errors": 6, "filled": 2 * scaled(ROUNDS), "server down": 1}
    with at_work(hurt_city, found) as pace:
        for _ in range(scaled(ROUNDS)):
            for write_ahead in (False, True):
                with disk.full(write_ahead=write_ahead):
                    until_errors(hurt_city, pace)
                found.counts["filled"] = found.counts.get("filled", 0) + 1
                until_work_goes_on(hurt_city, pace)
    found.counts["server down"] = sum("ended by itself" in line for line in disk.said)
    found.violations += hurt_city.violations()
    found.ensure_held()


def test_half_a_step_on_a_full_disk_is_noticed(disk, hurt_city, report):
    found = report("F12 split transaction")
    for _ in range(TRIES):
        with at_work(hurt_city, found, broken="split transaction") as pace, disk.full(write_ahead=False):
            until_errors(hurt_city, pace)
        until_it_answers(hurt_city, pace)
        found.violations += hurt_city.violations()
        if found.violations:
            break
    found.ensure_noticed("I4")


def test_a_disk_that_fails_costs_nobody_anything(disk, hurt_city, report):
    found = report("F13")
    found.least = {"completions": 20, "errors": 6, "StoreReadOnly": 3, "unreadable": 1, "hung": scaled(ROUNDS)}
    found.least["slow"] = scaled(ROUNDS)
    with at_work(hurt_city, found) as pace:
        for _ in range(scaled(ROUNDS)):
            with disk.read_only():
                until_errors(hurt_city, pace, "StoreReadOnly")
            until_work_goes_on(hurt_city, pace)
            with disk.unreadable(hurt_city.database, "user_task"):
                until_errors(hurt_city, pace, "StoreUnavailable")
            found.counts["unreadable"] = found.counts.get("unreadable", 0) + 1
            until_work_goes_on(hurt_city, pace)
            disk.hang(HANGS_SECONDS)
            found.counts["hung"] = found.counts.get("hung", 0) + 1
            with disk.slow():
                until_work_goes_on(hurt_city, pace)
            found.counts["slow"] = found.counts.get("slow", 0) + 1
    if found.counts["slowest error s"] > LONGEST_ERROR_SECONDS * pace.slower + HANGS_SECONDS:
        found.violations.append(f"F13: somebody waited {found.counts['slowest error s']} s for an error")
    found.violations += hurt_city.violations()
    found.ensure_held()


def test_errors_in_the_words_of_the_driver_are_noticed(disk, hurt_city, report):
    found = report("F13 driver's words")
    with at_work(hurt_city, found, broken="untranslated errors") as pace, disk.read_only():
        until_gone(hurt_city, pace)
    found.ensure_noticed("F12: ")
