"""Starting cases: by a person, by a message, by whatever else a start event waits for."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from engine.cases.base import CaseService
from engine.cases.gathering import Arrival, brought, complete, events, replaced
from engine.cases.values import ProcessInstance
from engine.clock import office_time
from engine.errors import DefinitionNotFound, Invalid, MessageNotCorrelated, NotAllowed
from engine.ids import new_id
from engine.model import SYSTEM, Actor, Begun, ProcessDefinition, Variables
from engine.repository.rights import may
from engine.steps.answers import ensure_same, once
from engine.steps.steps import Act
from engine.store import Transaction
from engine.store import definition_queries as definitions
from engine.store import start_arrival_queries as arrivals
from engine.store import token_queries as tokens

ROC_OFFSET = 1911


class Starting(CaseService):
    """Starts cases, each with a number of its own."""

    def start(
        self,
        key: str,
        *,
        actor: Actor,
        variables: Variables,
        business_key: str | None = None,
        token: str | None = None,
        version: int | None = None,
    ) -> ProcessInstance:
        """Start a case.

        Args:
            key: the process.
            variables: the start form's validated values.
            business_key: the case number (案號); without one the next of the process and ROC year.
            token: the form's one-time token.
            version: not the one in force but this one.

        Raises:
            DefinitionNotFound: no such process or version.
            NotAllowed: the actor may not start it.
            Invalid: the case number is taken.
            StepFailed, ValueRefused: it could not be started; nothing was stored.
        """

        def work(tx: Transaction) -> ProcessInstance:
            definition = definitions.definition(tx, key, version)
            if definition is None:
                raise DefinitionNotFound(key=key, version=version)
            self._ensure_may_start(tx, actor, definition)
            if token is not None and not tokens.reserve(tx, token, "case.started", actor.person_id, self._now()):
                record = tokens.answered(tx, token)
                assert record is not None, "a token that cannot be reserved is there"
                ensure_same(record, "case.started", actor)
                return self._load(tx, UUID(record["result"]["instance_id"]), actor)
            act = Act("case.started", actor, given=variables, params={"version": definition.version})
            instance_id = self._start(tx, definition, variables, act, business_key)
            if token is not None:
                tokens.settle(tx, token, {"instance_id": str(instance_id)})
            return self._load(tx, instance_id, actor)

        def replay(tx: Transaction, result: Any) -> ProcessInstance:
            return self._load(tx, UUID(result["instance_id"]), actor)

        return once(self._store, token, "case.started", actor, work, replay)

    def start_by_message(
        self,
        name: str,
        *,
        variables: Variables,
        actor: Actor = SYSTEM,
        business_key: str | None = None,
        token: str | None = None,
    ) -> ProcessInstance | None:
        """Start the one process that waits for this message with a start event.

        Returns:
            The case; None when its start event needs more than this message, which is kept until the rest has happened.

        Raises:
            MessageNotCorrelated: no process, or more than one, starts with it.
            Invalid: the case number is taken.
        """

        def work(tx: Transaction) -> ProcessInstance | None:
            if token is not None and not tokens.reserve(tx, token, "case.started", actor.person_id, self._now()):
                record = tokens.answered(tx, token)
                assert record is not None, "a token that cannot be reserved is there"
                return replay(tx, record["result"])
            found = definitions.started_by(tx, "message", name)
            if len(found) != 1:
                raise MessageNotCorrelated(message_name=name, processes=[d.key for d, _ in found])
            definition, element_id = found[0]
            happened = Arrival(new_id(), "message", name, variables, self._now(), business_key)
            instance_id = self._happened(tx, definition, element_id, happened, actor)
            if token is not None:
                tokens.settle(tx, token, {"instance_id": str(instance_id) if instance_id else None})
            return self._load(tx, instance_id, SYSTEM) if instance_id else None

        def replay(tx: Transaction, result: Any) -> ProcessInstance | None:
            return self._load(tx, UUID(result["instance_id"]), SYSTEM) if result["instance_id"] else None

        return once(self._store, token, "case.started", actor, work, replay)

    def _happened(
        self, tx: Transaction, definition: ProcessDefinition, element_id: str, what: Arrival, actor: Actor
    ) -> UUID | None:
        """Begin a case because of what has happened at a start event; None when the event needs more than that.

        Raises:
            Invalid: the case number that a message names is taken.
            StepFailed, ValueRefused: it could not be started.
        """
        gathered = self._gathered(tx, definition, element_id, what)
        if gathered is None:
            return None
        given = brought(gathered)
        number = next((arrival.business_key for arrival in gathered if arrival.business_key), None)
        told = {"message": what.name, "signal": what.name, "timer": element_id, "conditional": element_id}[what.kind]
        verb = {"conditional": "condition"}.get(what.kind, what.kind)
        act = Act("case.started", actor, element_id, params={verb: told}, given=given)
        return self._start(tx, definition, {}, act, number, event=events(gathered), start_id=element_id)

    def _gathered(
        self, tx: Transaction, definition: ProcessDefinition, element_id: str, what: Arrival
    ) -> list[Arrival] | None:
        """What begins the case together; None when something of it has not happened, and `what` is kept for then."""
        needed = self._steps.starts.needs(self._steps.sources.get(tx, definition.id), element_id)
        if not needed:
            return [what]
        arrivals.lock(tx, definition.key, element_id)
        waiting = arrivals.waiting(tx, definition.key, element_id)
        stale = replaced(waiting, what)
        arrivals.take(tx, stale)
        found = complete(needed, [*(arrival for arrival in waiting if arrival not in stale), what])
        if found is None:
            arrivals.add(tx, definition.key, element_id, what)
            return None
        arrivals.take(tx, found)
        if what not in found:
            arrivals.add(tx, definition.key, element_id, what)
        return found

    def _start(
        self,
        tx: Transaction,
        definition: ProcessDefinition,
        variables: Variables,
        act: Act,
        business_key: str | None,
        *,
        event: Begun = None,
        start_id: str | None = None,
    ) -> UUID:
        if business_key is not None and tokens.is_taken(tx, definition.key, business_key):
            raise Invalid("This case number is taken.", field="business_key", business_key=business_key)
        instance_id = new_id()
        self._steps.start(
            tx,
            definition=definition,
            instance_id=instance_id,
            business_key=business_key or self._next_number(tx, definition),
            recorded_at=tokens.real_time(tx),
            variables=variables,
            act=act,
            event=event,
            start_id=start_id,
        )
        return instance_id

    def _next_number(self, tx: Transaction, definition: ProcessDefinition) -> str:
        """`TS-107-00007`: prefix, ROC year by office time, a number that is never used again."""
        prefix = definition.properties.get("casePrefix") or definition.key
        year = office_time(self._now()).year - ROC_OFFSET
        return f"{prefix}-{year:03d}-{tokens.next_number(tx, prefix, year):05d}"

    def _ensure_may_start(self, tx: Transaction, actor: Actor, definition: ProcessDefinition) -> None:
        rules = definitions.start_rules(tx, definition.key)[definition.key]
        grants = definitions.grants(tx)
        if not may(actor, "start", definition.key, grants=grants, starters=rules[0], properties=definition.properties):
            raise NotAllowed("You may not start this process.", process=definition.name)
