"""Deployments, versions and their files; drafts; deployments that wait; grants."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from engine.cases.records import Draft, PendingDeployment
from engine.ids import new_id
from engine.model import Deployment, ProcessDefinition, SourceFile
from engine.store.store import Transaction
from engine.store.tables.definitions import (
    definition_file,
    definition_start,
    deployment,
    draft,
    draft_file,
    pending_deployment,
    pending_file,
    process_definition,
    process_grant,
    resource,
)

_DEPLOY_LOCK = 7_004_301
"""Deployments queue up for this advisory lock: versions are unique and gapless."""

_d = process_definition.c


def lock_deployments(tx: Transaction) -> None:
    """Wait until no other deployment is under way; until this transaction ends, this one is."""
    tx.execute(select(func.pg_advisory_xact_lock(_DEPLOY_LOCK)))


def store_files(tx: Transaction, files: Iterable[SourceFile]) -> dict[str, bytes]:
    """Store each content once; the digest of each file by its name."""
    digests = {file.name: hashlib.sha256(file.content).digest() for file in files}
    rows = sorted({digests[file.name]: file.content for file in files}.items())
    if rows:
        tx.execute(_STORE_FILES, {"digests": [row[0] for row in rows], "contents": [row[1] for row in rows]})
    return digests


_STORE_FILES = text("""
insert into resource (digest, content)
select * from unnest(cast(:digests as bytea[]), cast(:contents as bytea[])) on conflict do nothing
""")

_NAME_FILES = text("""
insert into definition_file (definition_id, name, digest)
select :id, * from unnest(cast(:names as text[]), cast(:digests as bytea[]))
""")
"""Sets of rows in one statement: 200 processes that call each other have 40,000."""


def add_deployment(
    tx: Transaction,
    *,
    at: datetime,
    by: str,
    approved_by: str | None,
    note: str,
    definitions: Sequence[Mapping[str, Any]],
) -> Deployment:
    """Store a deployment with its new versions, each made current.

    Each of `definitions` holds the columns of a definition except id, version and
    deployment, and besides `files` (name → digest) and `starts` (element, kind, name).
    """
    deployment_id = new_id()
    tx.execute(
        insert(deployment).values(id=deployment_id, deployed_at=at, deployed_by=by, approved_by=approved_by, note=note)
    )
    made = [_add_definition(tx, deployment_id, at, by, definition) for definition in definitions]
    return Deployment(deployment_id, tuple(made), at, by, note, approved_by)


def _add_definition(
    tx: Transaction, deployment_id: UUID, at: datetime, by: str, definition: Mapping[str, Any]
) -> ProcessDefinition:
    columns = {name: value for name, value in definition.items() if name not in ("files", "starts")}
    last = tx.execute(select(func.max(_d.version)).where(_d.key == columns["key"])).scalar()
    tx.execute(update(process_definition).where(_d.key == columns["key"], _d.is_current).values(is_current=False))
    statement = insert(process_definition).values(
        id=new_id(), version=(last or 0) + 1, deployment_id=deployment_id, deployed_at=at, deployed_by=by,
        is_current=True, **columns,
    )  # fmt: skip
    row = tx.execute(statement.returning(process_definition)).one()
    files = definition["files"]
    tx.execute(_NAME_FILES, {"id": row.id, "names": list(files), "digests": list(files.values())})
    if definition["starts"]:
        tx.execute(insert(definition_start), [{"definition_id": row.id, **start} for start in definition["starts"]])
    return _definition(row)


def current(tx: Transaction) -> tuple[ProcessDefinition, ...]:
    """The version in force of each process, by key."""
    return tuple(
        _definition(row) for row in tx.execute(select(process_definition).where(_d.is_current).order_by(_d.key))
    )


def versions(tx: Transaction, key: str) -> tuple[ProcessDefinition, ...]:
    """All versions of a process, the newest first."""
    statement = select(process_definition).where(_d.key == key).order_by(_d.version.desc())
    return tuple(_definition(row) for row in tx.execute(statement))


def deployments(tx: Transaction, key: str) -> tuple[Deployment, ...]:
    """The deployments that brought versions of a process, the newest first, each with all versions that it brought."""
    of_it = select(_d.deployment_id).where(_d.key == key)
    made: dict[UUID, list[ProcessDefinition]] = {}
    for row in tx.execute(select(process_definition).where(_d.deployment_id.in_(of_it)).order_by(_d.key, _d.version)):
        made.setdefault(row.deployment_id, []).append(_definition(row))
    found = tx.execute(select(deployment).where(deployment.c.id.in_(of_it)).order_by(deployment.c.deployed_at.desc()))
    return tuple(
        Deployment(row.id, tuple(made[row.id]), row.deployed_at, row.deployed_by, row.note, row.approved_by)
        for row in found
    )


def definition(tx: Transaction, key: str, version: int | None = None) -> ProcessDefinition | None:
    """One version of a process; without a number, the one in force."""
    chosen = _d.is_current if version is None else _d.version == version
    row = tx.execute(select(process_definition).where(_d.key == key, chosen)).first()
    return _definition(row) if row else None


def by_id(tx: Transaction, definition_id: UUID) -> ProcessDefinition | None:
    """The version with this id."""
    row = tx.execute(select(process_definition).where(_d.id == definition_id)).first()
    return _definition(row) if row else None


def start_rules(tx: Transaction, key: str | None = None) -> dict[str, tuple[list[str], str | None, bool]]:
    """Of each current version: starter candidates, start form key, whether it has a plain start."""
    statement = select(_d.key, _d.starter_groups, _d.start_form, _d.has_plain_start).where(_d.is_current)
    if key is not None:
        statement = statement.where(_d.key == key)
    return {row.key: (row.starter_groups, row.start_form, row.has_plain_start) for row in tx.execute(statement)}


def files(tx: Transaction, definition_id: UUID) -> tuple[SourceFile, ...]:
    """The snapshot of files a version runs with, by name."""
    statement = (
        select(definition_file.c.name, resource.c.content)
        .join(resource, resource.c.digest == definition_file.c.digest)
        .where(definition_file.c.definition_id == definition_id)
        .order_by(definition_file.c.name)
    )
    return tuple(SourceFile(row.name, bytes(row.content)) for row in tx.execute(statement))


def started_by(tx: Transaction, kind: str, name: str) -> tuple[tuple[ProcessDefinition, str], ...]:
    """Current versions with a start event that waits for this message or signal, with that event's id."""
    statement = (
        select(process_definition, definition_start.c.element_id)
        .join(definition_start, definition_start.c.definition_id == _d.id)
        .where(_d.is_current, definition_start.c.kind == kind, definition_start.c.name == name)
        .order_by(_d.key)
    )
    return tuple((_definition(row), row.element_id) for row in tx.execute(statement))


