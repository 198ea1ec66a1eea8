"""Bring a database to the newest schema."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
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


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = with_driver(url)
    return config
