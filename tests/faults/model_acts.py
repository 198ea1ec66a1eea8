"""The operations of F21: each is done to the engine and to the model; what they say otherwise is a difference."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

from engine import SYSTEM
from engine.connectors import ConnectorRegistry
from engine.jobs import JobService
from engine.model import Actor
from tests.faults.model_office import CHIEF, CONTROL, Task
from tests.faults.model_walk import PEOPLE, Step, Walker, drawn

STARTERS = ("tsai", "lin")
AWAY, DEPUTY = "tsai", "lin"
MOST_OPEN, MOST = 6, 80
"""Cases at one time, and in all: then an office has seen enough."""


def start(walker: Walker, chance: random.Random, number: int) -> list[str]:
    """A new case, unless there are many."""
    if sum(case.status == "active" for case in walker.office.cases) >= MOST_OPEN or len(walker.ids) >= MOST:
        return []
    person = chance.choice(STARTERS)
    made = walker.engine.runtime.start("office", actor=walker.actor(person), variables={})
    walker.office.begin(person)
    walker.ids.append(made.id)
    walker.keys.append(made.business_key)
    walker.tasks.append([])
    walker.note_tasks(len(walker.ids) - 1)
    return []


def claim(walker: Walker, chance: random.Random, number: int) -> list[str]:
    """Somebody takes a task."""
    case, index, task = walker.pick(chance, number)
    who = chance.choice(PEOPLE)
    expected = walker.office.told(case, task, who, "claim")
    said = walker.tried(lambda: walker.engine.tasks.claim(walker.tasks[number][index], walker.actor(who)), expected)
    if not expected and task.holder != who:
        task.holder = who
        case.people.add(who)
        case.verbs["task.claimed"] += 1
    return said


def release(walker: Walker, chance: random.Random, number: int) -> list[str]:
    """Somebody puts a task back."""
    case, index, task = walker.pick(chance, number)
    who = chance.choice([task.holder or "tsai", *PEOPLE])
    expected = walker.office.told(case, task, who, "release")
    said = walker.tried(lambda: walker.engine.tasks.release(walker.tasks[number][index], walker.actor(who)), expected)
    if not expected:
        task.holder = None
        case.verbs["task.released"] += 1
    return said


def assign(walker: Walker, chance: random.Random, number: int) -> list[str]:
    """Somebody gives a task to somebody."""
    case, index, task = walker.pick(chance, number)
    who, to = chance.choice([CHIEF, *PEOPLE]), chance.choice(PEOPLE)
    expected = walker.office.told(case, task, who, "assign")
    id = walker.tasks[number][index]
    said = walker.tried(lambda: walker.engine.tasks.assign(id, to, walker.actor(who), "分工"), expected)
    if not expected:
        case.verbs["task.reassigned" if task.holder else "task.assigned"] += 1
        task.holder = to
        case.people.add(to)
    return said


def complete(walker: Walker, chance: random.Random, number: int) -> list[str]:
    """Somebody hands in an answer, mostly who has the task; now and then it stops the case's clock."""
    case, index, task = walker.pick(chance, number)
    who = task.holder if task.holder and chance.random() < 0.8 else chance.choice(PEOPLE)
    decision, clock = chance.choice(["go", "return"]), chance.choice(["running", "running", "stopped"])
    expected, token = walker.office.told(case, task, who, "complete"), str(uuid4())
    answer = {"decision": decision, "clock": clock}
    said = walker.tried(lambda: _complete(walker, number, index, walker.actor(who), answer, token), expected)
    if not expected:
        walker.used.append((token, who, number, index, decision))
        _went_on(walker, number, task, decision, clock, {who})
    return said


def again(walker: Walker, chance: random.Random, number: int) -> list[str]:
    """A form that was taken comes once more, from the same person or from another."""
    if not walker.used:
        return []
    token, who, case, index, decision = chance.choice(walker.used)
    sender = who if chance.random() < 0.7 else chance.choice(PEOPLE)
    expected = "" if sender == who else "NotAllowed"
    answer = {"decision": decision}
    return walker.tried(lambda: _complete(walker, case, index, walker.actor(sender), answer, token), expected)


