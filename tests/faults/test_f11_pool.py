"""F11: more people than connections, while reports hold snapshots, a backup copies and vacuum runs. Nobody starves."""

from __future__ import annotations

import math
from collections import Counter
from statistics import median

from engine.store.embedded import OWNER
from tests.faults.crowding import POOL
from tests.faults.harness import City, Report, scaled
from tests.faults.models import MIXED
from tests.faults.pace import Pace

USERS, PROCESSES = 16, 2
OPERATIONS = 480
P99_SECONDS = 2.0
"""The plan's, on a machine of one's own."""
LEAST_SHARE = 0.25
"""Of what people do in the middle, everybody gets to do so much."""
AN_OPERATION_SECONDS = 0.25
IN_THE_WAY = ("snapshot", "dump", "vacuum")


def test_more_people_than_connections_all_get_their_turn(city, report):
    found = report("F11")
    found.least = {"operations": scaled(OPERATIONS), "people": USERS, **dict.fromkeys(IN_THE_WAY, 2)}
    crowd(city, found, operations=scaled(OPERATIONS))
    found.violations += city.violations()
    found.ensure_held()


def test_a_build_that_takes_a_second_connection_in_a_step_is_noticed(city, report):
    found = report("F11 time from the pool")
    crowd(city, found, operations=60, broken="crowding:time_from_the_pool")
    found.ensure_noticed("F11: a step waits for a second connection", "F11: somebody was turned away")


def crowd(city: City, report: Report, *, operations: int, broken: str | None = None) -> None:
    """Let people work through too few connections while others are in the way; how long they waited, and for what."""
    key, pace = city.deploy(MIXED["straight"]), Pace()
    each = USERS // PROCESSES
    assert each > 2 * POOL, "the pool is to be smaller than the load"
    owner = f"host={city.address.socket_folder} user={OWNER} dbname={city.database}"
    others = city.nursery.start(
        *[city.spec(f"crowding:{act}", owner=owner) for act in ("reader", "reader", "dump", "vacuum")]
    )
    people = city.nursery.start(
        *[
            city.spec("crowding:people", users=each, first=number * each, process=key, broken=broken,
                      operations=operations // PROCESSES)
            for number in range(PROCESSES)
        ]
    )  # fmt: skip
    for actor in people:
        if not actor.wait((20 + operations * AN_OPERATION_SECONDS) * pace.slower):
            report.violations.append("F11: somebody waits for ever")
    (city.folder / "finish").touch()
    for actor in others:
        if not actor.wait(20 * pace.slower):
            report.violations.append("F11: a reader, the backup or vacuum hangs")
    _judge(city, report, pace)


def _judge(city: City, report: Report, pace: Pace) -> None:
    lines = city.lines()
    done = [line for line in lines if "user" in line]
    in_the_way = Counter(line["in_the_way"] for line in lines if "in_the_way" in line)
    share = Counter(line["user"] for line in done)
    waited = sorted(line["seconds"] for line in done)
    p99 = waited[math.ceil(len(waited) * 0.99) - 1] if waited else 0.0
    report.counts = {
        "operations": len(done), "people": len(share), **{what: in_the_way[what] for what in IN_THE_WAY},
        "p99 s": round(p99, 2), "slowest s": round(max(waited, default=0.0), 2),
        "least done by one": min(share.values(), default=0), "machine slower by": pace.again(),
    }  # fmt: skip
    refused = Counter(line["told"] for line in done if line["told"] != "done")
    if refused:
        report.violations.append(f"F11: somebody was turned away: {dict(refused)}")
    if p99 > P99_SECONDS * pace.slower:
        report.violations.append(f"F11: p99 of what people did took {p99:.1f} s")
    if share and min(share.values()) < LEAST_SHARE * median(share.values()):
        report.violations.append(f"F11: somebody starves: {min(share.values())} acts, others {median(share.values())}")
    second = Counter(line["second"] for line in lines if "second" in line)
    if second:
        report.violations.append(f"F11: a step waits for a second connection: {dict(second.most_common(5))}")
