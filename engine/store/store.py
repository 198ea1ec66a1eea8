"""The database: connections, time limits, and one transaction at a time."""

from __future__ import annotations

import logging
import select
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import (
    Connection,
    Engine,
    Executable,
    NullPool,
    RootTransaction,
    Row,
    TextClause,
    create_engine,
    event,
    exc,
)

from engine.errors import Busy, CommitUnknown, StorageFull, StoreReadOnly, StoreUnavailable, ValueRefused
from engine.store.plain import Answer, send, sql_of
from engine.store.pool import CountedPool

STATEMENT_SECONDS = 15.0
LOCK_SECONDS = 5.0
KEEPALIVE = {"keepalives_idle": 2, "keepalives_interval": 1, "keepalives_count": 2}
"""Either end notices within four seconds that the other's machine is gone, and its transaction with it: sooner than
anybody gives up waiting for the rows that it had locked."""
SILENT_MS = 4000
_LOCK_NOT_AVAILABLE = ("55P03", "40P01", "40001")
_STATEMENT_TIMEOUT = "57014"
_DISK_FULL = "53100"
_READ_ONLY = "25006"
_AT_FAULT = ("53", "57", "58", "XX")
"""Classes of states that are the server's own trouble: resources, operators, input and output, damage."""
_log = logging.getLogger("siwei.store")
_NO_HURRY = (
    "set transaction read only",
    "set local statement_timeout = 0",
    "set local idle_in_transaction_session_timeout = 0",
)
"""What looks at everything takes its time; it holds no lock that anybody waits for."""
_IN_A_WALK = ("set transaction read only", "set local statement_timeout = '45s'", "set local cursor_tuple_fraction = 1")
"""A list of a million is sorted whole before its first row comes; who has sent for it is still there by then."""


@dataclass(frozen=True)
class Transaction:
    """One open transaction, or a look without one. Query modules take its `connection`."""

    connection: Connection
    afterwards: list[Callable[[], None]] = field(default_factory=list, compare=False, repr=False)
    """Done once the transaction is stored, and only then: for whoever watches. What fails there is only logged."""

    def execute(self, statement: Executable, parameters: Any = None) -> Answer:
        """Run one statement in this transaction. One that is written out as SQL goes straight to the driver."""
        if isinstance(statement, TextClause) and (sql := sql_of(statement)) is not None:
            return send(self.connection, sql, parameters)
        return self.connection.execute(statement, parameters)

    def walk(
        self, statement: Executable, parameters: Mapping[str, Any], step: int
    ) -> Generator[Sequence[Row[Any]], None, None]:
        """Run one statement and fetch what it gives `step` rows at a time; the rest waits in the server.

        To be closed by whoever does not take all of it, while the transaction is open.
        """
        options = {"stream_results": True, "max_row_buffer": step}
        found = self.connection.execute(statement, parameters, execution_options=options)
        try:
            yield from found.partitions(step)
        finally:
            found.close()


