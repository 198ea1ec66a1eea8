"""Administration by its forms: what is typed is stored, what is wrong is said at its field and kept."""

from __future__ import annotations

import io
import re
from datetime import date

import lxml.html
import pytest

from engine.calendar.yearly_list import shipped_files
from engine.model import SYSTEM
from tests.web.conftest import PASSWORD

ADMIN = "aia.it.admin"


@pytest.fixture
def admin(browser):
    return browser(ADMIN)


def error_at(answer, field: str) -> str:
    found = re.search(rf'id="{field}-error">(.*?)</p>', answer.text, re.S)
    assert found, f"no message at {field}"
    return found.group(1)


# -- units --------------------------------------------------------------------------


def test_a_unit_is_added_renamed_moved_given_positions_and_closed(admin, engine):
    data = {"unit-id": "aia.garden", "unit-name": "園藝小組", "unit-parent_id": "aia", "unit-type": "section"}
    answer = admin.post("/admin/units", data)
    assert (answer.status_code, answer.location) == (303, "/admin/units/aia.garden")
    page = "/admin/units/aia.garden"
    admin.post(f"{page}/positions", {"position-title": "園丁", "position-layer": "4"})
    admin.post(f"{page}/rename", {"rename-name": "花木小組", "rename-valid_from": "115/11/23"})
    admin.post(f"{page}/change", {"change-parent_id": "aia.general", "change-type": "subsection", "change-sort": "5"})
    unit = engine.directory.unit("aia.garden")
    assert (unit.name, unit.parent_id, unit.type, unit.sort) == ("花木小組", "aia.general", "subsection", 5)
    shown = admin.get(page).text
    assert "園丁" in shown
    assert "園藝小組" in shown
    (place,) = engine.directory.positions("aia.garden")
    assert admin.post(f"/admin/positions/{place.id}/change", {"title": "園藝師", "layer": "4"}).status_code == 303
    assert admin.post(f"/admin/positions/{place.id}/close", {"close-last_day": "1151123"}).status_code == 303
    assert admin.post(f"{page}/close", {"close-last_day": "1151123"}).status_code == 303
    assert engine.directory.unit("aia.garden").valid_to == date(2026, 11, 23)


def test_a_wrong_unit_keeps_what_was_typed(admin):
    data = {"unit-id": "aia", "unit-name": "重複", "unit-parent_id": "aia", "unit-type": "section", "unit-sort": "abc"}
    answer = admin.post("/admin/units", {**data, "unit-sort": "1"})
    assert answer.status_code == 422
    assert "已經有了" in error_at(answer, "unit-id")
    assert 'value="重複"' in answer.text
    answer = admin.post("/admin/units", {**data, "unit-parent_id": "nowhere"})
    assert "請從清單中選" in error_at(answer, "unit-parent_id")


def test_a_unit_in_use_is_not_closed(admin):
    answer = admin.post("/admin/units/aia/close", {"close-last_day": "1151123"})
    assert answer.status_code == 422
    assert "底下還有單位或人員" in error_at(answer, "close-last_day")


def test_where_a_unit_is_reached_is_entered_once_and_shown_below_it(admin, engine):
    wrong = {"contact-address": "高雄市示範區四維路7號", "contact-phone": "打電話來", "contact-email": "信箱"}
    answer = admin.post("/admin/units/aia/contact", wrong)
    assert answer.status_code == 422
    assert "格式不對" in error_at(answer, "contact-phone")
    assert "格式不對" in error_at(answer, "contact-email")
    assert 'value="高雄市示範區四維路7號"' in answer.text
    right = {**wrong, "contact-phone": "07-0001020", "contact-email": "aia@kcg.example"}
    assert admin.post("/admin/units/aia/contact", right).status_code == 303
    assert "高雄市示範區四維路7號" in admin.get("/admin/units/aia.documents").text
    assert engine.directory.own_contact("aia.documents").address is None


