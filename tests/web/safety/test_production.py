"""Production refuses what only a demonstration may have; so do the commands that would start it."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from engine import Executor, NoJobs, ProcessEngine, Store
from webapp import Settings, create_app
from webapp.cli import main
from webapp.production import ensure_fit
from webapp.settings import SettingsError

KEYS = {
    "secret_key": "s3cret-Key-of-this-test-0123456789abcdef",
    "history_key": "h1story-Key-of-this-test-0123456789abcd",
}
PRODUCTION = Settings(mode="production", trusted_hosts=("siwei.example",), **KEYS)


@pytest.fixture
def empty(make_database, database_server, sandbox):
    """An engine over a database nobody has loaded a demonstration into."""
    from engine.store.embedded import APPLICATION

    store = Store(database_server.url(make_database(), APPLICATION))
    engine = ProcessEngine(store, Executor(sandbox), history_key=b"k" * 32, queue=NoJobs())
    yield engine
    engine.close()


def test_demo_accounts_stop_the_start_of_web_and_worker(engine):
    with pytest.raises(SettingsError, match="demo accounts"):
        create_app(PRODUCTION, engine)
    with pytest.raises(SettingsError, match="demo accounts"):
        ensure_fit(PRODUCTION, engine)


def test_without_them_it_starts_and_names_no_account(empty):
    app = create_app(PRODUCTION, empty)
    page = app.test_client().get("/sign-in", base_url="https://siwei.example")
    assert page.status_code == 200
    assert "demo" not in page.text.lower()


def test_debug_mode_stops_the_start(empty, monkeypatch):
    monkeypatch.setenv("FLASK_DEBUG", "1")
    with pytest.raises(SettingsError, match="FLASK_DEBUG"):
        create_app(PRODUCTION, empty)


def test_a_demonstration_may_have_its_accounts(engine):
    assert "health.handler" in create_app(Settings(mode="demo", **KEYS), engine).test_client().get("/sign-in").text


@pytest.mark.parametrize("key", ["", "short", "x" * 31])
def test_a_weak_key_stops_web_whatever_the_mode(engine, key):
    with pytest.raises(SettingsError, match="SIWEI_SECRET_KEY"):
        create_app(Settings(mode="test", secret_key=key), engine)


@pytest.mark.parametrize("command", [["up"], ["web"], ["worker"], ["demo", "load"], ["verify"], ["user", "list"]])
@pytest.mark.parametrize("given", [{}, {"SIWEI_SECRET_KEY": "changeme"}, {"SIWEI_SECRET_KEY": "k" * 40}])
def test_no_command_starts_production_without_its_keys(tmp_path, command, given):
    environment = {"SIWEI_MODE": "production", "SIWEI_HOME": str(tmp_path), **given}
    result = CliRunner().invoke(main, command, env=environment)
    assert result.exit_code == 1
    assert "SIWEI_SECRET_KEY " in result.output
    assert "token_hex" in result.output, "it says how to make one"
    assert not list(tmp_path.iterdir()), "nothing is made before the refusal"
