"""The saved state: what cannot be worked out again from the definition, and nothing else.

    {"v": 1, "d": digest, "p": process, "n": last sequence number, "b": started at, "e": ended,
     "x": variables, "s": [[token, spec, own variables, data objects, compensable], …], "t": [[…], …],
     "f": compensable}

Scopes stand after the scope that holds their token, tokens after their parents.
Finished work is not kept: the history has it. Specifications are shared per
digest and never embedded. Values go through `engine.codec`, the rest is plain JSON.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import orjson

from engine import codec
from engine.errors import IntegrityError
from engine.spiff.case import Case, Scope
from engine.spiff.resting import SCOPE, SEQ, SPEC, Record, RestingScope, can_rest, can_rest_inside, can_wait
from engine.spiff.token import Token

if TYPE_CHECKING:
    from engine.spiff.environment import ModelScriptEngine
    from engine.spiff.facts import StepLog
    from engine.spiff.parser import Definition
    from engine.spiff.specs.base import FlowNode

VERSION = 1


def save(case: Case) -> bytes:
    """The state of an instance at rest.

    Raises:
        ValueRefused: a variable cannot be stored.
    """
    scopes: list[Scope | RestingScope] = [*case.scopes(), *case.resting_scopes.values()]
    scopes.sort(key=lambda scope: scope.order)  # as they were opened: the first is the case itself
    number = {id(scope): index for index, scope in enumerate(scopes)}
    body = {
        "v": VERSION,
        "d": case.definition.digest,
        "p": case.definition.process_id,
        "n": case.seq,
        "b": codec.encode(case.started_at),
        "e": case.ended,
        "x": codec.encode(case.data),
        "s": [_scope_record(scope) for scope in scopes[1:]],
        "t": _token_records(case, number),
    }
    if case.finished:
        body["f"] = codec.encode(case.finished)
    return orjson.dumps(body)


def _scope_record(scope: Scope | RestingScope) -> Record:
    if isinstance(scope, RestingScope):
        return scope.record
    assert scope.host is not None
    record = [scope.host.id, scope.spec.name, codec.encode(scope.data) if scope.own_variables else None]
    if scope.local or scope.finished:
        record += [codec.encode(scope.local), codec.encode(scope.finished)]
    return record


def _token_records(case: Case, number: dict[int, int]) -> list[Record]:
    """Every open token, oldest first; those that rest as they were read, but for the number of their scope."""
    records = [_token_record(token, number[id(token.workflow)]) for token in case.awake_tokens()]
    for scope, record in case.resting():
        record[SCOPE] = number[id(scope)]
        records.append(record)
    for saved in case.resting_scopes.values():
        for record in saved.tokens:
            record[SCOPE] = number[id(saved)]
        records += saved.tokens
    return sorted(records, key=itemgetter(SEQ))


def _token_record(token: Token, scope: int) -> Record:
    parent = token.parent
    held = parent.id if parent is not None and parent.is_open else None
    return [token.id, scope, token.task_spec.name, token.state, held, token.seq, codec.encode(token.notes)]


def load(state: bytes, definition: Definition, engine: ModelScriptEngine, log: StepLog) -> Case:
    """Bring an instance back. The only way in: it always has our own script engine.

    Raises:
        IntegrityError: not a state of this definition that this version wrote.
    """
    try:
        body = orjson.loads(state)
    except orjson.JSONDecodeError as error:
        raise IntegrityError("The saved state cannot be read.") from error
    if not isinstance(body, dict) or body.get("v") != VERSION:
        version = body.get("v") if isinstance(body, dict) else None
        raise IntegrityError("The saved state is of a version this engine does not know.", version=version)
    if body.get("d") != definition.digest or body.get("p") != definition.process_id:
        raise IntegrityError("The saved state belongs to another definition.", digest=body.get("d"))
    try:
        return _restore(body, definition, engine, log)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise IntegrityError("The saved state is damaged.") from error


def token_ids(state: bytes) -> frozenset[str]:
    """The ids of the tokens in a state, without bringing the instance back.

    Raises:
        IntegrityError: it cannot be read.
    """
    try:
        return frozenset(record[0] for record in orjson.loads(state)["t"])
    except (orjson.JSONDecodeError, KeyError, IndexError, TypeError) as error:
        raise IntegrityError("The saved state cannot be read.") from error


def _restore(body: dict[str, Any], definition: Definition, engine: ModelScriptEngine, log: StepLog) -> Case:
    case = Case(definition, engine, log)
    case.seq = body["n"]
    case.started_at = engine.started_at = codec.decode(body["b"])
    case.ended = body["e"]
    case.data = codec.decode(body["x"])
    case.finished = codec.decode(body.get("f", []))
    case.begin()
    scopes: list[Scope | None] = [case]
    waiting, resting = deque(enumerate(body["s"], start=1)), _resting(body, definition, engine.context.now)
    hosts = {body["s"][number - 1][0] for number in resting}
    known: dict[str, Token] = {}
    for record in body["t"]:
        token_id, index, name, state, parent, seq, notes = record
        _open_scopes(case, scopes, waiting, known, resting)
        scope = scopes[index]
        if scope is None:
            case.rest_inside(body["s"][index - 1][0], record)
            continue
        spec = scope.spec.task_specs[name]
        if token_id in hosts or can_rest(spec, record):
            scope.tasks.rest(record)
            continue
        token = Token(scope, spec, scope.tasks[parent] if parent else scope.task_tree, state, token_id, seq)
        token.internal_data = codec.decode(notes)
        known[token_id] = token
    _open_scopes(case, scopes, waiting, known, resting)
    if waiting:
        raise ValueError("a scope without its token")
    return case


def _open_scopes(
    case: Case,
    scopes: list[Scope | None],
    waiting: deque[tuple[int, Record]],
    known: dict[str, Token],
    resting: set[int],
) -> None:
    """Open every scope whose token is known by now, in the order they were saved; those that rest stay closed."""
    while waiting and (waiting[0][0] in resting or waiting[0][1][0] in known):
        number, record = waiting.popleft()
        if number in resting:
            case.resting_scopes[record[0]] = RestingScope(record, number)
            case.opened = max(case.opened, number)
            scopes.append(None)
        else:
            scopes.append(case.restore_scope(known[record[0]], record, number))


def _resting(body: dict[str, Any], definition: Definition, now: datetime) -> set[int]:
    """The numbers of the scopes in which nothing but an answer to one of their tokens can move anything by now."""

    def stays(spec: FlowNode, record: Record) -> bool:
        return numbers.get(record[0]) in resting or can_rest(spec, record) or can_wait(spec, record, now)

    tokens: dict[int, list[Record]] = {}
    for record in body["t"]:
        tokens.setdefault(record[SCOPE], []).append(record)
    numbers = {record[0]: number for number, record in enumerate(body["s"], start=1)}
    specs = [definition.root, *(definition.scope(record[1]) for record in body["s"])]
    host_of = {numbers[record[0]]: record for record in body["t"] if record[0] in numbers}
    resting: set[int] = set()
    for number in sorted(numbers.values(), reverse=True):  # those inside stand after those around them
        host = host_of[number]
        if can_rest_inside(specs[host[SCOPE]].task_specs[host[SPEC]], host) and all(
            stays(specs[number].task_specs[record[SPEC]], record) for record in tokens.get(number, ())
        ):
            resting.add(number)
    return resting
