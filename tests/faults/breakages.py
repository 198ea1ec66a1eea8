"""Deliberately broken builds: what a harness must notice. Applied in an actor's own process, never in the product."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import replace
from typing import Any
from uuid import uuid4

import psycopg
from procrastinate import RetryDecision
from sqlalchemy import text

from engine.connectors import HttpConnector
from engine.jobs import calls, queue, service
from engine.steps.sources import Sources
from engine.store import definition_queries, file_queries, step_queries, store, token_queries

_SLOW_DISK_SECONDS = 0.03
"""How long the second half of a split write takes: the same broken build, the gap wide enough to be hit soon."""


def split_transaction() -> None:
    """The state is committed before history, tasks and the token's record are written."""
    update_case = step_queries.update_case

    def broken(tx: Any, values: Mapping[str, Any]) -> bool:
        stored = update_case(tx, values)
        tx.connection.connection.driver_connection.commit()
        time.sleep(_SLOW_DISK_SECONDS)
        return stored

    step_queries.update_case = broken


def split_upload() -> None:
    """An upload is committed after its first statement: the bytes are known before they are stored."""
    insert = file_queries.insert

    def broken(table: Any) -> Any:
        if table is file_queries.file_chunk:
            _uploading.get().connection.connection.driver_connection.commit()
            time.sleep(_SLOW_DISK_SECONDS)
        return insert(table)

    store_file = file_queries.store_file

    def noting(tx: Any, *args: Any) -> Any:
        _uploading.set(tx)
        return store_file(tx, *args)

    file_queries.insert, file_queries.store_file = broken, noting


_uploading: ContextVar[Any] = ContextVar("uploading")


def unfenced() -> None:
    """No row lock, no revision check. The database must have lost its last fence, too: `drop_last_fence`."""
    rows = step_queries._ROW
    for by_task in (False, True):
        rows[by_task, True] = rows[by_task, False]
    for name in ("_UPDATE_CASE", "_TOUCH_CASE"):
        statement = str(getattr(step_queries, name))
        assert "id = :id and revision = :revision" in statement
        unchecked = statement.replace("and revision = :revision", "and :revision is not null")
        setattr(step_queries, name, text(unchecked.replace(":revision is", "cast(:revision as integer) is")))


def drop_last_fence(owner: psycopg.Connection) -> None:
    """Even without lock and revision the history's key refuses the second entry of one number: drop it."""
    owner.execute("alter table history_entry drop constraint pk_history_entry cascade")


def forgetful() -> None:
    """Form tokens are neither looked up nor kept."""
    load, record = step_queries.load, step_queries.record

    def load_without_answer(*args: Any) -> dict[str, Any]:
        return {**load(*args), "answered": None}

    step_queries.load = load_without_answer
    step_queries.record = lambda tx, step: record(tx, replace(step, token=None))
    token_queries.reserve = lambda *args: True
    token_queries.settle = lambda *args: None
    token_queries.answered = lambda *args: None


def unqueued_deployments() -> None:
    """Deployments do not wait for each other. The database must have lost its fences, too: `drop_version_fences`."""
    definition_queries.lock_deployments = lambda tx: None


def drop_version_fences(owner: psycopg.Connection) -> None:
    """Even when deployments do not queue up, two keys refuse the same number and the second in force: drop both."""
    for index in ("uq_process_definition_key_version", "uq_process_definition_current"):
        owner.execute(f"drop index {index}")  # type: ignore[call-overload]


def floating_versions() -> None:
    """A case runs with the version in force, not with the one it was started with."""
    both = Sources.both

    def broken(self: Sources, tx: Any, definition_id: Any) -> Any:
        own = definition_queries.by_id(tx, definition_id)
        newest = definition_queries.definition(tx, own.key) if own else None
        return both(self, tx, newest.id if newest else definition_id)

    Sources.both = broken  # type: ignore[method-assign]


def new_key_each_try() -> None:
    """Each try of a call to a neighbour goes out under a key of its own."""
    call = HttpConnector.call

    def broken(self: HttpConnector, arguments: Mapping[str, Any], *, key: str) -> Mapping[str, Any]:
        return call(self, arguments, key=str(uuid4()))

    HttpConnector.call = broken  # type: ignore[method-assign]


def unbounded_tries() -> None:
    """A call that fails is tried again for ever, soon."""
    for module in (calls, queue, service):
        module.MAX_ATTEMPTS = 10**6
    queue.BackOff.get_retry_decision = lambda self, **_: RetryDecision(retry_in={"seconds": 0.1})  # type: ignore[assignment]


def untranslated_errors() -> None:
    """What the database says is handed on as the driver puts it."""
    store._translate = lambda error: error


def migrate_without_regard(owner: psycopg.Connection) -> None:
    """A migration that renames what the code still running asks for."""
    owner.execute("alter table user_task rename column assignee_name to who")


def acknowledge_early(owner: psycopg.Connection) -> None:
    """Let this server answer a commit long before it lies on the disk. The connection must commit by itself.

    It is the server that is broken here and not the build: a build can only ask for this, one
    connection at a time, and any other connection's commit would put the rest on the disk with it.
    """
    for setting in ("synchronous_commit = off", "wal_writer_delay = '10s'", "wal_writer_flush_after = '1GB'"):
        owner.execute(f"alter system set {setting}")  # type: ignore[call-overload]
    owner.execute("select pg_reload_conf()")


BREAKAGES: Mapping[str, Callable[[], None]] = {
    "split transaction": split_transaction,
    "split upload": split_upload,
    "unfenced": unfenced,
    "forgetful": forgetful,
    "unqueued deployments": unqueued_deployments,
    "floating versions": floating_versions,
    "untranslated errors": untranslated_errors,
    "new key each try": new_key_each_try,
    "unbounded tries": unbounded_tries,
}
