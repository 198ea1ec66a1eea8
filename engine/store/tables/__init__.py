"""All tables. Importing this package fills `metadata`."""

from engine.store.tables import cases, definitions, history, instances, tasks
from engine.store.tables.base import metadata

__all__ = ["cases", "definitions", "history", "instances", "metadata", "tasks"]
