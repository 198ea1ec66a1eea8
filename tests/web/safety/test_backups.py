"""`siwei backup` and `siwei restore` from the command line: what is made, what is refused, what is said."""

from __future__ import annotations

import zipfile

import psycopg
import pytest
from click.testing import CliRunner

from engine.store.embedded import APPLICATION
from webapp.cli import main

KEY = "the history key of the backups' tests"


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
