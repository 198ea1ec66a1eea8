"""The one `MetaData` all tables hang on, and the column types they share."""

from __future__ import annotations

from collections.abc import Container

from sqlalchemy import DateTime, MetaData, TableClause

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
"""Constraint names are derived, so that migrations and models always agree on them."""


def columns(table: TableClause, alias: str = "", *, without: Container[str] = ()) -> str:
    """All columns of a table or view, or all but some, by name, for a statement in text.

    Never `*`: a statement that is prepared fails from the moment a migration adds a column, in every process
    that still runs. The code before a migration must work with the schema after it.
    """
    names = [column.name for column in table.columns if column.name not in without]
    return ", ".join(f"{alias}.{name}" if alias else name for name in names)


Moment = DateTime(timezone=True)
"""A point in time; stored with its zone, read back aware."""
