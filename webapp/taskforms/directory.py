"""The platform's directory, and its running cases, as pickers see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from engine import Actor, InstanceQuery, Page, ProcessInstance
from engine.errors import NotFound
from engine.forms.types.base import Kind
from engine.wording import is_allowed


class DirectoryLike(Protocol):
    """The part of the directory service that pickers need."""

    def units(self) -> Iterable[Any]: ...

    def person(self, person_id: str) -> Any: ...

    def search_people(self, text: str) -> Iterable[Any]: ...


class CasesLike(Protocol):
    """The part of the runtime service that pickers need."""

    def find(self, query: InstanceQuery, actor: Actor) -> Page[ProcessInstance]: ...


class DirectoryPicker:
    """Finds people, units and cases for pickers; made anew for each request, remembers the unit tree for it.

    Args:
        directory: people and units.
        cases: with `actor`, where running cases are looked for; without them none is found.
        actor: only cases that this person may see are found.
    """

    def __init__(self, directory: DirectoryLike, cases: CasesLike | None = None, actor: Actor | None = None) -> None:
        self._directory = directory
        self._cases, self._actor = cases, actor
        self._tree: tuple[Any, ...] | None = None

    def find(self, kind: Kind, text: str, scope: str | None) -> Sequence[Mapping[str, Any]]:
        """The one with the id `text`, else all whose name is `text`, else all whose name contains it.

        The scope of a case is its process. What no name can hold means nobody.
        """
        if not is_allowed(text):
            return []
        if kind == "case":
            return self._running(scope, 2, number=text.upper()) or self._running(scope, 20, words=text)
        if kind == "unit":
            units = self._units_below(scope)
            exact = [unit for unit in units if unit.id == text]
            named = exact or [unit for unit in units if text in (unit.name, unit.name_en)]
            return [self._unit(unit) for unit in named or [unit for unit in units if text in unit.name]]
        person = self._person(text)
        if person is not None:
            return self._within([person], scope)
        people = [person for person in self._directory.search_people(text) if person.is_active]
        named = [person for person in people if text in (person.name, person.name_en)]
        return self._within(named or people, scope)

    def search(self, kind: Kind, text: str, scope: str | None, limit: int) -> Sequence[Mapping[str, Any]]:
        """Suggestions while somebody types."""
        if not is_allowed(text):
            return []
        if kind == "case":
            return self._running(scope, limit, words=text)
        if kind == "unit":
            folded = text.casefold()
            hits = [unit for unit in self._units_below(scope) if folded in _searched(unit)]
            return [self._unit(unit) for unit in hits[:limit]]
        return self._within([p for p in self._directory.search_people(text) if p.is_active], scope)[:limit]

    def units(self, scope: str | None) -> Sequence[Mapping[str, str]]:
        """All units (below `scope`), parents first, with their depth as `level`."""
        units = self._units_below(scope)
        levels: dict[str, int] = {}
        for unit in units:
            levels[unit.id] = levels.get(unit.parent_id, -1) + 1
        return [{**self._unit(unit), "level": str(levels[unit.id])} for unit in units]

    def _running(self, process: str | None, limit: int, *, number: str = "", words: str = "") -> list[dict[str, Any]]:
        if self._cases is None or self._actor is None:
            return []
        query = InstanceQuery(
            text=words, process_key=process, status="active", filters={"business_key": number}, limit=limit
        )
        return [_case(found) for found in self._cases.find(query, self._actor).rows]

    def _units_below(self, scope: str | None) -> list[Any]:
        if self._tree is None:
            self._tree = _parents_first(self._directory.units())
        if scope is None:
            return list(self._tree)
        inside = {scope}
        for unit in self._tree:
            if unit.parent_id in inside:
                inside.add(unit.id)
        return [unit for unit in self._tree if unit.id in inside]

    def _within(self, people: Iterable[Any], scope: str | None) -> list[dict[str, str]]:
        allowed = None if scope is None else {unit.id for unit in self._units_below(scope)}
        return [dict(person.value) for person in people if allowed is None or person.unit_id in allowed]

    def _person(self, person_id: str) -> Any:
        try:
            person = self._directory.person(person_id)
        except NotFound:
            return None
        return person if person.is_active else None

    def _unit(self, unit: Any) -> dict[str, str]:
        return {"id": unit.id, "label": unit.name}


def _case(case: Any) -> dict[str, Any]:
    agency = case.applicant_agency and {"id": case.applicant_agency, "label": case.applicant_agency_label}
    return {
        "id": case.business_key,
        "label": case.subject,
        "agency": agency or None,
        "security_class": case.security_class,
    }


def _searched(unit: Any) -> str:
    return f"{unit.name}\n{unit.id}\n{unit.name_en or ''}".casefold()


def _parents_first(units: Iterable[Any]) -> tuple[Any, ...]:
    """The tree in reading order: each unit followed by those below it."""
    below: dict[str | None, list[Any]] = {}
    known = list(units)
    ids = {unit.id for unit in known}
    for unit in known:
        below.setdefault(unit.parent_id if unit.parent_id in ids else None, []).append(unit)
    ordered: list[Any] = []
    stack = list(reversed(below.get(None, [])))
    while stack:
        unit = stack.pop()
        ordered.append(unit)
        stack.extend(reversed(below.get(unit.id, [])))
    return tuple(ordered)
