"""What a worker does with each kind of job.

A job that runs twice, late, or for a case that has ended does nothing: every handler asks
the case, under its lock, whether the work is still wanted.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from engine import codec
from engine.connectors import ConnectorRegistry
from engine.errors import InstanceEnded, NotFound, TaskNotOpen
from engine.jobs.calls import Caller
from engine.jobs.notices import NoticeSender
from engine.jobs.playing import Played, Player
from engine.jobs.queue import MAX_ATTEMPTS
from engine.jobs.sweeping import Sweeper, Swept
from engine.process_engine import ProcessEngine


class JobService:
    """Does jobs, and finds due work that has none.

    Args:
        engine: the process engine of this worker.
        connectors: what service tasks may call; notices go out through `mail`.
        anchors: folder outside the database for the history's anchors; None keeps none.
        address: of the site, for links in mails.
    """

    def __init__(
        self,
        engine: ProcessEngine,
        connectors: ConnectorRegistry,
        *,
        anchors: Path | None = None,
        address: str = "",
    ) -> None:
        self._engine = engine
        self._caller = Caller(engine, connectors)
        self._notices = NoticeSender(engine, connectors, address)
        self._sweeper = Sweeper(engine, self._caller, self._notices, anchors)
        self._handlers = {
            "timer": self._timer,
            "start_timer": self._start_timer,
            "service_call": self._service_call,
            "deliver_message": self._deliver_message,
            "deliver_signal": self._deliver_signal,
            "deliver_kept": self._deliver_kept,
            "notify": self._notify,
            "notice_mail": self._notice_mail,
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

    def sweep(self) -> Swept:
        """Do what is due and has no job, send reminders, and once an hour tidy up and anchor the history."""
        return self._sweeper.sweep()

    def run_due(self, until: datetime, *, notices: bool = False) -> Played:
        """For a player under a clock of its own: do in order all that machines have to do up to `until`.

        The clock moves from one due timer to the next and stands at `until` in the end. No
        job table is used: what steps deferred is taken from the engine's `NoJobs` queue.

        Args:
            notices: also tell people and send mails.

        Raises:
            MessageNotCorrelated: a message was sent that nobody waits for.
            LimitExceeded: timers fire without an end.
        """
        return Player(self._engine, self._caller, self.handle).run(until, notices=notices)

    def _timer(self, args: Mapping[str, Any], attempts: int) -> None:
        self._engine.machine.fire_timers(UUID(args["instance_id"]))

    def _start_timer(self, args: Mapping[str, Any], attempts: int) -> None:
        self._engine.machine.start_by_timer(
            UUID(args["definition_id"]), args["element_id"], datetime.fromisoformat(args["due_at"])
        )

    def _service_call(self, args: Mapping[str, Any], attempts: int) -> None:
        self._caller.call(UUID(args["instance_id"]), args["task_id"], final=attempts + 1 >= MAX_ATTEMPTS)

    def _deliver_message(self, args: Mapping[str, Any], attempts: int) -> None:
        runtime, variables = self._engine.runtime, codec.decode(args["variables"])
        if args["business_key"] is None:
            runtime.start_by_message(args["name"], variables=variables, token=args["id"])
        else:
            runtime.correlate(args["name"], business_key=args["business_key"], variables=variables, token=args["id"])

    def _deliver_signal(self, args: Mapping[str, Any], attempts: int) -> None:
        self._engine.runtime.signal(args["name"], codec.decode(args["variables"]), id=args["id"])

    def _deliver_kept(self, args: Mapping[str, Any], attempts: int) -> None:
        with suppress(TaskNotOpen):  # the case does not wait for it any more: it is kept
            self._engine.machine.deliver_buffered(UUID(args["message_id"]), UUID(args["instance_id"]))

    def _notify(self, args: Mapping[str, Any], attempts: int) -> None:
        self._notices.tell(args["kind"], UUID(args["instance_id"]), args["task_ids"])

    def _notice_mail(self, args: Mapping[str, Any], attempts: int) -> None:
        self._notices.mail(UUID(args["notification_id"]))
