"""Leave and deputies: who is away, and who stands in (domain C4 職務代理)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from engine.administration import administers
from engine.directory.base import Checks, DirectoryPart
from engine.directory.people import ensure_administers_person
from engine.directory.values import Deputy, Leave, Person
from engine.errors import InvalidFields, NotAllowed, RecordNotFound
from engine.model import Actor
from engine.store import Transaction
from engine.store import candidate_queries as candidates
from engine.store import directory_changes as changes
from engine.store import directory_queries as queries

MAX_DEPUTIES = 5


class LeaveKeeping(DirectoryPart):
    """Everybody enters their own leave and deputies; an administrator does so for people of their units."""

    def delegations(self, *, person_id: str | None = None, past: bool = False) -> tuple[Leave, ...]:
        """Leave that goes on or will come, the latest first; `past`: what is over or cancelled too."""
        with self._store.reading() as tx:
            ending = None if past else self._clock.now()
            return queries.leaves(tx, person_id=person_id, ending_after=ending, cancelled=past)

    def standing_deputies(self, person_id: str) -> tuple[Deputy, ...]:
        """Who stands in for a person as a rule, in order."""
        with self._store.reading() as tx:
            return queries.standing_deputies(tx, person_id)

    def set_standing_deputies(self, person_id: str, deputy_ids: Sequence[str], *, actor: Actor) -> None:
        """Set who stands in as a rule; offered when leave is entered.

        Raises:
            RecordNotFound: no such person.
            InvalidFields: `deputies`: unknown, inactive, `oneself`, repeated, `too-many`.
            NotAllowed: neither oneself nor an administrator of the person's unit.
        """
        with self._store.transaction() as tx:
            person = self._person(tx, person_id)
            self._ensure_self_or_administrator(tx, actor, person)
            self._check_deputies(tx, person_id, deputy_ids)
            before = queries.standing_deputies(tx, person_id)
            changes.set_standing_deputies(tx, person_id, deputy_ids)
            subject = ("person", person_id, person.name)
            old = {"deputies": [deputy.id for deputy in before]}
            self._log.record(tx, actor, "deputies.set", subject, before=old, after={"deputies": list(deputy_ids)})

    def enter_leave(
        self,
        person_id: str,
        *,
        actor: Actor,
        starts_at: datetime,
        ends_at: datetime,
        deputy_ids: Sequence[str] = (),
        reason: str = "",
    ) -> Leave:
        """Somebody will be away; from `starts_at` the first deputy who is here sees and acts (甲代乙).

        Args:
            deputy_ids: in order; empty: the person's standing deputies.

        Raises:
            RecordNotFound: no such person.
            InvalidFields: `ends_at` (order, past), `starts_at` (`overlaps` other leave), `reason`,
                `deputies` (required, unknown, inactive, oneself, repeated, too-many).
            NotAllowed: neither oneself nor an administrator of the person's unit.
        """
        checks = Checks()
        reason = checks.text("reason", reason, limit=200) or ""
        if ends_at <= starts_at:
            checks.fail("ends_at", "order")
        elif ends_at <= self._clock.now():
            checks.fail("ends_at", "past")
        checks.done()
        with self._store.transaction() as tx:
            person = self._person(tx, person_id)
            self._ensure_self_or_administrator(tx, actor, person)
            deputies = list(deputy_ids) or [deputy.id for deputy in queries.standing_deputies(tx, person_id)]
            if not deputies:
                raise InvalidFields({"deputies": "required"})
            self._check_deputies(tx, person_id, deputies)
            changes.lock_directory(tx)
            if changes.overlapping_leave(tx, person_id, starts_at, ends_at):
                raise InvalidFields({"starts_at": "overlaps"})
            values = {"person_id": person_id, "starts_at": starts_at, "ends_at": ends_at, "reason": reason}
            entered = {"entered_at": self._clock.now(), "entered_by": actor.person_id}
            made = changes.add_leave(tx, {**values, **entered}, deputies)
            after = {**values, "deputies": deputies}
            self._log.record(tx, actor, "leave.enter", ("person", person_id, person.name), after=after)
            return queries.leaves(tx, leave_id=made)[0]

    def cancel_leave(self, leave_id: UUID, *, actor: Actor) -> None:
        """Take leave back, or end it now when it has begun: the deputies do not act from this moment.

        Raises:
            RecordNotFound: no such leave, or it was cancelled.
            InvalidFields: `leave`: it is over (`past`).
            NotAllowed: neither oneself nor an administrator of the person's unit.
        """
        now = self._clock.now()
        with self._store.transaction() as tx:
            found = queries.leaves(tx, leave_id=leave_id)
            if not found:
                raise RecordNotFound("No such leave.", id=str(leave_id))
            leave = found[0]
            self._ensure_self_or_administrator(tx, actor, self._person(tx, leave.person_id))
            if leave.ends_at <= now:
                raise InvalidFields({"leave": "past"})
            values = {"ends_at": now} if leave.starts_at < now else {"cancelled_at": now}
            changes.change(tx, "leave", leave_id, values)
            subject = ("person", leave.person_id, leave.person_name)
            self._log.record(tx, actor, "leave.cancel", subject, before=leave, after=values)

    def principals(self, person_id: str) -> tuple[Person, ...]:
        """The people who are away now and for whom this person stands in."""
        with self._store.reading() as tx:
            ids = candidates.principals_of(tx, person_id, self._clock.now())
            found = queries.people_by_id(tx, ids, self.today())
        return tuple(found[key] for key in ids)

    def deputies_now(self, person_ids: Sequence[str]) -> dict[str, str]:
        """Who stands in now for those of these people who are away."""
        with self._store.reading() as tx:
            return candidates.deputies_of(tx, tuple(person_ids), self._clock.now())

    # -- inside -------------------------------------------------------------------------------

    def _check_deputies(self, tx: Transaction, person_id: str, deputy_ids: Sequence[str]) -> None:
        checks = Checks()
        if len(deputy_ids) > MAX_DEPUTIES:
            checks.fail("deputies", "too-many")
        if person_id in deputy_ids:
            checks.fail("deputies", "oneself")
        if len(set(deputy_ids)) != len(deputy_ids):
            checks.fail("deputies", "repeated")
        found = queries.people_by_id(tx, list(deputy_ids), self.today())
        if len(found) < len(set(deputy_ids)):
            checks.fail("deputies", "unknown")
        if any(not deputy.is_active for deputy in found.values()):
            checks.fail("deputies", "inactive")
        checks.done()

    @staticmethod
    def _ensure_self_or_administrator(tx: Transaction, actor: Actor, person: Person) -> None:
        if actor.on_behalf_of is None and actor.person_id == person.id:
            return
        if person.unit_id and administers(actor, person.unit_id):
            return
        if person.unit_id:
            raise NotAllowed("Only the person or an administrator of their unit may do this.", person=person.id)
        ensure_administers_person(tx, actor, person)
