"""Plays a model on the engine, saved and restored before every step, and on the reference, and compares the two."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from engine.errors import EngineError
from engine.model import DeliverMessage, DeliverSignal, FailService, FinishService, SourceFile
from tests.conformance.bpmn.models import adhoc
from tests.conformance.bpmn.models.canvas import DECISION, VARIABLES
from tests.conformance.bpmn.models.draws import Draws
from tests.conformance.bpmn.models.reading import Level, read
from tests.conformance.bpmn.models.reference import EndlessError, Reference, first
from tests.engine.spiff.player import START, Player, source

MAX_STEPS = 25
ORDERS = 40
"""So many other orders of what happens at the same time are tried before engine and reference disagree."""
Act = tuple[str, tuple[Any, ...]]
"""A method of the reference, and what it is called with."""


@dataclass
class Verdict:
    """How a run went. `wrong` says what was seen where engine and reference disagree."""

    xml: str
    acts: list[Act]
    wrong: str = ""
    skipped: str = ""
    ended: str | None = None
    executed: Counter[str] = field(default_factory=Counter)


class EnginePlayer(Player):
    """The engine's side."""

    def _check(self) -> None:
        """The comparison looks at more than that."""

    def seen(self) -> dict[str, Any]:
        """What can be seen of the case."""
        last = self.last
        return {
            "executed": Counter(self.passed),
            "ended": last.ended,
            "tasks": Counter(self.waiting),
            "calls": Counter(call.element_id for call in self.calls.values()),
            "awaited": Counter((one.element_id, one.kind, one.name) for one in last.subscriptions),
            "timers": Counter((one.element_id, one.due_at) for one in last.timers),
            "thrown": Counter((one.kind, one.name, repr(dict(one.variables))) for one in last.thrown),
            "stuck": bool(self.incidents),
            "values": last.variables,
        }

    def act(self, verb: str, *given: Any) -> None:
        """Do what the reference's method of this name does."""
        if verb == "start":
            values, event = given
            kinds = {"message": DeliverMessage, "signal": DeliverSignal}
            if event and event[0] == "timer":
                self.start(start_id=event[1], **values)
            else:
                self.start(event=kinds[event[0]](event[1]) if event else None, **values)
        elif verb == "complete":
            element, nth, values = given
            self.complete(element, nth, **values)
        elif verb in ("finish_call", "fail_call"):
            task_id = [call for call in self.calls.values() if call.element_id == given[0]][given[1]].task_id
            del self.calls[task_id]
            self.step(FinishService(task_id) if verb == "finish_call" else FailService(task_id, "no", given[2]))
        elif verb in ("message", "signal"):
            getattr(self, verb)(given[0], **given[1])
        elif verb == "time":
            self.at(given[0])
        else:
            getattr(self, verb)(*given)


def seen(case: Reference) -> dict[str, Any]:
    """What can be seen of the reference's case."""
    kinds = ("message", "signal")
    return {
        "executed": +case.executed,
        "ended": case.ended,
        "tasks": Counter(work.node.id for work in case.tasks),
        "calls": Counter(work.node.id for work in case.calls),
        "awaited": Counter(
            (arm.node.id, event.kind, event.name)
            for arm in case.arms
            for index, event in enumerate(arm.events)
            if event.kind in kinds and index not in arm.seen
        ),
        "timers": Counter(
            (arm.node.id, min(clock.due for index, clock in arm.clocks.items() if index not in arm.seen))
            for arm in case.arms
            if set(arm.clocks) - arm.seen
        ),
        "thrown": case.thrown,
        "stuck": case.stuck,
        "values": case.known(),
    }


