"""Lists as files: whole or not at all, as they were typed, and told why where they are too long."""

from __future__ import annotations

import csv
import errno
import io
import tempfile
import zipfile
from types import SimpleNamespace

import psycopg
import pytest
from lxml import etree

from tests.multiplied import forget_copies, multiply
from tests.web.conftest import STARTER
from webapp import Settings, shared
from webapp.exports import sending

COPIES = 620
"""More than a page, and than a piece that is sent at once."""
TYPED = "第一行\n  兩格\t跳格 <b>&\"'\x00"


@pytest.fixture(scope="module")
def many(engine, owner_url):
    """Many cases of the starter, all about the same."""
    starter = engine.directory.actor_for(STARTER)
    engine.runtime.start("errand", actor=starter, variables={"title": "很多", "pieces": 1})
    with psycopg.connect(owner_url.replace("+psycopg", ""), autocommit=True) as db:
        multiply(db, COPIES, "字" * 200)
        yield
        forget_copies(db)


def test_a_long_list_comes_whole(browser, many):
    file = browser(STARTER).get("/cases/mine/export.csv")
    assert int(file.headers["Content-Length"]) == len(file.data) > sending._PIECE
    rows = list(csv.reader(io.StringIO(file.data.decode("utf-8-sig"))))
    assert len(rows) == 1 + COPIES + 1
    assert len({row[0] for row in rows}) == len(rows)


def test_the_sheet_has_the_same_lines(browser, many):
    file = browser(STARTER).get("/cases/mine/export.ods").data
    with zipfile.ZipFile(io.BytesIO(file)) as book:
        assert book.namelist()[0] == "mimetype"
        assert book.read("content.xml").count(b"<table:table-row>") == 1 + COPIES + 1


@pytest.mark.parametrize("kind", ["csv", "ods"])
def test_more_rows_than_a_spreadsheet_holds_are_refused_in_words(browser, many, monkeypatch, kind):
    monkeypatch.setattr(sending, "MOST_ROWS", COPIES)
    refused = browser(STARTER).get(f"/cases/mine/export.{kind}")
    assert refused.status_code == 422
    assert f"{COPIES + 1}列" in refused.text
    assert "縮小範圍" in refused.text
    assert "Content-Disposition" not in refused.headers
    assert browser(STARTER).get(f"/cases/mine/export.{kind}?q=很多").status_code == 200


@pytest.mark.parametrize("kind", ["csv", "ods"])
def test_a_file_that_would_be_too_large_is_refused_in_words(app, browser, many, monkeypatch, kind):
    monkeypatch.setitem(app.config, "SIWEI", SimpleNamespace(**{**vars(Settings()), "max_export_mb": 0}))
    refused = browser(STARTER, "en").get(f"/cases/mine/export.{kind}")
    assert refused.status_code == 422
    assert "would be larger than" in refused.text


@pytest.mark.parametrize("kind", ["csv", "ods"])
def test_no_room_to_write_it_is_told_and_nothing_is_sent(browser, engine, many, monkeypatch, kind):
    class Full(io.BytesIO):
        def write(self, content):
            raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(tempfile, "TemporaryFile", lambda **_: Full())
        refused = browser(STARTER).get(f"/cases/mine/export.{kind}")
    assert refused.status_code == 503
    assert "暫存空間不足" in refused.text
    assert engine.store.engine.pool.checkedout() == 0
    assert browser(STARTER).get(f"/cases/mine/export.{kind}").status_code == 200


def test_who_reads_on_holds_no_connection(app, browser, engine, many):
    starter = browser(STARTER)
    with starter.client.get("/cases/mine/export.csv") as begun:
        assert next(begun.iter_encoded())
        assert engine.store.engine.pool.checkedout() == 0


def test_long_lists_leave_processes_for_pages(browser, many, monkeypatch, tmp_path):
    """The lock is held by another process, as in a server of several."""
    import fcntl
    import multiprocessing

    monkeypatch.setattr(shared, "_folder", tmp_path)
    monkeypatch.setattr(shared, "_long_lists", 1)
    monkeypatch.setattr(sending, "SHORT_ROWS", COPIES)
    begun, over = multiprocessing.Event(), multiprocessing.Event()

    def hold():
        with (tmp_path / "list-0").open("w") as file:
            fcntl.lockf(file, fcntl.LOCK_EX)
            begun.set()
            over.wait(30)

    other = multiprocessing.get_context("fork").Process(target=hold)
    other.start()
    try:
        assert begun.wait(30)
        busy = browser(STARTER).get("/cases/mine/export.csv")
        assert busy.status_code == 503
        assert "請稍後再匯出" in busy.text
        assert browser(STARTER).get("/cases/mine/export.csv?q=很多").status_code == 200
    finally:
        over.set()
        other.join()
    assert browser(STARTER).get("/cases/mine/export.csv").status_code == 200


def test_a_cell_of_a_sheet_says_what_was_typed():
    out = io.BytesIO()
    sheet = sending.FORMATS["ods"](out, "a/b[c]:一覽", ["項目"])
    sheet.write([TYPED])
    sheet.write(["=1+1"])
    sheet.close()
    with zipfile.ZipFile(out) as book:
        content = etree.fromstring(book.read("content.xml"))
    names = content.nsmap
    cells = content.findall(".//table:table-cell", names)
    typed = [etree.tostring(line, encoding="unicode", with_tail=False) for line in cells[1]]
    assert [line.partition(">")[2] for line in typed] == [
        "第一行</text:p>",
        '<text:s text:c="2"/>兩格<text:tab/>跳格 &lt;b&gt;&amp;"\'</text:p>',
    ]
    assert "".join(cells[2].itertext()) == "=1+1"
    assert {cell.get(f"{{{names['office']}}}value-type") for cell in cells} == {"string"}