def make_current(tx: Transaction, definition_id: UUID, key: str) -> None:
    """Let new cases of the process start with this version."""
    tx.execute(update(process_definition).where(_d.key == key, _d.is_current).values(is_current=False))
    tx.execute(update(process_definition).where(_d.id == definition_id).values(is_current=True))


# -- drafts ----------------------------------------------------------------------------


def save_draft(
    tx: Transaction, key: str, files: Sequence[SourceFile], *, at: datetime, by: str, based_on: UUID | None
) -> int:
    """Store the author's files in place of the draft before; the draft's revision."""
    statement = upsert(draft).values(key=key, saved_at=at, saved_by=by, revision=1, based_on=based_on)
    statement = statement.on_conflict_do_update(
        index_elements=["key"],
        set_={
            "saved_at": at,
            "saved_by": by,
            "revision": draft.c.revision + 1,
            "based_on": func.coalesce(draft.c.based_on, based_on),
        },
    )
    revision: int = tx.execute(statement.returning(draft.c.revision)).scalar_one()
    digests = store_files(tx, files)
    tx.execute(delete(draft_file).where(draft_file.c.key == key))
    if digests:
        tx.execute(insert(draft_file), [{"key": key, "name": name, "digest": d} for name, d in digests.items()])
    return revision


def load_draft(tx: Transaction, key: str) -> Draft | None:
    """The draft of a process, with its files."""
    row = tx.execute(select(draft).where(draft.c.key == key)).first()
    if row is None:
        return None
    found = _files_of(tx, draft_file, draft_file.c.key == key)
    return Draft(row.key, row.saved_at, row.saved_by, row.revision, found, row.based_on)


def drafts(tx: Transaction) -> dict[str, tuple[datetime, str]]:
    """Which processes have a draft: when it was saved and by whom."""
    return {row.key: (row.saved_at, row.saved_by) for row in tx.execute(select(draft).order_by(draft.c.key))}


def discard_draft(tx: Transaction, key: str) -> bool:
    """Throw the draft away; False when there is none."""
    return tx.execute(delete(draft).where(draft.c.key == key)).rowcount > 0


# -- deployments that wait for a second account ------------------------------------------


def add_pending(
    tx: Transaction,
    *,
    keys: Sequence[str],
    files: Sequence[SourceFile],
    changes: Sequence[Mapping[str, str]],
    note: str,
    at: datetime,
    by: str,
) -> PendingDeployment:
    """Store files that wait for somebody else's approval."""
    statement = insert(pending_deployment).values(
        id=new_id(), keys=list(keys), submitted_at=at, submitted_by=by, note=note, changes=[dict(c) for c in changes]
    )
    row = tx.execute(statement.returning(pending_deployment)).one()
    digests = store_files(tx, files)
    tx.execute(insert(pending_file), [{"pending_id": row.id, "name": name, "digest": d} for name, d in digests.items()])
    return _pending(row)


