"""F12: where the web keeps its log and what it writes for a moment, the disk is full, and free again. Pages, steps and
uploads go on; a list that finds no room is told so; what the log misses is counted and told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.faults.harness import City, Report, scaled, wait_until
from tests.faults.pace import Pace
from tests.faults.serving import Browser, Served, served
from tests.faults.test_f14_too_large import MODEST
from tests.faults.volumes import Volume, small_volume
from tests.multiplied import forget_copies, multiply

ROUNDS = 1
VOLUME_MB = 16
LOOKS = 20
ROWS = 1500
"""More of a list than a write keeps back."""
_FILE = "附件內容\n".encode() * 60_000
_EXPORT = "/cases/mine/export.csv"


@pytest.fixture
def hurt(city, tmp_path):
    """A web whose log and temporary folder lie on a volume that can be filled."""

    @contextmanager
    def start(conf: str = "python:webapp.gunicorn_conf") -> Iterator[tuple[Volume, Served, Browser]]:
        city.deploy(MODEST)
        folder, running = tmp_path / "volume", list[Served]()
        with ExitStack() as kept:
            first = lambda: running[0].process.pid if running else None  # noqa: E731
            volume = kept.enter_context(small_volume(folder, first, VOLUME_MB))
            (folder / "tmp").mkdir(parents=True)
            here = {"log": folder / "web.log", "TMPDIR": str(folder / "tmp")}
            site, browser = kept.enter_context(served(city, conf=conf, **here))
            running.append(site)
            yield volume, site, browser
            volume.free()

    return start


def test_a_full_disk_of_the_web_stops_nobody(city, hurt, report):
    with hurt() as (volume, site, browser):
        found = report(f"F12 web by {volume.way}")
        rounds = scaled(ROUNDS)
        found.least = {
            "filled": rounds,
            "cases": rounds + 1,
            "uploads": rounds,
            "lists put off": rounds,
            "lines lost and told of": 1,
        }
        cases = [browser.start("modest")]
        with city.owner() as db:
            multiply(db, ROWS, "")
        workers = site.workers()
        for _ in range(rounds):
            volume.fill()
            cases += _work(browser, found, volume)
            volume.free()
            _recover(browser, found)
            found.counts["filled"] = found.counts.get("filled", 0) + 1
        if site.workers() != workers:
            found.violations.append("F12: a process of the web has ended")
        with suppress(TimeoutError):
            wait_until(lambda: _look(browser, found) or _told(site.log, found), 30 * Pace().slower, "it is told")
        _judge(site.log, found)
    found.counts["cases"] = len(cases)
    _all_there(city, cases, found)
    found.ensure_held()


def test_lines_that_are_lost_without_a_word_are_noticed(hurt, report):
    found = report("F12 lost lines")
    with hurt("python:tests.faults.silent_conf") as (volume, site, browser):
        volume.fill()
        _looks(browser, found, volume)
        volume.free()
        _looks(browser, found, volume)
        _judge(site.log, found)
    found.ensure_noticed("F12: nobody is told")


def _work(browser: Browser, report: Report, volume: Volume) -> list[str]:
    """What people do while the disk is full: all of it works, but for a list that needs room."""
    _looks(browser, report, volume)
    case = browser.start("modest")
    if (status := browser.attach(case, _FILE, "附件")) != 303:
        report.violations.append(f"F12: an upload was answered with {status}")
    report.counts["uploads"] = report.counts.get("uploads", 0) + 1
    status, _, body = browser.ask("GET", _EXPORT)
    if status != 503 or "暫存空間不足" not in body.decode():
        report.violations.append(f"F12: a list without room was answered with {status}")
    report.counts["lists put off"] = report.counts.get("lists put off", 0) + 1
    return [case]


def _recover(browser: Browser, report: Report) -> None:
    _look(browser, report)
    status, _, body = browser.ask("GET", _EXPORT)
    if status != 200 or body.count(b"\n") < ROWS:
        report.violations.append(f"F12: with room again a list was answered with {status}")


def _looks(browser: Browser, report: Report, volume: Volume) -> None:
    """So many that their lines are more than the rest of a page of the disk."""
    for _ in range(LOOKS):
        volume.press()
        _look(browser, report)


def _look(browser: Browser, report: Report) -> None:
    report.counts["pages"] = report.counts.get("pages", 0) + 1
    if (status := browser.ask("GET", "/inbox/mine")[0]) != 200:
        report.violations.append(f"F12: a page was answered with {status}")


def _told(log: Path, report: Report) -> int:
    """How many lines are said to be missing."""
    report.counts["lines lost and told of"] = sum(line.get("lines", 0) for line in _lines(log, "log lines lost"))
    return report.counts["lines lost and told of"]


def _judge(log: Path, report: Report) -> None:
    pages = sum(line.get("route") == "inbox.show" for line in _lines(log, "request"))
    if pages < report.counts["pages"] and not _told(log, report):
        report.violations.append("F12: nobody is told that lines of the log are missing")


def _lines(log: Path, event: str) -> Iterator[dict[str, Any]]:
    """Whole lines; one that was torn, and what was written behind it, is none."""
    for line in log.read_text(errors="replace").splitlines():
        with suppress(ValueError):
            said = json.loads(line)
            if said.get("event") == event:
                yield said


def _all_there(city: City, cases: list[str], report: Report) -> None:
    """Each case, with its first task, its history and what was attached."""
    with city.owner() as db:
        forget_copies(db)
        for case in cases:
            row = db.execute(
                "select (select count(*) from user_task where instance_id = %(id)s and state = 'open'),"
                " (select count(*) from history where instance_id = %(id)s and verb = 'case.started'),"
                " (select count(*) from attachment where instance_id = %(id)s)",
                {"id": case.rpartition("/")[2]},
            ).fetchone()
            if row != (1, 1, 0 if case is cases[0] else 1):
                report.violations.append(f"F12: a case has {row} tasks, beginnings and files")
    report.violations += city.violations()