def possible(case: Reference, draws: Draws) -> Act | None:
    """Something that may happen now."""
    acts: list[Callable[[], Act]] = []
    nth: Counter[str] = Counter()
    for work in case.tasks:
        element = work.node.id
        acts.append(lambda element=element, n=nth[element], work=work: _answer(draws, element, n, work))
        nth[element] += 1
    for call in case.calls:
        acts.append(lambda element=call.node.id, n=nth[call.node.id]: ("finish_call", (element, n)))
        codes = [event.name for border in call.node.boundary for event in border.events if event.kind == "error"]
        acts += [
            lambda element=call.node.id, n=nth[call.node.id], code=code: ("fail_call", (element, n, code or "x"))
            for code in codes
        ]
        nth[call.node.id] += 1
    for kind in ("message", "signal"):
        names = {
            event.name
            for arm in case.arms
            for index, event in enumerate(arm.events)
            if event.kind == kind and index not in arm.seen
        }
        acts += [lambda kind=kind, name=name: (kind, (name, _brings(draws))) for name in sorted(names)]
    times = [clock.due for arm in case.arms for index, clock in arm.clocks.items() if index not in arm.seen]
    if times:
        acts.append(lambda: ("time", (max(case.now, min(times)) + timedelta(hours=draws.one((0, 0, 0, 5))),)))
    return draws.one(acts)() if acts else None


def _brings(draws: Draws) -> dict[str, Any]:
    """What a message or signal from outside brings."""
    return {name: draws.below(3) for name in draws.one(("", "", "a"))}


def _answer(draws: Draws, element: str, nth: int, work: Any) -> Act:
    values: dict[str, Any] = {name: draws.below(3) for name in VARIABLES}
    if work.chooses:
        values["decision"] = draws.one(adhoc.choices(work.node))
    return "complete", (element, nth, values)


def replay(levels: dict[str, Level], acts: Sequence[Act], orders: Sequence[int]) -> Reference:
    """The reference after these acts; `orders` says for each in which order things happen, 0: the oldest first."""
    case = Reference(levels, "p", START)
    for (verb, given), order in zip(acts, orders, strict=True):
        case.thrown.clear()
        case.pick = Random(order).randrange if order else first
        getattr(case, verb)(*given)
    return case


def contest(
    xml: str, draws: Draws, acts: Sequence[Act] | None = None, begun_by: tuple[str, str] | None = None
) -> Verdict:
    """Play a model with random choices, or with these acts; `begun_by`: the message or signal it starts with."""
    content = xml.encode()
    definition = source(content, SourceFile("always.dmn", DECISION.encode()))
    player = EnginePlayer(definition, max_seconds=600.0)
    verdict = Verdict(xml, [])
    errors = [f for f in player.executor.lint(definition.files) if f.blocks]
    if errors:
        verdict.wrong = "refused: " + "; ".join(f"{f.code} {f.element_id}: {f.message_en}" for f in errors)
        return verdict
    levels = read(content)
    orders: list[int] = []
    values = {name: draws.below(3) for name in VARIABLES}
    act: Act | None = acts[0] if acts else ("start", (values, begun_by))
    while act is not None and len(verdict.acts) < MAX_STEPS:
        verdict.acts.append(act)
        orders.append(0)
        try:
            player.act(act[0], *act[1])
            theirs: dict[str, Any] = player.seen()
        except (EngineError, AssertionError, StopIteration, IndexError, KeyError) as error:
            verdict.wrong = f"{act}: the engine says {type(error).__name__}: {error}"
            return verdict
        try:
            case = agreeing(levels, verdict.acts, orders, theirs)
        except EndlessError:
            verdict.skipped = "endless"
            return verdict
        if isinstance(case, str):
            verdict.wrong = f"{act}: {case}"
            return verdict
        verdict.executed = case.executed
        if case.ended or case.stuck:
            verdict.ended = case.ended or "stuck"
            return verdict
        if acts is not None:
            act = acts[len(verdict.acts)] if len(verdict.acts) < len(acts) else None
        else:
            act = possible(case, draws)
    return verdict


def agreeing(levels: dict[str, Level], acts: list[Act], orders: list[int], theirs: dict[str, Any]) -> Reference | str:
    """The reference in a state that looks like the engine's, or how the two differ."""
    case = replay(levels, acts, orders)
    mine = seen(case)
    if mine == theirs:
        return case
    for order in range(1, ORDERS):
        orders[-1] = order
        case = replay(levels, acts, orders)
        if seen(case) == theirs:
            return case
    lines = [f"{name}: engine {_less(theirs[name], mine[name])}, reference {_less(mine[name], theirs[name])}"
             for name in mine if mine[name] != theirs[name]]  # fmt: skip
    return "\n  " + "\n  ".join(lines)


def _less(one: Any, other: Any) -> Any:
    return dict(one - other) if isinstance(one, Counter) else one