def test_the_table_of_responsibilities_comes_from_a_file(admin, engine):
    header = "公務項目,公務內容,第一層,第二層,第三層,第四層,會辦機關,備考\n"
    good, bad = header + "公文,一般,,核定,審核,擬辦,,\n", header + "公文,一般,,,審核,擬辦,,\n"
    page = "/admin/units/aia.documents/authorities"
    answer = admin.post(page, {"authorities-file": _file(bad), "authorities-valid_from": "1151101"})
    assert answer.status_code == 422
    assert "第2列" in error_at(answer, "authorities-file")
    answer = admin.post(page, {"authorities-file": _file(good), "authorities-valid_from": "1151101"})
    assert answer.status_code == 303
    assert [line.decided_by for line in engine.directory.authorities("aia.documents")] == [2]


def _file(text: str | bytes, name: str = "file.csv"):
    return io.BytesIO(text.encode() if isinstance(text, str) else text), name


# -- people -------------------------------------------------------------------------


def test_a_person_is_added_with_post_role_account_and_signs_in(admin, engine):
    place = next(place for place in engine.directory.positions("aia.intl") if place.title == "專員")
    data = {"id": "new.intl", "name": "新進員", "email": "new.intl@kcg.example", "position_id": str(place.id)}
    assert admin.post("/admin/people", data).location == "/admin/people/new.intl"
    page = "/admin/people/new.intl"
    grant = {"grant-role_id": "intl_handler", "grant-unit_id": "aia", "grant-valid_to": "1161231"}
    assert admin.post(f"{page}/grants", grant).status_code == 303
    assert "intl_handler@aia.intl" in engine.directory.actor_for("new.intl").groups
    answer = admin.post(f"{page}/account", {"account-username": "new.intl"})
    assert answer.status_code == 200
    password = re.search(r'<p class="secret-once"><code>(.*?)</code>', answer.text).group(1)
    assert password not in admin.get(page).text
    assert engine.accounts.sign_in("new.intl", password, ip="127.0.0.1", user_agent="").must_change


def test_wrong_people_posts_and_roles_are_refused_at_their_field(admin):
    answer = admin.post("/admin/people", {"id": "aia.head", "name": "重複", "email": "no address", "position_id": ""})
    assert answer.status_code == 422
    assert "格式不對" in error_at(answer, "email")
    page = "/admin/people/aia.head"
    answer = admin.post(f"{page}/grants", {"grant-role_id": "king", "grant-unit_id": "aia"})
    assert "請從清單中選" in error_at(answer, "grant-role_id")
    answer = admin.post(f"{page}/grants", {"grant-role_id": "aia_head", "grant-unit_id": "aia"})
    assert "已經有了" in error_at(answer, "grant-role_id")
    answer = admin.post(
        f"{page}/grants",
        {"grant-role_id": "mayor", "grant-unit_id": "kcg", "grant-valid_from": "1151201", "grant-valid_to": "1151130"},
    )
    assert "結束不能早於開始" in error_at(answer, "grant-valid_to")
    answer = admin.post(f"{page}/change", {"contact-name": "", "contact-phone": "call me"})
    assert "請填寫" in error_at(answer, "contact-name")


def test_a_second_primary_post_is_refused_and_another_kind_taken(admin, engine):
    place = next(place for place in engine.directory.positions("aia.intl") if place.title == "專員")
    page = "/admin/people/health.handler/assignments"
    answer = admin.post(page, {"assign-position_id": str(place.id), "assign-kind": "primary"})
    assert "已有本職" in error_at(answer, "assign-kind")
    assert admin.post(page, {"assign-position_id": str(place.id), "assign-kind": "concurrent"}).status_code == 303
    held = [one for one in engine.directory.assignments(person_id="health.handler") if one.kind == "concurrent"]
    assert admin.post(f"/admin/assignments/{held[0].id}/end", {"person": "health.handler"}).status_code == 303
    assert len(engine.directory.assignments(person_id="health.handler")) == 1


def test_a_role_is_revoked(admin, engine):
    made = engine.directory.grant("culture.handler", "archivist", "culture", actor=SYSTEM)
    assert admin.post(f"/admin/grants/{made.id}/revoke", {"person": "culture.handler"}).status_code == 303
    assert "archivist@" not in engine.directory.actor_for("culture.handler").groups


