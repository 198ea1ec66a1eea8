"""`siwei`: each verb explains itself; wrong input ends in a sentence and an exit code, never in a traceback."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from webapp.cli import main


def verbs(group=main, path=()):
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from verbs(command, (*path, name))
        else:
            yield (*path, name)


@pytest.mark.parametrize("verb", list(verbs()), ids=" ".join)
def test_each_verb_has_help(verb):
    result = CliRunner().invoke(main, [*verb, "--help"])
    assert result.exit_code == 0
    assert result.output.startswith("Usage:")
    description = result.output.split("Options:")[0].split("\n\n")[1].strip()
    assert len(description) > 10


def run(*arguments, **environment):
    result = CliRunner().invoke(main, list(arguments), env=environment)
    assert "Traceback" not in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    return result


@pytest.mark.parametrize(
    "arguments",
    [
        ("no-such-verb",),
        ("report",),
        ("report", "abc"),
        ("lint", "no/such/file.bpmn"),
        ("deploy", "no/such/folder"),
        ("test-process", "no/such/folder"),
        ("lint", "--lang", "fr"),
        ("user", "add"),
        ("worker", "--concurrency", "many"),
    ],
    ids=" ".join,
)
def test_what_is_not_understood_is_2(arguments):
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Usage:" in result.output


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "http"), ("PROXY_COUNT", "-1"), ("SIWEI_MODE", "live"), ("HOST", "0.0.0.0"), ("SIWEI_LOG_LEVEL", "loud")],
)
@pytest.mark.parametrize("verb", [("web",), ("worker",), ("verify",)], ids=" ".join)
def test_a_setting_that_cannot_be_read_is_named(tmp_path, verb, name, value):
    result = run(*verb, **{"SIWEI_HOME": str(tmp_path), name: value})
    assert result.exit_code == 1
    assert name in result.output


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("x.bpmn", b"not xml"),
        ("x.bpmn", b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'),
        ("x.bpmn", b"\xff\xfe\x00"),
        ("x.form", b"{"),
        ("x.dmn", b"<x/>"),
        ("x.txt", b"?"),
        ("x.bpmn", b""),
    ],
)
def test_lint_names_what_is_wrong_with_any_file(tmp_path, file, content):
    path = tmp_path / file
    path.write_bytes(content)
    result = run("lint", str(path))
    assert result.exit_code == 1
    assert "root:" not in result.output
    assert file in result.output


def test_lint_and_test_process_of_a_folder_without_a_process(tmp_path):
    for verb in ("lint", "test-process"):
        assert run(verb, str(tmp_path)).exit_code == 1


@pytest.mark.parametrize("verb", [("verify",), ("user", "list"), ("report", "107")], ids=" ".join)
def test_a_database_that_does_not_answer_is_one_sentence(tmp_path, verb):
    url = "postgresql://nobody@127.0.0.1:9/none?connect_timeout=2"
    result = run(*verb, SIWEI_HOME=str(tmp_path), DATABASE_URL=url, OWNER_DATABASE_URL=url)
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")


def test_migrate_says_what_it_misses(tmp_path):
    result = run("migrate", SIWEI_HOME=str(tmp_path))
    assert (result.exit_code, "OWNER_DATABASE_URL" in result.output) == (1, True)
    result = run("migrate", SIWEI_HOME=str(tmp_path), OWNER_DATABASE_URL="postgresql://nobody@127.0.0.1:9/none")
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")


@pytest.mark.parametrize(
    "arguments",
    [
        ("user", "add", "no.such.person"),
        ("user", "reset", "no.such.person"),
        ("user", "disable", "no.such.person"),
        ("verify", "PT-107-99999"),
        ("deploy", "--as", "no.such.person"),
        ("deploy", "--approved-by", "no.such.person"),
    ],
    ids=" ".join,
)
def test_what_is_not_there_is_one_sentence(database_url, owner_url, tmp_path, arguments):
    result = run(*arguments, SIWEI_HOME=str(tmp_path), DATABASE_URL=database_url, OWNER_DATABASE_URL=owner_url)
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert len(result.output.strip()) > len("Error: "), "the sentence says something"


def test_the_list_of_accounts_leaves_nobody_out(engine, database_url, owner_url, tmp_path):
    """More people than a page of them holds."""
    result = run("user", "list", SIWEI_HOME=str(tmp_path), DATABASE_URL=database_url, OWNER_DATABASE_URL=owner_url)
    listed = {line.split()[0] for line in result.output.splitlines() if line.strip()}
    assert len(listed) > 50
    assert {"aia.it.admin", "works.handler", "health.handler"} <= listed
