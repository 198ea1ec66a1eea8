"""What begins cases by itself is told: to its owner on the process's page, to operators where a condition fails."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from engine import SYSTEM, SourceFile
from engine.cases.values import InstanceQuery
from tests.engine.services.test_watched_starts import begun_by, condition, message, timer
from tests.web.conftest import HANDLER

OPERATOR, AUDITOR = "aia.it.operator", "aia.it.auditor"


@pytest.fixture(scope="module")
def started(engine, clock):
    """A process that a condition and two timers start, one that a riddle starts, one that needs two things."""
    soon = (clock.now() + timedelta(hours=2)).isoformat()
    texts = (
        begun_by("by_itself", timer("R1/P1D"), timer("R/P7D"), condition(f'=now() > @"{soon}"')),
        begun_by("by_riddle", condition('=date("soon") > today()')),
        begun_by("by_both", message("m1"), timer("R/P1D"), attributes='parallelMultiple="true"'),
    )
    for text in texts:
        engine.repository.deploy([SourceFile("p.bpmn", text.encode())], actor=SYSTEM, force_now=True)
    for key in engine.machine.watched_conditions():
        engine.machine.look_at(key)
    assert engine.runtime.start_by_message("by_both_letter", variables={}) is None


def text_of(page) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))


def test_the_page_of_a_process_says_what_begins_its_cases_and_when(browser, engine, started):
    page = text_of(browser(HANDLER).get("/studio/by_itself"))
    assert "起案方式" in page
    assert page.count("下次") == 2
    assert re.search(r"條件成立 =now\(\) &gt; @.* 不成立", page)
    assert "R1/P1D" in page
    english = text_of(browser(HANDLER, "en").get("/studio/by_itself"))
    assert re.search(r"A condition becomes true =now\(\) &gt; @.* False", english)


def test_a_start_that_needs_all_says_what_has_come(browser, started):
    page = text_of(browser(HANDLER).get("/studio/by_both"))
    assert re.search(r"收到訊息 by_both_letter 需全部發生 已發生1次", page)
    assert re.search(r"R/P1D 需全部發生 還沒發生 下次", page)


def test_a_condition_that_cannot_be_worked_out_is_seen_by_owner_and_operators(browser, started):
    assert re.search(r"無法起案 .* date: ", text_of(browser(HANDLER).get("/studio/by_riddle")))
    operator = browser(OPERATOR)
    assert "1個起案的條件無法判斷" in text_of(operator.get("/operate"))
    page = text_of(operator.get("/operate/jobs"))
    assert re.search(r"起案的條件 .* 測試流程 開始 無法起案", page)
    assert "1 condition cannot be worked out" in text_of(browser(OPERATOR, "en").get("/operate"))


def test_the_history_of_a_case_says_that_a_condition_or_the_clock_began_it(browser, engine, clock, started):
    clock.advance(timedelta(hours=3))
    for key in engine.machine.watched_conditions():
        engine.machine.look_at(key)
    clock.advance(timedelta(days=1))
    for start in engine.machine.due_starts():
        engine.machine.start_by_timer(*start)
    begun = sorted(engine.runtime.find(InstanceQuery(process_key="by_itself"), SYSTEM).rows, key=lambda c: c.started_at)
    auditor = browser(AUDITOR)
    for case, said in zip(begun, ("條件成立，系統起案。", "時間到，系統起案。"), strict=True):
        assert said in text_of(auditor.get(f"/cases/{case.id}?view=history"))
    page = text_of(auditor.get("/studio/by_itself"))
    assert "不再起案" in page
    assert re.search(r"@\S+ 成立", page)