def test_nobody_grants_themselves_or_stops_themselves(admin):
    answer = admin.post(f"/admin/people/{ADMIN}/grants", {"grant-role_id": "mayor", "grant-unit_id": "kcg"})
    assert "不能對自己這樣做" in error_at(answer, "grant-role_id")
    admin.post(f"/admin/people/{ADMIN}/active", {"active": "0"})
    assert "不能把自己設為離職" in admin.flashes()
    admin.post(f"/admin/people/{ADMIN}/account/disable")
    assert "不能停用自己的帳號" in admin.flashes()


def test_somebody_leaves_and_comes_back(admin, engine):
    admin.post("/admin/people/tourism.handler/active", {"active": "0"})
    assert not engine.directory.person("tourism.handler").is_active
    assert "此人已離職" in admin.get("/admin/people/tourism.handler").text
    assert "tourism.handler" in admin.get("/admin/people?state=left").text
    admin.post("/admin/people/tourism.handler/active", {"active": "1"})
    assert engine.directory.person("tourism.handler").is_active


def test_the_acts_on_an_account(admin, engine):
    page = "/admin/people/fire.handler/account"
    link = re.search(r"<code>http://localhost(/reset/[^<]+)</code>", admin.post(f"{page}/link").text).group(1)
    assert admin.client.get(link).status_code == 200
    assert "secret-once" in admin.post(f"{page}/password").text
    for act in ("disable", "enable", "unlock", "sign-out"):
        assert admin.post(f"{page}/{act}").status_code == 303, act
    verbs = [entry.verb for entry in engine.admin_log.entries(SYSTEM, subject=("account", "fire.handler"), limit=6)]
    assert verbs == [
        "account.sign-out",
        "account.unlock",
        "account.enable",
        "account.disable",
        "account.temporary-password",
        "account.reset-link",
    ]
    assert admin.post(f"{page}/explode").status_code == 404


def test_the_page_says_who_disabled_an_account_and_with_what_somebody_signed_in(admin, engine):
    firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"
    engine.accounts.sign_in("police.handler", PASSWORD, ip="192.0.2.7", user_agent=firefox)
    shown = lxml.html.fromstring(admin.get("/admin/people/police.handler").text).text_content()
    assert "192.0.2.7" in shown
    assert "Firefox" in shown
    assert "Gecko" not in shown
    assert "停用這個帳號" not in shown
    admin.post("/admin/people/police.handler/account/disable")
    assert re.search("管理者已於 民國.+停用這個帳號。", admin.get("/admin/people/police.handler").text)
    admin.post("/admin/people/police.handler/account/enable")


def test_an_administrator_of_one_agency_changes_nothing_elsewhere(browser, engine):
    engine.directory.grant("health.hr", "administrator", "health", actor=SYSTEM)
    local = browser("health.hr")
    assert local.get("/admin/people/works.handler").status_code == 200
    for path, data in (
        ("/admin/people/works.handler/change", {"contact-name": "改名"}),
        ("/admin/people/works.handler/active", {"active": "0"}),
        ("/admin/people/works.handler/account/link", {}),
        ("/admin/units/works/close", {"close-last_day": "1151123"}),
        ("/admin/units/works/contact", {"contact-phone": "07-0001020"}),
    ):
        assert local.post(path, data).status_code == 403, path
    assert local.post("/admin/people/health.handler/change", {"contact-name": "新名"}).status_code == 303


def test_somebody_elses_leave_and_deputies(admin, engine):
    page = "/admin/people/police.handler"
    leave = {
        "leave-first_day": "1151125",
        "leave-first_time": "08:00",
        "leave-last_day": "1151127",
        "leave-last_time": "17:30",
        "leave-reason": "訓練",
        "leave-deputies": "police.chief",
    }
    assert admin.post(f"{page}/leave", {**leave, "leave-deputies": "police.handler"}).status_code == 422
    assert admin.post(f"{page}/leave", leave).status_code == 303
    (entered,) = engine.directory.delegations(person_id="police.handler")
    assert entered.entered_by == ADMIN
    assert "訓練" in admin.get("/admin/leave").text
    assert admin.post(f"/admin/leave/{entered.id}/cancel").status_code == 303
    assert admin.post(f"{page}/deputies", {"deputies-standing": "police.head"}).status_code == 303
    assert [one.id for one in engine.directory.standing_deputies("police.handler")] == ["police.head"]


