"""How what happens finds who waits for it, inside one instance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from engine.model import ThrownEvent
from engine.spiff import data, variables
from engine.spiff.token import Token

if TYPE_CHECKING:
    from engine.spiff.case import Case, Scope
    from engine.spiff.specs.events import Catch, CatchEvent


def listen(scope: Scope) -> None:
    """Arm the start events of a scope's event subprocesses.

    Raises:
        StepProblem: a timer gives no time. Nothing is armed then.
    """
    root = scope.task_tree
    armed = [(listener, listener.prepare(root)) for listener in scope.spec.listeners if listener.waits]
    for listener, notes in armed:
        token = Token(scope, listener, root, listener.waits_in)
        token.notes.update(notes)


def waiting(case: Case, kind: str, name: str) -> list[tuple[Token, int]]:
    """Tokens that wait for a message or signal of this name, oldest first, with the definition that does."""
    found = []
    for token in case.awake_tokens():
        awaits = getattr(token.task_spec, "awaits", None)
        if awaits is not None and "arms" in token.notes and not token.notes.get("done"):
            index = awaits(token, kind, name)
            if index is not None:
                found.append((token, index))
    return found


def deliver_message(case: Case, name: str, payload: Mapping[str, Any]) -> bool:
    """Give a message to the token that has waited longest for it; false when none does."""
    for token, index in waiting(case, "message", name):
        token.task_spec.fire(token, index, payload)
        return True
    return False


def broadcast(case: Case, name: str, payload: Mapping[str, Any]) -> int:
    """Let a signal reach every token that waits for it now; how many it reached."""
    reached = 0
    for token, index in waiting(case, "signal", name):
        if token.is_open:  # an earlier catcher may have interrupted this one
            token.task_spec.fire(token, index, payload)
            reached += 1
    return reached


def throw_error(
    token: Token, code: str | None, message: str, *, at_host: bool = False, brings: Mapping[str, Any] | None = None
) -> bool:
    """Throw a BPMN error at `token`; uncaught, it ends the instance.

    It is caught by the nearest scope that has an event subprocess for it, or by a
    boundary event of the activity that runs that scope: never by a neighbour's
    (BPMN 2.0 §10.5.6). `at_host` begins with the boundary events of `token` itself,
    and leaves the instance alone when nothing catches. `brings` is the data of the throwing event.

    Returns:
        Whether it was caught.
    """
    caught = _climb(token, "error", code, include_self=at_host)
    if caught is None:
        if not at_host:
            token.case.stop("error")
        return False
    _catch(*caught, {"code": code, "message": message}, brings)
    return True


def escalate(token: Token, code: str | None, brings: Mapping[str, Any] | None = None) -> bool:
    """Throw an escalation; uncaught, it is nothing (§10.5.6). Returns whether it was caught."""
    caught = _climb(token, "escalation", code, include_self=False)
    if caught is None:
        return False
    _catch(*caught, {"code": code}, brings)
    return True


def announce(whole: Token, catches: Sequence[Catch]) -> bool:
    """Throw what a finished turn of a multi-instance throws (§13.3.7, `behavior`).

    Its own boundary events catch it first. An interrupting one ends the turn that threw,
    which is over anyway: the other turns that run go on, and the activity is completed.

    Returns:
        Whether an interrupting boundary event caught it.
    """
    interrupted = False
    for catch in catches:
        key = catch.name if catch.kind in ("message", "signal") else catch.code
        caught = False
        for event in whole.task_spec.boundary:
            if any(each.kind == catch.kind and (each.name or each.code) in (key, None) for each in event.catches):
                whole.workflow.place(event, parent=whole.parent, done=True)
                caught = True
                interrupted = interrupted or event.node.interrupting
        _spread(whole, catch, key, caught)
    return interrupted


def _spread(whole: Token, catch: Catch, key: str | None, caught: bool) -> None:
    """Let what a turn threw reach those beside its own boundary: a signal everybody, anything else one catcher."""
    case, element = whole.case, whole.task_spec.bpmn_id
    if catch.kind == "signal" and key:
        case.log.thrown.append(ThrownEvent("signal", key, {}, (), element))
        for token, index in waiting(case, "signal", key):
            if token.is_open and token.notes.get("host") != whole.id:
                token.task_spec.fire(token, index, {})
    elif catch.kind == "message" and key and not caught:
        case.log.thrown.append(ThrownEvent("message", key, {}, (), element))
    elif catch.kind == "escalation" and not caught:
        escalate(whole, key)
    elif catch.kind == "error" and not caught:
        throw_error(whole, key, "")


def _climb(
    token: Token, kind: str, code: str | None, *, include_self: bool
) -> tuple[Scope, CatchEvent, Token | None] | None:
    host: Token | None = token if include_self else None
    scope = token.workflow
    while True:
        while host is not None:  # the activity itself, then the loop it is one of
            event = _match(host.task_spec.boundary, kind, code)
            if event is not None:
                return scope, event, host
            host = host.parent if host.task_spec.loop is not None else None
        event = _match(scope.spec.listeners, kind, code) if not _inside_handler(token, scope) else None
        if event is not None:
            return scope, event, None
        if scope.host is None:
            return None
        host = scope.host
        token, scope = host, host.workflow


def _inside_handler(token: Token, scope: Scope) -> bool:
    """Whether `token` is an event subprocess of `scope`: its own errors go further out."""
    return token.workflow is scope and "entry" in token.notes


def _match(specs: Sequence[CatchEvent], kind: str, code: str | None) -> CatchEvent | None:
    """The event that names this code, else one that catches every code."""
    wide: CatchEvent | None = None
    for spec in specs:
        for catch in spec.catches:
            if catch.kind == kind and catch.code is not None and catch.code == code:
                return spec
            if catch.kind == kind and catch.code is None:
                wide = wide or spec
    return wide


def _catch(
    scope: Scope, event: CatchEvent, host: Token | None, about: dict[str, Any], brings: Mapping[str, Any] | None
) -> None:
    token = Token(scope, event, scope.task_tree, event.waits_in)
    token.notes["arms"] = [{} for _ in event.catches]
    if host is not None:
        token.notes["host"] = host.id
    definition = next(c.definition for c in event.catches if c.kind in ("error", "escalation"))
    told = {definition.code_variable: about.get("code"), definition.message_variable: about.get("message")}
    variables.write(token, {name: value for name, value in told.items() if name})
    index = next(index for index, catch in enumerate(event.catches) if catch.definition is definition)
    item = data.item_of(event.node.data, index, brings or about)
    if item:
        token.notes["items"] = item
    event.happen(token, False)
    if token.is_open:
        scope.retire(token)
