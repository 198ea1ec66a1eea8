"""F10: the line to the database is cut before, while and after a commit passes. Nothing is lost, nothing doubled."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime

from tests.engine.services.diagrams import WAITING
from tests.faults.actors import CLERK
from tests.faults.harness import City, Report, scaled, wait_until
from tests.faults.models import MIXED, many_timers
from tests.faults.pace import Pace
from tests.faults.proxy import MODES, Proxy

CLIENTS = 3
CUTS = 100
"""The plan's 2,000 are `FAULT_SCALE=20`."""
OFTEN = 0.4
ALARMS, TIMERS = 4, 3
LONGEST_ERROR_SECONDS = 5.0
EFFECTS = "F10: forms had another number of effects"
A_CUT_SECONDS, TO_END_SECONDS = 0.3, 15.0


def test_whatever_the_cut_hides_is_found_out(city, report):
    found = report("F10")
    found.least = {"cuts": scaled(CUTS), **{f"cut {mode}": scaled(CUTS) / 6 for mode in MODES}}
    found.least |= {
        "decided by the record": scaled(CUTS) / 8,
        "sent again": scaled(CUTS) / 8,
        "timers": ALARMS * TIMERS,
    }
    cut(city, found, cuts=scaled(CUTS))
    found.ensure_held()


def test_a_build_that_forgets_tokens_is_noticed(city, report):
    found = report("F10 forgetful")
    cut(city, found, cuts=60, broken="forgetful")
    found.ensure_noticed(EFFECTS)


def cut(city: City, report: Report, *, cuts: int, broken: str | None = None) -> None:
    """Let clients and a worker work through a proxy that cuts so many commits, and compare forms with effects."""
    processes = [city.deploy(MIXED["straight"]), city.deploy(WAITING)]
    alarms, now = city.deploy(many_timers(TIMERS)), datetime.now(UTC)
    for _ in range(ALARMS):
        city.engine.runtime.start(alarms, actor=CLERK, variables={"at": [now] * TIMERS})
    pace, chance = Pace(), random.Random(report.seed)
    proxy = Proxy(city.address.socket_folder / ".s.PGSQL.5432", cuts=cuts, often=OFTEN, seed=report.seed)
    with proxy.running():
        url = f"{city.url.partition('@')[0]}@127.0.0.1:{proxy.port}/{city.database}?sslmode=disable&gssencmode=disable"
        clients = city.nursery.start(
            *[
                city.spec("cut_off:work", processes=processes, message="resolved",
                          seed=chance.random(), broken=broken) | {"url": url}
                for _ in range(CLIENTS)
            ]
        )  # fmt: skip
        (worker,) = city.nursery.start(city.spec("worker") | {"url": url})
        try:
            seconds = (TO_END_SECONDS + cuts * A_CUT_SECONDS) * pace.slower
            wait_until(
                lambda: proxy.is_done or not any(client.alive for client in clients), seconds, "the cuts are made"
            )
            (city.folder / "finish").touch()
            for client in clients:
                if not client.wait(TO_END_SECONDS * pace.slower):
                    report.violations.append("F10: a client hangs")
            _wait_for_timers(city, report, TO_END_SECONDS * pace.slower)
        finally:
            for actor in (*clients, worker):
                actor.close()
    report.counts = {
        "cuts": proxy.made.total(), **{f"cut {mode}": proxy.made[mode] for mode in MODES},
        "machine slower by": pace.again(),
    }  # fmt: skip
    _judge(city, report, pace.slower)
    report.violations += city.violations()


def _wait_for_timers(city: City, report: Report, seconds: float) -> None:
    def fired() -> int:
        with city.owner() as db:
            (left,) = db.execute("select count(*) from awaited_timer").fetchone() or (0,)
        return ALARMS * TIMERS - int(left)

    try:
        wait_until(lambda: fired() == ALARMS * TIMERS, seconds, "the timers fire")
    except TimeoutError:
        report.violations.append(f"I3: {ALARMS * TIMERS - fired()} timers do not fire")


def _judge(city: City, report: Report, slower: float) -> None:
    forms = [line for line in city.lines() if "form" in line]
    report.counts |= {
        "forms": len(forms), "sent again": sum(line["sent"] - 1 for line in forms),
        "decided by the record": len(city.noted("cut")) - sum(line["unknown"] for line in forms),
    }  # fmt: skip
    refused = Counter(line["form"] + ": " + line["told"] for line in forms if line["told"] != "done")
    if refused:
        report.violations.append(f"F10: forms that were sent again were refused: {dict(refused)}")
    slowest = max((line["slowest"] for line in forms), default=0.0)
    if slowest > LONGEST_ERROR_SECONDS * slower:
        report.violations.append(f"F10: somebody waited {slowest:.1f} s for an error")
    with city.owner() as db:
        effects = dict(
            db.execute(
                "select verb, count(*) from history where actor = %s group by verb", [CLERK.person_id]
            ).fetchall()
        )
        passed = [
            element
            for (elements,) in db.execute("select params -> 'passed' from history where verb = 'timer.fired'")
            for element in elements
            if element.startswith("timer")
        ]
    wanted = Counter(VERBS[line["form"]] for line in forms) + Counter({"case.started": ALARMS})
    found = {verb: effects.get(verb, 0) for verb in VERBS.values()}
    if found != {verb: wanted[verb] for verb in VERBS.values()}:
        report.violations.append(f"{EFFECTS}: {found} of {dict(wanted)}")
    report.counts["timers"] = len(passed)
    if len(passed) != ALARMS * TIMERS:
        report.violations.append(f"I2: {len(passed)} timers fired of {ALARMS * TIMERS}")


VERBS = {
    "start": "case.started", "claim": "task.claimed", "complete": "task.completed", "message": "message.received",
}  # fmt: skip
"""What a form writes into the history, once."""
