"""Files, comments, notices, and what is swept away."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from engine.errors import InstanceEnded, Invalid, RecordNotFound
from engine.store import file_queries
from tests.engine.services.diagrams import APPROVAL


@pytest.fixture
def db(owner_url):
    with psycopg.connect(owner_url.replace("+psycopg", ""), autocommit=True) as connection:
        yield connection


@pytest.fixture
def task(open_task):
    return open_task(APPROVAL, assignee="tsai", headcount=1)


def test_a_large_file_is_stored_in_chunks_and_comes_back_whole(engine, people, db):
    content = bytes(range(256)) * 10_000  # 2.56 MB
    file = engine.runtime.store_file("大.bin", content, "application/octet-stream", people["tsai"])
    assert engine.runtime.file(file.id, people["tsai"]) == (file, content)
    sizes = db.execute(
        "select octet_length(body) from file_chunk where digest = %s order by seq", [bytes.fromhex(file.digest)]
    ).fetchall()
    assert [size for (size,) in sizes] == [1_048_576, 1_048_576, 462_848]


def test_the_same_bytes_are_stored_once_whoever_gives_them(engine, people, db):
    files = [engine.runtime.store_file(f"{n}.txt", b"the same", "text/plain", people["tsai"]) for n in range(3)]
    assert len({file.id for file in files}) == 3
    assert len({file.digest for file in files}) == 1
    count = db.execute("select count(*) from file_chunk where digest = %s", [bytes.fromhex(files[0].digest)])
    assert count.fetchone() == (1,)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("陳情書.pdf", "陳情書.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\名單.ods", "名單.ods"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"),
        ("\u202egnp.exe", "gnp.exe"),
        ("", "file"),
        ("..", "file"),
        ("長" * 400 + ".pdf", "長" * 235 + ".pdf"),
    ],
)
def test_a_name_is_data_without_folders_and_control_characters(engine, people, given, kept):
    assert engine.runtime.store_file(given, b"x", "application/pdf", people["tsai"]).name == kept


def test_an_empty_file_is_refused(engine, people):
    with pytest.raises(Invalid):
        engine.runtime.store_file("a.txt", b"", "text/plain", people["tsai"])


def test_a_file_is_attached_once_and_the_history_knows_its_digest(engine, people, task):
    file = engine.runtime.store_file("附件.pdf", b"%PDF-1.7", "application/pdf", people["tsai"])
    for _ in range(2):
        engine.runtime.attach(task.instance_id, file.id, people["tsai"])
    (attachment,) = engine.runtime.attachments(task.instance_id, people["tsai"])
    assert (attachment.file, attachment.kind, attachment.attached_by_name) == (file, "case", "蔡承辦")
    entries = engine.history.timeline(task.instance_id, people["tsai"])
    assert [e.values["sha256"] for e in entries if e.verb == "file.attached"] == [file.digest]


def test_an_ended_case_takes_no_files_but_comments(engine, people, task):
    engine.runtime.cancel(task.instance_id, reason="撤", actor=people["kuo"])
    file = engine.runtime.store_file("附件.pdf", b"%PDF-1.7", "application/pdf", people["kuo"])
    with pytest.raises(InstanceEnded):
        engine.runtime.attach(task.instance_id, file.id, people["kuo"])
    assert engine.runtime.comment(task.instance_id, "補註", people["kuo"]).body == "補註"
    assert engine.history.verify(task.instance_id).intact


@pytest.mark.parametrize("text", ["", "   ", "\x00", "長" * 2001])
def test_a_comment_has_a_length(engine, people, task, text):
    with pytest.raises(Invalid):
        engine.runtime.comment(task.instance_id, text, people["tsai"])


def test_comments_come_in_order_with_who_wrote_them(engine, people, task):
    for text in ("一", "二 <script>", "三"):
        engine.runtime.comment(task.instance_id, text, people["tsai"])
    found = engine.runtime.comments(task.instance_id, people["kuo"])
    assert [(c.body, c.author_name) for c in found] == [("一", "蔡承辦"), ("二 <script>", "蔡承辦"), ("三", "蔡承辦")]


def test_files_that_nobody_used_are_swept_after_a_week(engine, people, task, clock, db):
    def stored(name, content):
        return engine.runtime.store_file(name, content, "text/plain", people["tsai"])

    unused, attached, drafted = stored("a", b"unused"), stored("b", b"attached"), stored("c", b"drafted")
    engine.runtime.attach(task.instance_id, attached.id, people["tsai"])
    engine.tasks.save_draft(task.id, people["tsai"], {"list": [str(drafted.id)]})
    clock.advance(timedelta(days=6))
    engine.runtime.sweep_files()
    assert engine.runtime.file(unused.id, people["tsai"])
    clock.advance(timedelta(days=2))
    assert engine.runtime.sweep_files() >= 1
    with pytest.raises(RecordNotFound):
        engine.runtime.file(unused.id, people["tsai"])
    assert engine.runtime.file(attached.id, people["tsai"])[1] == b"attached"
    assert engine.runtime.file(drafted.id, people["tsai"])[1] == b"drafted"
    left = db.execute("select count(*) from file_chunk where digest = %s", [bytes.fromhex(unused.digest)])
    assert left.fetchone() == (0,)


def test_bytes_that_somebody_stores_again_just_now_are_not_swept(engine, store, people, clock):
    first = engine.runtime.store_file("a", b"stored twice", "text/plain", people["tsai"])
    clock.advance(timedelta(days=8))
    with store.transaction() as tx:
        again = file_queries.store_file(tx, "b", b"stored twice", "text/plain", people["tsai"], clock.now())
        assert engine.runtime.sweep_files() >= 1, "the first file goes; its bytes are another's by now"
    with pytest.raises(RecordNotFound):
        engine.runtime.file(first.id, people["tsai"])
    assert engine.runtime.file(again.id, people["tsai"])[1] == b"stored twice"


def test_a_notice_comes_once_for_a_task_and_kind(engine, people, task):
    before = engine.notifications.unread(people["wang"])
    for _ in range(2):
        made = engine.notifications.add(
            ["wang", "tsai"], "arrived", instance_id=task.instance_id, task_id=task.id, params={"task": task.name}
        )
    assert made == {}
    assert engine.notifications.unread(people["wang"]) == before + 1
    (newest, *_) = engine.notifications.of(people["wang"])
    assert (newest.kind, newest.task_id, newest.business_key) == ("arrived", task.id, task.business_key)
    engine.notifications.mark_read(people["tsai"], newest.id)
    assert engine.notifications.unread(people["wang"]) == before + 1, "not one's own"
    engine.notifications.mark_case_read(people["wang"], task.instance_id)
    assert engine.notifications.unread(people["wang"]) == before


def test_notices_page_backwards(engine, people, task):
    for number in range(3):
        engine.notifications.add(
            ["auditor"], "due", instance_id=task.instance_id, task_id=UUID(int=number), params={"n": number}
        )
    first = engine.notifications.of(people["auditor"], limit=2)
    rest = engine.notifications.of(people["auditor"], before=first[-1].id)
    assert [n.params["n"] for n in (*first, *rest)] == [2, 1, 0]


def test_used_tokens_are_forgotten_after_a_week(engine, people, task, clock):
    engine.tasks.complete(task.id, actor=people["tsai"], variables={}, token="week-old")
    assert engine.machine.forget_tokens() == 0
    clock.advance(timedelta(days=8))
    assert engine.machine.forget_tokens() >= 1
