"""Clients at the same task: each writes down what it asked for and what it heard, and now and then gives up."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from sqlalchemy import text

from engine import ProcessEngine
from engine.cases.tasks import TaskService
from engine.errors import EngineError
from engine.model import Actor
from engine.store import step_queries
from tests.faults.actors import GROUPS, Notes, engine_of

GIVING_UP = 0.10
"""How often a client does not wait for the answer."""
MOST_PATIENCE_SECONDS = 0.006
VERBS = ("claim", "release", "complete")
OTHERS_OFTEN, MINE_OFTEN = (60, 30, 10), (10, 60, 30)
"""How often a client asks for what, while it thinks that the task is not its own, and while it is."""


def work(spec: Mapping[str, Any], barrier: Any) -> None:
    """`users` clients, each a thread; in each round all of them work on the task the round has for them."""
    engine = engine_of(spec["url"], pool_size=2 * spec["users"])
    threads = [
        threading.Thread(target=_client, args=(engine, spec, barrier, spec["first"] + number))
        for number in range(spec["users"])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _client(engine: ProcessEngine, spec: Mapping[str, Any], barrier: Any, number: int) -> None:
    me = Actor(f"u{number}", f"使用者{number}", groups=GROUPS)
    notes, chance = Notes(spec["notes"]), random.Random(f"{spec['seed']} {number}")
    for task in spec["rounds"]:
        barrier.wait(60)
        mine, given_up = False, []
        for _ in range(spec["operations"]):
            verb = chance.choices(VERBS, MINE_OFTEN if mine else OTHERS_OFTEN)[0]
            if chance.random() < GIVING_UP:
                given_up.append(_ask_impatiently(engine, notes, chance, me, verb, task))
            else:
                mine = _ask(engine, notes, me, verb, task) and verb == "claim"
        for thread in given_up:
            thread.join()


def _ask(engine: ProcessEngine, notes: Notes, me: Actor, verb: str, task: str) -> bool:
    """Ask for one thing and note what was heard; whether it was done."""
    began = time.monotonic()
    told, who = _told(engine, me, verb, UUID(task))
    notes.add(task=task, client=me.name, verb=verb, began=began, ended=time.monotonic(), told=told, who=who)
    return told == "done"


def _ask_impatiently(
    engine: ProcessEngine, notes: Notes, chance: random.Random, me: Actor, verb: str, task: str
) -> threading.Thread:
    """Ask for one thing and go away before the answer comes; gives what may still run."""
    began = time.monotonic()
    thread = threading.Thread(target=_told, args=(engine, me, verb, UUID(task)))
    thread.start()
    thread.join(chance.uniform(0, MOST_PATIENCE_SECONDS))
    notes.add(task=task, client=me.name, verb=verb, began=began)
    return thread


def _told(engine: ProcessEngine, me: Actor, verb: str, task: UUID) -> tuple[str, str | None]:
    try:
        if verb == "complete":
            engine.tasks.complete(task, actor=me, variables={})
        else:
            getattr(engine.tasks, verb)(task, me)
    except EngineError as error:
        return type(error).__name__, error.params.get("who")
    return "done", None


# -- broken --------------------------------------------------------------------------------

_claiming: ContextVar[bool] = ContextVar("claiming", default=False)


def claim_without_fence() -> None:
    """Claiming neither locks the case nor looks at its revision; the database must have lost its last fence, too."""
    claim, case_row, touch_case = TaskService.claim, step_queries.case_row, step_queries.touch_case
    unchecked = text(
        str(step_queries._TOUCH_CASE).replace("and revision = :revision", "and cast(:revision as integer) is not null")
    )

    def unfenced(*args: Any, **named: Any) -> Any:
        mark = _claiming.set(True)
        try:
            return claim(*args, **named)
        finally:
            _claiming.reset(mark)

    def row(*args: Any, lock: bool, **named: Any) -> Any:
        return case_row(*args, lock=lock and not _claiming.get(), **named)

    def touch(tx: Any, values: Mapping[str, Any]) -> bool:
        return tx.execute(unchecked, values).first() is not None if _claiming.get() else touch_case(tx, values)

    TaskService.claim = unfenced  # type: ignore[method-assign]
    step_queries.case_row, step_queries.touch_case = row, touch
