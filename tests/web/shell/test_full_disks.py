"""What a full disk does to the log, to numbers and to uploads: nothing that stops anybody."""

from __future__ import annotations

import errno
import io
import json
import logging
import os
import tempfile

import pytest

from tests.web.conftest import HANDLER
from webapp import counting_files
from webapp.log_lines import LineHandler, lost_lines


def full(*_, **__):
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def logger(tmp_path):
    """A logger of its own that writes to a file, and the file."""
    path = tmp_path / "log"
    with path.open("a") as stream:
        logger = logging.Logger("siwei.test")
        logger.addHandler(LineHandler(stream))
        yield logger, path


def test_lines_that_found_no_room_are_counted_and_told(logger, monkeypatch):
    log, path = logger
    before = lost_lines()
    log.info("一")
    with monkeypatch.context() as disk:
        disk.setattr(os, "write", full)
        log.info("二")
        log.info("三")
    assert path.read_text() == "一\n"
    assert lost_lines() == before + 2
    log.info("四")
    log.info("五")
    first, notice, *rest = path.read_text().splitlines()
    told = json.loads(notice)
    assert (told["event"], told["lines"], told["level"]) == ("log lines lost", 2, "error")
    assert (first, rest) == ("一", ["四", "五"])


def test_what_follows_a_torn_line_begins_anew(logger, monkeypatch):
    log, path = logger
    write = os.write
    tries = iter([lambda file, content: write(file, content[:3]), full])
    with monkeypatch.context() as disk:
        disk.setattr(os, "write", lambda *given: next(tries)(*given))
        log.info("begun and torn")
    log.info("whole")
    torn, notice, whole = path.read_text().splitlines()
    assert (torn, json.loads(notice)["lines"], whole) == ("beg", 1, "whole")


def test_a_stream_without_a_file_is_written_to():
    stream = io.StringIO()
    log = logging.Logger("siwei.test")
    log.addHandler(LineHandler(stream))
    log.info("hello")
    assert stream.getvalue() == "hello\n"


def test_a_line_that_cannot_be_made_is_told_of_and_lost(logger, capsys):
    log, path = logger
    log.info("%d", "no number")
    assert path.read_text() == ""
    assert "no number" in capsys.readouterr().err


def write_many(numbers, before=""):
    for key in range(5000):
        numbers.write_value(f"{before}{key:0100}", 1.0, 0.0)


def test_numbers_take_their_room_before_they_use_it(tmp_path, monkeypatch):
    path = tmp_path / "counter_1.db"
    with monkeypatch.context() as disk:
        disk.setattr(os, "posix_fallocate", full)
        with pytest.raises(OSError, match="No space"):
            counting_files.RoomyDict(str(path))
        assert not path.exists()
    numbers = counting_files.RoomyDict(str(path))
    assert path.stat().st_blocks * 512 >= path.stat().st_size > 0
    write_many(numbers)
    assert path.stat().st_blocks * 512 >= path.stat().st_size >= 5000 * 100
    with monkeypatch.context() as disk:
        disk.setattr(os, "posix_fallocate", full)
        with pytest.raises(OSError, match="No space"):
            write_many(numbers, "more ")
    numbers.write_value(f"{7:0100}", 2.0, 0.0)
    assert sum(value for _, value, _ in numbers.read_all_values()) >= 5001
    numbers.close()


def test_uploads_need_no_room_on_the_disk(browser, errand, engine, actor, monkeypatch):
    case, _ = errand("附件不經磁碟")
    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    handler = browser(HANDLER)
    head = 'Content-Disposition: form-data; name="{}"'
    body = "\r\n".join([
        "--edge", head.format("csrf_token"), "", handler.csrf(),
        "--edge", f'{head.format("files")}; filename="附件.txt"', "Content-Type: text/plain", "", "大附件\n" * 200_000,
        "--edge--", "",
    ])  # fmt: skip
    kind = "multipart/form-data; boundary=edge"
    answered = handler.client.post(f"/cases/{case.id}/attachments", data=body.encode(), content_type=kind)
    assert answered.status_code == 303
    assert [file.file.name for file in engine.runtime.attachments(case.id, actor(HANDLER))] == ["附件.txt"]
