"""The repository: deployments, versions, drafts, approvals, and who may change a process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from uuid import UUID

from engine import forms
from engine.cases.records import PendingDeployment
from engine.errors import (
    ApprovalRequired,
    DefinitionNotFound,
    DeploymentRefused,
    NotAllowed,
    RecordNotFound,
)
from engine.forms import FormDefinition
from engine.model import Actor, DefinitionSource, Deployment, Finding, ProcessDefinition, SourceFile
from engine.repository import deploying
from engine.repository.ad_hoc_form import AD_HOC_FORM, choices_of
from engine.repository.base import outline_of
from engine.repository.drafts import Drafts
from engine.repository.grants import ProcessRights
from engine.repository.requests import DeploymentRequests
from engine.repository.starts import StartsInForce
from engine.spiff import ProcessOutline
from engine.store import Transaction
from engine.store import definition_queries as queries
from engine.wording import MAX_REASON, written


class RepositoryService(DeploymentRequests, Drafts, ProcessRights, StartsInForce):
    """Takes in what process owners draw. Each public method is one transaction."""

    # -- deploying -----------------------------------------------------------------------

    def lint(self, files: Sequence[SourceFile]) -> tuple[Finding, ...]:
        """Everything that is wrong, or risky, in files that belong together: set, diagrams, tables, forms, letters."""
        wrong = deploying.check_files(files)
        if any(finding.blocks for finding in wrong):
            return tuple(wrong)
        return (*wrong, *deploying.judged(self._executor, files, self._with_library(files)))

    def deploy(
        self,
        files: Sequence[SourceFile],
        *,
        actor: Actor,
        note: str = "",
        approver: str | None = None,
        force_now: bool | None = None,
    ) -> Deployment:
        """Take files in together; each process in them that changed gets its next version, made current.

        Files that change nothing make no version: the deployment has no definitions then.

        Args:
            actor: needs the right to deploy each process in the files.
            note: what changed, for the list of versions.
            approver: the second account that answers for new or changed scripts and connectors
                (the command line names it); not the actor.
            force_now: take new code in without a second account: the first deployment of an
                empty system. Only for the system itself.

        Raises:
            DeploymentRefused: with every finding at once.
            NotAllowed: the actor may not deploy one of the processes.
            ApprovalRequired: code was added or changed and nobody else approved.
            InvalidFields: the `note`, as `engine.wording.written` says; it may be empty.
        """
        note = written(note, "note", most=MAX_REASON, required=False)
        self._refuse_faults(files)
        prepared = self._prepare(files)
        with self._store.transaction() as tx:
            queries.lock_deployments(tx)
            definitions = self._changed(tx, prepared)
            self._ensure_may(tx, actor, "deploy", [definition["key"] for definition in definitions])
            changes = self._code_changes(tx, definitions)
            approved = bool(force_now and actor.is_system) or (approver is not None and approver != actor.person_id)
            if changes and not approved:
                raise ApprovalRequired(changes=changes)
            return self._store_deployment(tx, definitions, actor=actor.person_id, approver=approver, note=note)

    def submit(
        self, files: Sequence[SourceFile], actor: Actor, note: str = "", *, drafts: Iterable[str] = ()
    ) -> PendingDeployment | Deployment:
        """Deploy files, or, when they add or change code, put them before a second account.

        Args:
            note: what changed, for the list of versions and for the second account.
            drafts: processes whose drafts these files were; they are discarded.

        Raises:
            DeploymentRefused, NotAllowed, InvalidFields: as `deploy`.
        """
        note = written(note, "note", most=MAX_REASON, required=False)
        self._refuse_faults(files)
        prepared = self._prepare(files)
        with self._store.transaction() as tx:
            queries.lock_deployments(tx)
            definitions = self._changed(tx, prepared)
            self._ensure_may(tx, actor, "deploy", [definition["key"] for definition in definitions])
            changes = self._code_changes(tx, definitions)
            for key in drafts:
                queries.discard_draft(tx, key)
            if not changes:
                return self._store_deployment(tx, definitions, actor=actor.person_id, approver=None, note=note)
            return queries.add_pending(
                tx,
                keys=[definition["key"] for definition in definitions],
                files=files,
                changes=changes,
                note=note,
                at=self._clock.now(),
                by=actor.person_id,
            )

    def approve(self, pending_id: UUID, actor: Actor) -> Deployment:
        """Let a waiting deployment in.

        Raises:
            RecordNotFound: there is none with this id.
            Conflict: it was decided meanwhile.
            NotAllowed: the actor submitted it, or may not deploy these processes.
            DeploymentRefused: the files do not pass the lint any more.
        """
        with self._store.reading() as tx:
            _, files = self._open_request(tx, pending_id)
        self._refuse_faults(files)
        prepared = self._prepare(files)
        with self._store.transaction() as tx:
            queries.lock_deployments(tx)
            waiting, _ = self._open_request(tx, pending_id)
            if waiting.submitted_by in (actor.person_id, actor.on_behalf_of):
                raise NotAllowed("Somebody else must approve what you submitted.")
            self._ensure_may(tx, actor, "deploy", waiting.keys)
            definitions = self._changed(tx, prepared)
            self._decide(tx, waiting, actor, "approved")
            return self._store_deployment(
                tx, definitions, actor=waiting.submitted_by, approver=actor.person_id, note=waiting.note
            )

    # -- versions ------------------------------------------------------------------------

    def definitions(self) -> tuple[ProcessDefinition, ...]:
        """The version in force of each process, by key."""
        with self._store.reading() as tx:
            return queries.current(tx)

    def versions(self, key: str) -> tuple[ProcessDefinition, ...]:
        """All versions of a process, the newest first. Raises DefinitionNotFound."""
        with self._store.reading() as tx:
            found = queries.versions(tx, key)
        if not found:
            raise DefinitionNotFound(key=key)
        return found

    def deployments(self, key: str) -> dict[UUID, Deployment]:
        """Which deployments brought the versions of a process, by their id: each with what changed, and who approved.

        A deployment has all versions that came with it, of other processes, too.
        """
        with self._store.reading() as tx:
            return {deployment.id: deployment for deployment in queries.deployments(tx, key)}

    def definition(self, key: str, version: int | None = None) -> ProcessDefinition:
        """One version; without a number the one in force. Raises DefinitionNotFound."""
        with self._store.reading() as tx:
            found = queries.definition(tx, key, version)
        if found is None:
            raise DefinitionNotFound(key=key, version=version)
        return found

    def by_id(self, definition_id: UUID) -> ProcessDefinition:
        """The version with this id. Raises DefinitionNotFound."""
        with self._store.reading() as tx:
            found = queries.by_id(tx, definition_id)
        if found is None:
            raise DefinitionNotFound(id=str(definition_id))
        return found

    def source(self, definition_id: UUID) -> DefinitionSource:
        """What the executor runs for a version. Raises DefinitionNotFound."""
        with self._store.reading() as tx:
            return self._sources.get(tx, definition_id)

    def files(self, definition_id: UUID) -> tuple[SourceFile, ...]:
        """The files a version runs with, by name. Raises DefinitionNotFound."""
        return self.source(definition_id).files

    def form(self, definition_id: UUID, form_key: str) -> FormDefinition:
        """A form as the version was deployed with it.

        Raises:
            DefinitionNotFound: no such version.
            RecordNotFound: it has no such form.
        """
        if form_key.startswith(AD_HOC_FORM):
            return choices_of(self.outline(definition_id), form_key.removeprefix(AD_HOC_FORM))
        wanted = f"{form_key}.form"
        files = self.files(definition_id)
        for file in files:
            if file.name == wanted or (file.kind == "form" and file.name.rpartition("/")[2] == wanted):
                return _parsed_form(file.content, file.name)
        raise RecordNotFound(form=form_key)

    def outline(self, definition_id: UUID) -> ProcessOutline:
        """What is drawn in a version. Raises DefinitionNotFound."""
        source = self.source(definition_id)
        return outline_of(self._executor, source)

    def running(self, key: str) -> dict[int, int]:
        """How many open cases each version of a process has."""
        with self._store.reading() as tx:
            return queries.running(tx, key)

    def all_running(self) -> dict[str, int]:
        """How many open cases each process has; a process without one is not named."""
        with self._store.reading() as tx:
            return queries.all_running(tx)

    def make_current(self, definition_id: UUID, actor: Actor) -> ProcessDefinition:
        """Let new cases start with this version; running ones keep theirs.

        Raises:
            DefinitionNotFound: no such version.
            NotAllowed: the actor may not deploy the process.
        """
        with self._store.transaction() as tx:
            queries.lock_deployments(tx)
            found = queries.by_id(tx, definition_id)
            if found is None:
                raise DefinitionNotFound(id=str(definition_id))
            self._ensure_may(tx, actor, "deploy", [found.key])
            queries.make_current(tx, definition_id, found.key)
            self._watch_starts(tx, found)
            current = queries.by_id(tx, definition_id)
            assert current is not None
            return current

    # -- inside --------------------------------------------------------------------------

    def _refuse_faults(self, files: Sequence[SourceFile]) -> None:
        findings = self.lint(files)
        if any(finding.blocks for finding in findings):
            raise DeploymentRefused(findings)

    def _with_library(self, files: Sequence[SourceFile]) -> tuple[SourceFile, ...]:
        if not any(file.kind == "bpmn" and b"callActivity" in file.content for file in files):
            return tuple(files)
        with self._store.reading() as tx:
            return deploying.with_called(self._executor, files, _Library(tx))

    def _prepare(self, files: Sequence[SourceFile]) -> _Prepared:
        """Read the files, and the versions they would replace, before a transaction holds up other deployments."""
        with self._store.reading() as tx:
            prepared = self._read(tx, files)
            for definition in prepared.changed():
                self._code_in_force(tx, prepared.library.current.get(definition["key"]))
            return prepared

    def _read(self, tx: Transaction, files: Sequence[SourceFile]) -> _Prepared:
        library = _Library(tx)
        return _Prepared(files, deploying.definitions_of(self._executor, files, library), library)

    def _changed(self, tx: Transaction, prepared: _Prepared) -> list[dict[str, Any]]:
        """The definitions that are not in force as they are; none can come into force until the transaction ends."""
        now = _Library(tx)
        if not prepared.library.gave_what(now):
            return self._read(tx, prepared.files).changed()
        return replace(prepared, library=now).changed()

    def _code_changes(self, tx: Transaction, definitions: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
        changes: list[dict[str, str]] = []
        for definition in definitions:
            key = definition["key"]
            before = self._code_in_force(tx, queries.definition(tx, key))
            found = deploying.code_changes(before, definition["code"])
            changes += [{**change, "process": key} for change in found]
        return changes

    def _code_in_force(self, tx: Transaction, current: ProcessDefinition | None) -> dict[tuple[str, str], str]:
        if current is None:
            return {}
        return deploying.code_of(outline_of(self._executor, self._sources.get(tx, current.id)))

    def _store_deployment(
        self,
        tx: Transaction,
        definitions: Sequence[Mapping[str, Any]],
        *,
        actor: str,
        approver: str | None,
        note: str,
    ) -> Deployment:
        stored: dict[tuple[SourceFile, ...], dict[str, bytes]] = {}
        ready = []
        for definition in definitions:
            files = definition["source"].files
            if files not in stored:
                stored[files] = queries.store_files(tx, files)
            columns = {name: value for name, value in definition.items() if name not in ("source", "code")}
            ready.append({**columns, "files": stored[files]})
        deployment = queries.add_deployment(
            tx, at=self._clock.now(), by=actor, approved_by=approver, note=note, definitions=ready
        )
        for definition, made in zip(definitions, deployment.definitions, strict=True):
            self._sources.keep(made, definition["source"])
            self._watch_starts(tx, made)
        return deployment


class _Library(Mapping[str, tuple[SourceFile, ...]]):
    """Files of the version in force of each process, read when asked for."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self.current = {definition.key: definition for definition in queries.current(tx)}
        self._given: set[str] = set()

    def __getitem__(self, key: str) -> tuple[SourceFile, ...]:
        self._given.add(key)
        return queries.files(self._tx, self.current[key].id)

    def __contains__(self, key: object) -> bool:
        return key in self.current

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(self.current)

    def __len__(self) -> int:
        return len(self.current)

    def gave_what(self, other: _Library) -> bool:
        """Whether another one would have given the same: no process has appeared, and of those given none has moved."""
        same = (self.current[key].id == other.current[key].id for key in self._given)
        return self.current.keys() == other.current.keys() and all(same)


@dataclass(frozen=True)
class _Prepared:
    """Files that were read, the definitions in them, and the library that they were read with."""

    files: Sequence[SourceFile]
    definitions: list[dict[str, Any]]
    library: _Library

    def changed(self) -> list[dict[str, Any]]:
        """Those definitions that are not in force as they are."""
        known = {key: definition.digest for key, definition in self.library.current.items()}
        return [definition for definition in self.definitions if known.get(definition["key"]) != definition["digest"]]


@lru_cache(maxsize=256)
def _parsed_form(content: bytes, name: str) -> FormDefinition:
    return forms.parse(content, name)
