"""Statements written out as SQL, sent to the driver as they stand.

They need nothing of what SQLAlchemy does for a statement put together from tables: no compiling, no typed parameters
and columns, which was a fifth of the web's time for a step. What comes back is SQLAlchemy's own `Result`: a query
reads the same whichever way its statement went.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import psycopg
from sqlalchemy import Connection, CursorResult, TextClause, exc
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine.result import IteratorResult, SimpleResultMetaData
from sqlalchemy.types import NullType

_DIALECT = PGDialect_psycopg()  # type: ignore[no-untyped-call]
_KNOWN = 2048
"""How many statements are remembered as the driver reads them; those of lists come in many forms."""

_LINE = re.compile(r"\s*\n\s*")
"""Where a statement is wrapped: taken out, for the driver remembers how it reads one of at most 4,096 bytes."""

_known: dict[str, str] = {}


class Fetched(IteratorResult[Any]):
    """All that a statement gave, read at once."""

    rowcount = 0
    """How many rows it gave or changed."""


Answer = CursorResult[Any] | Fetched
"""What a statement gives, whichever way it went."""


def sql_of(statement: TextClause) -> str | None:
    """The statement as the driver reads it; None where its parameters need SQLAlchemy."""
    return _known.get(statement.text) or _learn(statement)


def send(connection: Connection, sql: str, parameters: Mapping[str, Any] | None) -> Fetched:
    """Run one statement in the connection's transaction and fetch all it gives.

    Raises:
        sqlalchemy.exc.DBAPIError: as SQLAlchemy would; a connection that was lost leaves the pool.
    """
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    try:
        with driver.cursor() as cursor:
            cursor.execute(sql, parameters or {})
            answer = cursor.pgresult
            names = tuple([answer.fname(number) or b"" for number in range(answer.nfields)]) if answer else ()
            fetched = Fetched(_columns(names), iter(cursor.fetchall() if names else ()))
            fetched.rowcount = cursor.rowcount
            return fetched
    except psycopg.Error as error:
        raise told(connection, error, sql) from error


def told(connection: Connection, error: psycopg.Error, sql: str = "") -> Exception:
    """The driver's error as SQLAlchemy tells it; a connection that was lost leaves the pool."""
    lost = connection.invalidated or bool(connection.connection.driver_connection.closed)  # type: ignore[union-attr]
    if lost and not connection.invalidated:
        connection.invalidate(error)
    return exc.DBAPIError.instance(
        sql, None, error, psycopg.Error, hide_parameters=True, connection_invalidated=lost, dialect=_DIALECT
    )


def of_others(connection: Connection, error: Exception) -> Exception:
    """What a library that works on this connection says went wrong: the driver's error behind it, if there is one."""
    cause = error.__cause__
    return told(connection, cause) if isinstance(cause, psycopg.Error) else error


def _learn(statement: TextClause) -> str | None:
    if any(type(known.type) is not NullType or known.expanding for known in statement._bindparams.values()):
        return None
    if len(_known) >= _KNOWN:
        _known.clear()
    sql = _known[statement.text] = _LINE.sub(" ", str(statement.compile(dialect=_DIALECT))).strip()
    return sql


@lru_cache(maxsize=_KNOWN)
def _columns(names: tuple[bytes, ...]) -> SimpleResultMetaData:
    return SimpleResultMetaData([name.decode() for name in names])
