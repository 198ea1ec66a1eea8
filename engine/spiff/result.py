"""From a case at rest to the `Advance` that leaves this folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import Any

from engine.model import Advance, Subscription, TimerWait
from engine.spiff import variables
from engine.spiff.case import Case, SubScope
from engine.spiff.resting import NOTES, SEQ, SPEC, due_of
from engine.spiff.specs.activities import CallActivity
from engine.spiff.specs.events import CatchEvent
from engine.spiff.token import Token


def advance_of(case: Case, state: bytes) -> Advance:
    """What the step changed, and what the instance waits for now."""
    log = case.log
    tokens = case.awake_tokens()
    waiting = [token for token in tokens if "arms" in token.notes and not token.notes.get("done")]
    return Advance(
        state=state,
        variables=known(case),
        opened=tuple(log.opened.values()),
        closed=tuple(log.closed.values()),
        timers=_timers(case, waiting),
        subscriptions=tuple(wait for token in waiting for wait in _subscriptions(token)),
        thrown=tuple(log.thrown),
        service_calls=tuple(log.calls.values()),
        withdrawn_calls=tuple(log.withdrawn),
        incidents=tuple(log.incidents.values()),
        resolved_incidents=tuple(log.resolved),
        ended=case.ended,
        facts=tuple(log.facts),
        active_elements=_active(case, tokens),
    )


def known(case: Case) -> dict[str, Any]:
    """What the case knows: its variables, and those of a called part that hands back everything, while that runs.

    A phase drawn as a process of its own would else hide its answers from the case's letters, header and search until
    it ends. The parts' own variables stay theirs: what a part that is interrupted has written is not known any more.
    """
    inside: dict[int, list[SubScope]] = {}
    for scope in case.subprocesses.values():
        assert scope.host is not None
        inside.setdefault(id(scope.host.workflow), []).append(scope)
    found = dict(case.data)
    waiting = inside.get(id(case), [])[::-1]
    while waiting:  # by hand and not by recursion: cases nest 200 deep
        scope = waiting.pop()
        if scope.own_variables:
            if not _hands_back(scope):
                continue
            found.update(scope.data)
        waiting += inside.get(id(scope), [])[::-1]
    return found


def _hands_back(called: SubScope) -> bool:
    """Whether all that the called process knows becomes variables of the case itself."""
    host = called.host
    assert host is not None
    return isinstance(host.task_spec, CallActivity) and host.task_spec.hands_back_all and _writes_to_process(host)


def _writes_to_process(host: Token) -> bool:
    """Whether what is handed back goes to the process itself: not to one of many, nor to a subprocess's own data."""
    return len(variables.layers(host)) == 1


def _timer(token: Token) -> TimerWait | None:
    spec = token.task_spec
    due = spec.due(token) if isinstance(spec, CatchEvent) else None
    return None if due is None else TimerWait(token.id, spec.bpmn_id, due)


def _timers(case: Case, waiting: Iterable[Token]) -> tuple[TimerWait, ...]:
    """All timers that are armed, in the order of their tokens, whether those were built or not."""
    found = [(token.seq, wait) for token in waiting if (wait := _timer(token)) is not None]
    return tuple(wait for _, wait in sorted([*found, *_resting_timers(case)], key=itemgetter(0)))


def _resting_timers(case: Case) -> Iterator[tuple[int, TimerWait]]:
    """The timers of subprocesses that nobody has opened, with the numbers of their tokens."""
    for saved in case.resting_scopes.values():
        specs = case.definition.scope(saved.record[1]).task_specs
        for record in saved.tokens:
            if "arms" in record[NOTES] and (due := due_of(record)) is not None:
                yield record[SEQ], TimerWait(record[0], specs[record[SPEC]].bpmn_id, due)


def _subscriptions(token: Token) -> list[Subscription]:
    spec = token.task_spec
    assert isinstance(spec, CatchEvent)
    seen = token.notes.get("seen", ())
    return [
        Subscription(token.id, spec.bpmn_id, "message" if catch.kind == "message" else "signal", catch.name or "")
        for index, catch in enumerate(spec.catches)
        if catch.kind in ("message", "signal") and index not in seen
    ]


def _active(case: Case, awake: list[Token]) -> tuple[str, ...]:
    """The drawn elements that hold a token, by the age of the oldest one there."""
    there = (token for token in awake if not token.task_spec.listens and "host" not in token.notes)
    found = [(token.seq, token.task_spec.bpmn_id) for token in there if token.task_spec.shows]
    for scope in case.scopes():
        for name, seq in scope.tasks.oldest_resting().items():
            spec = scope.spec.task_specs[name]
            if spec.shows:
                found.append((seq, spec.bpmn_id))
    for saved in case.resting_scopes.values():
        specs = case.definition.scope(saved.record[1]).task_specs
        found += [
            (record[SEQ], spec.bpmn_id)
            for record in saved.tokens
            if (spec := specs[record[SPEC]]).shows and not spec.listens and "host" not in record[NOTES]
        ]
    return tuple(dict.fromkeys(element for _, element in sorted(found)))
