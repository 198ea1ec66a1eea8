"""Definition sources: what the executor runs, read from the database once a process."""

from __future__ import annotations

import threading
from collections import OrderedDict
from uuid import UUID

from engine.errors import DefinitionNotFound
from engine.model import DefinitionSource, ProcessDefinition
from engine.store import Transaction
from engine.store import definition_queries as queries

_KEPT = 256


class Sources:
    """Keeps the sources of the versions used last. A version never changes, so a copy is never stale."""

    def __init__(self) -> None:
        self._kept: OrderedDict[UUID, tuple[ProcessDefinition, DefinitionSource]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, tx: Transaction, definition_id: UUID) -> DefinitionSource:
        """The files of a version, and the process among them.

        Raises:
            DefinitionNotFound: no such version.
        """
        return self.both(tx, definition_id)[1]

    def both(self, tx: Transaction, definition_id: UUID) -> tuple[ProcessDefinition, DefinitionSource]:
        """The version (its `is_current` may be old) with its source. Raises DefinitionNotFound."""
        with self._lock:
            kept = self._kept.get(definition_id)
            if kept is not None:
                self._kept.move_to_end(definition_id)
                return kept
        definition = queries.by_id(tx, definition_id)
        if definition is None:
            raise DefinitionNotFound(id=str(definition_id))
        source = DefinitionSource(definition.digest, definition.key, queries.files(tx, definition_id))
        self.keep(definition, source)
        return definition, source

    def keep(self, definition: ProcessDefinition, source: DefinitionSource) -> None:
        """Know the source of a version that was just made, without reading it again."""
        with self._lock:
            self._kept[definition.id] = (definition, source)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
