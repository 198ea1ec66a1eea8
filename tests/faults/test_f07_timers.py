"""F07: a thousand timers due in one second, four schedulers that are restarted and killed. Each timer fires once."""

from __future__ import annotations

import math
import random
import signal
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

from tests.faults.actors import CLERK
from tests.faults.breakages import drop_last_fence
from tests.faults.harness import Cast, City, Report, scaled, wait_until
from tests.faults.job_trail import keep_trail
from tests.faults.models import many_timers
from tests.faults.pace import Pace

Timers = dict[tuple[UUID, str], datetime]
"""When each timer of each case is due."""

CASES, TIMERS = 100, 10
SCHEDULERS = 4
SECONDS = 10.0
RESTART_EVERY, KILL_EVERY = 1.0, 10.0
MOST_SECONDS = 90.0
"""Where a restart takes longer than a second, the schedulers are hurt on until it was as often as promised."""

MOST_PATIENCE = 4.0
"""So many times longer than on a machine of one's own may arming take; what is armed later is due at once."""

TO_FIRE_SECONDS = 60.0
P99_LATE_SECONDS, LATE_AFTER_A_KILL_SECONDS = 5.0, 20.0
"""The plan's, on a machine of one's own: the second for timers whose worker was killed, whose job has to be missed
first. A timer that was due before the schedulers were there is late from then on."""


def test_each_timer_fires_once(city, report):
    found = report("F07")
    found.least = {"timers": scaled(CASES) * TIMERS, "restarts": 5, "kills": 1}
    fire(city, found, cases=scaled(CASES))
    found.ensure_held()


def test_a_build_whose_fired_timers_are_not_fenced_is_noticed(city, report):
    with city.owner() as db:
        drop_last_fence(db)
    found = report("F07 unfenced")
    fire(city, found, cases=12, seconds=2, broken="unfenced")
    found.ensure_noticed("I2")


def fire(city: City, report: Report, *, cases: int, seconds: float = SECONDS, broken: str | None = None) -> None:
    """Arm the timers, let the schedulers run through the second in which they are due, count what fired."""
    key, chance = city.deploy(many_timers(TIMERS)), random.Random(report.seed)
    pace = Pace()
    with city.owner() as db:
        keep_trail(db)
    due = _arm(city, key, cases, chance, pace.slower)
    cast = Cast(city, [city.spec("worker", broken=broken, concurrency=2) for _ in range(SCHEDULERS)])
    cast.begin()
    try:
        ready = datetime.now(UTC)
        report.counts |= _hurt(cast, chance, seconds, report.least)
        _wait_for_all(city, report, TO_FIRE_SECONDS * (1 if broken else pace.slower))
    finally:
        cast.end()
    report.counts["machine slower by"] = pace.again()
    _judge(city, report, {timer: max(at, ready) for timer, at in due.items()}, pace.slower)
    early = [timer for timer, moments in _fired(city).items() if moments[0] < due[timer]]
    if early:
        report.violations.append(f"F07: {len(early)} timers fired before they were due")
    report.violations += city.violations()


def _arm(city: City, key: str, cases: int, chance: random.Random, slower: float) -> Timers:
    """Start the cases; when each of their timers is due, all within one second."""
    second = datetime.now(UTC) + timedelta(seconds=(3 + cases * 0.03) * min(slower, MOST_PATIENCE))
    due: Timers = {}
    for _ in range(cases):
        at = [second + timedelta(seconds=chance.random()) for _ in range(TIMERS)]
        case = city.engine.runtime.start(key, actor=CLERK, variables={"at": at})
        due |= {(case.id, f"timer{number}"): moment for number, moment in enumerate(at)}
    return due


def _hurt(cast: Cast, chance: random.Random, seconds: float, least: Mapping[str, float]) -> dict[str, float]:
    """One is asked to stop and replaced each second; one in ten seconds is killed, the first in the thick of it."""
    began, restarts, kills = time.monotonic(), 0, 0
    next_kill = 4.0
    while (passed := time.monotonic() - began) < seconds or (
        passed < MOST_SECONDS and (restarts < least.get("restarts", 0) or kills < least.get("kills", 0))
    ):
        time.sleep(RESTART_EVERY)  # the plan's own rhythm
        victim = chance.randrange(len(cast.specs))
        if passed >= next_kill:
            kills += cast.replace(victim)
            next_kill += KILL_EVERY
        else:
            restarts += cast.replace(victim, signal.SIGTERM)
    return {"restarts": restarts, "kills": kills}


def _wait_for_all(city: City, report: Report, seconds: float) -> None:
    try:
        wait_until(lambda: city.open_cases() == 0, seconds, "every timer fires")
    except TimeoutError:
        report.violations.append(f"I3: {city.open_cases()} cases still wait for a timer that is due")


def _judge(city: City, report: Report, due: Timers, slower: float) -> None:
    fired = _fired(city)
    report.counts["timers"] = len(fired)
    _judge_lateness(
        city, report, {timer: (moments[0] - due[timer]).total_seconds() for timer, moments in fired.items()}, slower
    )
    twice = [timer for timer, moments in fired.items() if len(moments) > 1]
    if twice:
        report.violations.append(f"I2: {len(twice)} timers fired more than once")
    if missing := due.keys() - fired.keys():
        report.violations.append(f"I3: {len(missing)} timers did not fire")


def _fired(city: City) -> dict[tuple[UUID, str], list[datetime]]:
    fired: dict[tuple[UUID, str], list[datetime]] = {}
    with city.owner() as db:
        for case, at, passed in db.execute("select instance_id, occurred_at, params -> 'passed' from history"):
            for element in passed or ():
                if element.startswith("timer"):
                    fired.setdefault((case, element), []).append(at)
    return fired


def _judge_lateness(city: City, report: Report, late: Mapping[tuple[UUID, str], float], slower: float) -> None:
    """How late timers were; apart from them, those of cases one of whose jobs was taken from a killed worker."""
    with city.owner() as db:
        hit = {
            UUID(case)
            for (case,) in db.execute(
                "select distinct args ->> 'instance_id' from job_trail"
                " where task_name = 'siwei:timer' and type = 'retried'"
            )
        }
    calm = sorted(seconds for (case, _), seconds in late.items() if case not in hit)
    rest = [seconds for (case, _), seconds in late.items() if case in hit]
    if calm:
        report.counts["p99 late s"] = round(calm[math.ceil(len(calm) * 0.99) - 1], 2)
        if report.counts["p99 late s"] > P99_LATE_SECONDS * slower:
            report.violations.append(f"F07: p99 of the timers fired {report.counts['p99 late s']} s late")
    if rest:
        report.counts |= {"timers of killed workers": len(rest), "latest of them s": round(max(rest), 2)}
    if late and max(late.values()) > LATE_AFTER_A_KILL_SECONDS * slower:
        report.violations.append(f"F07: a timer fired {max(late.values()):.1f} s late")
