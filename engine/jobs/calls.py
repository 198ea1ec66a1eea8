"""Connector calls: outside every transaction, tried a bounded number of times, answered in a step."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from engine.connectors import ConnectorRegistry
from engine.errors import ConnectorError, StepFailed, ValueRefused
from engine.jobs.queue import MAX_ATTEMPTS
from engine.process_engine import ProcessEngine
from engine.store import call_queries as queries
from engine.store.call_queries import Attempt

LOST_AFTER = timedelta(minutes=2)
"""A call that nobody has tried for so long has no job any more: the longest wait between two tries is 32 s."""
_BATCH = 50
_log = logging.getLogger("siwei.jobs")


class Caller:
    """Calls connectors for service tasks."""

    def __init__(self, engine: ProcessEngine, connectors: ConnectorRegistry) -> None:
        self._engine = engine
        self._connectors = connectors

    def call(self, instance_id: UUID, task_id: str, *, final: bool = False) -> None:
        """Try one call; a case that does not wait for it any more is left alone.

        So is one that is at its last attempt: two jobs of one call, as when one was taken back from a worker
        that was only slow, share the attempts. Should nobody ever answer, `call_lost` ends it.

        Args:
            final: there is no further attempt.

        Raises:
            ConnectorError: it failed and may be tried again.
        """
        with self._engine.store.transaction() as tx:
            attempt = queries.begin(tx, instance_id, task_id, self._engine.clock.now(), most=MAX_ATTEMPTS)
        if attempt is not None:
            self._try(attempt, final=final)

    def call_lost(self) -> int:
        """Try the calls whose job was lost, and end those whose last attempt was; gives how many."""
        now = self._engine.clock.now()
        with self._engine.store.transaction() as tx:
            found = queries.begin_lost(tx, before=now - LOST_AFTER, now=now, limit=_BATCH)
        for attempt in found:
            try:
                self._try(attempt)
            except ConnectorError as error:  # the next sweep but some tries again
                _log.info("lost call failed again: %s", error)
        return len(found)

    def open_calls(self) -> list[tuple[UUID, str]]:
        """Calls that wait for an answer, the oldest first."""
        with self._engine.store.transaction() as tx:
            return queries.open_calls(tx, 1000)

    def _try(self, attempt: Attempt, *, final: bool = False) -> None:
        call, case = attempt.call, attempt.instance_id
        if attempt.attempts > MAX_ATTEMPTS:
            self._engine.machine.fail_service(case, call.task_id, f"No answer was recorded to {MAX_ATTEMPTS} tries.")
            return
        try:
            result = self._ask(call.connector, call.arguments, call.task_id)
        except ConnectorError as error:
            if error.retryable and not final and attempt.attempts < MAX_ATTEMPTS:
                with self._engine.store.transaction() as tx:
                    queries.note_failure(tx, case, call.task_id, str(error))
                raise
            self._engine.machine.fail_service(case, call.task_id, str(error), error.params.get("error_code"))
            return
        try:
            self._engine.machine.finish_service(case, call.task_id, dict(result))
        except (ValueRefused, StepFailed) as error:  # asking once more would give the same answer
            self._engine.machine.fail_service(case, call.task_id, f"The answer cannot be taken: {error}")

    def _ask(self, name: str, arguments: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        try:
            return self._connectors.call(name, arguments, key=key)
        except ConnectorError:
            raise
        except Exception as error:  # a fault of the connector's own code must not lose the case
            _log.exception("connector %s is at fault", name)
            raise ConnectorError(
                f"The connector is at fault: {type(error).__name__}: {error}", connector=name
            ) from error
