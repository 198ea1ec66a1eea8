"""The database is not there when the web starts, goes away, comes back: pages say so and recover by themselves."""

from __future__ import annotations

import shutil
import time

import pytest

from engine import SYSTEM, Executor, NoJobs, ProcessEngine, Store
from engine.errors import StoreUnavailable
from engine.ids import new_id
from engine.store.embedded import APPLICATION, EmbeddedServer
from engine.store.schema import upgrade
from webapp import Settings, create_app
from webapp.auth.login import COOKIE
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


def test_who_is_signed_in_is_told_so_too_and_keeps_what_was_written(server, engine_of):
    app = create_app(PRODUCTION, engine_of)
    client = app.test_client()
    client.set_cookie(f"__Host-{COOKIE}", "x" * 43, secure=True)
    away = ask(client, "/inbox/mine")
    assert away.status_code == 503
    assert "系統暫時無法使用" in away.text
    assert "再試一次" in away.text
    text = "已電話聯絡陳情人，說明會同現場會勘。"
    sent = client.post(f"/cases/{new_id()}/comments", data={"text": text, "password": text * 2}, base_url=HTTPS)
    assert sent.status_code == 503
    assert f"{text}</blockquote>" in sent.text
    assert text * 2 not in sent.text


def test_an_error_is_told_where_the_page_around_it_cannot_be_drawn(server, engine_of, monkeypatch):
    """The database goes away between who asks and what is on every page."""
    app = create_app(PRODUCTION, engine_of)

    def ask_again():
        raise StoreUnavailable

    monkeypatch.setitem(app.jinja_env.globals, "lang", ask_again)  # of the bar
    away = ask(app.test_client(), "/sign-in")
    assert away.status_code == 503
    assert "系統暫時無法使用" in away.text
    assert "<header" not in away.text


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
