"""What an entry of the administrators' log changed, in the reader's words: field by field, before and after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from engine.administration import AdminLogEntry
from engine.errors import DefinitionNotFound
from webapp.admin import choices, words
from webapp.dates import roc_date, roc_datetime
from webapp.i18n import lang, listed
from webapp.operate.words import job_text
from webapp.services import engine
from webapp.studio import words as studio_words

FIELDS: dict[str, Any] = {
    "name": _l("名稱"),
    "name_en": _l("英文名稱"),
    "short_name": _l("簡稱"),
    "doc_prefix": _l("發文字"),
    "parent_id": _l("上級單位"),
    "type": _l("類別"),
    "oid": _l("機關OID"),
    "sort": _l("排序"),
    "unit_id": _l("單位"),
    "title": _l("職稱"),
    "title_en": _l("英文職稱"),
    "layer": _l("分層負責"),
    "is_head": _l("首長或主管"),
    "kind": _l("性質"),
    "role_id": _l("角色"),
    "valid_from": _l("自"),
    "valid_to": _l("至"),
    "from": _l("自"),
    "last_day": _l("最後一天"),
    "lines": _l("列數"),
    "email": _l("電子郵件"),
    "phone": _l("電話"),
    "address": _l("地址"),
    "address_en": _l("英文地址"),
    "fax": _l("傳真"),
    "demo_listed": _l("列在登入頁"),
    "demo": _l("示範用帳號"),
    "shown_with_unit": _l("顯示時加上單位"),
    "added": _l("個數"),
    "deputies": _l("代理人"),
    "starts_at": _l("自"),
    "ends_at": _l("至"),
    "cancelled_at": _l("取消時間"),
    "reason": _l("事由"),
    "username": _l("帳號"),
    "sessions": _l("結束的登入"),
    "version": _l("版次"),
    "off": _l("改為放假"),
    "work": _l("改為上班"),
    "file": _l("檔案"),
    "day": _l("日期"),
    "part": _l("時段"),
    "region": _l("地區"),
    "base_url": _l("網址"),
    "headers": _l("標頭"),
    "headers_changed": _l("標頭已更換"),
    "allow_private": _l("可呼叫內部網路"),
    "instance_id": _l("案件"),
    "business_key": _l("案號"),
    **words.GRANT_VERBS,
}
"""Every field that the log may name. The rest (ids of rows, what repeats the subject) says nothing to a reader."""

_OF_PEOPLE = {"name": _l("姓名"), "name_en": _l("英文姓名")}
_SAID_WHEN_TRUE = ("demo_listed", "demo", "shown_with_unit", "headers_changed")
_FEW = 8
"""Days of a yearly calendar that are named one by one; of more only the number is said."""


@dataclass(frozen=True)
class Change:
    """One field; an empty text where there was or is nothing."""

    field: str
    before: str
    after: str


def changes_of(entry: AdminLogEntry) -> list[Change]:
    """The fields of an entry in the order in which they were recorded."""
    before, after = entry.before or {}, entry.after or {}
    found = []
    for name in dict.fromkeys((*before, *after)):
        label = (_OF_PEOPLE if entry.subject_type == "person" else {}).get(name) or FIELDS.get(name)
        texts = (_text(name, before.get(name)), _text(name, after.get(name)))
        if label is not None and any(texts):
            found.append(Change(str(label), *texts))
    return found


def subject_of(entry: AdminLogEntry) -> str:
    """What the act was about, as the reader's language calls it today; else as it was called then."""
    named = _SUBJECTS.get(entry.subject_type)
    return named(entry) if named else entry.subject_label


def subject_url(entry: AdminLogEntry) -> str | None:
    """The page of what the act was about, where there is one."""
    if entry.subject_type in ("person", "account"):
        return url_for("admin.person", person_id=entry.subject_id)
    if entry.subject_type == "unit":
        return url_for("admin.unit", unit_id=entry.subject_id)
    if entry.subject_type == "process":
        return url_for("admin.processes", _anchor=entry.subject_id)
    return None


def _text(name: str, value: Any) -> str:
    if value is None or value == "" or (value is False and name in _SAID_WHEN_TRUE):
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    reader = _READERS.get(name)
    return reader(value) if reader else str(value)


def _unit(entry: AdminLogEntry) -> str:
    known = choices.unit_label(entry.subject_id)
    return entry.subject_label if known == entry.subject_id else known


def _process(entry: AdminLogEntry) -> str:
    try:
        return studio_words.name_of(engine().repository.definition(entry.subject_id))
    except DefinitionNotFound:
        return entry.subject_label


def _year(entry: AdminLogEntry) -> str:
    year = int(entry.subject_id)
    return _("民國%(roc)s年（%(year)s）", roc=year - 1911, year=year)


_SUBJECTS: dict[str, Callable[[AdminLogEntry], str]] = {
    "unit": _unit,
    "authority": _unit,
    "process": _process,
    "calendar": _year,
    "closure": lambda entry: roc_date(date.fromisoformat(entry.subject_label)),
    "job": lambda entry: job_text(entry.subject_label),
    "role": lambda entry: _("內建角色") if entry.subject_id == "*" else _role(entry.subject_id),
}


def _day(value: str) -> str:
    return roc_date(date.fromisoformat(value), "short")


def _moment(value: str) -> str:
    return roc_datetime(datetime.fromisoformat(value), "short")


def _days(value: list[str]) -> str:
    return listed(map(_day, value)) if len(value) <= _FEW else _("%(number)d天", number=len(value))


def _people(value: list[Any]) -> str:
    return listed(
        str(one["name"]) if isinstance(one, Mapping) else engine().directory.label(f"user:{one}", lang())
        for one in value
    )


def _groups(value: list[str]) -> str:
    return listed(engine().directory.label(group, lang()) for group in value) or _("無")


def _role(value: str) -> str:
    return engine().directory.label(f"{value}@", lang())


def _word(table: Mapping[Any, Any]) -> Callable[[Any], str]:
    return lambda value: str(table.get(value, value))


_READERS: dict[str, Callable[[Any], str]] = {
    **dict.fromkeys(("valid_from", "valid_to", "from", "last_day", "day"), _day),
    **dict.fromkeys(("starts_at", "ends_at", "cancelled_at"), _moment),
    **dict.fromkeys(("off", "work"), _days),
    **dict.fromkeys(words.GRANT_VERBS, _groups),
    **dict.fromkeys(("parent_id", "unit_id"), choices.unit_label),
    "deputies": _people,
    "headers": listed,
    "role_id": _role,
    "type": _word(words.UNIT_TYPES),
    "kind": _word(words.ASSIGNMENT_KINDS),
    "layer": _word(words.LAYERS),
    "part": _word(words.PARTS),
}
