"""Count what really goes to the database: statements and commits of every psycopg connection of this process.

SQLAlchemy's own events do not see jobs, which go through the driver's connection directly.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg


@dataclass
class Counted:
    """Statements, in order, and commits."""

    statements: list[str] = field(default_factory=list)
    commits: int = 0


@contextmanager
def counting() -> Iterator[Counted]:
    """Count inside the block: `with counting() as counted:`. One thread at a time."""
    counted = Counted()
    execute, executemany, commit = psycopg.Cursor.execute, psycopg.Cursor.executemany, psycopg.Connection.commit

    def counted_execute(self: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        counted.statements.append(str(query))
        return execute(self, query, *args, **kwargs)

    def counted_executemany(self: Any, query: Any, parameters: Any, **kwargs: Any) -> Any:
        rows = list(parameters)
        counted.statements.extend([str(query)] * len(rows))
        return executemany(self, query, rows, **kwargs)

    def counted_commit(self: Any) -> None:
        counted.commits += 1
        commit(self)

    psycopg.Cursor.execute = counted_execute  # type: ignore[method-assign]
    psycopg.Cursor.executemany = counted_executemany  # type: ignore[method-assign]
    psycopg.Connection.commit = counted_commit  # type: ignore[method-assign]
    try:
        yield counted
    finally:
        psycopg.Cursor.execute = execute  # type: ignore[method-assign]
        psycopg.Cursor.executemany = executemany  # type: ignore[method-assign]
        psycopg.Connection.commit = commit  # type: ignore[method-assign]
