"""`siwei backup` and `siwei restore` from the command line: what is made, what is refused, what is said."""

from __future__ import annotations

import zipfile

import psycopg
import pytest
from click.testing import CliRunner

from engine import backup as backups
from engine.store.embedded import APPLICATION
from engine.store.schema import downgrade, head
from webapp.cli import main

KEY = "the history key of the backups' tests"
OLDER = "0006"
"""The schema of the version that could make the first backups."""


def run(*arguments, **environment):
    result = CliRunner().invoke(main, list(map(str, arguments)), env={"SIWEI_HISTORY_KEY": KEY, **environment})
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    return result


@pytest.fixture(scope="module")
def places(make_database, database_server, tmp_path_factory):
    """The environment of a migrated database, and a function that makes that of an empty one."""
    made = []

    def of(name):
        home = tmp_path_factory.mktemp("home")
        return {
            "SIWEI_HOME": str(home),
            "DATABASE_URL": database_server.url(name, APPLICATION),
            "OWNER_DATABASE_URL": database_server.url(name),
        }

    def empty():
        made.append(f"{full}_empty{len(made)}")
        _execute(database_server, f"create database {made[-1]}")
        return of(made[-1])

    full = make_database()
    yield of(full), empty
    for name in made:
        _execute(database_server, f"drop database if exists {name} with (force)")


@pytest.fixture(scope="module")
def made(places, tmp_path_factory):
    """A folder with one backup that was really made, and the backup."""
    folder = tmp_path_factory.mktemp("backups")
    result = run("backup", folder, **places[0])
    assert result.exit_code == 0, result.output
    (path,) = folder.iterdir()
    return folder, path, result.output


def _execute(server, statement):
    with psycopg.connect(server.url("postgres").replace("+psycopg", ""), autocommit=True) as db:
        db.execute(statement)


def test_a_backup_says_what_is_in_it_and_has_no_keys(made):
    _, path, said = made
    assert path.name.startswith("siwei-")
    assert "0 cases, 0 history entries, 0 files, as of " in said
    assert path.stat().st_mode & 0o077 == 0
    assert {"database.dump", "manifest.json"} == set(zipfile.ZipFile(path).namelist())
    assert KEY.encode() not in path.read_bytes()


def test_keys_only_when_asked_and_the_newest_are_kept(made, places, tmp_path):
    _, path, _ = made
    for day in (1, 2, 3):
        (tmp_path / f"siwei-2020010{day}T000000Z.backup").write_bytes(path.read_bytes())
    (tmp_path / "notes.txt").write_text("not a backup")
    result = run("backup", tmp_path, "--with-keys", "--keep", 2, SIWEI_SECRET_KEY="s" * 40, **places[0])
    assert result.exit_code == 0, result.output
    newest, other = sorted((file.name for file in tmp_path.glob("siwei-*")), reverse=True)
    assert other == "siwei-20200103T000000Z.backup"
    assert zipfile.ZipFile(tmp_path / newest).read("keys/history_key") == KEY.encode()
    assert (tmp_path / "notes.txt").exists()


def test_a_restore_fills_an_empty_place_and_prints_how_old_and_how_long(made, places):
    _, path, _ = made
    place = places[1]()
    result = run("restore", path, **place)
    assert result.exit_code == 0, result.output
    assert "I1-I8 hold" in result.output
    assert "RPO: the backup is of " in result.output
    assert "RTO: " in result.output
    with psycopg.connect(place["DATABASE_URL"].replace("+psycopg", "")) as db, pytest.raises(psycopg.Error):
        db.execute("delete from history_entry")  # the application's rights came with it
    assert run("verify", **place).exit_code == 0
    again = run("restore", path, **place)
    assert again.exit_code == 1
    assert "The database is not empty: " in again.output


def test_another_key_a_damaged_file_and_no_backup_are_refused(made, places, tmp_path):
    _, path, _ = made
    place = places[1]()
    other = run("restore", path, **{**place, "SIWEI_HISTORY_KEY": "another key of thirty-two characters"})
    assert "SIWEI_HISTORY_KEY is not the key" in other.output
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    (tmp_path / "damaged.backup").write_bytes(content)
    (tmp_path / "short.backup").write_bytes(content[: len(content) // 2])
    (tmp_path / "text.backup").write_text("hello")
    for name in ("damaged", "short", "text"):
        result = run("restore", tmp_path / f"{name}.backup", **place)
        assert result.exit_code == 1, name
        assert result.output.splitlines()[-1].startswith("Error: "), result.output
    with psycopg.connect(place["OWNER_DATABASE_URL"].replace("+psycopg", "")) as db:
        assert db.execute("select count(*) from pg_tables where schemaname = 'public'").fetchone() == (0,)


def test_a_folder_that_cannot_be_written_to_is_named(places, tmp_path):
    (tmp_path / "file").write_text("in the way")
    result = run("backup", tmp_path / "file" / "below", **places[0])
    assert result.exit_code == 1
    assert "The backup cannot be written to" in result.output


@pytest.fixture
def backup_of(make_database, database_server, places, tmp_path):
    """A function that makes a backup of a database that something was done to before; the file."""

    def make(prepare):
        name = make_database()
        prepare(database_server.url(name))
        result = run("backup", tmp_path, **{**places[0], "OWNER_DATABASE_URL": database_server.url(name)})
        assert result.exit_code == 0, result.output
        (path,) = tmp_path.glob("siwei-*")
        return path

    return make


def test_a_backup_of_an_older_version_is_brought_to_this_ones_schema(backup_of, places):
    path, place = backup_of(lambda url: downgrade(url, OLDER)), places[1]()
    assert f'"schema": "{OLDER}"' in zipfile.ZipFile(path).read("manifest.json").decode()
    result = run("restore", path, **place)
    assert result.exit_code == 0, result.output
    assert f"schema {OLDER} was brought to {head()}" in result.output
    assert "I1-I8 hold" in result.output
    with psycopg.connect(place["OWNER_DATABASE_URL"].replace("+psycopg", "")) as db:
        assert db.execute("select version_num from alembic_version").fetchone() == (head(),)


def test_where_the_schema_cannot_be_brought_up_everything_is_there_and_it_is_said(backup_of, places, monkeypatch):
    path, place = backup_of(lambda url: downgrade(url, OLDER)), places[1]()

    def failing(url):
        raise RuntimeError("no room for an index")

    with monkeypatch.context() as patched:
        patched.setattr(backups, "upgrade", failing)
        result = run("restore", path, **place)
    assert result.exit_code == 1
    assert "no room for an index" in result.output
    assert "siwei migrate" in result.output
    assert run("migrate", **place).exit_code == 0
    assert run("verify", **place).exit_code == 0


def test_a_backup_of_a_newer_version_is_refused_by_name_before_anything_is_done(backup_of, places):
    def of_tomorrow(url):
        with psycopg.connect(url.replace("+psycopg", "")) as db:
            db.execute("update alembic_version set version_num = 'of_tomorrow'")

    path, place = backup_of(of_tomorrow), places[1]()
    result = run("restore", path, **place)
    assert result.exit_code == 1
    assert f"has the schema of_tomorrow, which this version of Siwei does not know; it knows up to {head()}" in (
        result.output
    )
    with psycopg.connect(place["OWNER_DATABASE_URL"].replace("+psycopg", "")) as db:
        assert db.execute("select count(*) from pg_tables where schemaname = 'public'").fetchone() == (0,)
