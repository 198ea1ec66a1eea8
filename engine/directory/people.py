"""People, the positions they hold, roles, and grants of roles on units."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from engine.administration import ensure_administers
from engine.directory.base import EMAIL, PERSON_ID, PHONE, ROLE_ID, Checks, DirectoryPart, differing
from engine.directory.roles import STANDARD_ROLES
from engine.directory.values import ASSIGNMENT_KINDS, Assignment, Grant, Person, Role
from engine.errors import InvalidFields, NotAllowed, RecordNotFound
from engine.model import SYSTEM, Actor
from engine.store import Transaction
from engine.store import directory_changes as changes
from engine.store import directory_queries as queries


class People(DirectoryPart):
    """Who works here, where, and what they may do."""

    # -- reading ------------------------------------------------------------------------

    def people(
        self,
        *,
        text: str = "",
        unit_id: str | None = None,
        active: bool | None = True,
        demo_listed: bool | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> tuple[Person, ...]:
        """People in order of their id.

        Args:
            text: part of a name, id, address or title.
            unit_id: only those with a post in this unit or below it.
            active: only those who still work here, or (False) who do not; None: all.
            demo_listed: only demo accounts named on the sign-in page, or only others.
            after: the id to go on after.
        """
        with self._store.reading() as tx:
            unit_ids = queries.subtree(tx, unit_id) if unit_id else None
            return queries.find_people(
                tx,
                self.today(),
                text=text.strip(),
                unit_ids=unit_ids,
                active=active,
                demo_listed=demo_listed,
                after=after,
                limit=limit,
            )

    def search_people(self, text: str, *, limit: int = 20) -> tuple[Person, ...]:
        """Active people whose name, id, address or title contains `text`; nobody for an empty text."""
        return self.people(text=text, limit=limit) if text.strip() else ()

    def person(self, person_id: str) -> Person:
        """One person with today's post.

        Raises:
            RecordNotFound: no such person.
        """
        with self._store.reading() as tx:
            return self._person(tx, person_id)

    def persons(self, person_ids: list[str]) -> dict[str, Person]:
        """People by id; unknown ids are left out."""
        with self._store.reading() as tx:
            return queries.people_by_id(tx, person_ids, self.today())

    def assignments(
        self, *, person_id: str | None = None, unit_id: str | None = None, on: date | None = None, all: bool = False
    ) -> tuple[Assignment, ...]:
        """Who holds which position on a day (today), or with `all` ever."""
        with self._store.reading() as tx:
            day = None if all else on or self.today()
            return queries.assignments(tx, day=day, person_id=person_id, unit_id=unit_id)

    def title_on(self, person_id: str, day: date) -> str | None:
        """The title of the post a person held on a day: a past case shows the old one."""
        with self._store.reading() as tx:
            found = queries.person_by_id(tx, person_id, day)
        return found.title if found else None

    def roles(self) -> tuple[Role, ...]:
        """All roles in their order."""
        with self._store.reading() as tx:
            return queries.roles(tx)

    def grants(
        self, *, person_id: str | None = None, role_id: str | None = None, unit_id: str | None = None, all: bool = False
    ) -> tuple[Grant, ...]:
        """Grants in force today, or with `all` ever; `unit_id`: given on this unit or below it."""
        with self._store.reading() as tx:
            unit_ids = queries.subtree(tx, unit_id) if unit_id else None
            day = None if all else self.today()
            return queries.grants(tx, day=day, person_id=person_id, role_id=role_id, unit_ids=unit_ids)

    # -- people ---------------------------------------------------------------------------

    def add_person(
        self,
        person_id: str,
        *,
        actor: Actor,
        name: str,
        name_en: str | None = None,
        email: str | None = None,
        phone: str | None = None,
        demo_listed: bool = False,
        demo_note: str | None = None,
        demo_note_en: str | None = None,
    ) -> Person:
        """Add somebody; a post and roles are given separately.

        Raises:
            InvalidFields: `id` (format, taken), `name`, `email`, `phone` …
            NotAllowed: `actor` administers no unit.
        """
        checks = Checks()
        key = checks.pattern("id", person_id, PERSON_ID)
        values = {
            **_contact(checks, name, name_en, email, phone),
            "demo_listed": demo_listed,
            "demo_note": demo_note,
            "demo_note_en": demo_note_en,
        }
        checks.done()
        _ensure_some_administrator(actor)
        with self._store.transaction() as tx:
            if not changes.add(tx, "person", {**values, "id": key, "created_at": self._clock.now()}):
                raise InvalidFields({"id": "taken"})
            self._log.record(tx, actor, "person.add", ("person", person_id, str(values["name"])), after=values)
            return self._person(tx, person_id)

    def change_person(
        self,
        person_id: str,
        *,
        actor: Actor,
        name: str,
        name_en: str | None = None,
        email: str | None = None,
        phone: str | None = None,
    ) -> Person:
        """Change name or contact.

        Raises:
            RecordNotFound: no such person.
            InvalidFields: `name`, `email`, `phone` …
            NotAllowed: `actor` does not administer the person's unit.
        """
        checks = Checks()
        values = _contact(checks, name, name_en, email, phone)
        checks.done()
        with self._store.transaction() as tx:
            before = self._person(tx, person_id)
            ensure_administers_person(tx, actor, before)
            old = differing(before, values)
            if old:
                changes.change(tx, "person", person_id, values)
                after = {field: values[field] for field in old}
                subject = ("person", person_id, before.name)
                self._log.record(tx, actor, "person.change", subject, before=old, after=after)
            return self._person(tx, person_id)

    def set_active(self, person_id: str, active: bool, *, actor: Actor) -> None:
        """Let somebody leave (their sessions end with it), or come back.

        Raises:
            RecordNotFound: no such person.
            InvalidFields: `is_active`: one cannot deactivate oneself (`oneself`).
            NotAllowed: `actor` does not administer the person's unit.
        """
        if person_id == actor.person_id and not active:
            raise InvalidFields({"is_active": "oneself"})
        with self._store.transaction() as tx:
            before = self._person(tx, person_id)
            ensure_administers_person(tx, actor, before)
            if before.is_active != active:
                changes.change(tx, "person", person_id, {"is_active": active})
                verb = "person.activate" if active else "person.deactivate"
                self._log.record(tx, actor, verb, ("person", person_id, before.name))

    # -- positions people hold ----------------------------------------------------------------

    def assign(
        self,
        person_id: str,
        position_id: UUID,
        *,
        actor: Actor,
        kind: str = "primary",
        valid_from: date | None = None,
        valid_to: date | None = None,
    ) -> Assignment:
        """Let a person hold a position from a day (today) on.

        A second first post is refused: end the one before, or make it 兼任 or 代理.

        Raises:
            RecordNotFound: no such person or position.
            InvalidFields: `kind` (unknown, `has-primary`), `position_id` (`taken`, `closed`), `valid_to` (order).
            NotAllowed: `actor` does not administer the position's unit.
        """
        first, checks = valid_from or self.today(), Checks()
        checks.one_of("kind", kind, ASSIGNMENT_KINDS)
        checks.validity(first, valid_to)
        checks.done()
        with self._store.transaction() as tx:
            person = self._person(tx, person_id)
            position = queries.position_by_id(tx, position_id)
            if position is None:
                raise RecordNotFound("No such position.", id=str(position_id))
            ensure_administers(actor, position.unit_id)
            changes.lock_directory(tx)
            if position.valid_to is not None and position.valid_to < first:
                raise InvalidFields({"position_id": "closed"})
            if changes.overlapping_assignment(tx, person_id, position_id, first, valid_to):
                raise InvalidFields({"position_id": "taken"})
            if kind == "primary" and changes.primary_assignment(tx, person_id, first, valid_to):
                raise InvalidFields({"kind": "has-primary"})
            values = {
                "person_id": person_id,
                "position_id": position_id,
                "kind": kind,
                "valid_from": first,
                "valid_to": valid_to,
            }
            made = changes.add_with_id(tx, "assignment", values)
            after = {**values, "unit_id": position.unit_id, "title": position.title}
            self._log.record(tx, actor, "assignment.add", ("person", person_id, person.name), after=after)
            return queries.assignments(tx, assignment_id=made)[0]

    def end_assignment(self, assignment_id: UUID, *, actor: Actor, last_day: date | None = None) -> None:
        """Let somebody leave a position after `last_day` (yesterday: at once).

        Raises:
            RecordNotFound: no such assignment.
            NotAllowed: `actor` does not administer the position's unit.
        """
        with self._store.transaction() as tx:
            found = queries.assignments(tx, assignment_id=assignment_id)
            if not found:
                raise RecordNotFound("No such assignment.", id=str(assignment_id))
            ensure_administers(actor, found[0].unit_id)
            last = last_day or self.today() - timedelta(days=1)
            changes.end(tx, "assignment", assignment_id, last)
            subject = ("person", found[0].person_id, found[0].person_name)
            self._log.record(tx, actor, "assignment.end", subject, before=found[0], after={"last_day": last})

    # -- roles and grants -------------------------------------------------------------------------

    def add_standard_roles(self) -> int:
        """Add the roles the product comes with that are not there yet; how many."""
        added = 0
        with self._store.transaction() as tx:
            for role in STANDARD_ROLES:
                values = {name: getattr(role, name) for name in ("id", "name", "name_en", "is_platform", "sort")}
                if changes.add(tx, "role", {**values, "shown_with_unit": role.shown_with_unit}):
                    added += 1
            if added:
                self._log.record(tx, SYSTEM, "role.add-standard", ("role", "*", ""), after={"added": added})
        return added

    def add_role(self, role_id: str, *, actor: Actor, name: str, name_en: str, shown_with_unit: bool = False) -> Role:
        """Add a role for diagrams to name.

        Raises:
            InvalidFields: `id` (format, taken), `name`, `name_en`.
            NotAllowed: `actor` does not administer the city.
        """
        checks = Checks()
        values = {
            "id": checks.pattern("id", role_id, ROLE_ID),
            "name": checks.text("name", name, limit=40),
            "name_en": checks.text("name_en", name_en),
            "shown_with_unit": shown_with_unit,
            "is_platform": False,
            "sort": 500,
        }
        checks.done()
        with self._store.transaction() as tx:
            ensure_administers(actor, *queries.root_units(tx))
            if not changes.add(tx, "role", values):
                raise InvalidFields({"id": "taken"})
            self._log.record(tx, actor, "role.add", ("role", role_id, name), after=values)
            made = next(role for role in queries.roles(tx) if role.id == role_id)
        self.forget_names()
        return made

    def grant(
        self,
        person_id: str,
        role_id: str,
        unit_id: str,
        *,
        actor: Actor,
        valid_from: date | None = None,
        valid_to: date | None = None,
    ) -> Grant:
        """Give a person a role in a unit and everything below it, from a day (today) on.

        Raises:
            RecordNotFound: no such person or unit.
            InvalidFields: `role_id` (unknown, taken), `person_id` (inactive, `oneself`), `valid_to` (order).
            NotAllowed: `actor` does not administer the unit.
        """
        first, checks = valid_from or self.today(), Checks()
        checks.validity(first, valid_to)
        if person_id == actor.person_id:
            checks.fail("person_id", "oneself")
        checks.done()
        with self._store.transaction() as tx:
            person, unit = self._person(tx, person_id), self._unit(tx, unit_id)
            ensure_administers(actor, unit_id)
            if not person.is_active:
                raise InvalidFields({"person_id": "inactive"})
            changes.lock_directory(tx)
            if role_id not in {role.id for role in queries.roles(tx)}:
                raise InvalidFields({"role_id": "unknown"})
            if changes.overlapping_grant(tx, person_id, role_id, unit_id, first, valid_to):
                raise InvalidFields({"role_id": "taken"})
            values = {
                "person_id": person_id,
                "role_id": role_id,
                "unit_id": unit_id,
                "valid_from": first,
                "valid_to": valid_to,
            }
            made = changes.add_with_id(tx, "grant", values)
            after = {**values, "unit": unit.name}
            self._log.record(tx, actor, "grant.add", ("person", person_id, person.name), after=after)
            return queries.grants(tx, grant_id=made)[0]

    def revoke_grant(self, grant_id: UUID, *, actor: Actor) -> None:
        """Take a role away, at once.

        Raises:
            RecordNotFound: no such grant.
            NotAllowed: `actor` does not administer the unit.
        """
        with self._store.transaction() as tx:
            found = queries.grants(tx, grant_id=grant_id)
            if not found:
                raise RecordNotFound("No such grant.", id=str(grant_id))
            ensure_administers(actor, found[0].unit_id)
            changes.end(tx, "grant", grant_id, self.today() - timedelta(days=1))
            subject = ("person", found[0].person_id, found[0].person_name)
            self._log.record(tx, actor, "grant.revoke", subject, before=found[0])


def ensure_administers_person(tx: Transaction, actor: Actor, person: Person) -> None:
    """Raise NotAllowed unless `actor` administers the unit of the person's post.

    Somebody without a post belongs to the city: its administrators take care of them.
    """
    ensure_administers(actor, *([person.unit_id] if person.unit_id else queries.root_units(tx)))


def _ensure_some_administrator(actor: Actor) -> None:
    if not actor.is_system and (actor.on_behalf_of or "administrator@" not in actor.groups):
        raise NotAllowed("Only administrators add people.")


def _contact(
    checks: Checks, name: str, name_en: str | None, email: str | None, phone: str | None
) -> dict[str, str | None]:
    return {
        "name": checks.text("name", name),
        "name_en": checks.text("name_en", name_en, required=False),
        "email": checks.pattern("email", email, EMAIL, required=False),
        "phone": checks.pattern("phone", phone, PHONE, required=False),
    }