def stand_in(walker: Walker, chance: random.Random, number: int) -> list[str]:
    """The deputy completes or claims for who is away."""
    case, index, task = walker.pick(chance, number)
    id, away = walker.tasks[number][index], walker.office.away_until
    if away is None or away <= walker.office.now:
        return walker.tried(lambda: walker.engine.tasks.claim(id, walker.actor(DEPUTY, AWAY)), "NotAllowed")
    act = "complete" if task.holder == AWAY else "claim"
    expected = walker.office.told(case, task, AWAY, act)
    if act == "claim":
        said = walker.tried(lambda: walker.engine.tasks.claim(id, walker.actor(DEPUTY, AWAY)), expected)
        if not expected and task.holder != AWAY:
            task.holder = AWAY
            case.people.add(AWAY)
            case.verbs["task.claimed"] += 1
        return said
    if walker.office.bars(case, task, DEPUTY):
        expected = "DeputyConflict"
    answer = {"decision": "go", "clock": case.clock}
    said = walker.tried(
        lambda: _complete(walker, number, index, walker.actor(DEPUTY, AWAY), answer, str(uuid4())), expected
    )
    if not expected:
        case.people.add(AWAY)
        _went_on(walker, number, task, "go", case.clock, {AWAY, DEPUTY})
    return said


def leave(walker: Walker, chance: random.Random, number: int) -> list[str]:
    """One handler is away for two days; the other stands in."""
    now = walker.office.now
    if walker.office.away_until is not None and walker.office.away_until > now:
        return []
    until = now + timedelta(hours=48)
    walker.engine.directory.enter_leave(
        AWAY, actor=SYSTEM, starts_at=now, ends_at=until, deputy_ids=[DEPUTY], reason="休假"
    )
    walker.office.away_until = until
    return []


def message(walker: Walker, chance: random.Random, number: int) -> list[str]:
    """The reply to a case comes, waited for or not."""
    case = walker.office.cases[number]
    expected = "" if case.status == "active" else "InstanceEnded"
    key = walker.keys[number]
    said = walker.tried(
        lambda: walker.engine.runtime.correlate("reply", business_key=key, variables={"reply": 1}), expected
    )
    if expected:
        case.verbs["message.late"] += 1
    else:
        walker.office.message(case)
        walker.note_tasks(number)
    return said


def comment(walker: Walker, chance: random.Random, number: int) -> list[str]:
    """Somebody writes a remark."""
    case, who = walker.office.cases[number], chance.choice(PEOPLE)
    expected = "" if case.seen_by(who) else "InstanceNotFound"
    said = walker.tried(lambda: walker.engine.runtime.comment(walker.ids[number], "意見", walker.actor(who)), expected)
    case.verbs["case.commented"] += not expected
    return said


def attach(walker: Walker, chance: random.Random, number: int) -> list[str]:
    """Somebody adds a file to a case that is open."""
    case, who = walker.office.cases[number], chance.choice(PEOPLE)
    expected = "InstanceNotFound" if not case.seen_by(who) else "" if case.status == "active" else "InstanceEnded"
    actor = walker.actor(who)
    file = walker.engine.runtime.store_file("附件.txt", b"text", "text/plain", actor)
    said = walker.tried(lambda: walker.engine.runtime.attach(walker.ids[number], file.id, actor), expected)
    case.verbs["file.attached"] += not expected
    return said


def cancel(walker: Walker, chance: random.Random, number: int) -> list[str]:
    """Somebody withdraws a case."""
    case, who = walker.office.cases[number], chance.choice(PEOPLE)
    allowed = who in (case.starter, CONTROL)
    expected = (
        "InstanceNotFound" if not case.seen_by(who)
        else "NotAllowed" if not allowed
        else "" if case.status == "active" else "InstanceEnded"
    )  # fmt: skip
    said = walker.tried(
        lambda: walker.engine.runtime.cancel(walker.ids[number], reason="撤回", actor=walker.actor(who)), expected
    )
    if not expected:
        case.verbs += Counter(["case.cancelled", "case.ended"])
        case.end("cancelled")
    return said


def suspend(walker: Walker, chance: random.Random, number: int) -> list[str]:
    """Control lets a case stand still, or go on."""
    case, suspension = walker.office.cases[number], walker.engine.suspension
    id, actor = walker.ids[number], walker.actor(CONTROL)
    ended = "" if case.status == "active" else "InstanceEnded"
    if chance.random() < 0.4:
        expected = ended or ("CaseSuspended" if case.suspended else "")
        said = walker.tried(lambda: suspension.suspend(id, reason="待函釋", actor=actor), expected)
        case.verbs["case.suspended"] += not expected
        case.suspended = case.suspended or not expected
        return said
    expected = ended or ("" if case.suspended else "CaseNotSuspended")
    said = walker.tried(lambda: suspension.resume(id, actor=actor), expected)
    if not expected:
        case.verbs["case.resumed"] += 1
        case.suspended = False
        _machines(walker)
    return said


