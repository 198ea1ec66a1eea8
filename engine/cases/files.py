"""What people add to a case without moving it: comments, files; and the cases they follow."""

from __future__ import annotations

import unicodedata
from datetime import timedelta
from typing import Any
from uuid import UUID

from engine.cases.base import CaseService
from engine.cases.records import Attachment, Comment, File
from engine.cases.values import effective_person
from engine.errors import InstanceNotFound, Invalid, RecordNotFound
from engine.history.chain import Entry
from engine.ids import new_id
from engine.model import Actor
from engine.steps.answers import Once, once
from engine.store import Transaction
from engine.store import file_queries as queries
from engine.store.case_queries import may_see, note_file_read
from engine.wording import MAX_REMARK, is_of_a_line, written

MAX_FILE_BYTES = 50_000_000
MAX_NAME = 255
UNATTACHED_KEPT = timedelta(days=7)


class CaseFiles(CaseService):
    """Comments, files and attachments of cases."""

    def comment(self, instance_id: UUID, text: str, actor: Actor, *, token: str | None = None) -> Comment:
        """Put a remark on a case; an ended case can be commented, too.

        Args:
            token: the form's one-time token. The same token again adds nothing and gets the same remark.

        Raises:
            InstanceNotFound: no such case, or not the actor's to see.
            InvalidFields: the `text`, as `engine.wording.written` says.
        """
        body = written(text, "text", most=MAX_REMARK)
        made = Once(token, "case.commented", instance_id, {"comment": str(new_id())})

        def work(tx: Transaction) -> Comment:
            self._load(tx, instance_id, actor)
            case = self._steps.lock(tx, instance_id, token=token)
            if made.was_done(case.answered, actor):
                assert case.answered is not None, "there is an answer"
                return replay(tx, case.answered["result"])
            now = self._now()
            self._steps.note(tx, case, Entry(made.verb, actor, now, values={"text": body}), once=made)
            return queries.add_comment(tx, UUID(made.answer["comment"]), instance_id, body, actor, now)

        def replay(tx: Transaction, result: Any) -> Comment:
            return next(found for found in queries.comments(tx, instance_id) if str(found.id) == result["comment"])

        return once(self._store, token, made.verb, actor, work, replay)

    def comments(self, instance_id: UUID, actor: Actor) -> tuple[Comment, ...]:
        """The remarks on a case, the oldest first. Raises InstanceNotFound."""
        with self._store.reading() as tx:
            self._load(tx, instance_id, actor)
            return queries.comments(tx, instance_id)

    def store_file(self, name: str, content: bytes, content_type: str, actor: Actor) -> File:
        """Store a file; it belongs to its uploader until a form or a case takes it.

        The caller has checked what kinds of file are allowed.

        Raises:
            Invalid: it is empty or too large.
        """
        if not content or len(content) > MAX_FILE_BYTES:
            raise Invalid("A file has between 1 byte and 50 MB.", field="file", size=len(content))
        with self._store.transaction() as tx:
            return queries.store_file(tx, _clean_name(name), content, content_type[:MAX_NAME], actor, self._now())

    def file(self, file_id: UUID, actor: Actor) -> tuple[File, bytes]:
        """A file with its bytes. Fetching one of a confidential case is written down.

        Raises:
            RecordNotFound: no such file, or neither the actor's own nor of a case they may see.
        """
        with self._store.transaction() as tx:
            found = queries.visible_file(tx, file_id, actor)
            if found is None:
                raise RecordNotFound(file=str(file_id))
            if not actor.is_system:
                note_file_read(tx, file_id, actor, self._now())
            return found, queries.read_file(tx, found)

    def attach(self, instance_id: UUID, file_id: UUID, actor: Actor, *, token: str | None = None) -> None:
        """Let a file belong to a case.

        Args:
            token: the form's one-time token. The same token again attaches nothing more.

        Raises:
            InstanceNotFound: no such case, or not the actor's to see.
            InstanceEnded: an ended case takes no more files.
            RecordNotFound: no such file, or not the actor's to see.
        """
        done = Once(token, "file.attached", instance_id)

        def work(tx: Transaction) -> None:
            self._load(tx, instance_id, actor)
            found = queries.visible_file(tx, file_id, actor)
            if found is None or not queries.hold_file(tx, file_id):
                raise RecordNotFound(file=str(file_id))
            case = self._steps.lock(tx, instance_id, token=token)
            if done.was_done(case.answered, actor):
                return
            self._load(tx, instance_id, actor).ensure_open()
            now = self._now()
            if queries.attach(tx, instance_id, file_id, actor, now):
                values = {"file": found.value, "sha256": found.digest}
                self._steps.note(tx, case, Entry(done.verb, actor, now, values=values), once=done)

        once(self._store, token, done.verb, actor, work, lambda tx, result: None)

    def attachments(self, instance_id: UUID, actor: Actor) -> tuple[Attachment, ...]:
        """The files of a case, the oldest first. Raises InstanceNotFound."""
        with self._store.reading() as tx:
            self._load(tx, instance_id, actor)
            return queries.attachments(tx, instance_id)

    def sweep_files(self) -> int:
        """Delete files that were uploaded a week ago and never used; gives how many. For a periodic job."""
        with self._store.transaction() as tx:
            return queries.sweep_files(tx, self._now() - UNATTACHED_KEPT)

    def follow(self, instance_id: UUID, actor: Actor, *, on: bool = True) -> None:
        """Keep an eye on a case (追蹤), or not any more. Raises InstanceNotFound."""
        with self._store.transaction() as tx:
            self._load(tx, instance_id, actor)
            if on:
                queries.follow(tx, instance_id, effective_person(actor), self._now())
            else:
                queries.unfollow(tx, instance_id, effective_person(actor))

    def additions(self, instance_id: UUID, actor: Actor) -> tuple[tuple[Comment, ...], tuple[Attachment, ...], bool]:
        """What people added to a case: remarks, files, and whether the actor follows it. Raises InstanceNotFound."""
        with self._store.reading() as tx:
            if not may_see(tx, instance_id, actor):
                raise InstanceNotFound(id=str(instance_id))
            followed = queries.is_followed(tx, instance_id, effective_person(actor))
            return queries.comments(tx, instance_id), queries.attachments(tx, instance_id), followed

    def is_followed(self, instance_id: UUID, actor: Actor) -> bool:
        """Whether the actor keeps an eye on the case."""
        with self._store.reading() as tx:
            return queries.is_followed(tx, instance_id, effective_person(actor))


def _clean_name(name: str) -> str:
    """A file's name as data: no folders, no control characters, not longer than file systems take."""
    base = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(filter(is_of_a_line, unicodedata.normalize("NFC", base)))
    kept = kept.strip().strip(".") or "file"
    stem, dot, ending = kept.rpartition(".")
    return kept if len(kept) <= MAX_NAME else f"{stem[: MAX_NAME - 20]}{dot}{ending[:19]}"
