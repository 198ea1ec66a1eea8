"""Comments, files in chunks, attachments, and the cases a person follows."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from engine.cases.records import Attachment, Comment, File
from engine.cases.values import effective_person
from engine.ids import new_id
from engine.model import Actor
from engine.store import rows
from engine.store.store import Transaction
from engine.store.tables.base import columns
from engine.store.tables.cases import attachment, comment, file, file_chunk, file_content, following
from engine.store.visibility import UNITS, visible

CHUNK_BYTES = 1_048_576

_UNUSED = """
  not exists (select from attachment a where a.file_id = f.id)
  and not exists (select from task_draft d where cast(d.raw as text) like '%' || cast(f.id as text) || '%')
"""
_UNUSED_FILES = text(f"select f.id from file f where f.uploaded_at < :before and {_UNUSED} for update skip locked")
_DELETE_UNUSED = text(f"delete from file f where f.id = any(cast(:ids as uuid[])) and {_UNUSED}")


def add_comment(tx: Transaction, id: UUID, instance_id: UUID, body: str, actor: Actor, now: datetime) -> Comment:
    """Store a comment."""
    statement = insert(comment).values(
        id=id, instance_id=instance_id, at=now, author=actor.person_id, author_name=actor.name,
        on_behalf_of=actor.on_behalf_of, on_behalf_of_name=actor.on_behalf_of_name, body=body,
    )  # fmt: skip
    return rows.comment(tx.execute(statement.returning(comment)).mappings().one())


def comments(tx: Transaction, instance_id: UUID) -> tuple[Comment, ...]:
    """The comments on a case, the oldest first."""
    statement = select(comment).where(comment.c.instance_id == instance_id).order_by(comment.c.id)
    return tuple(rows.comment(row) for row in tx.execute(statement).mappings())


def store_file(tx: Transaction, name: str, content: bytes, content_type: str, actor: Actor, now: datetime) -> File:
    """Store a file; bytes that are there already are not stored again."""
    digest = hashlib.sha256(content).digest()
    # bytes that are there are locked, so that nobody sweeps them away before the file that names them is stored
    statement = upsert(file_content).values(digest=digest, size=len(content))
    statement = statement.on_conflict_do_update(index_elements=["digest"], set_={"size": len(content)})
    if tx.execute(statement.returning(text("xmax = 0 as is_new"))).scalar_one():
        chunks = [
            {"digest": digest, "seq": number, "body": content[start : start + CHUNK_BYTES]}
            for number, start in enumerate(range(0, len(content), CHUNK_BYTES))
        ]
        if chunks:
            tx.execute(insert(file_chunk), chunks)
    made = insert(file).values(
        id=new_id(), name=name, content_type=content_type, size=len(content), digest=digest, uploaded_at=now,
        uploaded_by=effective_person(actor), uploaded_by_name=actor.name,
    )  # fmt: skip
    return rows.file(tx.execute(made.returning(file)).mappings().one())


def visible_file(tx: Transaction, file_id: UUID, actor: Actor) -> File | None:
    """A file the actor uploaded, or that belongs to a case they may see."""
    condition, parameters = visible(actor)
    statement = f"""
        with recursive {UNITS}
        select {columns(file, "f")} from file f
        where f.id = :id and (f.uploaded_by = any(cast(:uploaders as text[])) or exists (
          select from attachment a join process_instance i on i.id = a.instance_id
          where a.file_id = f.id and {condition}))
    """
    values = {**parameters, "id": file_id, "uploaders": [actor.person_id, effective_person(actor)]}
    row = tx.execute(text(statement), values).mappings().one_or_none()
    return rows.file(row) if row else None


def read_file(tx: Transaction, found: File) -> bytes:
    """The bytes of a file."""
    statement = select(file_chunk.c.body).where(file_chunk.c.digest == bytes.fromhex(found.digest))
    return b"".join(bytes(body) for body in tx.execute(statement.order_by(file_chunk.c.seq)).scalars())


def hold_file(tx: Transaction, file_id: UUID) -> bool:
    """Keep a file from being swept away until the transaction ends; False when it is gone."""
    statement = select(file.c.id).where(file.c.id == file_id).with_for_update(key_share=True, read=True)
    return tx.execute(statement).first() is not None


def attach(tx: Transaction, instance_id: UUID, file_id: UUID, actor: Actor, now: datetime) -> bool:
    """Let a file belong to a case; False when it did already."""
    statement = upsert(attachment).values(
        instance_id=instance_id, file_id=file_id, kind="case", attached_at=now, attached_by=actor.person_id,
        attached_by_name=actor.name,
    )  # fmt: skip
    return tx.execute(statement.on_conflict_do_nothing().returning(attachment.c.file_id)).first() is not None


def attachments(tx: Transaction, instance_id: UUID) -> tuple[Attachment, ...]:
    """The files of a case, the oldest first."""
    columns = attachment.c
    statement = (
        select(file, columns.kind, columns.attached_at, columns.attached_by, columns.attached_by_name)
        .join(file, file.c.id == columns.file_id)
        .where(columns.instance_id == instance_id)
        .order_by(columns.attached_at, file.c.id)
    )
    return tuple(_attachment(row) for row in tx.execute(statement).mappings())


def sweep_files(tx: Transaction, before: datetime) -> int:
    """Delete files that no case got within the time allowed, and bytes that no file has; gives how many files.

    A file that a draft of a task names is kept as long as the draft is.
    """
    # locked first, deleted only if they are still nobody's: somebody may be attaching one at this moment
    unused = list(tx.execute(_UNUSED_FILES, {"before": before}).scalars())
    gone = tx.execute(_DELETE_UNUSED, {"ids": unused}).rowcount
    orphan = ~select(file.c.id).where(file.c.digest == file_content.c.digest).exists()
    locked = select(file_content.c.digest).where(orphan).with_for_update(skip_locked=True)
    digests = list(tx.execute(locked).scalars())
    # asked again now that nobody else can name them: somebody may have done so before the lock was had
    tx.execute(delete(file_content).where(file_content.c.digest.in_(digests), orphan))
    return gone


def follow(tx: Transaction, instance_id: UUID, person_id: str, now: datetime) -> None:
    """Keep an eye on a case."""
    values = {"instance_id": instance_id, "person_id": person_id, "since": now}
    tx.execute(upsert(following).values(**values).on_conflict_do_nothing())


def unfollow(tx: Transaction, instance_id: UUID, person_id: str) -> None:
    """Do not any more."""
    tx.execute(delete(following).where(following.c.instance_id == instance_id, following.c.person_id == person_id))


def is_followed(tx: Transaction, instance_id: UUID, person_id: str) -> bool:
    """Whether the person keeps an eye on the case."""
    statement = select(func.count()).where(following.c.instance_id == instance_id, following.c.person_id == person_id)
    return bool(tx.execute(statement).scalar_one())


def _attachment(row: Any) -> Attachment:
    return Attachment(rows.file(row), row["kind"], row["attached_at"], row["attached_by"], row["attached_by_name"])
