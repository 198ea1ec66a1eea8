"""F14: a script, an upload and an export that want 4 GB. None of them gets it, whoever grew is replaced, and nobody
else notices."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.engine.services.diagrams import FOR_LABOR, chain, process, user_task
from tests.faults.harness import City, Report, meanwhile, scaled, wait_until
from tests.faults.pace import Pace
from tests.faults.serving import Browser, Served, served
from tests.faults.taking_out import EXPORT_MB, take_out_much, take_out_too_much

ROUNDS = 1
UPLOAD_MB = 4096
MOST_TAKEN_MB = 48
"""Of an upload: what a limit of 25 MB lets in, and what lies in the sockets' buffers."""
MOST_HELD_MB = 512
"""By any process, the script's included."""
REPLACED_FROM_MB = 64
"""Below what any process holds: each is replaced after a request."""
LONGEST_SECONDS = 10.0
"""For somebody else's page, on a machine of one's own."""

LOOK_SECONDS = 0.05

_GREEDY = "rows = []\nwhile True:\n    rows.append('x' * 1000000)"


def _scripted(key: str, text: str) -> str:
    return process(
        key,
        chain(
            f'<bpmn:scriptTask id="count" name="計算"><bpmn:script>{text}</bpmn:script></bpmn:scriptTask>',
            user_task("see", "看結果", FOR_LABOR),
            ids=("count", "see"),
        ),
        attributes='camunda:candidateStarterGroups="labor_handler@aia.labor"',
    )


GREEDY, MODEST = _scripted("greedy", _GREEDY), _scripted("modest", "rows = [1, 2, 3]")


def test_nobody_gets_4_gb(city, report):
    found = report("F14")
    rounds = scaled(ROUNDS)
    found.least = {"scripts": 2 * rounds, "uploads": 2 * rounds, "exports": 5, "others": 2 * rounds}
    for diagram in (GREEDY, MODEST):
        city.deploy(diagram)
    limit = {"SIWEI_MAX_EXPORT_MB": str(EXPORT_MB)}
    with served(city, **limit) as (site, browser), somebody_else(site, browser, found):
        for _ in range(rounds):
            _scripts(city, browser, found)
            _uploads(browser, found)
            _look_on(found)
        take_out_too_much(city, site, browser, found)
        take_out_much(city, browser, found)
    found.violations += city.violations()
    found.ensure_held()


def test_a_process_that_has_grown_is_replaced_between_requests(city, report):
    found = report("F14 replaced")
    found.least = {"replaced": 1}
    with served(city, SIWEI_WEB_MEMORY_MB=str(REPLACED_FROM_MB)) as (site, browser):
        before = site.workers()
        for _ in range(2):
            if browser.ask("GET", "/inbox/mine")[0] != 200:
                found.violations.append("F14: a page was lost while a process was replaced")
        wait_until(lambda: before - site.workers(), 30 * Pace().slower, "a process is replaced")
        found.counts["replaced"] = len(before - site.workers())
    found.ensure_held()


def test_a_server_without_limits_is_noticed(city, report):
    taken, gathered = report("F14 no limit"), report("F14 gathered")
    city.deploy(MODEST)
    limit = {"SIWEI_MAX_EXPORT_MB": str(EXPORT_MB)}
    with served(city, conf="python:tests.faults.careless_conf", **limit) as (site, browser):
        browser.start("modest")
        take_out_too_much(city, site, browser, gathered)  # before an upload leaves room that a list could use again
        _uploads(browser, taken, megabytes=MOST_TAKEN_MB + 16)
    taken.ensure_noticed("F14: an upload")
    gathered.ensure_noticed("F14: an export let a process grow")


@contextmanager
def somebody_else(site: Served, browser: Browser, report: Report) -> Iterator[None]:
    """Somebody looks at their inbox all the time; none of it may fail, or take long."""
    pace, slowest = Pace(), [0.0]

    def look() -> None:
        began = time.monotonic()
        try:
            status = browser.ask("GET", "/inbox/mine")[0]
        except OSError as error:
            status = f"{type(error).__name__}"  # type: ignore[assignment]
        if status != 200:
            report.violations.append(f"F14: somebody else's page was answered with {status}")
        slowest[0] = max(slowest[0], time.monotonic() - began)
        report.counts["others"] = report.counts.get("others", 0) + 1
        site.look()

    try:
        with meanwhile(look, LOOK_SECONDS):
            yield
    finally:
        held = max(site.peaks.values())
        report.counts |= {
            "slowest page s": max(round(slowest[0], 2), report.counts.get("slowest page s", 0)),
            "most held MB": max(held, report.counts.get("most held MB", 0)), "machine slower by": pace.again(),
        }  # fmt: skip
        if held > MOST_HELD_MB:
            report.violations.append(f"F14: a process held {held} MB")
        if slowest[0] > LONGEST_SECONDS * pace.slower:
            report.violations.append(f"F14: somebody else's page took {slowest[0]:.1f} s")


def _look_on(report: Report) -> None:
    """Wait until somebody else has looked twice more."""
    seen = report.counts.get("others", 0)
    wait_until(lambda: report.counts.get("others", 0) >= seen + 2, 30, "somebody else goes on looking")


def _scripts(city: City, browser: Browser, report: Report) -> None:
    """A script that takes all it can get is an incident; the next one runs."""
    for key, tasks, incidents in (("greedy", 0, 1), ("modest", 1, 0)):
        case = browser.start(key).rpartition("/")[2]
        with city.owner() as db:
            row = db.execute(
                "select (select count(*) from user_task where instance_id = %(case)s and state = 'open'),"
                " (select count(*) from incident where instance_id = %(case)s and resolved_at is null)",
                {"case": case},
            ).fetchone()
        report.counts["scripts"] = report.counts.get("scripts", 0) + 1
        if row != (tasks, incidents):
            report.violations.append(f"F14: after the {key} script there are {row} tasks and incidents")


def _uploads(browser: Browser, report: Report, megabytes: int = UPLOAD_MB) -> None:
    """One that says how large it is, one that does not."""
    for declared in (True, False):
        status, taken = browser.upload("/start/modest", megabytes, declared=declared)
        report.counts["uploads"] = report.counts.get("uploads", 0) + 1
        report.counts["most taken MB"] = max(taken, report.counts.get("most taken MB", 0))
        if taken > MOST_TAKEN_MB:
            report.violations.append(f"F14: an upload of {megabytes} MB: {taken} MB of it were taken")
        if status not in (413, 0):  # 0: the answer was lost with the connection that nobody read from
            report.violations.append(f"F14: an upload of {megabytes} MB was answered with {status}")
