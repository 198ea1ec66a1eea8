"""Who does a task: somebody of those it was offered to, the same person through a case."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from typing import Any

from engine import Actor, ProcessEngine
from webapp.demo.organisation import read_organisation


class People:
    """The invented staff, asked through the directory as the engine asks it."""

    def __init__(self, engine: ProcessEngine) -> None:
        self._directory = engine.directory
        self._actors: dict[tuple[str, str | None], Actor] = {}
        self._meant: dict[str, tuple[str, ...]] = {}
        self._units = {unit.id: unit for unit in read_organisation().units}
        self._home = {person.id: unit.id for unit in self._units.values() for person in unit.people}
        self._names = {person.id: person.name for unit in self._units.values() for person in unit.people}

    def actor(self, text: str) -> Actor:
        """The actor of `person` or `person for other`."""
        person, _, other = text.partition(" for ")
        key = (person, other or None)
        if key not in self._actors:
            self._actors[key] = self._directory.actor_for(*key)
        return self._actors[key]

    def choose(self, offered: Iterable[str], acted: Sequence[str], seed: str) -> str:
        """Somebody of those offered: who acted in the case before, else one by chance, always the same.

        Raises:
            LookupError: nobody answers to any of the texts.
        """
        found = sorted({person for text in offered for person in self._resolve(text)})
        if not found:
            raise LookupError(f"nobody answers to {', '.join(offered)}")
        for person in reversed(acted):
            if person in found:
                return person
        return found[zlib.crc32(seed.encode()) % len(found)]

    def person(self, person_id: str) -> dict[str, str]:
        """A person as a value of a form."""
        return {"id": person_id, "label": self._names[person_id]}

    def unit(self, unit_id: str) -> dict[str, str]:
        """A unit as a value of a form."""
        return dict(self._directory.unit_value(unit_id))

    def letter_prefix(self, person_id: str) -> str:
        """What letters of this person's unit are numbered with: of the section, else of the agency."""
        unit: Any = self._units.get(self._home.get(person_id, ""))
        while unit is not None and unit.doc_prefix is None:
            unit = self._units.get(unit.parent)
        return unit.doc_prefix if unit else "高市府"

    def _resolve(self, text: str) -> tuple[str, ...]:
        if text not in self._meant:
            self._meant[text] = tuple(self._directory.resolve(text))
        return self._meant[text]
