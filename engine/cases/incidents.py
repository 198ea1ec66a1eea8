"""Incidents: failed automatic steps, for operators to understand, mend and run again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from engine.cases.base import CaseService
from engine.cases.records import Incident
from engine.cases.values import ADMINISTRATORS, CONFIDENTIAL, Page, has_role
from engine.errors import Conflict, EngineError, Invalid, NotAllowed, RecordNotFound
from engine.history.chain import Entry
from engine.model import Actor, Advance, Execution, Resume, RetryIncident, Variables
from engine.steps.steps import Act, Case
from engine.store import Transaction, case_queries, stuck_queries, task_queries
from engine.store import incident_queries as queries
from engine.store.stuck_queries import STUCK

OPERATORS = ("operator", "administrator")

Result = tuple[UUID, bool, EngineError | None]
"""Of one incident of many: its id, whether it could be run again, and why not."""


class IncidentService(CaseService):
    """Lists and mends incidents. For operators; each method raises NotAllowed for others."""

    def incidents(
        self,
        actor: Actor,
        *,
        process_key: str | None = None,
        kind: str | None = None,
        resolved: bool = False,
        sort: str = "opened",
        descending: bool = True,
        after: str | None = None,
        limit: int = 50,
    ) -> Page[Incident]:
        """One page of open (or resolved) incidents. Raises NotAllowed; Invalid for an unknown order or page."""
        _ensure_operator(actor)
        with self._store.reading() as tx:
            return queries.incidents(
                tx,
                process_key=process_key,
                kind=kind,
                resolved=resolved,
                sort=sort,
                descending=descending,
                after=after,
                limit=limit,
            )

    def count(self, actor: Actor) -> int:
        """How many are open: exact to 99, 100 means more than 99."""
        _ensure_operator(actor)
        with self._store.reading() as tx:
            return queries.count_open(tx)

    def incident(self, incident_id: UUID, actor: Actor) -> Incident:
        """One incident. Raises RecordNotFound, NotAllowed."""
        _ensure_operator(actor)
        with self._store.reading() as tx:
            return self._found(tx, incident_id)

    def variables(self, incident_id: UUID, actor: Actor) -> dict[str, Any]:
        """The variables as the failed element sees them: what an operator may mend.

        Raises:
            RecordNotFound: as `incident`.
            NotAllowed: as `incident`, or the case is confidential and does not name the actor.
            Conflict: it was resolved meanwhile; says who and when.
        """
        _ensure_operator(actor)
        with self._store.reading() as tx:
            found = self._open(tx, incident_id)
            case = self._steps.load(tx, found.instance_id)
            self._ensure_values_may_be_seen(tx, case, actor)
            assert case.state is not None, "a case with an open incident has a state"
            at = None if found.kind == STUCK else found.task_id
            return self._steps.executor.variables(Execution(case.source, case.state), at)

    def retry(self, incident_id: UUID, *, variables: Variables | None = None, actor: Actor) -> Advance:
        """Run the failed element again, after laying `variables` over its data.

        The change and who made it stand in the case's history. If the element fails again,
        the incident stays open and says why. A task that nobody answered to is offered anew.
        Where the whole case cannot be moved, all that its state waits for is asked for again.

        Raises:
            RecordNotFound, NotAllowed: as `incident`.
            Conflict: it was resolved meanwhile; says who and when.
            Invalid: there is still nobody for the task.
            ValueRefused: a variable cannot be stored.
        """
        _ensure_operator(actor)
        with self._store.transaction() as tx:
            found = self._found(tx, incident_id)
            case = self._steps.lock(tx, found.instance_id)
            found = self._open(tx, incident_id)
            if variables:
                self._ensure_values_may_be_seen(tx, case, actor)
            act = Act(
                "incident.retried",
                actor,
                found.element_id,
                found.task_id,
                params={"name": found.element_name},
                given=dict(variables or {}),
            )
            if found.kind == "assignment" and self._offer_anew(tx, case, found, act):
                return Advance(state=b"", variables={}, resolved_incidents=(found.task_id,))
            if found.kind == STUCK:
                return self._resume(tx, case, Act(act.verb, actor, given=act.given), found)
            return self._steps.take(tx, case, RetryIncident(found.task_id, dict(variables or {})), act)

    def _resume(self, tx: Transaction, case: Case, act: Act, found: Incident) -> Advance:
        """Let a case say anew what it waits for; the incident stays open where that does not help."""
        advance = self._steps.take(tx, case, Resume(act.given), act)
        if not stuck_queries.is_stuck(tx, found.instance_id):
            stuck_queries.close_incident(tx, case.id, now=self._now(), person_id=act.actor.person_id)
        return advance

    def _offer_anew(self, tx: Transaction, case: Case, found: Incident, act: Act) -> bool:
        """Offer a task again whose candidates were known and had nobody behind them; False when they were not known."""
        task = task_queries.of_incident(tx, found.id)
        wanted = [text for text in task.candidates if text != ADMINISTRATORS] if task else []
        if task is None or not wanted:
            return False
        now = self._now()
        if not self._steps.people.found(tx, wanted, now):
            raise Invalid("There is still nobody for this task.", candidates=wanted)
        self._steps.note(tx, case, Entry(act.verb, act.actor, now, act.element_id, act.task_id, act.params))
        task_queries.offer(tx, task.id, wanted, incident_id=found.id, person_id=act.actor.person_id, now=now)
        return True

    def retry_many(self, incident_ids: Sequence[UUID], *, actor: Actor) -> list[Result]:
        """Run several again, each on its own and as it is; what cannot be says why."""
        _ensure_operator(actor)
        results: list[Result] = []
        for incident_id in dict.fromkeys(incident_ids):
            try:
                self.retry(incident_id, actor=actor)
                results.append((incident_id, True, None))
            except EngineError as error:
                results.append((incident_id, False, error))
        return results

    def _ensure_values_may_be_seen(self, tx: Transaction, case: Case, actor: Actor) -> None:
        """Operators see what broke in every case, but of a confidential one not the values."""
        if case.row["security_class"] == CONFIDENTIAL and case_queries.instance(tx, case.id, actor) is None:
            raise NotAllowed("The values of a confidential case are for the people it names.")

    def _found(self, tx: Transaction, incident_id: UUID) -> Incident:
        found = queries.incident(tx, incident_id)
        if found is None:
            raise RecordNotFound(incident=str(incident_id))
        return found

    def _open(self, tx: Transaction, incident_id: UUID) -> Incident:
        found = self._found(tx, incident_id)
        if found.resolved_at is not None:
            raise Conflict("This incident was resolved meanwhile.", who=found.resolved_by, at=found.resolved_at)
        return found


def _ensure_operator(actor: Actor) -> None:
    if not (actor.is_system or has_role(actor, *OPERATORS)):
        raise NotAllowed