def test_a_role_of_ones_own(admin):
    data = {"id": "gardener", "name": "園丁", "name_en": "Gardener", "shown_with_unit": "y"}
    assert admin.post("/admin/roles", data).status_code == 303
    assert "gardener" in admin.get("/admin/roles").text
    assert "已經有了" in error_at(admin.post("/admin/roles", data), "id")
    assert "沒有人有這個角色" in admin.get("/admin/roles/gardener").text


# -- the calendar -------------------------------------------------------------------


def test_a_year_is_imported_after_its_preview(admin, engine):
    changed = shipped_files()[1].read_bytes().replace("20261225,五,2".encode(), "20261225,五,0".encode())
    answer = admin.post("/admin/calendar/preview", {"file": _file(changed, "115.csv")})
    assert answer.status_code == 200
    assert "民國115年12月25日" in answer.text
    assert not engine.calendars.calendar().is_working_day(date(2026, 12, 25))
    hidden = dict(re.findall(r'name="(content|file_name)"[^>]*value="([^"]*)"', answer.text))
    assert admin.post("/admin/calendar/import", hidden).location == "/admin/calendar/2026"
    assert engine.calendars.calendar().is_working_day(date(2026, 12, 25))
    assert "115.csv" in admin.get("/admin/calendar/2026").text


@pytest.mark.parametrize(
    "content, message",
    [
        (b"<html>404</html>", "這是網頁"),
        (b"", "檔案是空的"),
        (b"a,b\n1,2\n", "欄名應為"),
        (shipped_files()[0].read_bytes()[:4000], "至民國107年12月31日，共"),
        (shipped_files()[0].read_bytes().replace("20180102,二,0".encode(), "20180102,二,7".encode()), "第3列"),
    ],
)
def test_a_wrong_file_is_refused_with_its_faults(admin, content, message):
    answer = admin.post("/admin/calendar/preview", {"file": _file(content)})
    assert answer.status_code == 422
    assert message in error_at(answer, "file")


def test_a_preview_that_was_tampered_with_is_refused(admin):
    for content in ("%%%", "PGh0bWw+"):
        answer = admin.post("/admin/calendar/import", {"content": content, "file_name": "x"})
        assert answer.status_code == 422
        assert "請重新選擇檔案" in answer.text


def test_a_typhoon_day_is_entered_and_taken_back(admin, engine):
    data = {"closure-day": "115/7/7", "closure-part": "day", "closure-region": "", "closure-reason": "颱風停班"}
    assert admin.post("/admin/calendar/closures", data).status_code == 303
    assert not engine.calendars.calendar().is_working_day(date(2026, 7, 7))
    assert "已經有了" in error_at(admin.post("/admin/calendar/closures", data), "closure-day")
    assert "請輸入日期" in error_at(
        admin.post("/admin/calendar/closures", {**data, "closure-day": "7 July"}), "closure-day"
    )
    (made,) = engine.calendars.closures()
    assert admin.post(f"/admin/calendar/closures/{made.id}/revoke").status_code == 303
    assert engine.calendars.calendar().is_working_day(date(2026, 7, 7))


def test_a_closure_of_one_district_says_that_due_dates_stay(admin, engine):
    data = {"closure-day": "115/7/8", "closure-part": "day", "closure-region": "那瑪夏區", "closure-reason": "土石流"}
    assert admin.post("/admin/calendar/closures", data).status_code == 303
    assert "限辦日不變" in admin.flashes()
    assert engine.calendars.calendar().is_working_day(date(2026, 7, 8))
    (made,) = engine.calendars.closures()
    admin.post(f"/admin/calendar/closures/{made.id}/revoke")


