"""Leave, deputies and acting for somebody who is away, in the browser."""

from __future__ import annotations

import re

import pytest

from tests.web.auth.test_sign_in import Visitor


@pytest.fixture
def deputy(app):
    visitor = Visitor(app)
    visitor.sign_in("aia.labor.handler")
    return visitor


def test_somebody_who_stands_in_is_told_at_sign_in_and_can_switch_and_back(deputy, engine):
    chief = engine.directory.person("aia.labor.chief").name
    page = deputy.get("/account/deputy").text
    assert f"您目前代理{chief}的職務" in page
    assert deputy.post("/account/act-for", {"person": "aia.labor.chief"}, page="/account/deputy").status_code == 303
    page = deputy.get("/account/deputy").text
    assert "deputy-bar" in page
    assert f"代 {chief}" in page
    deputy.post("/account/act-for", page="/account/deputy")
    assert "deputy-bar" not in deputy.get("/account/deputy").text


def test_nobody_acts_for_somebody_they_do_not_stand_in_for(deputy):
    answer = deputy.post("/account/act-for", {"person": "kcg.mayor"}, page="/account/deputy")
    assert answer.status_code == 403


def test_leave_is_entered_listed_and_cancelled(app, engine):
    visitor, page = Visitor(app), "/account/deputy"
    visitor.sign_in("water.handler")
    answer = visitor.post(
        "/account/leave",
        {
            "first_day": "1151201",
            "first_time": "08:00",
            "last_day": "115/12/3",
            "last_time": "17:30",
            "reason": "休假",
            "deputies": "water.chief",
        },
        page=page,
    )
    assert answer.status_code == 303
    (leave,) = engine.directory.delegations(person_id="water.handler")
    assert (leave.starts_at.isoformat(), leave.deputies[0].id) == ("2026-12-01T00:00:00+00:00", "water.chief")
    link = re.search(r"/account/leave/[0-9a-f-]+/cancel", visitor.get(page).text).group()
    assert visitor.post(link, page=page).status_code == 303
    assert engine.directory.delegations(person_id="water.handler") == ()


@pytest.mark.parametrize(
    "change, field, text",
    [
        ({"first_day": "yesterday"}, "first_day", "請輸入日期"),
        ({"first_time": "25:00"}, "first_time", "請輸入時間"),
        ({"last_day": "1151130"}, "last_day", "結束不能早於開始"),
        ({"reason": ""}, "reason", "請填寫這一欄"),
        ({"deputies": "沒有這個人"}, "deputies", "找不到「沒有這個人」"),
        ({"deputies": "water.handler"}, "deputies", "不能對自己這樣做"),
        ({"first_day": "1071201", "last_day": "1071203"}, "last_day", "這個時間已經過去"),
    ],
)
def test_bad_input_is_answered_at_its_field_and_kept(app, change, field, text):
    visitor, page = Visitor(app), "/account/deputy"
    visitor.sign_in("water.handler")
    data = {
        "first_day": "1151201",
        "first_time": "08:00",
        "last_day": "1151203",
        "last_time": "17:30",
        "reason": "休假",
        "deputies": "water.chief",
    }
    answer = visitor.post("/account/leave", {**data, **change}, page=page)
    assert answer.status_code == 422
    error = re.search(rf'id="{field}-error">(.*?)</p>', answer.text, re.S)
    assert error
    assert text in error.group(1)
    for value in {**data, **change}.values():
        assert not value or f'value="{value}"' in answer.text


def test_standing_deputies_are_set_by_name_or_id(app, engine):
    visitor, page = Visitor(app), "/account/deputy"
    visitor.sign_in("water.handler")
    name = engine.directory.person("water.head").name
    assert visitor.post("/account/deputies", {"standing": f"water.chief、{name}"}, page=page).status_code == 303
    assert [one.id for one in engine.directory.standing_deputies("water.handler")] == ["water.chief", "water.head"]
