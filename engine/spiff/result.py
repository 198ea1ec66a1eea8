"""From a case at rest to the `Advance` that leaves this folder."""

from __future__ import annotations

from engine.model import Advance, Subscription, TimerWait
from engine.spiff.case import Case
from engine.spiff.specs.events import CatchEvent
from engine.spiff.token import Token


def advance_of(case: Case, state: bytes) -> Advance:
    """What the step changed, and what the instance waits for now."""
    log = case.log
    tokens = case.all_tokens()
    waiting = [token for token in tokens if "arms" in token.notes and not token.notes.get("done")]
    return Advance(
        state=state,
        variables=dict(case.data),
        opened=tuple(log.opened.values()),
        closed=tuple(log.closed.values()),
        timers=tuple(wait for token in waiting if (wait := _timer(token)) is not None),
        subscriptions=tuple(wait for token in waiting for wait in _subscriptions(token)),
        thrown=tuple(log.thrown),
        service_calls=tuple(log.calls.values()),
        incidents=tuple(log.incidents.values()),
        resolved_incidents=tuple(log.resolved),
        ended=case.ended,
        facts=tuple(log.facts),
        active_elements=_active(tokens),
    )


def _timer(token: Token) -> TimerWait | None:
    spec = token.task_spec
    due = spec.due(token) if isinstance(spec, CatchEvent) else None
    return None if due is None else TimerWait(token.id, spec.bpmn_id, due)


def _subscriptions(token: Token) -> list[Subscription]:
    spec = token.task_spec
    assert isinstance(spec, CatchEvent)
    seen = token.notes.get("seen", ())
    return [
        Subscription(token.id, spec.bpmn_id, "message" if catch.kind == "message" else "signal", catch.name or "")
        for index, catch in enumerate(spec.catches)
        if catch.kind in ("message", "signal") and index not in seen
    ]


def _active(tokens: list[Token]) -> tuple[str, ...]:
    there = (token for token in tokens if not token.task_spec.listens and "host" not in token.notes)
    return tuple(dict.fromkeys(token.task_spec.bpmn_id for token in there if token.task_spec.shows))