# -- processes ----------------------------------------------------------------------


def test_who_may_start_a_process_is_set_and_logged(admin, engine, actor):
    page = "/admin/processes/errand/start"
    assert admin.post(page, {"role": "press_officer", "unit": "info"}).status_code == 303
    assert admin.post(page, {"group": "press_officer@info", "person": "culture.head"}).status_code == 303
    assert engine.repository.grants("errand")["start"] == ("press_officer@info", "user:culture.head")
    assert engine.repository.may(actor("culture.head"), "start", "errand")
    assert not engine.repository.may(actor("culture.chief"), "start", "errand")
    shown = admin.get("/admin/processes").text
    assert "新聞聯繫窗口" in shown
    assert admin.post(page, {}).status_code == 303
    assert engine.repository.grants("errand")["start"] == ()
    assert engine.admin_log.entries(SYSTEM, verbs=("process.grants",))[0].before == {
        "start": ["press_officer@info", "user:culture.head"]
    }


@pytest.mark.parametrize(
    "path, data, status",
    [
        ("/admin/processes/errand/start", {"role": "king"}, 422),
        ("/admin/processes/errand/start", {"role": "mayor", "unit": "nowhere"}, 422),
        ("/admin/processes/errand/start", {"person": "nobody"}, 422),
        ("/admin/processes/errand/view", {"role": "mayor"}, 404),
        ("/admin/processes/nothing/start", {"role": "mayor"}, 404),
    ],
)
def test_wrong_rights_are_refused(admin, path, data, status):
    assert admin.post(path, data).status_code == status


def test_a_process_owner_sees_but_does_not_set_rights(browser):
    owner = browser("aia.it.owner")
    assert owner.get("/admin/processes").status_code == 200
    assert owner.post("/admin/processes/errand/start", {"role": "mayor"}).status_code == 403


# -- the log ------------------------------------------------------------------------


def test_the_log_says_changes_in_words(admin, browser):
    contact = {"contact-name": "戴嘉文", "contact-name_en": "Tai Chia-wen", "contact-phone": "分機 2999"}
    admin.post("/admin/people/aia.it.operator/change", contact)
    admin.post("/admin/people/works.handler/grants", {"grant-role_id": "registrar", "grant-unit_id": "works"})

    def said(lang, verb, subject):
        page = lxml.html.document_fromstring(browser(ADMIN, lang).get(f"/admin/log?verb={verb}&q={subject}").text)
        (row, *_) = page.xpath("//tbody/tr")
        return {
            item.findtext("dt"): " ".join(item.find("dd").text_content().split())
            for item in row.xpath(".//dl[@class='log-changes']/div")
        }

    changed = said("zh", "person.change", "aia.it.operator")
    assert changed["電話"].endswith("分機 2999")
    assert changed["電話"] != "分機 2999"  # the number before stands in front of it
    assert said("zh", "grant.add", "works.handler") == {"角色": "登記桌", "單位": "工務局", "自": "115/11/23"}
    assert said("en", "grant.add", "works.handler") == {
        "Role": "Registrar",
        "Unit": "Public Works Bureau",
        "From": "2026-11-23",
    }


def test_the_log_shows_who_did_what(admin, browser):
    admin.post("/admin/people/economic.handler/change", {"contact-name": "改過名"})
    shown = browser("aia.it.auditor").get("/admin/log?q=economic.handler").text
    assert "修改人員" in shown
    assert "改過名" in shown


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", "'; drop table person; --", "%_\\", "\u202eabc"])
def test_hostile_text_is_shown_as_text_or_refused(admin, hostile):
    answer = admin.post("/admin/people/economic.chief/change", {"contact-name": hostile})
    assert answer.status_code in (303, 422)
    for path in ("/admin/people/economic.chief", "/admin/log", "/admin/people?q=economic"):
        assert "<script>alert" not in admin.get(path).text
    for path in ("/admin/people", "/admin/log"):
        assert admin.client.get(path, query_string={"q": hostile}, headers=admin.headers).status_code == 200
