"""Settings: read in one file, documented in one table, refused when they would be unsafe."""

from __future__ import annotations

import re
import secrets
from pathlib import Path

import pytest

from webapp.keys import weakness
from webapp.settings import Settings, SettingsError, table

_READS = re.compile(r"""os\.(getenv|environb|environ(\.get\((?!.PATH)|\[[^\]]+\](?!\s*=[^=])|\s+if\b))""")
"""Handing the environment or the PATH on to a child process reads no setting."""
ROOT = Path(__file__).parents[3]
KEYS = {
    "SIWEI_SECRET_KEY": "5c1f0e7ab93d46288f02d7c45be1963a",
    "SIWEI_HISTORY_KEY": "e2907b4d1f6ac583b7d80942fa35c61e",
}


def test_every_setting_is_in_the_table_of_the_docs():
    text = (ROOT / "docs" / "settings.md").read_text("utf-8")
    documented = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", text, re.M))
    assert documented.keys() == {variable for variable, _, _ in table()}
    for variable, default, about in table():
        assert f"| `{variable}` | {f'`{default}`' if default else ''} | {about} |" in text


def test_no_other_file_reads_the_environment():
    readers = [
        path.relative_to(ROOT).as_posix()
        for folder in ("engine", "webapp")
        for path in (ROOT / folder).rglob("*.py")
        if "node_modules" not in path.parts and _READS.search(path.read_text("utf-8"))
    ]
    assert readers == ["webapp/settings.py"]


def test_what_is_set_is_read():
    settings = Settings.from_environment(
        {"PORT": "8123", "TRUSTED_HOSTS": "a.example, b.example", "SIWEI_HOME": "/srv/x"}
    )
    assert (settings.port, settings.trusted_hosts, settings.home) == (8123, ("a.example", "b.example"), Path("/srv/x"))


@pytest.mark.parametrize(
    ("variable", "value"),
    [("PORT", "http"), ("PORT", "70000"), ("SIWEI_MODE", "debug"), ("SIWEI_REQUIRE_BWRAP", "maybe")],
)
def test_what_cannot_be_read_is_named(variable, value):
    with pytest.raises(SettingsError, match=variable):
        Settings.from_environment({variable: value})


@pytest.mark.parametrize("missing", ["SIWEI_SECRET_KEY", "SIWEI_HISTORY_KEY"])
def test_production_refuses_to_start_without_keys(missing):
    given = {"SIWEI_MODE": "production", **KEYS}
    assert Settings.from_environment(given).is_demo is False
    with pytest.raises(SettingsError, match=missing):
        Settings.from_environment({**given, missing: "short"})


@pytest.mark.parametrize(
    "weak",
    [
        "",
        "c1f0e7ab93d46288f02d7c45be1963a",  # 31 characters
        "k" * 40,
        "b7" * 20,
        "changeme-changeme-changeme-changeme",
        "please-change-this-secret-key-now!!",
        "this is the default secret key of siwei",
        "0123456789abcdefghijklmnopqrstuvwxyz",
        "00000000001111111111222222222233",
        "83017594620583749162058371940628",  # 32 digits, as random as they may be: 106 bits
        "aaaabbbbccccddddeeeeffff0000111122223333",
        "1zx1zx1zx1zx1zx1zx1zx1zx1zx1zx1z5zx1",
    ],
)
@pytest.mark.parametrize("variable", list(KEYS))
def test_production_refuses_keys_that_can_be_guessed_and_says_how_to_make_one(variable, weak):
    with pytest.raises(SettingsError, match=rf"{variable}.*token_hex"):
        Settings.from_environment({"SIWEI_MODE": "production", **KEYS, variable: weak})


def test_production_wants_two_different_keys():
    with pytest.raises(SettingsError, match="must differ"):
        Settings.from_environment({"SIWEI_MODE": "production", **KEYS, "SIWEI_HISTORY_KEY": KEYS["SIWEI_SECRET_KEY"]})


@pytest.mark.parametrize(
    "make",
    [lambda: secrets.token_hex(16), lambda: secrets.token_urlsafe(24), lambda: str(secrets.randbits(256)).zfill(78)],
)
def test_random_keys_are_taken(make):
    assert [key for key in (make() for _ in range(2000)) if weakness(key)] == []


def test_a_password_must_live_longer_than_it_must_be_kept():
    with pytest.raises(SettingsError, match="SIWEI_PASSWORD_MIN_DAYS"):
        Settings.from_environment({"SIWEI_PASSWORD_MIN_DAYS": "30", "SIWEI_PASSWORD_MAX_DAYS": "30"})


def test_plain_http_for_other_machines_is_refused():
    with pytest.raises(SettingsError, match="PROXY_COUNT"):
        Settings.from_environment({"HOST": "0.0.0.0"})
    assert Settings.from_environment({"HOST": "0.0.0.0", "PROXY_COUNT": "1"}).is_behind_https


def test_a_server_of_ones_own_needs_both_addresses():
    with pytest.raises(SettingsError, match="OWNER_DATABASE_URL"):
        Settings.from_environment({"DATABASE_URL": "postgresql+psycopg://x/y"})


def test_keys_are_made_once_and_readable_by_their_owner_only(tmp_path):
    first, second = (Settings(home=tmp_path).with_kept_keys() for _ in range(2))
    assert first.secret_key == second.secret_key
    assert len(first.history_key) >= 32
    assert first.secret_key != first.history_key
    assert (tmp_path / "keys" / "secret_key").stat().st_mode & 0o077 == 0


def test_production_never_makes_its_own_keys(tmp_path):
    settings = Settings(mode="production", home=tmp_path).with_kept_keys()
    assert settings.secret_key == ""
    assert not (tmp_path / "keys").exists()
