"""Where a case is: who may take each step, or what the system does and who comes next."""

from __future__ import annotations

import pytest

from engine import SYSTEM
from tests.web.conftest import HANDLER, STARTER, STRANGER
from webapp.process_files import deploy_folders, process_folders

REGISTRAR = "aia.inspection.registrar"


@pytest.fixture
def petition(engine, actor):
    """A petition just registered: the search for similar cases has not answered yet."""
    deploy_folders(engine, process_folders(), actor=SYSTEM, force_now=True)
    values = {"channel": "市長信箱", "petitioner_name": "陳怡君", "petitioner_kind": "個人", "phone": "0912-345-678",
              "email": "yichun@example.org", "reply_method": "電子郵件", "subject": "路燈不亮", "content": "請派員。",
              "category": "行政興革建議", "topic_code": "道路養護", "district": "苓雅區", "pdpa_ack": True}  # fmt: skip
    return engine.runtime.start("petition", actor=actor(REGISTRAR), variables=values)


def answer_the_call(engine, case):
    """What the worker does: give the result of the search for similar cases."""
    (task_id,) = [
        job.args["task_id"]
        for job in engine.machine.open_jobs()
        if "task_id" in job.args and str(job.args["instance_id"]) == str(case.id)
    ]
    engine.machine.finish_service(case.id, task_id, [])


def test_an_unclaimed_step_names_the_role_its_unit_and_the_people(browser, errand, engine, actor):
    case, task = errand("待人簽收的件")
    page = browser(STARTER).get(f"/cases/{case.id}").text
    (candidate,) = engine.tasks.get(task, actor(HANDLER)).candidates
    assert engine.directory.label(candidate) in page
    assert actor(HANDLER).name in page
    assert f'href="/tasks/{task}"' not in page  # the starter may not take it
    assert f'href="/tasks/{task}"' in browser(HANDLER).get(f"/cases/{case.id}").text


def test_a_claimed_step_names_who_has_it(browser, claimed, actor):
    case, _ = claimed("已簽收的件")
    part = browser(STARTER).get(f"/cases/{case.id}/where").text
    assert actor(HANDLER).name in part
    assert "待簽收" not in part


def test_while_the_system_works_the_page_says_so_and_what_comes_next(browser, petition, engine):
    page = browser(REGISTRAR).get(f"/cases/{petition.id}").text
    assert "系統正在處理「查詢相似案件」" in page
    assert "查重與併案" in page.partition("接下來")[2][:80]
    assert 'data-poll-every="4"' in page
    english = browser(REGISTRAR, "en").get(f"/cases/{petition.id}/where").text
    assert "The system is working on" in english
    answer_the_call(engine, petition)
    part = browser(REGISTRAR).get(f"/cases/{petition.id}/where").text
    assert "系統正在處理" not in part
    assert "查重與併案" in part


def test_the_part_is_sent_again_only_when_it_changed_and_not_to_strangers(browser, errand):
    case, _ = errand("只看一段")
    first = browser(STARTER).get(f"/cases/{case.id}/where")
    again = browser(STARTER).get(f"/cases/{case.id}/where", **{"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)
    assert browser(STRANGER).get(f"/cases/{case.id}/where").status_code == 404
