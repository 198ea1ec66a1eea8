"""All tables. Importing this package fills `metadata`."""

from engine.store.tables import accounts, calendar, cases, definitions, directory, history, instances, operations, tasks
from engine.store.tables.base import metadata

__all__ = [
    "accounts",
    "calendar",
    "cases",
    "definitions",
    "directory",
    "history",
    "instances",
    "metadata",
    "operations",
    "tasks",
]