def pending(tx: Transaction) -> tuple[PendingDeployment, ...]:
    """Deployments that wait, the oldest first."""
    columns = pending_deployment.c
    statement = select(pending_deployment).where(columns.state == "pending").order_by(columns.submitted_at)
    return tuple(_pending(row) for row in tx.execute(statement))


def turned_down(tx: Transaction, key: str, limit: int) -> tuple[PendingDeployment, ...]:
    """Deployments about a process that were turned down or taken back, the latest first."""
    columns = pending_deployment.c
    statement = select(pending_deployment).where(columns.state == "rejected", columns["keys"].contains([key]))
    found = tx.execute(statement.order_by(columns.decided_at.desc()).limit(limit))
    return tuple(_pending(row) for row in found)


def lock_pending(tx: Transaction, pending_id: UUID) -> tuple[PendingDeployment, tuple[SourceFile, ...]] | None:
    """A deployment that was submitted, with its files, locked until the transaction ends."""
    return _one_pending(tx, pending_id, select(pending_deployment).with_for_update())


def load_pending(tx: Transaction, pending_id: UUID) -> tuple[PendingDeployment, tuple[SourceFile, ...]] | None:
    """The same, not locked."""
    return _one_pending(tx, pending_id, select(pending_deployment))


def _one_pending(
    tx: Transaction, pending_id: UUID, statement: Select[Any]
) -> tuple[PendingDeployment, tuple[SourceFile, ...]] | None:
    row = tx.execute(statement.where(pending_deployment.c.id == pending_id)).first()
    return (_pending(row), _files_of(tx, pending_file, pending_file.c.pending_id == pending_id)) if row else None


def decide_pending(
    tx: Transaction, pending_id: UUID, *, state: str, at: datetime, by: str, reason: str | None = None
) -> None:
    """Note how it ended."""
    statement = update(pending_deployment).where(pending_deployment.c.id == pending_id)
    tx.execute(statement.values(state=state, decided_at=at, decided_by=by, reason=reason))


# -- grants --------------------------------------------------------------------------------


def grants(tx: Transaction) -> dict[tuple[str, str], set[str]]:
    """Candidate texts by process key and verb."""
    found: dict[tuple[str, str], set[str]] = {}
    for row in tx.execute(select(process_grant)):
        found.setdefault((row.key, row.verb), set()).add(row.group)
    return found


def set_grants(tx: Transaction, key: str, verb: str, groups: Iterable[str]) -> None:
    """Let exactly these groups do `verb` to the process."""
    columns = process_grant.c
    tx.execute(delete(process_grant).where(columns.key == key, columns.verb == verb))
    rows = [{"key": key, "verb": verb, "group": group} for group in sorted(set(groups))]
    if rows:
        tx.execute(insert(process_grant), rows)


def running(tx: Transaction, key: str) -> dict[int, int]:
    """How many open cases each version of a process has."""
    statement = text(
        "select d.version, count(*) as cases from process_instance i"
        " join process_definition d on d.id = i.definition_id where i.process_key = :key"
        " and i.status = 'active' group by d.version"
    )
    return {row.version: row.cases for row in tx.execute(statement, {"key": key})}


def all_running(tx: Transaction) -> dict[str, int]:
    """How many open cases each process has; a process without one is not named."""
    statement = text("select process_key, count(*) as cases from process_instance where ended_at is null group by 1")
    return {row.process_key: row.cases for row in tx.execute(statement)}


def _files_of(tx: Transaction, table: Any, condition: Any) -> tuple[SourceFile, ...]:
    statement = select(table.c.name, resource.c.content).join(resource, resource.c.digest == table.c.digest)
    found = tx.execute(statement.where(condition).order_by(table.c.name))
    return tuple(SourceFile(row.name, bytes(row.content)) for row in found)


def _definition(row: Any) -> ProcessDefinition:
    return ProcessDefinition(
        id=row.id,
        key=row.key,
        version=row.version,
        name=row.name,
        digest=row.digest,
        deployment_id=row.deployment_id,
        deployed_at=row.deployed_at,
        deployed_by=row.deployed_by,
        is_current=row.is_current,
        name_en=row.name_en,
        documentation=row.documentation,
        properties=row.properties,
    )


def _pending(row: Any) -> PendingDeployment:
    return PendingDeployment(
        id=row.id,
        keys=tuple(row.keys),
        submitted_at=row.submitted_at,
        submitted_by=row.submitted_by,
        note=row.note,
        changes=tuple(row.changes),
        state=row.state,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        reason=row.reason,
    )