def tick(walker: Walker, chance: random.Random, number: int) -> list[str]:
    """Time passes: what is due is done."""
    walker.office.now += timedelta(hours=chance.choice([1, 20, 40]))
    _machines(walker)
    return []


def deploy(walker: Walker, chance: random.Random, number: int) -> list[str]:
    """The next version; cases that run keep theirs."""
    if walker.office.version < 6:
        walker.office.version += 1
        walker.engine.repository.deploy([drawn(walker.office.version)], actor=SYSTEM, force_now=True)
    return []


def migrate(walker: Walker, chance: random.Random, number: int) -> list[str]:
    """A case is moved to some version."""
    case, to = walker.office.cases[number], chance.randint(1, walker.office.version)
    expected = "" if case.status == "active" else "InstanceEnded"
    said = walker.tried(
        lambda: walker.engine.migration.migrate(walker.ids[number], to, actor=SYSTEM, reason="改正"), expected
    )
    if not expected and case.version != to:
        case.version = to
        case.verbs["case.migrated"] += 1
    return said


OPERATIONS: dict[str, Callable[[Walker, random.Random, int], list[str]]] = {
    "start": start, "claim": claim, "release": release, "assign": assign, "complete": complete, "again": again,
    "stand in": stand_in, "leave": leave, "message": message, "comment": comment, "attach": attach, "cancel": cancel,
    "suspend": suspend, "tick": tick, "deploy": deploy, "migrate": migrate,
}  # fmt: skip
WEIGHTS = {
    "start": 8,
    "claim": 16,
    "complete": 20,
    "assign": 6,
    "message": 5,
    "cancel": 1,
    "deploy": 0.3,
    "leave": 1,
    "suspend": 4,
}
"""How often an operation comes, where it is not twice in a hundred."""


def steps(chance: random.Random, count: int, names: Sequence[str] = ()) -> list[Step]:
    """So many operations at random, a start first; of all kinds or of some, each at least once."""
    kinds = names or list(OPERATIONS)
    weights = [WEIGHTS.get(name, 2) for name in kinds]
    others = [*kinds, *chance.choices(kinds, weights, k=count)][: count - 1]
    chance.shuffle(others)
    return [(name, chance.randrange(2**31)) for name in ("start", *others)]


def do(walker: Walker, name: str, seed: int) -> list[str]:
    """One operation: what differs afterwards."""
    chance = random.Random(seed)
    number = chance.randrange(len(walker.ids)) if walker.ids else -1
    if number < 0 and name not in ("start", "tick", "deploy"):
        return []
    differing = OPERATIONS[name](walker, chance, number)
    walker.done[name] += 1
    compared = [*range(len(walker.ids))][-MOST_OPEN:] if name in ("tick", "start") else [number]
    if number < 0 or number >= len(walker.ids):
        compared = [*range(len(walker.ids))]
    cases = [one for case in compared for one in walker.case_differs(case)]
    found = [*differing, *cases, *walker.person_differs(chance.choice(PEOPLE))]
    return [f"after {name}: {one}" for one in found]


def smallest(failing: Sequence[Step], fails: Callable[[Sequence[Step]], bool], most: int) -> list[Step]:
    """A shorter sequence that still fails: parts are left out as long as that is so, in at most so many tries."""
    kept, part = list(failing), max(1, len(failing) // 2)
    while part and most > 0:
        for begin in range(0, len(kept), part):
            shorter = kept[:begin] + kept[begin + part :]
            most -= 1
            if shorter and most >= 0 and fails(shorter):
                kept = shorter
                break
        else:
            part //= 2
    return kept


def _complete(walker: Walker, number: int, index: int, actor: Actor, answer: dict[str, Any], token: str) -> object:
    return walker.engine.tasks.complete(walker.tasks[number][index], actor=actor, variables=answer, token=token)


def _went_on(walker: Walker, number: int, task: Task, decision: str, clock: str, who: set[str]) -> None:
    case = walker.office.cases[number]
    case.clock = clock
    walker.office.answered(case, task, decision, frozenset(who))
    walker.note_tasks(number)


def _machines(walker: Walker) -> None:
    """What a worker would do by now."""
    JobService(walker.engine, ConnectorRegistry()).run_due(walker.office.now)
    for number, case in enumerate(walker.office.cases):
        walker.office.catch_up(case)
        walker.note_tasks(number)
