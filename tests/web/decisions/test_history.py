"""The history of a case says which rule of which version of which table decided: in a sentence and as the row."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import orjson
import pytest

from engine import SYSTEM
from engine.cases.values import HistoryEntry
from tests.web.conftest import STARTER, found
from tests.web.decisions.conftest import fees_files
from webapp.decisions import decided
from webapp.decisions.values import in_words


@pytest.fixture
def history(browser, case):
    def page(lang="zh"):
        answer = browser(STARTER, lang).get(f"/cases/{case.id}?view=history")
        assert answer.status_code == 200
        return answer.text

    return page


def plain(markup):
    return unescape(re.sub(r"<[^>]+>", "", markup)).strip()


def test_the_record_holds_rows_values_and_the_digest_of_the_table_and_little_else(engine, case):
    (entry,) = [one for one in engine.history.timeline(case.id, SYSTEM) if one.values.get("decisions")]
    (record,) = entry.values["decisions"]
    assert (record["element"], record["decision"]) == ("charge", "fee")
    assert [(step["id"], step["rules"]) for step in record["chain"]] == [("share", [1]), ("fee", [2])]
    assert record["chain"][0]["inputs"] == ["學校"]
    assert record["chain"][1]["output"] == {"fee": 2400, "needs_head": True}
    assert "規費" not in str(record)
    assert len(orjson.dumps(record, default=str)) < 300


def test_a_sentence_says_version_table_row_inputs_and_outputs(history):
    sentence = plain(found(r'<div class="decided"><p>(.*?)</p>', history()))
    assert sentence == (
        "「核計規費」（流程第1版）：因為使用時數為6、使用日為民國115年12月1日，"
        "依決策表「規費」第2列，規費（元）為2,400、須主管核定為是。"
    )


def test_the_same_in_english_with_chinese_marked_as_such(history):
    markup = found(r'<div class="decided"><p>(.*?)</p>', history("en"))
    assert plain(markup).startswith("“Work out the fee” (version 1 of the process): Because ")
    assert "row 2 of the decision table “規費” says: " in plain(markup)
    assert '<span lang="zh-Hant-TW">使用時數</span> is 6' in markup


def test_the_row_that_decided_is_highlighted_in_each_table_of_the_chain(history):
    page = history()
    tables = re.findall(r'<table class="table decision-table">(.*?)</table>', page, re.S)
    assert len(tables) == 2
    share, fee = tables
    for table, number in ((share, "1"), (fee, "2")):
        (hit,) = re.findall(r'<tr class="is-hit"><th scope="row" class="num">(\d+) (.*?)</th>', table, re.S)
        assert hit[0] == number
        assert 'aria-label="適用這一列"' in hit[1]
    given = plain(found(r'<tr class="decision-given">(.*?)</tr>', fee).replace("</td>", "|"))
    assert given.startswith("值6|民國115年12月1日|2,400|是|")


def test_a_record_that_does_not_fit_the_table_says_so(app, engine, case, fees):
    entries = engine.history.timeline(case.id, SYSTEM)
    record = next(one for one in entries if one.values.get("decisions")).values["decisions"][0]
    files = decided.Files.of(fees_files())
    with app.test_request_context():
        assert decided.read(record, files, "核計規費", 1).steps
        other = decided.read({**record, "digest": "0" * 12}, files, "核計規費", 1)
        assert other.steps == ()
        assert "不符" in other.sentence
        assert decided.read({"returns": True}, files, "", 1) is None


def test_an_erased_entry_shows_no_decision(app, engine, case):
    from webapp.cases.data import lines_of

    entries = engine.history.timeline(case.id, SYSTEM)
    assert all(isinstance(entry, HistoryEntry) for entry in entries)
    with app.test_request_context():
        from flask import g

        g.actor = SYSTEM
        assert any(line.decisions for line in lines_of(case, entries))
        assert not any(line.decisions for line in lines_of(case, [replace(one, values={}) for one in entries]))


def test_a_long_table_shows_the_rows_near_those_that_decided():
    from webapp.decisions.tables import Row

    rows = [Row("", number, (), ()) for number in range(1, 51)]
    shown = decided.shown_rows(rows, [20])
    assert [row.number if row else None for row in shown] == [1, None, 19, 20, 21, None]
    assert len(decided.shown_rows(rows[:12], [3])) == 12


def test_values_in_words(app):
    with app.test_request_context(headers={"Accept-Language": "zh-TW"}):
        assert in_words(None) == "空白"
        assert in_words([True, 1200, "甲"]) == "是、1,200、甲"
        assert in_words({"id": "u1", "label": "王小明"}) == "王小明"
        assert in_words({"target": 6, "mode": "工作日"}) == "target：6、mode：工作日"
        assert in_words([]) == "沒有任何項目"
        assert len(in_words("字" * 500)) == 81
