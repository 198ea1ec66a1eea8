"""Drafts: an author's unfinished files, one draft a process."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from engine.cases.records import Draft
from engine.errors import DeploymentRefused, RecordNotFound, StaleRevision
from engine.model import Actor, SourceFile
from engine.repository import deploying
from engine.repository.base import RepositoryPart
from engine.store import definition_queries as queries


class Drafts(RepositoryPart):
    """Keeps drafts."""

    def save_draft(self, key: str, files: Sequence[SourceFile], actor: Actor, *, revision: int | None = None) -> Draft:
        """Keep an author's unfinished files; nothing is checked but their size and names.

        Args:
            revision: of the draft the author began with (0: there was none); None replaces whatever is there.

        Raises:
            NotAllowed: the actor may not edit the process.
            DeploymentRefused: a file cannot be kept at all.
            StaleRevision: somebody else saved or discarded the draft meanwhile.
        """
        wrong = [finding for finding in deploying.check_files(files) if finding.code != "no-diagram"]
        if wrong:
            raise DeploymentRefused(tuple(wrong))
        with self._store.transaction() as tx:
            self._ensure_may(tx, actor, "edit", [key])
            if revision is not None:
                queries.lock_deployments(tx)
                before = queries.load_draft(tx, key)
                if revision != (before.revision if before else 0):
                    raise StaleRevision(who=before and before.saved_by, at=before and before.saved_at)
            current = queries.definition(tx, key)
            queries.save_draft(
                tx,
                key,
                files,
                at=self._clock.now(),
                by=actor.person_id,
                based_on=current.id if current else None,
            )
            draft = queries.load_draft(tx, key)
            assert draft is not None
            return draft

    def draft(self, key: str) -> Draft | None:
        """The draft of a process, or None."""
        with self._store.reading() as tx:
            return queries.load_draft(tx, key)

    def drafts(self) -> dict[str, tuple[datetime, str]]:
        """Which processes have a draft: when it was saved and by whom."""
        with self._store.reading() as tx:
            return queries.drafts(tx)

    def discard_draft(self, key: str, actor: Actor) -> None:
        """Throw the draft away. Raises NotAllowed; RecordNotFound when there is none."""
        with self._store.transaction() as tx:
            self._ensure_may(tx, actor, "edit", [key])
            if not queries.discard_draft(tx, key):
                raise RecordNotFound(draft=key)
