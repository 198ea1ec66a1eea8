"""Clients whose line is cut while they save: each sends the same form again until it hears what came of it."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from engine import ProcessEngine, Store
from engine.errors import CommitUnknown, EngineError, StoreUnavailable
from tests.faults.actors import CLERK, Notes, engine_of

MOST_TRIES = 50
LEFT_ALONE = 0.75
"""How many cases are only started: a doubled start is the plainest of effects."""


@dataclass
class _Desk:
    """A client at its work."""

    engine: ProcessEngine
    notes: Notes

    def send(self, form: str, act: Callable[[str], Any]) -> Any:
        """Send a form until it is answered; notes how often, and what the answer was."""
        token, lost = str(uuid4()), []
        for _ in range(MOST_TRIES):
            began = time.monotonic()
            try:
                answer = act(token)
            except StoreUnavailable as error:
                lost.append((type(error).__name__, time.monotonic() - began))
                continue
            except EngineError as error:
                self._note(form, token, lost, type(error).__name__)
                return None
            self._note(form, token, lost, "done")
            return answer
        self._note(form, token, lost, "never")
        return None

    def _note(self, form: str, token: str, lost: list[tuple[str, float]], told: str) -> None:
        unknown = sum(name == CommitUnknown.__name__ for name, _ in lost)
        slowest = max((seconds for _, seconds in lost), default=0.0)
        self.notes.add(form=form, token=token, told=told, unknown=unknown, sent=len(lost) + 1, slowest=slowest)

    def look(self, ask: Callable[[], Any]) -> Any:
        """Ask until there is an answer."""
        for _ in range(MOST_TRIES):
            try:
                return ask()
            except StoreUnavailable:
                continue
        raise TimeoutError("the database cannot be reached")


def work(spec: Mapping[str, Any], barrier: Any) -> None:
    """Start cases; claim and complete the tasks of some, and send them the message they wait for."""
    desk, chance = _Desk(engine_of(spec["url"]), Notes(spec["notes"])), random.Random(spec["seed"])
    _count_cuts(desk.notes)
    finish = Path(spec["finish"])
    while not finish.exists():
        case = desk.send("start", _starting(desk.engine, chance.choice(spec["processes"])))
        if case is None or chance.random() < LEFT_ALONE:
            continue
        while task := _next(desk, case.id):
            if _handle(desk, task) is None:
                break
            if desk.look(partial(_waits, desk.engine, case.id)):
                desk.send("message", _correlating(desk.engine, spec["message"], case.business_key))


def _count_cuts(notes: Notes) -> None:
    """Note each commit of this process of which it never heard."""
    commit = Store._commit

    def noting(*args: Any) -> None:
        try:
            commit(*args)
        except CommitUnknown:
            notes.add(cut=True)
            raise

    Store._commit = staticmethod(noting)  # type: ignore[method-assign]


def _starting(engine: ProcessEngine, process: str) -> Callable[[str], Any]:
    return lambda token: engine.runtime.start(process, actor=CLERK, variables={}, token=token)


def _correlating(engine: ProcessEngine, message: str, number: str) -> Callable[[str], Any]:
    return lambda token: engine.runtime.correlate(message, business_key=number, variables={}, actor=CLERK, token=token)


def _waits(engine: ProcessEngine, case: UUID) -> bool:
    found = engine.runtime.instance(case, CLERK)
    return found.status == "active" and not any(task.is_open for task in engine.tasks.of_case(case, CLERK))


def _handle(desk: _Desk, task: UUID) -> Any:
    tasks = desk.engine.tasks
    if desk.send("claim", lambda token: tasks.claim(task, CLERK, token=token)) is None:
        return None
    return desk.send("complete", lambda token: tasks.complete(task, actor=CLERK, variables={}, token=token))


def _next(desk: _Desk, case: UUID) -> UUID | None:
    found = desk.look(lambda: desk.engine.tasks.of_case(case, CLERK))
    return next((task.id for task in found if task.is_open), None)
