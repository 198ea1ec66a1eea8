"""Candidate texts: from a person to the groups they answer to, from a text to people and to words.

`role@unit`, `role@` (anyone with that role), `head@unit`, `superior:person`, `user:person`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from engine.administration import AdminLog
from engine.clock import TimeSource
from engine.directory.base import DirectoryPart
from engine.directory.values import Person, Role, Unit
from engine.errors import NotAllowed, RecordNotFound
from engine.model import Actor
from engine.store import Store, Transaction
from engine.store import candidate_queries as candidates
from engine.store import directory_queries as queries
from engine.wording import is_allowed

FRESH_SECONDS = 10.0
"""How old the names in labels may be. Who may do what is never older than the directory's state."""

KNOWN_PEOPLE = 4096
"""Of so many people a process remembers the groups."""

_AGENCIES = ("city", "office", "agency")


@dataclass(frozen=True)
class _Names:
    units: dict[str, Unit]
    roles: dict[str, Role]
    read_at: float


class Candidates(DirectoryPart):
    """Who is meant."""

    def __init__(
        self, store: Store, clock: TimeSource, log: AdminLog, *, steady: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(store, clock, log)
        self._steady = steady
        self._names: _Names | None = None
        self._groups: dict[tuple[str, bool], tuple[int, date, frozenset[str]]] = {}

    # -- from a person ----------------------------------------------------------------------

    def actor_for(self, person_id: str, on_behalf_of: str | None = None) -> Actor:
        """The actor a person is now, with every group they answer to.

        Args:
            on_behalf_of: somebody who is away and for whom they stand in: then the groups
                are that person's, without the roles that run the platform.

        Raises:
            RecordNotFound: no such person, or they do not work here any more.
            NotAllowed: they do not stand in for `on_behalf_of` now.
        """
        with self._store.reading() as tx:
            return self.actor_in(tx, person_id, on_behalf_of)

    def actor_in(
        self,
        tx: Transaction,
        person_id: str,
        on_behalf_of: str | None = None,
        *,
        known_as: str | None = None,
        state: int | None = None,
    ) -> Actor:
        """`actor_for` within the caller's transaction.

        Args:
            known_as: the person's name, where the caller has just read it and that they work here.
            state: the number of the directory's state, where the caller has just read it: what was worked out
                in the same state is not asked again.
        """
        if known_as is None:
            person = self._person(tx, person_id)
            if not person.is_active:
                raise RecordNotFound("This person does not work here any more.", id=person_id)
            known_as = person.name
        if on_behalf_of is None:
            return Actor(person_id, known_as, groups=self._groups_of(tx, person_id, state))
        if on_behalf_of not in candidates.principals_of(tx, person_id, self._clock.now()):
            raise NotAllowed("You do not stand in for this person now.", person=on_behalf_of)
        principal = self._person(tx, on_behalf_of)
        groups = self._groups_of(tx, on_behalf_of, state, platform=False)
        return Actor(person_id, known_as, principal.id, principal.name, groups)

    def _groups_of(
        self, tx: Transaction, person_id: str, state: int | None, *, platform: bool = True
    ) -> frozenset[str]:
        """The groups of a person today, asked once in each state of the directory."""
        day, whose = self.today(), (person_id, platform)
        known = self._groups.get(whose)
        if known is not None and known[:2] == (state, day):
            return known[2]
        groups = candidates.groups_of(tx, person_id, day, platform=platform)
        if state is not None:
            if len(self._groups) >= KNOWN_PEOPLE:
                self._groups.clear()
            self._groups[whose] = (state, day, groups)
        return groups

    def deputy_actors(self, person_id: str) -> tuple[Actor, ...]:
        """The actors a person is for each of those they stand in for now (inbox tab 代理)."""
        with self._store.reading() as tx:
            principals = candidates.principals_of(tx, person_id, self._clock.now())
            return tuple(self.actor_in(tx, person_id, principal) for principal in principals)

    # -- from a candidate text -------------------------------------------------------------------

    def resolve(self, candidate: str, *, with_deputies: bool = False) -> tuple[str, ...]:
        """Ids of the active people a candidate text means now; nobody for a text that means nothing.

        Args:
            with_deputies: add those who stand in now for the ones who are away.
        """
        with self._store.reading() as tx:
            return self.resolve_in(tx, candidate, with_deputies=with_deputies)

    def resolve_in(self, tx: Transaction, candidate: str, *, with_deputies: bool = False) -> tuple[str, ...]:
        """`resolve` within the caller's transaction."""
        found = self._resolve(tx, candidate)
        if with_deputies:
            deputies = candidates.deputies_of(tx, found, self._clock.now())
            found += tuple(deputy for deputy in deputies.values() if deputy not in found)
        return found

    def _resolve(self, tx: Transaction, candidate: str) -> tuple[str, ...]:
        kind, key = split(candidate) if is_allowed(candidate) else ("", "")
        if kind == "user":
            person = queries.person_by_id(tx, key, self.today())
            return (person.id,) if person and person.is_active else ()
        if kind == "superior":
            return candidates.superiors_of(tx, key, self.today())
        if kind == "head":
            return candidates.heads_of(tx, key, self.today())
        return candidates.people_with_role(tx, kind, key, self.today()) if kind else ()

    def superiors(self, person_id: str) -> tuple[str, ...]:
        """Ids of the person's superiors: the head of their unit, else of the nearest above that has one."""
        with self._store.reading() as tx:
            return candidates.superiors_of(tx, person_id, self.today())

    def superior(self, person_id: str) -> str | None:
        """The first of `superiors`, None at the top."""
        return next(iter(self.superiors(person_id)), None)

    def head(self, unit_id: str) -> str | None:
        """Who heads a unit, None when nobody does."""
        with self._store.reading() as tx:
            return next(iter(candidates.heads_of(tx, unit_id, self.today())), None)

    def people_meant(self, candidate: str) -> tuple[Person, ...]:
        """The active people a candidate text means now, deputies of those who are away after them; with their posts."""
        with self._store.reading() as tx:
            ids = self.resolve_in(tx, candidate, with_deputies=True)
            people = queries.people_by_id(tx, ids, self.today())
        return tuple(people[key] for key in ids if key in people)

    def addresses_of(self, texts: Iterable[str]) -> list[str]:
        """The mail addresses of whoever answers to these candidate texts now, deputies among them, each once."""
        with self._store.reading() as tx:
            ids = {person: None for text in texts for person in self.resolve_in(tx, text, with_deputies=True)}
            people = queries.people_by_id(tx, tuple(ids), self.today())
        return list(dict.fromkeys(person.email for key in ids if (person := people.get(key)) and person.email))

    # -- words ---------------------------------------------------------------------------------

    def label(self, candidate: str, lang: str = "zh") -> str:
        """A candidate text in words: 衛生局承辦人, 職工管理科承辦, 王小明的主管; unknown parts as they stand."""
        zh = lang.startswith("zh")
        kind, key = split(candidate)
        if kind in ("user", "superior"):
            person = self.persons_by_id((key,)).get(key)
            name = key if person is None else person[0] if zh else person[1] or person[0]
            if kind == "user":
                return name
            return f"{name}的主管" if zh else f"Superior of {name}"
        names = self._current_names()
        unit = names.units.get(key)
        if kind == "head":
            if zh:
                return f"{unit.short_name if unit else key}{_head_word(unit)}"
            return f"Head of {unit.label(lang) if unit else key}"
        role = names.roles.get(kind)
        if role is None:
            return candidate
        if not key or (unit is not None and not role.shown_with_unit):
            return role.label(lang)
        if zh:
            return f"{unit.short_name if unit else key}{role.name}"
        return f"{role.name_en}, {unit.label(lang) if unit else key}"

    def unit_label(self, unit_id: str, lang: str = "zh") -> str:
        """A unit's name today; its id when there is no such unit."""
        unit = self._current_names().units.get(unit_id)
        return unit.label(lang) if unit else unit_id

    def unit_value(self, unit_id: str) -> dict[str, str]:
        """A unit as a process variable: `{"id": …, "label": …}`."""
        return {"id": unit_id, "label": self.unit_label(unit_id)}

    def persons_by_id(self, ids: tuple[str, ...]) -> dict[str, tuple[str, str | None]]:
        """Chinese and English names of people by id."""
        with self._store.reading() as tx:
            found = queries.people_by_id(tx, ids, self.today())
        return {key: (person.name, person.name_en) for key, person in found.items()}

    def forget_names(self) -> None:
        """Read the names in labels anew when they are asked for next."""
        self._names = None

    def _current_names(self) -> _Names:
        names = self._names
        if names is None or self._steady() - names.read_at > FRESH_SECONDS:
            with self._store.reading() as tx:
                units = {unit.id: unit for unit in queries.units(tx, self.today(), closed=True)}
                roles = {role.id: role for role in queries.roles(tx)}
            names = self._names = _Names(units, roles, self._steady())
        return names


def split(candidate: str) -> tuple[str, str]:
    """A candidate text's kind and key: `("user", person)`, `("superior", person)`, `("head", unit)`,
    `(role, unit)`; the kind is empty for a text that is none. A bare name is a role anywhere."""
    for kind in ("user", "superior"):
        if candidate.startswith(f"{kind}:"):
            return kind, candidate.removeprefix(f"{kind}:")
    role, _, unit = candidate.partition("@")
    return (role, unit) if role and ":" not in candidate else ("", "")


def _head_word(unit: Unit | None) -> str:
    return "首長" if unit is not None and unit.type in _AGENCIES else "主管"
