"""What a worker does with each kind of job.

A job that runs twice, late, or for a case that has ended does nothing: every handler asks
the case, under its lock, whether the work is still wanted.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from engine import codec
from engine.connectors import ConnectorRegistry
from engine.errors import ConnectorError, InstanceEnded, MessageNotCorrelated, NotFound
from engine.jobs.queue import MAX_ATTEMPTS
from engine.process_engine import ProcessEngine


class JobService:
    """Does jobs, and finds due work that has none.

    Args:
        engine: the process engine of this worker.
        connectors: what service tasks may call.
    """

    def __init__(self, engine: ProcessEngine, connectors: ConnectorRegistry) -> None:
        self._engine = engine
        self._connectors = connectors
        self._handlers = {
            "timer": self._timer,
            "start_timer": self._start_timer,
            "service_call": self._service_call,
            "deliver_message": self._deliver_message,
            "deliver_signal": self._deliver_signal,
            "notify": self._notify,
        }

    def handle(self, kind: str, args: Mapping[str, Any], attempts: int) -> None:
        """Do one job; raises when it should be tried again.

        Args:
            kind: of `engine.queue.JobKind`.
            args: as `engine.queue` lists them.
            attempts: how often it was tried before.
        """
        try:
            self._handlers[kind](args, attempts)
        except (NotFound, InstanceEnded):  # the case is gone or has ended: nothing is left to do
            return

    def _timer(self, args: Mapping[str, Any], attempts: int) -> None:
        self._engine.machine.fire_timers(UUID(args["instance_id"]))

    def _start_timer(self, args: Mapping[str, Any], attempts: int) -> None:
        self._engine.machine.start_by_timer(
            UUID(args["definition_id"]), args["element_id"], datetime.fromisoformat(args["due_at"])
        )

    def _service_call(self, args: Mapping[str, Any], attempts: int) -> None:
        instance_id, task_id = UUID(args["instance_id"]), args["task_id"]
        call = self._engine.machine.call(instance_id, task_id)
        if call is None:
            return
        try:
            result = self._connectors.call(call.connector, call.arguments, key=task_id)
        except ConnectorError as error:
            if error.retryable and attempts + 1 < MAX_ATTEMPTS:
                raise
            self._engine.machine.fail_service(instance_id, task_id, str(error), error.params.get("error_code"))
            return
        self._engine.machine.finish_service(instance_id, task_id, dict(result))

    def _deliver_message(self, args: Mapping[str, Any], attempts: int) -> None:
        variables = codec.decode(args["variables"])
        try:
            if args["business_key"] is None:
                self._engine.runtime.start_by_message(args["name"], variables=variables, token=args["id"])
            else:
                self._engine.runtime.correlate(
                    args["name"], business_key=args["business_key"], variables=variables, token=args["id"]
                )
        except MessageNotCorrelated:
            if attempts + 1 < MAX_ATTEMPTS:
                raise

    def _deliver_signal(self, args: Mapping[str, Any], attempts: int) -> None:
        self._engine.runtime.signal(args["name"], codec.decode(args["variables"]), id=args["id"])
