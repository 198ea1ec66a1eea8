"""What the services of a case share: the store, the steps, loading a case that may be seen."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from engine.cases.values import ProcessInstance
from engine.errors import InstanceNotFound
from engine.model import Actor
from engine.steps.steps import Steps
from engine.store import Store, Transaction, case_queries


class CaseService:
    """Base of the services that work on cases."""

    def __init__(self, store: Store, steps: Steps) -> None:
        self._store = store
        self._steps = steps

    def _now(self) -> datetime:
        return self._steps.clock.now()

    def _load(self, tx: Transaction, instance_id: UUID, actor: Actor) -> ProcessInstance:
        """A case the actor may see. Raises InstanceNotFound."""
        found = case_queries.instance(tx, instance_id, actor)
        if found is None:
            raise InstanceNotFound(id=str(instance_id))
        return found
