"""Two verbs that meet: each stops where it has looked, where it has done its step and before it saves, and is let on.

The stops are put around the product's functions here, in the actor's process; the product knows nothing of them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from sqlalchemy import event

from engine import Store
from engine.errors import EngineError
from engine.spiff import Executor
from engine.steps.steps import Steps
from engine.store import definition_queries, message_queries
from tests.faults.actors import Notes, engine_of

GATES = ("loaded", "stepped", "saving")
POINTS: Mapping[str, tuple[Any, str]] = {
    "load": (Steps, "load"), "note": (Steps, "note"), "step": (Executor, "step"), "start": (Executor, "start"),
    "migrate": (Executor, "migrate"),
    "definition": (definition_queries, "definition"), "lock deployments": (definition_queries, "lock_deployments"),
    "add deployment": (definition_queries, "add_deployment"), "buffer": (message_queries, "buffer_message"),
}  # fmt: skip
"""Where one may be stopped when the function has returned; before `Store._commit` besides."""

LONGEST_SECONDS = 60.0
_LOOK_SECONDS = 0.002


@dataclass
class Walker:
    """One who does a verb, and stops at each gate until let on."""

    name: str
    act: Callable[[], str]
    points: Mapping[str, str]
    """Which gate each point is for this verb."""
    at: str | None = None
    result: str | None = None
    passed: list[str] = field(default_factory=list)
    moved: threading.Condition = field(default_factory=threading.Condition)
    _thread: threading.Thread | None = None

    def begin(self, done: Callable[[str, str], None]) -> None:
        """Set out."""
        self._done = done
        self._thread = threading.Thread(target=self._walk, name=self.name)
        _walkers[self._thread] = self
        self._thread.start()

    @property
    def has_begun(self) -> bool:
        """Whether it has set out."""
        return self._thread is not None

    @property
    def is_on_the_way(self) -> bool:
        """Whether it is neither at a gate nor at its end."""
        return self.has_begun and self.at is None and self.result is None

    def let_on(self) -> None:
        """Open the gate it stands at."""
        if self.at == GATES[-1]:
            self._done(self.name, "saves")
        with self.moved:
            self.at = None
            self.moved.notify_all()

    def come_by(self, point: str) -> None:
        """It is at a point: stop if that is the next gate of its way."""
        gate = self.points.get(point)
        if gate is None or gate in self.passed:
            return
        self.passed.append(gate)
        self._done(self.name, gate)
        with self.moved:
            self.at = gate
            self.moved.notify_all()
            if not self.moved.wait_for(lambda: self.at is None, LONGEST_SECONDS):
                raise TimeoutError(f"{self.name} stands at {gate} for ever")

    def _walk(self) -> None:
        try:
            result = self.act()
        except EngineError as error:
            result = type(error).__name__
        except Exception as error:
            result = f"{type(error).__name__}: {error}"
        self._done(self.name, "ended")
        with self.moved:
            self.result = result
            self.moved.notify_all()


_walkers: dict[threading.Thread, Walker] = {}


def put_up_gates() -> None:
    """Let walkers stop at the points; all other threads pass."""
    for point, (owner, name) in POINTS.items():
        setattr(owner, name, _stopping(point, getattr(owner, name)))
    commit = Store._commit

    def committing(*args: Any) -> None:
        _come_by("commit")
        commit(*args)

    Store._commit = staticmethod(committing)  # type: ignore[method-assign]


def _stopping(point: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def stop(*args: Any, **named: Any) -> Any:
        result = function(*args, **named)
        _come_by(point)
        return result

    return stop


def _come_by(point: str) -> None:
    walker = _walkers.get(threading.current_thread())
    if walker is not None:
        walker.come_by(point)


@dataclass
class Meeting:
    """Two walkers, and the order in which each goes on to its next gate or its end."""

    walkers: Mapping[str, Walker]
    db: psycopg.Connection
    sessions: Sequence[int]
    """Of this process, in the database; in others others meet."""
    events: list[tuple[str, str]] = field(default_factory=list)
    waited: bool = False
    """Whether one came while the other had the case, and had to wait."""

    def hold(self, order: Sequence[str]) -> None:
        """Lead both through; whoever waits for the other's lock loses its turns until the other has saved."""
        for name in order:
            walker = self.walkers[name]
            if not walker.has_begun:
                walker.begin(self._note)
            elif walker.at is not None:
                walker.let_on()
            self._settle()
        while left := [walker for walker in self.walkers.values() if walker.result is None]:
            for walker in left:
                if walker.at is not None:
                    walker.let_on()
                    self._settle()

    def _note(self, name: str, what: str) -> None:
        self.events.append((name, what))

    def _settle(self) -> None:
        """Wait until each stands at a gate, has ended or waits for a lock of the other's."""
        for walker in self.walkers.values():
            while walker.is_on_the_way:
                with walker.moved:
                    walker.moved.wait(_LOOK_SECONDS)
                on_the_way = sum(walker.is_on_the_way for walker in self.walkers.values())
                if on_the_way and self._waiting() == on_the_way:
                    self.waited = True
                    return

    def _waiting(self) -> int:
        (count,) = self.db.execute(
            "select count(*) from pg_stat_activity where pid = any(%s) and wait_event_type = 'Lock'", [self.sessions]
        ).fetchone() or (0,)
        return int(count)

    def who_was_first(self) -> str:
        """The one who saved, or had ended without, before the other had its first look; `both` when neither had."""
        a, b = self.walkers
        for first, second in ((a, b), (b, a)):
            done = min(
                self.events.index(event) for event in self.events if event in ((first, "saves"), (first, "ended"))
            )
            look = min(number for number, (name, _) in enumerate(self.events) if name == second)
            if done < look:
                return first
        return "both"


def meet(spec: Mapping[str, Any], barrier: Any) -> None:
    """For each pair of verbs and each order of theirs: a new case, the meeting, and what is left."""
    from tests.faults import verbs

    engine, notes = engine_of(spec["url"], pool_size=4), Notes(spec["notes"])
    sessions: list[int] = []
    event.listen(engine.store.engine, "connect", lambda made, record: sessions.append(made.info.backend_pid))
    put_up_gates()
    with psycopg.connect(spec["libpq"], autocommit=True) as db:
        for pair, order in spec["meetings"]:
            scene = verbs.PAIRS[pair](engine)
            meeting = Meeting(
                {verb.name: Walker(verb.name, verb.act, verb.points) for verb in scene.verbs}, db, sessions
            )
            meeting.hold(order)
            notes.add(
                pair=pair, order=order, first=meeting.who_was_first(), left=scene.left(), waited=meeting.waited,
                told=[walker.result for walker in meeting.walkers.values()],
            )  # fmt: skip
    engine.close()
