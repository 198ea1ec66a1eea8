"""The inbox as a list: tabs, search, order, pages, files, polling, claiming many."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from odf import table, teletype
from odf.opendocument import load

from engine import TABS
from tests.web.conftest import CHIEF, HANDLER, STARTER, found

COLUMNS = ["文號", "案由", "來源", "速別", "限辦日", "剩餘日", "目前關卡", "送件人", "會辦未回", "密等"]


def subjects(page):
    return re.findall(r"data-row-link>([^<]+)</a>", page.text)


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_opens_and_names_itself(browser, errand, tab):
    page = browser(HANDLER).get(f"/inbox/{tab}")
    assert page.status_code == 200
    assert found(rf'href="/inbox/{tab}"([^>]*)>', page.text).strip() == 'aria-current="page"'


def test_an_unknown_tab_is_not_there(browser):
    assert browser(HANDLER).get("/inbox/elsewhere").status_code == 404


def test_home_opens_the_first_tab_that_holds_something(browser, errand):
    errand()
    home = browser(HANDLER).get("/inbox")
    assert home.status_code == 303
    assert home.location in {"/inbox/mine", "/inbox/pending"}
    assert browser("works.acct").get("/inbox").location == "/inbox/mine"


def test_the_list_has_the_columns_of_a_document_office(browser, errand):
    errand("看欄位")
    page = browser(HANDLER).get("/inbox/pending?q=看欄位").text
    headings = [re.sub(r"<[^>]+>", "", part).strip() for part in re.findall(r'<th scope="col".*?</th>', page, re.S)]
    assert headings[1:] == COLUMNS
    assert "剩3天" in page
    assert "115/11/26" in page


def test_search_finds_two_chinese_characters_of_the_subject(browser, errand):
    errand("鳳山區公所送件")
    errand("岡山區公所送件")
    page = browser(HANDLER).get("/inbox/pending?q=鳳山")
    assert subjects(page) == ["鳳山區公所送件"]


def test_nothing_found_says_so_and_offers_to_clear(browser):
    page = browser(HANDLER).get("/inbox/pending?q=絕無此案件名").text
    assert "沒有符合的工作。" in page
    assert 'href="/inbox/pending">清除' in page


def test_a_heading_sorts_and_turns_round(browser, errand):
    for letter in "乙甲丙":
        errand(f"排序{letter}")
    handler = browser(HANDLER)
    up = subjects(handler.get("/inbox/pending?q=排序&sort=subject&desc=0"))
    down = subjects(handler.get("/inbox/pending?q=排序&sort=subject&desc=1"))
    assert len(up) == 3
    assert down == up[::-1]
    assert 'aria-sort="descending"' in handler.last.text


def test_paging_by_key_shows_every_task_once(browser, errand):
    for number in range(30):
        errand(f"分頁{number:02}")
    handler, seen, path = browser(HANDLER), [], "/inbox/pending?q=分頁"
    while path:
        page = handler.get(path)
        seen += subjects(page)
        after = re.search(r'href="([^"]+)" rel="next"', page.text)
        path = after.group(1).replace("&amp;", "&") if after else None
    assert sorted(seen) == [f"分頁{number:02}" for number in range(30)]


def test_unknown_sorting_and_filters_fall_back_to_the_usual(browser, errand):
    errand()
    assert browser(HANDLER).get("/inbox/pending?sort=password&after=%00%ff&speed=';--").status_code in {200, 422}
    assert browser(HANDLER).get("/inbox/pending?sort=nonsense").status_code == 200


def test_several_tasks_are_claimed_at_once_and_what_failed_is_named(browser, errand, engine, actor):
    _, free = errand("一併一")
    _, taken = errand("一併二")
    engine.tasks.claim(taken, actor("aia.labor.handler2"))
    handler = browser(HANDLER)
    body = {"ids": [str(free), str(taken), "not-an-id"], "csrf_token": handler.csrf()}
    answered = handler.post("/inbox/pending/claim", body)
    assert answered.status_code == 303
    said = handler.get("/inbox/pending").text
    assert "已簽收1件。" in said
    assert "1件未能簽收：這件工作已由他人簽收。" in said
    assert engine.tasks.get(free, actor(HANDLER)).assignee == HANDLER


def test_several_claimed_by_the_same_form_again_stay_as_they_are(browser, errand, engine, actor):
    tasks = [errand(title)[1] for title in ("再送甲", "再送乙")]
    handler = browser(HANDLER)
    page = handler.get("/inbox/pending?q=再送").text
    form = {"ids": [str(task) for task in tasks], "token": found(r'name="token" value="([^"]+)"', page)}
    handler.post("/inbox/pending/claim", form)
    engine.tasks.release(tasks[0], actor(HANDLER))
    answered = handler.post("/inbox/pending/claim", form)
    assert answered.status_code == 303
    assert "已簽收2件。" in handler.flashes()
    assert [engine.tasks.get(task, actor(HANDLER)).assignee for task in tasks] == [None, HANDLER]


def test_claiming_without_a_tick_says_what_to_do(browser):
    handler = browser(HANDLER)
    handler.post("/inbox/pending/claim")
    assert "請先勾選" in handler.get("/inbox/pending").text


def test_polling_answers_304_until_something_changes(browser, errand):
    errand("輪詢一")
    handler = browser(HANDLER)
    first = handler.get("/inbox/pending/rows?q=輪詢", X_Background="1")
    tag = first.headers["ETag"]
    again = handler.get("/inbox/pending/rows?q=輪詢", If_None_Match=tag)
    assert (again.status_code, again.data) == (304, b"")
    errand("輪詢二")
    changed = handler.get("/inbox/pending/rows?q=輪詢", If_None_Match=tag)
    assert changed.status_code == 200
    assert "輪詢二" in changed.text


def test_the_compact_list_marks_the_open_task(browser, errand):
    _, task = errand("精簡清單")
    part = browser(HANDLER).get(f"/inbox/pending/rows?compact=1&open={task}&q=精簡清單").text
    assert 'aria-current="true"' in part
    assert "<html" not in part


def test_csv_has_a_bom_the_headings_and_no_formula(browser, errand):
    errand("=HYPERLINK(匯出)")
    errand("@匯出")
    file = browser(HANDLER).get("/inbox/pending/export.csv?q=匯出")
    assert file.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(file.data.decode("utf-8-sig"))))
    assert rows[0] == COLUMNS
    assert {row[1] for row in rows[1:]} == {"'=HYPERLINK(匯出)", "'@匯出"}
    assert file.headers["Content-Disposition"].startswith("attachment")


def test_ods_opens_and_types_dates_and_numbers(browser, errand):
    errand("試算表")
    file = browser(HANDLER).get("/inbox/pending/export.ods?q=試算表")
    book = load(io.BytesIO(file.data))
    lines = book.spreadsheet.getElementsByType(table.TableRow)
    cells = [[teletype.extractText(cell) for cell in line.getElementsByType(table.TableCell)] for line in lines]
    assert cells[0] == COLUMNS
    assert cells[1][1] == "試算表"
    kinds = [cell.getAttribute("valuetype") for cell in lines[1].getElementsByType(table.TableCell)]
    assert kinds[4:6] == ["date", "float"]


def test_another_format_is_not_there(browser):
    assert browser(HANDLER).get("/inbox/pending/export.exe").status_code == 404


def test_done_tasks_are_listed_and_open_read_only(browser, claimed, engine, actor):
    _, task = claimed("做完的件")
    engine.tasks.complete(task, actor=actor(HANDLER), variables={"decision": "forward", "opinion": "好"})
    handler = browser(HANDLER)
    assert "做完的件" in handler.get("/inbox/done").text
    page = handler.get(f"/tasks/{task}?tab=done").text
    assert "data-task-form" not in page
    assert "已完成" in page


# -- the unit's work -----------------------------------------------------------------------


def test_a_head_sees_the_units_work_by_person_and_by_due_date(browser, claimed, errand, actor):
    claimed("主管看得到")
    errand("還沒人簽收")
    chief = browser(CHIEF)
    by_person = chief.get("/unit-work").text
    assert actor(HANDLER).name in by_person
    assert "主管看得到" in by_person
    assert "還沒人簽收" in by_person
    assert "主管看得到" in chief.get("/unit-work?by=due").text


def test_a_handler_has_no_unit_work_page(browser):
    handler = browser(HANDLER)
    assert handler.get("/unit-work").status_code == 403
    assert "/unit-work" not in handler.get("/inbox/mine").text


def test_a_head_reassigns_many_with_one_reason(browser, claimed, engine, actor):
    ids = [str(claimed(f"改分{number}")[1]) for number in range(2)]
    chief = browser(CHIEF)
    body = {
        "ids": ids,
        "person": "aia.labor.handler2",
        "reason": "請長假",
        "csrf_token": chief.csrf(),
        "token": str(uuid4()),
    }
    chief.post("/unit-work/reassign", body)
    assert "已改分2件。" in chief.get("/unit-work").text
    assert {engine.tasks.get(task, actor(CHIEF)).assignee for task in map(UUID, ids)} == {"aia.labor.handler2"}


def test_many_reassigned_by_the_same_form_again_are_not_given_twice(browser, claimed, engine, actor):
    case, task = claimed("重複改分")
    head = browser(CHIEF)
    token = found(r'name="token" value="([^"]+)"', head.get("/unit-work").text)
    form = {"ids": str(task), "person": CHIEF, "reason": "休假", "token": token}
    for _time in range(2):
        assert head.post("/unit-work/reassign", form).status_code == 303
        assert "已改分1件。" in head.flashes()
    verbs = [entry.verb for entry in engine.history.timeline(case.id, actor(STARTER))]
    assert verbs.count("task.reassigned") == 1


def test_looking_somebody_up_for_many_keeps_what_was_ticked(browser, claimed, engine, actor):
    _, task = claimed("找人改分")
    head = browser(CHIEF)
    form = {"ids": str(task), "find": "aia.labor", "reason": "休假", "form_action": "find"}
    page = head.post("/unit-work/reassign", form)
    assert page.status_code == 200
    assert f'name="ids" value="{task}" checked' in page.text
    assert 'type="radio" name="found" value="aia.labor.handler2"' in page.text
    assert engine.tasks.get(task, actor(HANDLER)).assignee == HANDLER
    head.post("/unit-work/reassign", {"ids": str(task), "found": "aia.labor.handler2", "reason": "休假"})
    assert engine.tasks.get(task, actor(CHIEF)).assignee == "aia.labor.handler2"


def test_reassigning_many_without_a_reason_changes_nothing(browser, claimed, engine, actor):
    _, task = claimed("無原因")
    chief = browser(CHIEF)
    chief.post("/unit-work/reassign", {"ids": [str(task)], "person": "aia.labor.handler2", "reason": " "})
    assert engine.tasks.get(task, actor(CHIEF)).assignee == HANDLER


def test_unit_work_exports(browser, claimed):
    claimed("匯出單位")
    rows = list(csv.reader(io.StringIO(browser(CHIEF).get("/unit-work/export.csv").data.decode("utf-8-sig"))))
    assert rows[0] == ["承辦人", *COLUMNS]
    assert any("匯出單位" in row for row in rows)


# -- notices ---------------------------------------------------------------------------------


def test_the_bell_counts_and_a_notice_leads_to_its_task(browser, errand, engine):
    case, task = errand("有通知")
    engine.notifications.add([HANDLER], "arrived", instance_id=case.id, task_id=task, params={"task": "承辦"})
    handler = browser(HANDLER)
    bell = handler.get("/notifications/bell")
    assert ">1<" in bell.text
    assert handler.get("/notifications/bell", If_None_Match=bell.headers["ETag"]).status_code == 304
    page = handler.get("/notifications").text
    assert "新的工作：承辦" in page
    answered = handler.post(found(r'action="(/notifications/[0-9a-f-]{36})"', page))
    assert answered.location == f"/tasks/{task}"
    assert ">1<" not in handler.get("/notifications/bell").text


def test_somebody_elses_notice_is_not_there(browser, errand, engine):
    case, task = errand()
    made = engine.notifications.add([HANDLER], "due", instance_id=case.id, task_id=task, params={"task": "承辦"})
    assert browser(STARTER).post(f"/notifications/{made[HANDLER]}").status_code == 404


def test_notices_stand_under_the_day_they_came_and_older_ones_on_the_next_page(browser, errand, engine, clock):
    case, task = errand("許多通知")
    before = clock.now()
    for days in (9, 1, 0):
        clock.set(before - timedelta(days=days))
        for number in range(30):
            params = {"task": f"第{number}次", "once": f"{days}-{number}"}
            engine.notifications.add([CHIEF], "due", instance_id=case.id, task_id=task, params=params)
    clock.set(before)
    chief = browser(CHIEF)
    page = chief.get("/notifications").text
    assert re.findall("<h2>([^<]+)</h2>", page) == ["今天", "昨天"]
    older = found(r'href="([^"]+)" rel="next"', page)
    following = chief.get(older).text
    assert re.findall("<h2>([^<]+)</h2>", following) == ["昨天", "民國115年11月14日 星期六"]
    assert [len(re.findall("快到限辦日：", text)) for text in (page, following)] == [50, 40]
    action = re.findall(r'action="(/notifications/[0-9a-f-]{36})"', following)[-1]
    assert chief.post(action, {"before": older.rpartition("=")[2]}).location == f"/tasks/{task}"


def test_overdue_tasks_say_by_how_many_days(browser, claimed, clock):
    claimed("逾期的件")
    before = clock.now()
    clock.advance(timedelta(days=5))
    try:
        page = browser(HANDLER).get("/inbox/overdue?q=逾期的件").text
    finally:
        clock.set(before)
    assert "逾期2天" in page
