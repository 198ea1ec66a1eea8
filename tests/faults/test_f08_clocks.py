"""F08: machines whose clocks are off by ten minutes or a day, and jump. Nothing is lost, doubled or extended.

Timers, leases, retries and sessions. There is no second factor by time (TOTP) in the product yet.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg

from tests.faults.actors import CLERK
from tests.faults.clocks import ABSOLUTE, IDLE, desks_of, opened
from tests.faults.harness import City, Report, scaled, wait_until
from tests.faults.job_trail import keep_trail
from tests.faults.models import MIXED, PAUSE, PAUSE_SECONDS, many_timers
from tests.faults.pace import Pace

MINUTES, DAY = 600.0, 86_400.0
WORKERS = ((MINUTES, -DAY), (-MINUTES, DAY), (DAY, 0.0), (-DAY, MINUTES))
CLERKS = ((DAY, -MINUTES), (-DAY, MINUTES))
"""How far the clock of each is ahead, first and after each jump."""
JUMP_SECONDS = 1.5
SPREAD_SECONDS = 2.4
CASES, TIMERS, CALLS, PAUSES, ORPHANS = 6, 4, 4, 3, 3
ACCOUNT = {"username": "tsai", "password": "shared-demo-password-115"}
NOT_YET = timedelta(minutes=9)
"""When a timer is due that only a wrong clock would let fire."""
Timers = dict[tuple[UUID, str], datetime]
"""When each timer of each case is due."""
MOST_PATIENCE = 4.0
"""As in F07."""
LIMITS = {"unused": (IDLE.total_seconds(), "idle"), "used": (ABSOLUTE.total_seconds(), "absolute")}
LATE_SECONDS, TO_END_SECONDS = 3.0, 25.0
BROKEN_SECONDS = 5.0
"""So long a broken build is looked at; what it lets wait for another day does not come."""
EARLY_SECONDS = 0.2
"""An entry is recorded when its case is locked, a moment before the timer is looked at."""
APART_SECONDS = 1.0
"""The engine's time and the database's, of one entry."""


def test_a_wrong_clock_does_no_harm(city, report):
    found = report("F08")
    found.least = {
        "timers": scaled(CASES) * TIMERS + len(CLERKS) * scaled(PAUSES), "calls tried again": scaled(CALLS),
        "sessions": len(CLERKS) * 4, "jobs of the dead": scaled(ORPHANS), "jumps": len(WORKERS + CLERKS),
    }  # fmt: skip
    live_apart(city, found)
    found.violations += city.violations()
    found.ensure_held()


def test_a_build_that_goes_by_the_machine_s_clock_is_noticed(city, report):
    found = report("F08 by the machine's clock")
    live_apart(city, found, broken="clocks:by_the_machine")
    found.ensure_noticed("F08: a timer fired before it was due")
    found.ensure_noticed("F08: a session")
    found.ensure_noticed("F08: the history tells a time")


def live_apart(city: City, report: Report, *, broken: str | None = None) -> None:
    """Give work to machines that do not agree about the time, and look at what they did and when."""
    pace = Pace()
    alarms, pause, served = (city.deploy(bpmn) for bpmn in (many_timers(TIMERS), PAUSE, MIXED["served"]))
    with city.owner() as db:
        keep_trail(db)
    _call(city, served)
    due = _arm(city, alarms, pace)
    with city.owner() as db:
        orphans = _orphans(db)
    workers = [city.spec("clocks:worker", broken=broken, offsets=off, jump_every=JUMP_SECONDS) for off in WORKERS]
    city.engine.accounts.add_demo_account(CLERK.person_id, **ACCOUNT)
    clerks = [
        city.spec(
            "clocks:clerk", broken=broken, offsets=off, jump_every=JUMP_SECONDS, process=pause, cases=scaled(PAUSES),
            sessions=_sessions(city), **ACCOUNT,
        )
        for off in CLERKS
    ]  # fmt: skip
    at_desks, at_work = city.nursery.start(*clerks), city.nursery.start(*workers)
    until = time.monotonic() + (TO_END_SECONDS * pace.slower if not broken else BROKEN_SECONDS * patience(pace))
    for actor in at_desks:
        if not actor.wait(max(0.0, until - time.monotonic())):
            report.violations.append("F08: a session does not end")
    _wait(city, report, orphans, max(0.0, until - time.monotonic()))
    for actor in (*at_desks, *at_work):
        actor.close()
    report.counts |= {"machine slower by": pace.again(), "jumps": len(city.noted("jumped"))}
    _judge_timers(city, report, due, pace.slower)
    _judge_sessions(city, report, pace.slower)
    with city.owner() as db:
        _judge_jobs(db, report, orphans)
        _judge_history(db, report, pace.slower)


def patience(pace: Pace) -> float:
    """How much longer than on a machine of one's own preparing may take."""
    return min(pace.slower, MOST_PATIENCE)


def _call(city: City, key: str) -> None:
    """Cases that wait for the ledger."""
    for _ in range(scaled(CALLS)):
        (task,) = city.engine.runtime.start(key, actor=CLERK, variables={}).open_tasks
        city.engine.tasks.claim(task["id"], CLERK)
        city.engine.tasks.complete(task["id"], actor=CLERK, variables={})


