"""An empty installation gets its first administrator from the command line, once."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from engine import Executor, NoJobs, ProcessEngine, Store
from webapp import Settings, create_app
from webapp.cli import main

ARGUMENTS = ["user", "first", "chen.admin", "陳管理", "--unit", "city", "--unit-name", "某市政府"]


@pytest.fixture
def house(make_database, database_server, sandbox, tmp_path):
    """An engine over an empty database, and the environment of commands that use it."""
    from engine.store.embedded import APPLICATION

    name = make_database()
    url = database_server.url(name, APPLICATION)
    engine = ProcessEngine(Store(url), Executor(sandbox), history_key=b"k" * 32, queue=NoJobs())
    environment = {
        "DATABASE_URL": url,
        "OWNER_DATABASE_URL": database_server.url(name),
        "SIWEI_HOME": str(tmp_path),
        "SIWEI_MODE": "demo",
    }
    yield engine, environment
    engine.close()


def test_the_first_administrator_signs_in_and_administers(house):
    engine, environment = house
    result = CliRunner().invoke(main, ARGUMENTS, env=environment)
    assert result.exit_code == 0, result.output
    password = result.output.removeprefix("First password: ").strip()
    session = engine.accounts.sign_in("chen.admin", password, ip="127.0.0.1", user_agent="tests")
    assert session.must_change
    engine.directory.add_unit(
        "city.one", actor=engine.accounts.signed_in(session.token)[1], name="第一科", parent_id="city"
    )
    assert {unit.name for unit in engine.directory.units()} == {"某市政府", "第一科"}
    assert not engine.accounts.has_demo_accounts()
    create_app(Settings(mode="production", secret_key="s" * 40, history_key="h" * 40), engine)


def test_there_is_only_one_first(house):
    engine, environment = house
    assert CliRunner().invoke(main, ARGUMENTS, env=environment).exit_code == 0
    again = CliRunner().invoke(main, ["user", "first", "other", "別人"], env=environment)
    assert again.exit_code == 1
    assert "already" in again.output
    assert [person.id for person in engine.directory.people()] == ["chen.admin"]


def test_a_name_that_cannot_be_used_is_said_and_the_next_attempt_succeeds(house):
    _, environment = house
    refused = CliRunner().invoke(main, ["user", "first", "Not an id!", "某人"], env=environment)
    assert refused.exit_code == 1
    assert "id" in refused.output
    assert "Traceback" not in refused.output
    assert CliRunner().invoke(main, ARGUMENTS, env=environment).exit_code == 0
