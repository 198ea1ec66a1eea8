"""Moving running cases to another version, as the process owner sees it."""

from __future__ import annotations

import pytest

from engine import SYSTEM, SourceFile
from tests.engine.services.diagrams import chain, process, user_task
from tests.web.conftest import HANDLER

OWNER = "aia.it.owner"
KEY = "moved_errand"
PAGE = f"/studio/{KEY}/versions/1/cases"
FOR = 'camunda:candidateGroups="labor_handler@aia.labor"'


def _version(**names: str) -> SourceFile:
    body = chain(*(user_task(id, name, FOR) for id, name in names.items()), ids=tuple(names))
    text = process(KEY, body, name="搬移試辦", properties="casePrefix = MV\nownerUnit = aia.labor")
    return SourceFile(f"{KEY}.bpmn", text.encode())


@pytest.fixture(scope="module")
def cases(engine):
    """Two cases of version 1, one a step further; then the versions 2 and 3."""
    actor = engine.directory.actor_for(HANDLER)
    engine.repository.deploy([_version(check="收件", approve="核定")], actor=SYSTEM, force_now=True)
    made = [engine.runtime.start(KEY, actor=actor, variables={}) for _ in range(2)]
    task_id = made[1].open_tasks[0]["id"]
    engine.tasks.claim(task_id, actor)
    engine.tasks.complete(task_id, actor=actor, variables={})
    engine.repository.deploy([_version(intake="收件", approve="核定")], actor=SYSTEM, force_now=True)
    engine.repository.deploy([_version(intake="收件", second="複審", approve="核定")], actor=SYSTEM, force_now=True)
    return made


def version_of(engine, case):
    return engine.runtime.instance(case.id, SYSTEM).version


def test_each_case_fits_or_says_why_and_an_element_may_stand_for_another(browser, cases):
    owner = browser(OWNER)
    assert owner.get(f"/studio/{KEY}").text.count(PAGE) == 1
    text = owner.get(PAGE).text
    assert "2件中，1件可以移到第 3 版" in text
    assert "新版沒有這個節點" in text
    assert f'value="{cases[0].id}"' not in text
    assert '<option value="second">' in text
    mapped = owner.get(f"{PAGE}?to=3&as.check=intake").text
    assert "2件中，2件可以移到第 3 版" in mapped
    assert "the other version has no such element" in browser(OWNER, "en").get(PAGE).text


def test_nothing_is_moved_without_a_case_a_reason_or_the_right(browser, engine, cases):
    assert browser(HANDLER).get(PAGE).status_code == 403
    refused = browser(HANDLER).post(PAGE, {"to": "3", "case": str(cases[1].id), "reason": "想"})
    assert refused.status_code == 403
    owner = browser(OWNER)
    nothing = owner.post(PAGE, {"to": "3", "reason": "改正"})
    assert (nothing.status_code, "請先勾選" in nothing.text, "改正" in nothing.text) == (422, True, True)
    no_reason = owner.post(PAGE, {"to": "3", "case": str(cases[1].id)})
    assert (no_reason.status_code, "請寫下原因" in no_reason.text, "checked" in no_reason.text) == (422, True, True)
    assert owner.post(PAGE, {"to": "3", "case": "x", "reason": "改正"}).status_code == 400
    assert owner.get(f"/studio/{KEY}/versions/9/cases").status_code == 404
    assert [version_of(engine, case) for case in cases] == [1, 1]


def test_what_became_of_each_is_said_and_the_history_tells_it(browser, engine, cases):
    owner = browser(OWNER)
    form = {"to": "3", "case": [str(case.id) for case in cases], "reason": "流程圖改正"}
    done = owner.post(PAGE, form)
    assert (done.status_code, done.text.count("已移動"), done.text.count("沒有移動")) == (200, 1, 1)
    assert [version_of(engine, case) for case in cases] == [1, 3]
    done = owner.post(PAGE, {**form, "as.check": "intake"})
    assert done.text.count("已移動") == 2
    assert [version_of(engine, case) for case in cases] == [3, 3]
    history = browser(HANDLER).get(f"/cases/{cases[0].id}?view=history").text
    assert "將案件從第1版移到第3版。原因：流程圖改正" in history
    assert "這一版沒有進行中的案件" in owner.get(PAGE).text


def test_where_there_is_one_version_only_the_page_says_so(browser):
    page = browser(OWNER).get("/studio/errand/versions/1/cases")
    assert (page.status_code, "這個流程只有一版" in page.text, 'name="case"' in page.text) == (200, True, False)
