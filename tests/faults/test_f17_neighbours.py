"""F17: a neighbour system answers 500, late, twice, in part, without an end or with 50 MB. Tries are bounded, all of
them carry one key, and what cannot be done ends in an incident."""

from __future__ import annotations

import random
import time
from pathlib import Path

from engine.model import Actor
from tests.faults.actors import CLERK
from tests.faults.calling import ASKING, HOST
from tests.faults.harness import Cast, City, Report, scaled, wait_until
from tests.faults.neighbour import HUGE, KINDS, Neighbour, misbehaving
from tests.faults.pace import Pace

CASES = 2
"""Of each kind."""
KILLS = 1
MOST_TRIES = 6
"""Of one call, by all its jobs together."""
MOST_MEMORY_MB = 80
"""By which a worker may grow through answers of 50 MB."""
TO_SETTLE_SECONDS = 30.0
ADMIN = Actor("admin", "系統管理者", groups=frozenset({"administrator@"}))

_SETTLED = """
select count(*) from process_instance i where
  exists (select from user_task t where t.instance_id = i.id and t.state = 'open')
  or exists (select from incident n where n.instance_id = i.id and n.resolved_at is null)
"""


def test_a_neighbour_at_its_worst(city, report):
    found = report("F17")
    found.least = {"calls": scaled(CASES) * len(KINDS), "kinds": len(KINDS), "kills": KILLS, "twice": 1}
    call(city, found, kinds=list(KINDS), cases=scaled(CASES), kills=KILLS)
    found.ensure_held()


def test_a_build_with_a_new_key_for_each_try_is_noticed(city, report):
    found = report("F17 new keys")
    call(city, found, kinds=["late", "cut"], cases=1, broken="new key each try")
    found.ensure_noticed("I6: a call had its effect")


def test_a_build_that_never_stops_trying_is_noticed(city, report):
    found = report("F17 unbounded")
    call(city, found, kinds=["down"], cases=2, broken="unbounded tries")
    found.ensure_noticed("F17: a call was tried")


def call(
    city: City,
    report: Report,
    *,
    kinds: list[str],
    cases: int,
    kills: int = 0,
    broken: str | None = None,
) -> None:
    """Start the cases, let a worker call for them, kill it in between, and look at both sides of the wire."""
    chance, pace = random.Random(report.seed), Pace()
    with misbehaving() as neighbour:
        city.engine.connector_hosts.add(
            HOST, base_url=f"http://127.0.0.1:{neighbour.port}", headers={}, allow_private=True, actor=ADMIN
        )
        key = city.deploy(ASKING)
        of_kind = {
            city.engine.runtime.start(key, actor=CLERK, variables={"kind": kind}).id: kind
            for kind in kinds
            for _ in range(cases)
        }
        doubled = _double_some(city)
        cast = Cast(city, [city.spec("calling:caller", slower=pace.slower, broken=broken)])
        cast.begin()
        try:
            for _ in range(kills):
                seen = _calls(neighbour)
                wait_until(lambda seen=seen: _calls(neighbour) > seen + 3, 20 * min(pace.slower, 3), "calls are made")
                time.sleep(chance.uniform(0, 0.3))  # the fault's own moment
                report.counts["kills"] = report.counts.get("kills", 0) + cast.replace(0)
            worker = cast.actors[0].pid
            before = _memory_mb(worker, "VmRSS")
            _wait_for_all(city, report, neighbour, len(of_kind), TO_SETTLE_SECONDS * pace.slower)
            grown = _memory_mb(worker, "VmHWM") - before
        finally:
            cast.end()
    report.counts |= {
        "calls": len(neighbour.asked), "kinds": len({name.partition("/")[0] for name in neighbour.asked}),
        "tries": _calls(neighbour), "twice": doubled, "grown MB": grown, "machine slower by": pace.again(),
    }  # fmt: skip
    if grown > MOST_MEMORY_MB:
        report.violations.append(f"F17: a worker grew by {grown} MB")
    _judge(report, neighbour, kills=kills)
    _judge_cases(city, report)
    report.violations += city.violations()


def _double_some(city: City) -> int:
    """Every third call has two jobs, as when one is taken back from a worker that was only slow."""
    with city.owner() as db:
        return db.execute(
            "insert into procrastinate_jobs (task_name, queue_name, args) select task_name, queue_name, args"
            " from procrastinate_jobs where task_name = 'siwei:service_call' and id % 3 = 0"
        ).rowcount


def _wait_for_all(city: City, report: Report, neighbour: Neighbour, cases: int, seconds: float) -> None:
    """Until every call has come to an end, or one was tried too often for it ever to."""

    def settled() -> int:
        with city.owner() as db:
            row = db.execute(_SETTLED).fetchone()
            return int(row[0]) if row else 0

    try:
        wait_until(lambda: settled() == cases or _most_tries(neighbour) > MOST_TRIES, seconds, "every call ends")
    except TimeoutError:
        report.violations.append(f"I3: {cases - settled()} calls came to no end")


def _most_tries(neighbour: Neighbour) -> int:
    with neighbour.lock:
        return max(map(len, neighbour.asked.values()), default=0)


def _calls(neighbour: Neighbour) -> int:
    with neighbour.lock:
        return sum(len(keys) for keys in neighbour.asked.values())


def _judge(report: Report, neighbour: Neighbour, *, kills: int) -> None:
    for name, keys in sorted(neighbour.asked.items()):
        kind = KINDS[name.partition("/")[0]]
        most = kind.most if not kills else MOST_TRIES  # a try whose worker was killed is made again
        if len(keys) > most or (len(keys) < kind.least and not kills):
            report.violations.append(f"F17: a call was tried {len(keys)} times: {name}")
        if len(neighbour.effects.get(name, ())) > 1:
            report.violations.append(f"I6: a call had its effect {len(neighbour.effects[name])} times: {name}")
        elif len(set(keys)) > 1:
            report.violations.append(f"I6: a call went out under {len(set(keys))} keys: {name}")
    if neighbour.astray:
        report.violations.append("F17: a redirect was followed")
    if neighbour.sent > HUGE:
        report.violations.append(f"F17: {neighbour.sent} bytes of an answer were read")


def _judge_cases(city: City, report: Report) -> None:
    """Whether what could be done was, and what could not is an incident."""
    with city.owner() as db:
        rows = db.execute("""
            select i.variables ->> 'kind', i.id,
              (select count(*) from user_task t where t.instance_id = i.id and t.state = 'open'),
              (select count(*) from incident n where n.instance_id = i.id and n.resolved_at is null)
            from process_instance i
        """).fetchall()
    for kind, case, tasks, incidents in rows:
        if (tasks, incidents) != ((1, 0) if KINDS[kind].ends else (0, 1)):
            report.violations.append(f"F17: {kind}: {tasks} tasks, {incidents} incidents in case {case}")


def _memory_mb(pid: int, field: str) -> int:
    """Of a process now (`VmRSS`), or at its most (`VmHWM`)."""
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(fields[field].split()[0]) // 1024
