"""F04: eight clients claim, release and complete one task; one in ten gives up. One order explains all they saw."""

from __future__ import annotations

import random
from collections import Counter, defaultdict

from tests.faults.breakages import drop_last_fence
from tests.faults.clients import GIVING_UP
from tests.faults.harness import City, Report, scaled
from tests.faults.linearizable import Operation, State, is_linearizable
from tests.faults.models import MIXED
from tests.faults.pace import Pace

CLIENTS, PROCESSES = 8, 2
ROUNDS, OPERATIONS = 20, 5
"""Tasks, and what each client asks of each. The plan's 10^6 operations are `FAULT_SCALE=1250`."""
ROUND_SECONDS = 3.0
ANSWERS = {"done", "AlreadyClaimed", "NotAssignee", "TaskNotOpen", "None"}


def test_one_order_explains_what_all_were_told(city, report):
    found = report("F04")
    asked = scaled(ROUNDS) * CLIENTS * OPERATIONS
    found.least = {"operations": asked, "given up": asked * GIVING_UP / 2, "claims": scaled(ROUNDS)}
    found.least |= {"releases": scaled(ROUNDS) / 2, "completions": scaled(ROUNDS) / 5, "refused": asked / 4}
    contend(city, found, rounds=scaled(ROUNDS))
    found.ensure_held()


def test_a_build_that_claims_without_a_fence_is_noticed(city, report):
    with city.owner() as db:
        drop_last_fence(db)
    found = report("F04 claims unfenced")
    contend(city, found, rounds=6, broken="clients:claim_without_fence")
    found.ensure_noticed("F04: no order explains")


def contend(city: City, report: Report, *, rounds: int, broken: str | None = None) -> None:
    """Let the clients at a task a round, then look for an order of what they did."""
    key = city.deploy(MIXED["straight"])
    pace, each = Pace(), CLIENTS // PROCESSES
    tasks = [city.open_tasks(key)[0] for _ in range(rounds)]
    crowds = city.nursery.start(
        *[
            city.spec(
                "clients:work", users=each, first=n * each, rounds=tasks, operations=OPERATIONS, seed=report.seed,
                broken=broken,
            )
            for n in range(PROCESSES)
        ]
    )  # fmt: skip
    for crowd in crowds:
        if not crowd.wait((30 + rounds * ROUND_SECONDS) * pace.slower):
            report.violations.append("F04: a client hangs")
    histories = _histories(city)
    told = Counter((op.verb, op.told) for history in histories.values() for op in history)
    report.counts = {
        "tasks": len(histories), "operations": told.total(),
        "given up": sum(times for (_, what), times in told.items() if what is None),
        "claims": told["claim", "done"], "releases": told["release", "done"], "completions": told["complete", "done"],
        "refused": sum(times for (_, what), times in told.items() if what not in ("done", None)),
        "machine slower by": pace.again(),
    }  # fmt: skip
    if odd := {str(what) for _, what in told} - ANSWERS:
        report.violations.append(f"F04: somebody was told something else: {sorted(odd)}")
    last = _states(city)
    lost = [task for task, history in histories.items() if not is_linearizable(history, last[task])]
    if lost:
        report.violations.append(f"F04: no order explains what happened to {len(lost)} of {rounds} tasks: {lost[:3]}")
    report.violations += city.violations()


def _histories(city: City) -> dict[str, list[Operation]]:
    found = defaultdict(list)
    for line in city.lines():
        values = dict(line)
        found[values.pop("task")].append(Operation(**values))
    return {task: sorted(history, key=lambda operation: operation.began) for task, history in found.items()}


def _states(city: City) -> dict[str, State]:
    with city.owner() as db:
        rows = db.execute("select id, state, coalesce(closed_by_name, assignee_name) from user_task").fetchall()
    return {str(id): (state, who) for id, state, who in rows}


# -- the judge itself ------------------------------------------------------------------------


def test_the_judge_finds_an_order_where_there_is_one():
    history = [
        Operation("a", "claim", 0, 1, "done"),
        Operation("b", "claim", 0.5, 3, "done"),
        Operation("a", "release", 2, 4, "done"),
        Operation("b", "complete", 3.5),
        Operation("a", "claim", 5, 6, "TaskNotOpen", "b"),
    ]
    assert is_linearizable(history, ("completed", "b")), "what b gave up on happened all the same"
    assert is_linearizable(history[:4], ("open", "b")), "or did not"


def test_the_judge_finds_none_where_there_is_none():
    both = [Operation("a", "claim", 0, 2, "done"), Operation("b", "claim", 1, 3, "done")]
    assert not is_linearizable(both, ("open", "b"))
    wrong_name = [Operation("a", "claim", 0, 1, "done"), Operation("b", "claim", 2, 3, "AlreadyClaimed", "c")]
    assert not is_linearizable(wrong_name, ("open", "a"))
    too_late = [Operation("a", "claim", 0, 1, "done"), Operation("b", "release", 2, 3, "NotAssignee", None)]
    assert not is_linearizable(too_late, ("open", "a"))
    chance = random.Random(7)
    lost = [Operation(name, "claim", chance.random(), 2, "AlreadyClaimed", "a") for name in "bcde"]
    assert not is_linearizable(lost, ("open", "a")), "nobody claimed it"
