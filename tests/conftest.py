"""A real PostgreSQL for the tests: one server a run, one database a test module.

The server is started once by the controlling process and shared by all workers; a
migrated template is cloned, which takes a few hundredths of a second.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from engine.store.embedded import APPLICATION, OWNER, EmbeddedServer, ServerAddress
from engine.store.schema import upgrade

_TEMPLATE = "siwei_template"
_numbers = itertools.count()
_server: EmbeddedServer | None = None
_home: Path | None = None


def _start_server() -> ServerAddress:
    global _server, _home
    _home = Path(tempfile.mkdtemp(prefix="siwei-test-"))
    _server = EmbeddedServer(_home, durable=False)
    address = _server.start()
    _execute(address, f"create database {_TEMPLATE}")
    upgrade(address.url(_TEMPLATE))
    return address


def _execute(address: ServerAddress, statement: str) -> None:
    with psycopg.connect(host=str(address.socket_folder), user=OWNER, dbname="postgres", autocommit=True) as db:
        db.execute(statement)  # type: ignore[call-overload]


class _ForWorkers:
    """Registered with the controller of a distributed run only: one server for all, and who gets which test."""

    def __init__(self) -> None:
        self.address: ServerAddress | None = None

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: object) -> None:
        self.address = self.address or _start_server()
        node.workerinput["siwei_socket"] = str(self.address.socket_folder)  # type: ignore[attr-defined]

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: object) -> object:
        from tests.sharing import BySharing  # only where xdist runs

        return BySharing(config, log)


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(_ForWorkers(), "siwei-database")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests have to say besides whether they passed: `record_property("printed", text)`."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            if not isinstance(report, pytest.TestReport):  # tests left out by -k
                continue
            said = [text for name, text in getattr(report, "user_properties", ()) if name == "printed"]
            for text in said if report.when == "teardown" or not report.passed else ():
                terminalreporter.line(text)


def pytest_unconfigure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput") or _server is None:
        return
    _server.stop()
    shutil.rmtree(_server.base, ignore_errors=True)
    if _home:
        shutil.rmtree(_home, ignore_errors=True)


@pytest.fixture(scope="session")
def database_server(request: pytest.FixtureRequest) -> ServerAddress:
    """The address of the run's PostgreSQL."""
    given = getattr(request.config, "workerinput", {}).get("siwei_socket")
    return ServerAddress(Path(given)) if given else _start_server()


@pytest.fixture(scope="session")
def make_database(database_server: ServerAddress) -> Iterator[object]:
    """A function that clones the migrated template, or the database named, and returns the clone's name."""
    made: list[str] = []

    def make(template: str = _TEMPLATE) -> str:
        name = f"t_{os.getpid()}_{next(_numbers)}"
        _execute(database_server, f"create database {name} template {template} strategy file_copy")
        made.append(name)
        return name

    yield make
    for name in made:
        _execute(database_server, f"drop database if exists {name} with (force)")


@pytest.fixture(scope="module")
def database_name(make_database) -> str:  # type: ignore[no-untyped-def]
    """A fresh migrated database for this test module."""
    return make_database()


@pytest.fixture(scope="module")
def database_url(database_server: ServerAddress, database_name: str) -> str:
    """Its URL as the application role: what web and worker use."""
    return database_server.url(database_name, APPLICATION)


@pytest.fixture(scope="module")
def owner_url(database_server: ServerAddress, database_name: str) -> str:
    """Its URL as the owner: migrations, and tests that play the intruder."""
    return database_server.url(database_name, OWNER)
