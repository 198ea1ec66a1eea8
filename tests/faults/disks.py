"""A city whose database lies on a disk that can be hurt, and what can be done to it while people work."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from engine.store.embedded import OWNER, EmbeddedServer
from tests.faults.harness import Cast, City, Report, meanwhile, wait_until
from tests.faults.models import MIXED
from tests.faults.pace import Pace
from tests.faults.volumes import Volume
from webapp.cli.keeper import DatabaseKeeper

TEND_SECONDS = 0.2
"""As often as `siwei up` looks after its database."""
STANDS_STILL = 0.08
"""Seconds at a time, on a slow disk."""
ERRORS = 3
"""So many must be met before a disk is mended."""
_BROKEN_FILE = "/proc/self/mem"
"""Reading or writing where nothing is mapped, as a table's first pages are, is an input/output error."""


@dataclass
class Disk:
    """A server that is kept running the way `siwei up` does it, and the volume under it."""

    server: EmbeddedServer
    volume: Volume
    said: list[str] = field(default_factory=list)
    """What the server's keeper had to tell."""

    @contextlib.contextmanager
    def tended(self) -> Iterator[Disk]:
        """Keep the server running as long as the block lasts; with the block it ends, being its keeper's child."""
        keeper = DatabaseKeeper(self.server, self.said.append)

        def tend() -> None:
            self.volume.press()
            keeper.tend()

        with meanwhile(tend, TEND_SECONDS):
            yield self

    @contextlib.contextmanager
    def full(self, *, write_ahead: bool) -> Iterator[None]:
        """Not a byte is left; with `write_ahead` the server also has to begin a new file of its log, and ends."""
        self.volume.fill()
        try:
            if write_ahead:
                with contextlib.suppress(psycopg.Error), self._owner() as db:
                    for _ in range(20):
                        db.execute("select pg_logical_emit_message(false, 'siwei', repeat('x', 1000000))")
                        db.execute("select pg_switch_wal()")
            yield
        finally:
            self.volume.free()

    @contextlib.contextmanager
    def read_only(self) -> Iterator[None]:
        """The server refuses to write, as one does whose disk was mounted anew, or that stands by."""
        self._set("default_transaction_read_only = on")
        try:
            yield
        finally:
            self._set("default_transaction_read_only = off")

    @contextlib.contextmanager
    def unreadable(self, database: str, table: str) -> Iterator[None]:
        """Reading or writing the table is an input/output error."""
        with self._owner(database) as db:
            db.execute("checkpoint")
            found = db.execute(
                "select current_setting('data_directory'), pg_relation_filepath(%s::regclass)", [table]
            ).fetchone()
            assert found is not None
            path = Path(*found)
            aside = path.with_name(f"{path.name}.aside")
            path.rename(aside)
            path.symlink_to(_BROKEN_FILE)
            self._forget_connections(db)  # who has the file open would not notice
        try:
            yield
        finally:
            path.unlink()
            aside.rename(path)
            with contextlib.suppress(psycopg.Error), self._owner(database) as db:
                self._forget_connections(db)

    def hang(self, seconds: float) -> None:
        """The disk answers nothing for a while: every process of the server stands still."""
        pid = self.server.pid
        assert pid is not None
        children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGSTOP)
        time.sleep(seconds)  # the fault itself
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGCONT)

    def slow(self) -> contextlib.AbstractContextManager[None]:
        """The disk answers now and then only: the server stands still for four fifths of the time."""
        return meanwhile(lambda: self.hang(STANDS_STILL), STANDS_STILL / 4)

    @staticmethod
    def _forget_connections(db: psycopg.Connection) -> None:
        db.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where backend_type = 'client backend' and pid <> pg_backend_pid()"
        )

    def _set(self, setting: str) -> None:
        with self._owner() as db:
            db.execute("set default_transaction_read_only = off")
            db.execute(f"alter system set {setting}")  # type: ignore[call-overload]
            db.execute("select pg_reload_conf()")

    @contextlib.contextmanager
    def _owner(self, database: str = "postgres") -> Iterator[psycopg.Connection]:
        address = self.server.running()
        if address is None:
            raise psycopg.OperationalError("the server is down")
        with psycopg.connect(host=str(address.socket_folder), user=OWNER, dbname=database, autocommit=True) as db:
            yield db


@contextlib.contextmanager
def at_work(city: City, report: Report, *, broken: str | None = None) -> Iterator[Pace]:
    """Three people and a worker at work as long as the block lasts; then every case must come to its end."""
    chance, pace = random.Random(report.seed), Pace()
    for bpmn in MIXED.values():
        city.deploy(bpmn)
    city.nursery.warm(city.url)
    people = [city.spec("people", cases=100_000, seed=chance.random(), broken=broken) for _ in range(3)]
    cast = Cast(city, [*people, city.spec("worker", broken=broken)])
    cast.begin()
    try:
        until_work_goes_on(city, pace)
        yield pace
        if broken is None:
            until_work_goes_on(city, pace)
        if gone := sum(not actor.alive for actor in cast.actors):
            told = city.nursery.log.read_text().strip().splitlines()[-1:]
            report.violations.append(f"F12: {gone} ended by an error that says nothing to people: {told}")
        if broken is None:
            _finish(city, report, pace)
    finally:
        cast.end()
        report.counts |= {"completions": len(city.noted("acked")), "errors": len(city.noted("error"))}
        for kind in ("StorageFull", "StoreReadOnly"):
            report.counts[kind] = city.noted("error").count(kind)
        slowest = max((line["seconds"] for line in city.lines() if "error" in line), default=0.0)
        report.counts |= {"slowest error s": round(slowest, 2), "machine slower by": pace.again()}


def until_work_goes_on(city: City, pace: Pace) -> None:
    """Wait until people have completed some more tasks."""
    before = len(city.noted("acked"))
    wait_until(lambda: len(city.noted("acked")) >= before + 5, 30 * pace.slower, "work goes on")


def until_errors(city: City, pace: Pace, kind: str | None = None) -> None:
    """Wait until people have been told some more of it."""

    def told() -> int:
        return len([error for error in city.noted("error") if kind in (None, error)])

    before = told()
    wait_until(lambda: told() >= before + ERRORS, 30 * pace.slower, f"people are told: {kind or 'anything'}")


def until_gone(city: City, pace: Pace) -> None:
    """Wait until somebody's program has ended with an error of its own."""
    wait_until(
        lambda: not all(actor.alive for actor in city.nursery.actors), 30 * pace.slower, "somebody's program ends"
    )


def until_it_answers(city: City, pace: Pace) -> None:
    """Wait until the server has recovered."""

    def answers() -> bool:
        try:
            with city.owner():
                return True
        except psycopg.OperationalError:
            return False

    wait_until(answers, 30 * pace.slower, "the server answers")


def _finish(city: City, report: Report, pace: Pace) -> None:
    (city.folder / "finish").touch()
    try:
        wait_until(lambda: city.open_cases() == 0, 60 * pace.slower, "every case ends")
    except TimeoutError:
        report.violations.append(f"I3: {city.open_cases()} cases do not end")