class Store:
    """A PostgreSQL database, as the application's role sees it.

    Args:
        url: a SQLAlchemy URL, `postgresql+psycopg://…`; `postgresql://…` is read as that.
        pool_size: connections kept open; as many again may be opened for a moment.
        statement_seconds: a statement that takes longer is stopped by the server.
        lock_seconds: a wait for a row that takes longer ends in `Busy`.
    """

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = 5,
        statement_seconds: float = STATEMENT_SECONDS,
        lock_seconds: float = LOCK_SECONDS,
    ) -> None:
        self.url = with_driver(url)
        limits = {
            "statement_timeout": int(statement_seconds * 1000),
            "lock_timeout": int(lock_seconds * 1000),
            "idle_in_transaction_session_timeout": int(statement_seconds * 4000),
            "timezone": "UTC",
            "jit": "off",
            **{f"tcp_{name}": value for name, value in KEEPALIVE.items()},
            "tcp_user_timeout": SILENT_MS,
        }
        connect: dict[str, Any] = {
            "options": " ".join(f"-c {name}={value}" for name, value in limits.items()),
            "application_name": "siwei",
            "connect_timeout": 5,
            **KEEPALIVE,
            "tcp_user_timeout": SILENT_MS,
        }
        self.engine: Engine = create_engine(
            self.url,
            poolclass=CountedPool,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_timeout=10,
            pool_pre_ping=False,
            hide_parameters=True,  # what people typed does not belong into logs
            json_serializer=lambda value: orjson.dumps(value).decode(),
            json_deserializer=orjson.loads,
            connect_args=connect,
        )
        event.listen(self.engine, "checkout", _ensure_connected)
        self._readers = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._snapshots = self.engine.execution_options(isolation_level="REPEATABLE READ")
        self._beside = create_engine(
            self.url, poolclass=NullPool, isolation_level="AUTOCOMMIT", hide_parameters=True, connect_args=connect
        )

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Open a transaction; commit when the block ends, roll back when it raises.

        Raises:
            Busy: a row stayed locked by somebody else for too long.
            CommitUnknown: the connection was lost while committing; it may have
                been stored. Look up the token before doing it again.
            StoreUnavailable: the database cannot be reached or fails; in particular
                StorageFull, StoreReadOnly.
            ValueRefused: a value cannot be a value of the database: a NUL in a text, a year beyond its calendar.
        """
        with _own_errors(), self.engine.connect() as connection:
            transaction = connection.begin()
            opened = Transaction(connection)
            try:
                yield opened
            except BaseException:
                if not connection.invalidated:
                    transaction.rollback()
                raise
            self._commit(connection, transaction)
        for act in opened.afterwards:
            try:
                act()
            except Exception:
                _log.exception("a watcher failed")

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """Only look: each statement by itself, without the two round trips of a transaction around them.

        In `READ COMMITTED` each statement sees the newest data inside a transaction, too; nothing is lost.

        Raises:
            StoreUnavailable, ValueRefused: as `transaction`.
        """
        with _own_errors(), self._readers.connect() as connection:
            yield Transaction(connection)

    @contextmanager
    def beside(self) -> Iterator[Transaction]:
        """Only look, on a connection opened for it: for what may be asked in the middle of a transaction.

        Who holds a connection of the pool and waits for a second one waits for those who do the same.

        Raises:
            StoreUnavailable: the database cannot be reached.
        """
        with _own_errors(), self._beside.connect() as connection:
            yield Transaction(connection)

    @contextmanager
    def snapshot(self) -> Iterator[Transaction]:
        """Only look, for as long as it takes: every statement sees the same moment.

        Raises:
            StoreUnavailable: the database cannot be reached.
        """
        with _own_errors(), self._snapshots.connect() as connection, connection.begin():
            for setting in _NO_HURRY:
                connection.exec_driver_sql(setting)
            yield Transaction(connection)

    @contextmanager
    def walking(self) -> Iterator[Transaction]:
        """Only look, at one moment, at more than fits into memory: `Transaction.walk`.

        A step of it may take 45 seconds. Who takes none for a minute loses the connection, so that it never holds
        back the tidying of the tables for longer.

        Raises:
            StoreUnavailable: the database cannot be reached, or a step took too long.
        """
        with _own_errors(), self._snapshots.connect() as connection, connection.begin():
            for setting in _IN_A_WALK:
                connection.exec_driver_sql(setting)
            yield Transaction(connection)

    def pool_counts(self) -> dict[str, int]:
        """How many connections are used and idle, how many there may be, and how many threads wait for one."""
        assert isinstance(self.engine.pool, CountedPool)
        return self.engine.pool.counts()

    def close(self) -> None:
        """Close every pooled connection. The store opens new ones when it is used again."""
        self.engine.dispose()

    def forked(self) -> None:
        """Forget the pool in a forked child, without touching the parent's connections."""
        self.engine.dispose(close=False)

    @staticmethod
    def _commit(connection: Connection, transaction: RootTransaction) -> None:
        try:
            transaction.commit()
        except BaseException as error:
            lost = isinstance(error, exc.DBAPIError) and error.connection_invalidated
            connection.invalidate()  # whatever is left of the transaction goes with its connection
            if lost:
                raise CommitUnknown from error
            raise


def with_driver(url: str) -> str:
    """`url` with the driver named: `postgres://` and `postgresql://` become `postgresql+psycopg://`."""
    scheme, separator, rest = url.partition("://")
    return f"postgresql+psycopg{separator}{rest}" if scheme in ("postgres", "postgresql") else url


@contextmanager
def _own_errors() -> Iterator[None]:
    try:
        yield
    except exc.DBAPIError as error:
        raise _translate(error) from error.orig  # the driver's words, without the statement around them
    except exc.TimeoutError as error:
        raise StoreUnavailable("All database connections are in use.") from error


def _ensure_connected(connection: Any, record: Any, proxy: Any) -> None:
    """Let the pool open another connection for one whose server has gone in the meantime.

    A server that ends says so, or closes; a connection at rest has nothing to say otherwise. So looking whether
    there is anything to read tells, without asking the server: after a restart of the database nobody is sent
    away by a connection that died in the pool.
    """
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    if waiting.poll(0):
        raise exc.DisconnectionError


def _translate(error: exc.DBAPIError) -> Exception:
    state = getattr(error.orig, "sqlstate", None) or ""
    if state in _LOCK_NOT_AVAILABLE:
        return Busy()
    if state == _STATEMENT_TIMEOUT:
        return StoreUnavailable("The database took too long to answer.")
    if state == _DISK_FULL:
        return StorageFull()
    if state == _READ_ONLY:
        return StoreReadOnly()
    if isinstance(error, exc.DataError):
        return ValueRefused("The database cannot hold this value.")
    if error.connection_invalidated or isinstance(error, exc.OperationalError) or state.startswith(_AT_FAULT):
        return StoreUnavailable()
    return error
