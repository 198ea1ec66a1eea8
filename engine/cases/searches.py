"""Searches that a person keeps under a name, to call them up again in the inbox and in the list of cases."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import orjson

from engine.cases.records import SavedSearch
from engine.clock import TimeSource
from engine.errors import InvalidFields, RecordNotFound
from engine.ids import new_id
from engine.model import Actor
from engine.store import Store
from engine.store import search_queries as queries
from engine.wording import written

MAX_NAME = 60
MAX_QUERY_BYTES = 8_000
MAX_SEARCHES = 50
"""One person's."""


class SavedSearches:
    """A person's own searches; nobody else sees them. A deputy has their own, too."""

    def __init__(self, store: Store, clock: TimeSource) -> None:
        self._store = store
        self._clock = clock

    def of(self, actor: Actor) -> tuple[SavedSearch, ...]:
        """The actor's searches, by name."""
        with self._store.reading() as tx:
            return queries.of_person(tx, actor.person_id)

    def save(self, actor: Actor, name: str, query: Mapping[str, str]) -> SavedSearch:
        """Keep a search. One of the same name is replaced.

        Args:
            name: what the person calls it, at most 60 characters.
            query: the page's own parameters, texts by name, e.g. `{"tab": "mine", "text": "路燈"}`.

        Raises:
            InvalidFields: `name`, as `engine.wording.written` says; `query` is `too-long`; the person keeps
                50 of them already (`name`: `too-many`).
        """
        name = written(" ".join(name.split()), "name", most=MAX_NAME)
        problems = {}
        if len(orjson.dumps(dict(query))) > MAX_QUERY_BYTES:
            problems["query"] = "too-long"
        if problems:
            raise InvalidFields(problems)
        with self._store.transaction() as tx:
            if queries.others(tx, actor.person_id, name) >= MAX_SEARCHES:
                raise InvalidFields({"name": "too-many"})
            return queries.save(tx, new_id(), actor.person_id, name, query, self._clock.now())

    def forget(self, actor: Actor, search_id: UUID) -> None:
        """Delete one of the actor's searches. Raises RecordNotFound."""
        with self._store.transaction() as tx:
            if not queries.forget(tx, search_id, actor.person_id):
                raise RecordNotFound(search=str(search_id))
