"""Alembic's environment: one connection as the owner, models for autogenerate."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, pool

from engine.store.tables import metadata

FOREIGN_TABLES = "procrastinate_"
"""The job queue's own tables: made by its own schema, not by our models."""


def include_object(obj: object, name: str | None, kind: str, reflected: bool, compare_to: object) -> bool:
    """Leave the job queue's tables out of comparisons."""
    table = getattr(getattr(obj, "table", None), "name", None) or name or ""
    return not table.startswith(FOREIGN_TABLES)


def run() -> None:
    """Migrate on one connection, each revision in its own transaction."""
    url = context.config.attributes.get("url") or context.config.get_main_option("sqlalchemy.url")
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            include_object=include_object,
            compare_type=True,
            compare_server_default=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
