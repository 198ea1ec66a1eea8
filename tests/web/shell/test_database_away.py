"""The database is not there when the web starts, goes away, comes back: pages say so and recover by themselves."""

from __future__ import annotations

import shutil
import time

import pytest

from engine import SYSTEM, Executor, NoJobs, ProcessEngine, Store
from engine.errors import StoreUnavailable
from engine.store.embedded import APPLICATION, EmbeddedServer
from engine.store.schema import upgrade
from webapp import Settings, create_app
from webapp.waiting import until_available

KEYS = {
    "secret_key": "5c1f0e7ab93d46288f02d7c45be1963a",
    "history_key": "e2907b4d1f6ac583b7d80942fa35c61e",
}
PRODUCTION = Settings(mode="production", trusted_hosts=("siwei.example",), **KEYS)
HTTPS = "https://siwei.example"


@pytest.fixture
def server(tmp_path):
    """A server of this test's own, migrated, and down."""
    server = EmbeddedServer(tmp_path / "database", durable=False)
    upgrade(server.start().url("siwei"))
    server.stop()
    yield server
    server.stop()
    shutil.rmtree(server.base, ignore_errors=True)


@pytest.fixture
def engine_of(server, sandbox):
    """An engine over it. Where the server listens does not change with a restart."""
    address = server.start()
    server.stop()
    made = ProcessEngine(
        Store(address.url("siwei", APPLICATION)), Executor(sandbox), history_key=b"k" * 32, queue=NoJobs()
    )
    yield made
    made.close()


def ask(client, path):
    began = time.monotonic()
    answer = client.get(path, base_url=HTTPS)
    assert time.monotonic() - began < 5, "nobody waits long for an error"
    return answer


def test_pages_say_that_the_database_is_away_and_come_back_with_it(server, engine_of):
    client = create_app(PRODUCTION, engine_of).test_client()
    away = ask(client, "/sign-in")
    assert away.status_code == 503
    assert "系統暫時無法使用" in away.text
    assert ask(client, "/health/live").status_code == 200
    assert ask(client, "/health/ready").status_code == 503
    server.start()
    assert ask(client, "/health/ready").status_code == 200
    assert ask(client, "/sign-in").status_code == 200
    server.stop()
    assert ask(client, "/health/ready").status_code == 503
    assert ask(client, "/sign-in").status_code in (200, 503), "the page itself may need nothing of the database"
    server.start()
    assert ask(client, "/health/ready").status_code == 200


def test_a_database_that_comes_later_and_is_a_demonstration_is_never_served(server, engine_of):
    server.start()
    engine_of.directory.add_unit("kcg", actor=SYSTEM, parent_id=None, type="city", name="市政府")
    engine_of.directory.add_person("demo", actor=SYSTEM, name="示範")
    engine_of.accounts.add_demo_account("demo", "demo", "a demonstration's password")
    engine_of.close()
    server.stop()
    client = create_app(PRODUCTION, engine_of).test_client()
    assert ask(client, "/sign-in").status_code == 503
    server.start()
    for path in ("/sign-in", "/health/ready"):
        assert ask(client, path).status_code == 503
    assert ask(client, "/health/live").status_code == 200


def test_a_start_waits_for_the_database_and_not_for_ever():
    answers = iter([StoreUnavailable(), StoreUnavailable(), "there"])

    def asked():
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    waited = []
    assert until_available(asked, sleep=waited.append) == "there"
    assert len(waited) == 2

    def never():
        raise StoreUnavailable

    with pytest.raises(StoreUnavailable):
        until_available(never, seconds=0, sleep=waited.append)
