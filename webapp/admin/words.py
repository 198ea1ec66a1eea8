"""Words of the administration pages: kinds of units, posts and log entries in the reader's language."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp.dates import roc_date

UNIT_TYPES: dict[str, Any] = {
    "city": _l("市府"),
    "office": _l("首長室"),
    "agency": _l("一級機關"),
    "section": _l("科室"),
    "subsection": _l("股"),
    "external": _l("府外機關"),
}

ASSIGNMENT_KINDS: dict[str, Any] = {"primary": _l("本職"), "concurrent": _l("兼任"), "acting": _l("代理職缺")}

LAYERS: dict[int, Any] = {
    1: _l("第一層（首長）"),
    2: _l("第二層（副首長、主任秘書）"),
    3: _l("第三層（科長、主任）"),
    4: _l("第四層（承辦人）"),
}

PARTS: dict[str, Any] = {"day": _l("全天"), "morning": _l("上午"), "afternoon": _l("下午")}

VERBS: dict[str, Any] = {
    "unit.add": _l("新增單位"),
    "unit.change": _l("修改單位"),
    "unit.contact": _l("修改單位聯絡方式"),
    "unit.rename": _l("單位更名"),
    "unit.close": _l("裁撤單位"),
    "position.add": _l("新增職稱"),
    "position.change": _l("修改職稱"),
    "position.close": _l("裁撤職稱"),
    "authority.import": _l("匯入分層負責明細表"),
    "person.add": _l("新增人員"),
    "person.change": _l("修改人員"),
    "person.activate": _l("恢復在職"),
    "person.deactivate": _l("設為離職"),
    "assignment.add": _l("派任"),
    "assignment.end": _l("卸任"),
    "role.add": _l("新增角色"),
    "role.add-standard": _l("加入內建角色"),
    "grant.add": _l("授予角色"),
    "grant.revoke": _l("收回角色"),
    "deputies.set": _l("設定代理人"),
    "leave.enter": _l("登錄請假"),
    "leave.cancel": _l("取消請假"),
    "account.add": _l("建立帳號"),
    "account.enable": _l("啟用帳號"),
    "account.disable": _l("停用帳號"),
    "account.unlock": _l("解除鎖定"),
    "account.reset-link": _l("產生重設連結"),
    "account.reset-used": _l("使用重設連結"),
    "account.temporary-password": _l("產生臨時密碼"),
    "account.sign-out": _l("強制登出"),
    "calendar.import": _l("匯入行事曆"),
    "closure.add": _l("新增停班"),
    "closure.revoke": _l("撤銷停班"),
    "process.grants": _l("設定流程權限"),
    "connector.add": _l("登錄主機"),
    "connector.change": _l("修改主機"),
    "connector.remove": _l("移除主機"),
    "job.retry": _l("重做失敗的工作"),
    "job.discard": _l("刪除失敗的工作"),
}

GRANT_VERBS: dict[str, Any] = {
    "edit": _l("編輯"),
    "deploy": _l("部署"),
    "start": _l("起案"),
    "view": _l("查看"),
}


def verb_text(verb: str) -> str:
    """What was done, in words; other parts' verbs as they stand."""
    return str(VERBS.get(verb, verb))


def csv_problem(code: str, line: int | None, value: str) -> str:
    """What is wrong with an office calendar, and where."""
    where = _("第%(line)d列：", line=line) if line else ""
    what = {
        "empty": _("檔案是空的。"),
        "too-big": _("檔案太大，不是年度行事曆。"),
        "html": _("這是網頁，不是CSV檔；下載時可能遇到錯誤頁，請重新下載。"),
        "encoding": _("檔案的編碼無法讀取，請存成UTF-8或Big5。"),
        "header": _("欄名應為「西元日期,星期,是否放假,備註」，檔案裡是「%(value)s」。", value=value),
        "columns": _("欄位不足：「%(value)s」。", value=value),
        "date": _("日期應為八位數字，例如20260101；檔案裡是「%(value)s」。", value=value),
        "weekday": _("星期「%(value)s」與日期不符。", value=value),
        "flag": _("「是否放假」只能是0（上班）或2（放假）；檔案裡是「%(value)s」。", value=value),
        "repeated": _("%(value)s出現兩次。", value=_day(value)),
        "other-year": _("%(value)s不屬於同一年。", value=_day(value)),
        "missing": _missing(value),
        "no-holidays": _("%(value)s年的週一至週五沒有任何放假日，不像是辦公日曆。", value=value),
    }.get(code, code)
    return where + what


def _missing(value: str) -> str:
    first, _sep, last = value.partition("/")
    if not last:
        return _("缺少%(value)s。", value=_day(first))
    days = (date.fromisoformat(last) - date.fromisoformat(first)).days + 1
    return _("缺少%(first)s至%(last)s，共%(days)d天。", first=_day(first), last=_day(last), days=days)


def _day(text: str) -> str:
    try:
        return roc_date(date.fromisoformat(text))
    except ValueError:
        return text
