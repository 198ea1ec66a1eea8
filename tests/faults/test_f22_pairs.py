"""F22: ten pairs of verbs meet in every order of looking, stepping and saving. What comes of it stands in a table."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

from engine import SYSTEM
from tests.faults.breakages import drop_last_fence
from tests.faults.harness import SCALE, City, Report
from tests.faults.meetings import GATES
from tests.faults.pace import Pace
from tests.faults.verbs import DIAGRAMS, MOVED, OTHER, renewed

PROCESSES = 2
A_MEETING_SECONDS = 2.0
UNLOCKED = 8
"""Of the orders of a pair that no lock keeps apart, so many in the suite."""


class Ends(NamedTuple):
    """What A and B are told, and how the case is left."""

    a: str
    b: str
    left: str


EXPECTED = {
    "complete/complete": {
        "A": Ends("done", "TaskNotOpen", "active, two, by A, completed 1"),
        "B": Ends("TaskNotOpen", "done", "active, two, by B, completed 1"),
    },
    "complete/cancel": {
        "A": Ends("done", "done", "cancelled, by A, completed 1"),
        "B": Ends("TaskNotOpen", "done", "cancelled"),
    },
    "complete/timer": {
        "A": Ends("done", "nothing", "completed, by A, completed 1"),
        "B": Ends("TaskNotOpen", "done", "active, chase"),
    },
    "claim/reassign": {
        "A": Ends("done", "done", "active, one of lin"),
        "B": Ends("AlreadyClaimed", "done", "active, one of lin"),
    },
    "deploy/start": {
        "A": Ends("done", "new", ""),
        "B": Ends("done", "old", ""),
        "both": Ends("done", "old", ""),
    },
    "message/message": {
        "A": Ends("done", "kept", "active, after, by A, completed 1, kept 1"),
        "B": Ends("kept", "done", "active, after, by B, completed 1, kept 1"),
    },
    "suspend/complete": {
        "A": Ends("done", "CaseSuspended", "active, one of tsai, suspended"),
        "B": Ends("done", "done", "active, two, by B, completed 1, suspended"),
    },
    "migrate/complete": {
        "A": Ends("done", "done", "active, check, by B, completed 1"),
        "B": Ends("InstanceEnded", "done", "completed, by B, completed 1"),
    },
    "answer/cancel": {
        "A": Ends("done", "done", "cancelled, completed 1"),
        "B": Ends("nothing", "done", "cancelled, completed 1"),
    },
    "retry/retry": {
        "A": Ends("done", "Conflict", "active, by A, completed 1"),
        "B": Ends("Conflict", "done", "active, by B, completed 1"),
    },
}
"""By who was first: who had saved when the other had its first look. Only where no lock keeps them apart, `both` may
look before either has saved."""

_TURNS = 2 * (len(GATES) + 1)
ORDERS = [
    "".join("A" if turn in turns_of_a else "B" for turn in range(_TURNS))
    for turns_of_a in combinations(range(_TURNS), _TURNS // 2)
]
"""All seventy: a turn leads to the next gate, the last one to the end."""


def test_what_meets_comes_out_as_the_table_says(city, report):
    found = report("F22")
    chance = random.Random(found.seed)
    meetings = [(pair, order) for pair in EXPECTED for order in _orders(pair, chance)]
    found.least = {"meetings": len(meetings), "pairs": len(EXPECTED), "waited for the other": len(meetings) / 2}
    hold(city, found, meetings)
    found.ensure_held()


def test_a_build_without_lock_and_revision_is_noticed(city, report):
    with city.owner() as db:
        drop_last_fence(db)
    found = report("F22 unfenced")
    hold(city, found, [("complete/complete", "ABABABAB"), ("complete/cancel", "AABBAABB")], broken="unfenced")
    found.ensure_noticed("F22: complete/complete")
    found.ensure_noticed("F22: complete/cancel")


def hold(city: City, report: Report, meetings: Sequence[tuple[str, str]], *, broken: str | None = None) -> None:
    """Let the pairs meet, and compare what came of it with the table."""
    for diagram in (*DIAGRAMS.values(), *MOVED, renewed(1)):
        city.deploy(diagram)
    city.engine.directory.add_person(OTHER, actor=SYSTEM, name="林同仁")
    pace = Pace()
    pairs = sorted({pair for pair, _ in meetings})
    of_each = [[meeting for meeting in meetings if meeting[0] in pairs[n::PROCESSES]] for n in range(PROCESSES)]
    actors = city.nursery.start(*[city.spec("meetings:meet", meetings=part, broken=broken) for part in of_each])
    for actor in actors:
        if not actor.wait((20 + len(meetings) * A_MEETING_SECONDS) * pace.slower):
            report.violations.append("F22: a meeting does not end")
    held = [line for line in city.lines() if "pair" in line]
    report.counts = {
        "meetings": len(held), "pairs": len({line["pair"] for line in held}),
        "waited for the other": sum(line["waited"] for line in held), "machine slower by": pace.again(),
    }  # fmt: skip
    for line in held:
        ends, expected = Ends(*line["told"], line["left"]), EXPECTED[line["pair"]].get(line["first"])
        if ends != expected:
            when = f"{line['pair']} in the order {line['order']}, first: {line['first']}"
            report.violations.append(f"F22: {when}: {tuple(ends)} instead of {expected and tuple(expected)}")
    report.violations += city.violations()


def _orders(pair: str, chance: random.Random) -> Sequence[str]:
    """All orders of a pair when there is time; else one of each kind that comes to the same.

    Where the case's lock keeps the two apart, all that matters is who is first and how far it is when the other comes.
    """
    if SCALE > 1:
        return ORDERS
    if "both" in EXPECTED[pair]:
        return chance.sample(ORDERS, UNLOCKED)
    kinds: dict[tuple[str, int], list[str]] = {}
    for order in ORDERS:
        other = "B" if order[0] == "A" else "A"
        kinds.setdefault((order[0], order.index(other)), []).append(order)
    return [chance.choice(alike) for alike in kinds.values()]
