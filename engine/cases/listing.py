"""Whole lists for whoever takes them out as a file: by the rule of visibility, in the order of the page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from engine.cases.tasks import TaskService
from engine.cases.values import InboxQuery, InstanceQuery, ProcessInstance, TaskRow
from engine.errors import ListsBusy
from engine.model import Actor
from engine.steps.steps import Steps
from engine.store import Store, Transaction
from engine.store import listing_queries as queries
from engine.store.listing_queries import Listing

AT_ONCE = 2
"""Lists that a process reads at one time; each holds one of its connections until it is read."""


class ListingService:
    """Lists of any length, as one moment saw them. Each is open as long as its `with` block lasts.

    Who takes no line for a minute loses the list (`StoreUnavailable`): write it to a file first, send the file then.
    """

    def __init__(self, store: Store, steps: Steps, tasks: TaskService) -> None:
        self._store = store
        self._steps = steps
        self._tasks = tasks
        self._open = BoundedSemaphore(AT_ONCE)

    @contextmanager
    def cases(self, query: InstanceQuery, actor: Actor) -> Iterator[Listing[ProcessInstance]]:
        """The cases that `RuntimeService.find` gives page by page.

        Raises:
            Invalid: an unknown order.
            ListsBusy: this process reads as many lists as it may.
            StoreUnavailable: the database cannot be reached, or it took too long.
        """
        with self._walking() as tx, queries.cases(tx, query, actor, self._steps.clock.now()) as found:
            yield found

    @contextmanager
    def tasks(self, query: InboxQuery, actor: Actor) -> Iterator[Listing[TaskRow]]:
        """The tasks that `TaskService.inbox` gives page by page. Raises as `cases`."""
        now = self._steps.clock.now()
        with self._walking() as tx:
            principals = self._tasks.principals(tx, actor, now) if query.tab == "deputy" else ()
            with queries.tasks(tx, query, actor, principals=principals, now=now) as found:
                yield found

    @contextmanager
    def unit_tasks(self, actor: Actor) -> Iterator[Listing[TaskRow]]:
        """The tasks that `TaskService.unit_work` gives, without its bound. Raises as `cases`."""
        with self._walking() as tx, queries.unit_tasks(tx, actor) as found:
            yield found

    @contextmanager
    def _walking(self) -> Iterator[Transaction]:
        if not self._open.acquire(blocking=False):
            raise ListsBusy
        try:
            with self._store.walking() as tx:
                yield tx
        finally:
            self._open.release()
