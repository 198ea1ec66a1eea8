"""Moving running cases to another version of their process.

A case keeps its version for life unless somebody who may deploy the process moves it: after a
mistake in the diagram was mended, say. Each case is moved in a transaction of its own, or stays
where it is and says why; see `engine.spiff.migration` for what fits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from engine.cases.base import CaseService
from engine.cases.values import CONFIDENTIAL
from engine.errors import DefinitionNotFound, EngineError, Invalid, MigrationRefused, NotAllowed
from engine.model import SYSTEM, Actor, DefinitionSource, Execution, MigrationProblem, ProcessDefinition
from engine.repository.rights import may
from engine.steps.answers import ensure_same, once
from engine.steps.steps import Act
from engine.store import Transaction, definition_queries
from engine.store import migration_queries as queries
from engine.wording import MAX_REASON, written

MOST = 200
"""So many cases are looked at, and moved, at a time."""
VERB = "case.migrated"


@dataclass(frozen=True)
class MovableCase:
    """A running case, and what keeps it from being moved."""

    id: UUID
    business_key: str
    subject: str
    """Empty where the case is confidential."""
    active_elements: tuple[str, ...]
    problems: tuple[MigrationProblem, ...]

    @property
    def fits(self) -> bool:
        """Whether it can be moved as it stands."""
        return not self.problems


Result = tuple[UUID, EngineError | None]
"""Of one case of many: its id, and why it was not moved."""


class MigrationService(CaseService):
    """Moves cases between versions. For those who may deploy the process; each method raises NotAllowed for others."""

    def check(
        self, key: str, there: int, to: int, actor: Actor, *, mapping: Mapping[str, str] | None = None
    ) -> list[MovableCase]:
        """The running cases of version `there`, up to 200, and whether each can be moved to version `to`.

        Args:
            mapping: drawn ids and what stands for each in the other version; the others keep their id.

        Raises:
            DefinitionNotFound: no such version.
        """
        with self._store.reading() as tx:
            self._ensure_may(tx, key, actor)
            old, new = self._version(tx, key, there), self._version(tx, key, to)
            source, target = self._source(tx, old), self._source(tx, new)
            return [
                MovableCase(
                    row["id"],
                    row["business_key"],
                    "" if row["security_class"] == CONFIDENTIAL else row["subject"] or "",
                    tuple(row["active_elements"]),
                    self._steps.executor.migration_problems(
                        Execution(source, bytes(row["body"])), target, mapping or {}
                    ),
                )
                for row in queries.of_version(tx, old.id, MOST)
            ]

    def migrate(
        self,
        instance_id: UUID,
        to: int,
        *,
        actor: Actor,
        reason: str,
        mapping: Mapping[str, str] | None = None,
        token: str | None = None,
    ) -> None:
        """Move one case. Open work stays with its people and its times; the history says who moved it and why.

        Raises:
            InvalidFields: the `reason`, as `engine.wording.written` says.
            InstanceNotFound, InstanceEnded: there is no such case, or it runs no more.
            DefinitionNotFound: no such version.
            MigrationRefused: it does not fit, with every problem.
        """
        reason = written(reason, "reason", most=MAX_REASON)

        def work(tx: Transaction) -> None:
            case = self._steps.lock(tx, instance_id, token=token)
            self._ensure_may(tx, case.process_key, actor)
            if case.answered is not None:
                return ensure_same(case.answered, VERB, actor)
            self._load(tx, instance_id, SYSTEM).ensure_open()
            target = self._version(tx, case.process_key, to)
            if target.id == case.definition_id:
                return None
            params = {"reason": reason, "version": case.row["version"], "to": target.version}
            renamed = {old: new for old, new in (mapping or {}).items() if old != new}
            act = Act(VERB, actor, params={**params, **({"elements": renamed} if renamed else {})}, token=token)
            self._steps.migrate(tx, case, target, mapping or {}, act)
            return None

        once(self._store, token, VERB, actor, work, lambda tx, result: None)

    def migrate_many(
        self,
        instance_ids: Sequence[UUID],
        to: int,
        *,
        actor: Actor,
        reason: str,
        mapping: Mapping[str, str] | None = None,
    ) -> list[Result]:
        """Move several, each on its own; what cannot be says why. Raises Invalid, NotAllowed: none is tried."""
        results: list[Result] = []
        for instance_id in dict.fromkeys(instance_ids[:MOST]):
            try:
                self.migrate(instance_id, to, actor=actor, reason=reason, mapping=mapping)
                results.append((instance_id, None))
            except MigrationRefused as refused:
                results.append((instance_id, refused))
            except (Invalid, NotAllowed):
                raise
            except EngineError as error:
                results.append((instance_id, error))
        return results

    def _ensure_may(self, tx: Transaction, key: str, actor: Actor) -> None:
        if not may(actor, "deploy", key, grants=definition_queries.grants(tx)):
            raise NotAllowed(process=key, verb="deploy")

    def _version(self, tx: Transaction, key: str, number: int) -> ProcessDefinition:
        found = definition_queries.definition(tx, key, number)
        if found is None:
            raise DefinitionNotFound(key=key, version=number)
        return found

    def _source(self, tx: Transaction, definition: ProcessDefinition) -> DefinitionSource:
        return self._steps.sources.get(tx, definition.id)
