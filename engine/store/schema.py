"""Bring a database to the newest schema."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.exc import OperationalError

from engine.errors import StoreUnavailable
from engine.store.store import with_driver

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def upgrade(url: str, revision: str = "head") -> None:
    """Migrate the database at `url` (as its owner) to `revision`.

    Raises:
        StoreUnavailable: the database cannot be reached.
    """
    try:
        command.upgrade(_config(url), revision)
    except OperationalError as error:
        raise StoreUnavailable from error


def downgrade(url: str, revision: str) -> None:
    """Migrate the database at `url` back to `revision`."""
    command.downgrade(_config(url), revision)


@cache
def known_revisions() -> frozenset[str]:
    """Every revision of the schema that this version of the code has a migration for."""
    return frozenset(script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions())


@cache
def head() -> str:
    """The revision that this version of the code was written for."""
    found = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    assert found is not None, "there are migrations"
    return found


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = with_driver(url)
    return config
