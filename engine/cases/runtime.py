"""The runtime: cases are started, messages and signals reach them, cases are cancelled, read, found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from engine import codec
from engine.cases.files import CaseFiles
from engine.cases.gathering import Arrival
from engine.cases.records import DiagramState
from engine.cases.starting import Starting
from engine.cases.values import InstanceQuery, Page, ProcessInstance, watches_over
from engine.errors import InstanceEnded, InstanceNotFound, MessageNotCorrelated, NotAllowed
from engine.history.chain import Entry
from engine.ids import new_id
from engine.model import SYSTEM, Actor, Advance, Cancel, DeliverMessage, DeliverSignal, ProcessDefinition, Variables
from engine.steps.answers import Once, ensure_same, once
from engine.steps.outcome import replayed
from engine.steps.steps import Act, Case
from engine.store import Transaction, case_queries
from engine.store import definition_queries as definitions
from engine.store import message_queries as messages
from engine.store import token_queries as tokens
from engine.wording import MAX_REASON, is_allowed, written

LATEST = 2000
"""Of how many cases sources are offered."""


@dataclass(frozen=True)
class _Late:
    """A message came after its case had ended."""

    status: str


class RuntimeService(Starting, CaseFiles):
    """Starts and moves cases. Each public method is one transaction, `signal` one a case."""

    # -- messages and signals --------------------------------------------------------------

    def correlate(
        self,
        message: str,
        *,
        business_key: str,
        variables: Variables,
        actor: Actor = SYSTEM,
        token: str | None = None,
    ) -> Advance | None:
        """Give a message to the one open case with this number that waits for it.

        A case that is open but does not wait for it yet gets it as soon as it does, one that is suspended when it is
        resumed. Where no case has the number
        and a start event needs this message among others, it counts towards the case of that number.

        Returns:
            What changed; None when the message was kept for later, or began a case together with others.

        Raises:
            MessageNotCorrelated: no case has this number, or several wait for the message.
            InstanceEnded: the case with this number has ended; a message to it changes nothing any more.
                Its history says that it came, and keeps what it brought.
        """

        def work(tx: Transaction) -> Advance | _Late | None:
            if token is not None and (record := tokens.answered(tx, token)) is not None:
                return replay(tx, record["result"])
            waiting = messages.waiting_for_message(tx, message, business_key)
            if len(waiting) > 1:
                raise MessageNotCorrelated("Several cases wait for this message.", business_key=business_key)
            case = self._steps.lock(tx, waiting[0], token=token) if waiting else None
            if case is not None and case.answered is not None:
                return replay(tx, case.answered["result"])
            if case is None or not _listens(case) or not messages.waits_for(tx, case.id, "message", message):
                return self._buffer(tx, message, business_key, variables, actor, token)
            act = Act(
                "message.received", actor, params={"message": message}, given=variables, token=token
            )  # fmt: skip
            return self._steps.take(tx, case, DeliverMessage(message, variables), act)

        def replay(tx: Transaction, result: Any) -> Advance | _Late | None:
            if result and "late" in result:
                return _Late(result["late"])
            return replayed(result) if result else None

        found = once(self._store, token, "message.received", actor, work, replay)
        if isinstance(found, _Late):
            raise InstanceEnded(business_key=business_key, status=found.status)
        return found

    def signal(self, name: str, variables: Variables, actor: Actor = SYSTEM, *, id: str | None = None) -> list[UUID]:
        """Let a signal reach every case that waits for it, and start what starts with it; suspended cases it passes by.

        Args:
            id: names this sending: done again with the same id, cases that had it do not get it twice.

        Returns:
            The cases it reached or started.
        """
        sending = id or str(new_id())
        with self._store.reading() as tx:
            listening = messages.listening(tx, name)
            starting = definitions.started_by(tx, "signal", name)
        reached = [case for case in listening if self._signal_one(case, name, variables, actor, sending)]
        had: set[str] = set()
        for definition, element_id in starting:
            again = definition.key in had
            had.add(definition.key)
            started = self._start_by_signal(definition, element_id, name, variables, actor, sending, again)
            reached += [started] if started else []
        return reached

    # -- ending ------------------------------------------------------------------------------

    def cancel(self, instance_id: UUID, *, reason: str, actor: Actor, token: str | None = None) -> Advance:
        """End a case where it stands; its open tasks are cancelled.

        Raises:
            InvalidFields: the `reason`, as `engine.wording.written` says.
            InstanceNotFound: no such case, or not the actor's to see.
            NotAllowed: the actor neither started it nor watches over cases.
            InstanceEnded: it has ended; says when and how.
        """
        reason = written(reason, "reason", most=MAX_REASON)

        def work(tx: Transaction) -> Advance:
            found = self._load(tx, instance_id, actor)
            case = self._steps.lock(tx, instance_id, token=token)
            if case.answered is not None:
                ensure_same(case.answered, "case.cancelled", actor)
                return replayed(case.answered["result"])
            if not self.may_cancel(found, actor):
                raise NotAllowed(business_key=found.business_key)
            self._load(tx, instance_id, actor).ensure_open()
            act = Act("case.cancelled", actor, params={"reason": reason}, token=token)
            return self._steps.take(tx, case, Cancel(reason), act)

        return once(self._store, token, "case.cancelled", actor, work, lambda tx, result: replayed(result))

    @staticmethod
    def may_cancel(instance: ProcessInstance, actor: Actor) -> bool:
        """Whether the actor may end this case: whoever started it, and whoever watches over it."""
        return instance.started_by in (actor.person_id, actor.on_behalf_of) or watches_over(instance, actor)

    # -- reading -------------------------------------------------------------------------------

    def instance(self, instance_id: UUID, actor: Actor) -> ProcessInstance:
        """A case. Looking at a confidential one is written down.

        Raises:
            InstanceNotFound: no such case, or not the actor's to see.
        """
        with self._store.reading() as tx:
            found = self._load(tx, instance_id, actor)
        if found.is_confidential and not actor.is_system:
            with self._store.transaction() as tx:
                case_queries.note_read(tx, instance_id, actor, "case", self._now())
        return found

    def by_business_key(self, business_key: str, actor: Actor = SYSTEM) -> ProcessInstance:
        """The case with this number; of several processes' the one started last. Raises InstanceNotFound."""
        query = InstanceQuery(filters={"business_key": business_key}, limit=1)
        found = self.find(query, actor).rows
        if not found:
            raise InstanceNotFound(business_key=business_key)
        return found[0]

    def find(self, query: InstanceQuery, actor: Actor) -> Page[ProcessInstance]:
        """One page of the cases the actor may see. Raises Invalid for an unknown order or page.

        A filter by what no text can hold leaves none.
        """
        if not all(map(is_allowed, query.filters.values())):
            return Page(())
        with self._store.reading() as tx:
            return case_queries.find(tx, query, actor, self._now())

    def sources(self) -> tuple[str, ...]:
        """Where the latest cases came from (來源): what a search for cases may offer to choose."""
        with self._store.reading() as tx:
            return case_queries.sources(tx, LATEST)

    def variables(self, instance_id: UUID, actor: Actor) -> dict[str, Any]:
        """The case's variables. Raises InstanceNotFound."""
        with self._store.reading() as tx:
            self._load(tx, instance_id, actor)
            found: dict[str, Any] = codec.decode(case_queries.variables(tx, instance_id))
            return found

    def diagram_state(self, instance_id: UUID, actor: Actor) -> DiagramState:
        """What to draw on the case's diagram: tokens, the way it came, incidents. Raises InstanceNotFound."""
        with self._store.reading() as tx:
            found = self._load(tx, instance_id, actor)
            passed, flows = case_queries.passed(tx, instance_id)
            return DiagramState(
                active=found.active_elements,
                passed=passed,
                passed_flows=flows,
                incidents=case_queries.open_incident_elements(tx, instance_id),
            )

    # -- inside --------------------------------------------------------------------------------

    def _buffer(
        self,
        tx: Transaction,
        message: str,
        business_key: str,
        variables: Variables,
        actor: Actor,
        token: str | None,
    ) -> _Late | None:
        found = messages.numbered(tx, business_key)
        if found is None:
            self._count_towards(tx, message, business_key, variables, actor, token)
            return None
        instance_id, status = found
        if status != "active":
            late = Once(token, "message.received", instance_id, {"late": status})
            entry = Entry("message.late", actor, self._now(), params={"message": message}, values=dict(variables))
            self._steps.note(tx, self._steps.lock(tx, instance_id), entry, once=late)
            return _Late(status)
        messages.buffer_message(tx, message, business_key, codec.encode(dict(variables)), actor=actor, now=self._now())
        if token is not None:
            tokens.reserve(tx, token, "message.received", actor.person_id, self._now())
        return None

    def _count_towards(
        self,
        tx: Transaction,
        message: str,
        business_key: str,
        variables: Variables,
        actor: Actor,
        token: str | None,
    ) -> None:
        """Let the message begin the case of this number together with others. Raises MessageNotCorrelated."""
        starting = definitions.started_by(tx, "message", message)
        sources, starts = self._steps.sources, self._steps.starts
        if len(starting) != 1 or not starts.needs(sources.get(tx, starting[0][0].id), starting[0][1]):
            raise MessageNotCorrelated(message_name=message, business_key=business_key)
        if token is not None:
            tokens.reserve(tx, token, "message.received", actor.person_id, self._now())
        happened = Arrival(new_id(), "message", message, variables, self._now(), business_key)
        self._happened(tx, *starting[0], happened, actor)

    def _signal_one(self, instance_id: UUID, name: str, variables: Variables, actor: Actor, sending: str) -> bool:
        token = f"signal:{sending}:{instance_id}"
        with self._store.transaction() as tx:
            case = self._steps.lock(tx, instance_id, token=token)
            if case.answered is not None or not _listens(case):
                return False
            if not messages.waits_for(tx, instance_id, "signal", name):
                return False
            act = Act("signal.received", actor, params={"signal": name}, given=variables, token=token)
            self._steps.take(tx, case, DeliverSignal(name, variables), act)
            return True

    def _start_by_signal(
        self,
        definition: ProcessDefinition,
        element_id: str,
        name: str,
        variables: Variables,
        actor: Actor,
        sending: str,
        again: bool,
    ) -> UUID | None:
        """Begin what begins with the signal. `again`: another start event of the process has had it already."""
        token = f"signal:{sending}:{definition.key}" + (f":{element_id}" if again else "")
        with self._store.transaction() as tx:
            if not tokens.reserve(tx, token, "case.started", actor.person_id, self._now()):
                return None
            happened = Arrival(new_id(), "signal", name, variables, self._now())
            instance_id = self._happened(tx, definition, element_id, happened, actor)
            tokens.settle(tx, token, {"instance_id": str(instance_id) if instance_id else None})
            return instance_id


def _listens(case: Case) -> bool:
    """Whether what is sent can reach the case: it has not ended, and is not suspended."""
    return case.state is not None and not case.is_suspended
