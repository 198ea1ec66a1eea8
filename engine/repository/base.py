"""What the parts of the repository share: the store, the steps, who may do what."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from engine.administration import AdminLog
from engine.errors import NotAllowed
from engine.model import Actor, DefinitionSource
from engine.repository.rights import Verb, may
from engine.spiff import Executor, ProcessOutline
from engine.steps.steps import Steps
from engine.store import Store, Transaction
from engine.store import definition_queries as queries


class RepositoryPart:
    """One part of the repository; `RepositoryService` puts them together."""

    def __init__(self, store: Store, steps: Steps) -> None:
        self._store = store
        self._steps = steps
        self._executor = steps.executor
        self._clock = steps.clock
        self._sources = steps.sources
        self._log = AdminLog(store, steps.clock)

    def _ensure_may(self, tx: Transaction, actor: Actor, verb: Verb, keys: Iterable[str]) -> None:
        grants = queries.grants(tx)
        for key in keys:
            if not may(actor, verb, key, grants=grants):
                raise NotAllowed(process=key, verb=verb)


@lru_cache(maxsize=128)
def outline_of(executor: Executor, source: DefinitionSource) -> ProcessOutline:
    """What is drawn in a version; read once."""
    return executor.outline(source)