def _arm(city: City, key: str, pace: Pace) -> Timers:
    """Cases with timers; when each is due: around the moment in which the clocks jump, those of the last case later."""
    now = datetime.now(UTC)
    first = now + timedelta(seconds=JUMP_SECONDS * patience(pace))
    between = timedelta(seconds=SPREAD_SECONDS) / (scaled(CASES) * TIMERS)
    soon = [[first + between * (case * TIMERS + timer) for timer in range(TIMERS)] for case in range(scaled(CASES))]
    due = {}
    for at in [*soon, [now + NOT_YET] * TIMERS]:
        case = city.engine.runtime.start(key, actor=CLERK, variables={"at": at})
        due |= {(case.id, f"timer{timer}"): moment for timer, moment in enumerate(at)}
    return due


def _orphans(db: psycopg.Connection) -> list[int]:
    """Jobs that a worker had in hand when it died, of the kind that nothing but the job itself remembers."""
    rows = db.execute(
        "insert into procrastinate_jobs (queue_name, task_name, args, status, worker_id)"
        " select 'siwei', 'siwei:deliver_signal', jsonb_build_object('name', 'unheard', 'variables', '{}'::jsonb,"
        " 'id', n::text), 'doing', null from generate_series(1, %s) n returning id",
        [scaled(ORPHANS)],
    ).fetchall()
    return [id for (id,) in rows]


def _sessions(city: City) -> dict[str, tuple[str, float]]:
    """Sessions opened where the clock is right: token, and since when."""
    return {kind: opened(desk, ACCOUNT) for kind, desk in desks_of(city.engine).items()}


def _wait(city: City, report: Report, orphans: list[int], seconds: float) -> None:
    def done() -> bool:
        with city.owner() as db:
            left = db.execute(
                "select (select count(*) from awaited_timer) + (select count(*) from service_call)"
                " + (select count(*) from procrastinate_jobs where id = any(%s))",
                [orphans],
            ).fetchone()
        return left is not None and left[0] <= TIMERS and len(city.noted("jumped")) >= len(WORKERS + CLERKS)

    try:
        wait_until(done, seconds, "everything that is due is done")
    except TimeoutError:
        report.violations.append("I3: what is due is not done: it waits for another day")


# -- what came of it -------------------------------------------------------------------------


def _judge_timers(city: City, report: Report, due: Timers, slower: float) -> None:
    """By the entries of the history, whose `recorded_at` is the database's, whoever wrote them."""
    fired = []
    with city.owner() as db:
        rows = db.execute("""
            select h.instance_id, h.recorded_at, h.params -> 'passed',
              (select min(s.recorded_at) from history s where s.instance_id = h.instance_id)
            from history h where h.verb = 'timer.fired'
        """).fetchall()
    for case, at, passed, started in rows:
        for element in passed or ():
            if element.startswith("timer") and (case, element) in due:
                fired.append((at - due[case, element]).total_seconds())
            elif element == "pause":
                fired.append((at - started - timedelta(seconds=PAUSE_SECONDS)).total_seconds())
    report.counts["timers"] = len(fired)
    wanted = len(due) - TIMERS + len(CLERKS) * scaled(PAUSES)
    early = [seconds for seconds in fired if seconds < -EARLY_SECONDS * slower]
    late = [seconds for seconds in fired if seconds > LATE_SECONDS * slower]
    if early:
        report.violations.append(f"F08: a timer fired before it was due, {len(early)} times: {min(early):.0f} s")
    if late:
        report.violations.append(f"F08: a timer fired late, {len(late)} times: {max(late):.0f} s")
    if len(fired) != wanted:
        report.violations.append(f"F08: {len(fired)} timers fired of {wanted}")


def _judge_sessions(city: City, report: Report, slower: float) -> None:
    ended = [line for line in city.lines() if "session" in line]
    report.counts["sessions"] = len(ended)
    for line in ended:
        limit, reason = LIMITS[line["kind"]]
        if line["reason"] != reason or not limit / 2 <= line["lasted"] <= limit + LATE_SECONDS * slower:
            what = f"{line['session']}, of {limit} s, ended after {line['lasted']:.1f} s: {line['reason']}"
            report.violations.append(f"F08: a session went by another clock: {what}")


def _judge_jobs(db: psycopg.Connection, report: Report, orphans: list[int]) -> None:
    rows = db.execute(
        "select job_id, task_name, count(*) from job_trail where type = 'deferred_for_retry' group by job_id, task_name"
    ).fetchall()
    again = {id: times for id, task, times in rows if task == "siwei:service_call"}
    dead = {id: times for id, _, times in rows if id in orphans}
    report.counts |= {"calls tried again": len(again), "jobs of the dead": len(dead)}
    taken = [task for id, task, _ in rows if id not in again and id not in dead]
    if taken:
        report.violations.append(f"F08: jobs were taken from workers that live: {taken}")


def _judge_history(db: psycopg.Connection, report: Report, slower: float) -> None:
    (apart,) = db.execute("select max(abs(extract(epoch from occurred_at - recorded_at))) from history").fetchone() or (
        0,
    )
    report.counts["history apart s"] = round(float(apart), 2)
    if apart > APART_SECONDS * slower:
        report.violations.append(f"F08: the history tells a time that is {apart:.0f} s off")
