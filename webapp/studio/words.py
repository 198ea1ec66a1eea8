"""What the studio calls things."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from engine import ProcessDefinition
from engine.errors import RecordNotFound
from webapp.i18n import lang
from webapp.services import engine

KINDS: dict[str, Any] = {"bpmn": _l("流程圖"), "dmn": _l("決策表"), "form": _l("表單"), "yaml": _l("函稿")}
STARTS: dict[str, Any] = {
    "none": _l("由人起案"),
    "message": _l("收到訊息"),
    "signal": _l("收到信號"),
    "timer": _l("時間到"),
    "conditional": _l("條件成立"),
}
"""When a case begins, by what its start event waits for."""
CODE: dict[str, Any] = {"script": _l("程式"), "connector": _l("連接器"), "expression": _l("條件式")}
CHANGES: dict[str, Any] = {
    "added": _l("新增"),
    "changed": _l("修改"),
    "removed": _l("刪除"),
    "same": _l("未變"),
}
TERMS: dict[str, Any] = {
    "name": _l("名稱"),
    "documentation": _l("文字說明"),
    "script": _l("程式"),
    "conditionexpression": _l("條件"),
    "default": _l("預設流向"),
    "sourceref": _l("起點"),
    "targetref": _l("終點"),
    "eventdefinitions": _l("事件"),
    "loopcharacteristics": _l("重複執行"),
    "calledelement": _l("呼叫的流程"),
    "attachedtoref": _l("附著的步驟"),
    "cancelactivity": _l("中斷與否"),
    "candidategroups": _l("承辦角色"),
    "candidateusers": _l("承辦人員"),
    "assignee": _l("指定承辦人"),
    "formkey": _l("表單"),
    "duedate": _l("期限"),
    "extensionelements": _l("其他設定"),
    "label": _l("標籤"),
    "key": _l("鍵"),
    "type": _l("類型"),
    "values": _l("選項"),
    "description": _l("文字說明"),
    "validate.required": _l("必填"),
    "conditional.hide": _l("隱藏條件"),
    "expression": _l("運算式"),
    "typeref": _l("類型"),
    "allowed": _l("可用的值"),
    "hitpolicy": _l("命中規則"),
    "calleddecisionid": _l("使用的決策"),
    "nameen": _l("英文名稱"),
    "properties.label_en": _l("英文標籤"),
    "properties.help": _l("填寫說明"),
}
"""What an author can change of an element, a field or a table, by the name of its attribute in lower case."""

FIELD_TYPES: dict[str, Any] = {
    "textfield": _l("單行文字"),
    "textarea": _l("多行文字"),
    "number": _l("數字"),
    "datetime": _l("日期時間"),
    "expression": _l("計算"),
    "filepicker": _l("檔案上傳"),
    "checkbox": _l("勾選"),
    "checklist": _l("複選"),
    "radio": _l("單選"),
    "select": _l("下拉選單"),
    "taglist": _l("標籤清單"),
    "text": _l("說明文字"),
    "table": _l("表格"),
    "spacer": _l("留白"),
    "separator": _l("分隔線"),
    "group": _l("群組"),
    "dynamiclist": _l("重複列"),
    "button": _l("按鈕"),
}


def field_type(name: str) -> str:
    """A form-js type of field in words; its own name where our forms do not know it."""
    return str(FIELD_TYPES.get(name, name))


def term(name: str) -> str:
    """An attribute in words; its own name where there is none for it (an author's variable, a rare setting)."""
    return str(TERMS.get(name.lower(), name))


LEVELS: dict[str, Any] = {"error": _l("錯誤"), "warning": _l("提醒"), "todo": _l("待辦")}
_YEARS = re.compile(r"(\d{1,3})年", re.ASCII)
LEVEL_TITLES: dict[str, Any] = {
    "error": _l("要改正的錯誤"),
    "todo": _l("還沒畫完的地方"),
    "warning": _l("請您留意"),
}
LEVEL_TONES = {"error": "bad", "warning": "warn", "todo": "info"}


def name_of(definition: ProcessDefinition) -> str:
    """A process's name in the reader's language, as far as its author wrote it."""
    return (definition.name_en if lang() == "en" else None) or definition.name


def name_lang(definition: ProcessDefinition) -> str | None:
    """The `lang` of that name where it is not the page's."""
    return "zh-Hant-TW" if lang() == "en" and not definition.name_en else None


def retention_text(value: str | None) -> str:
    """How long a case is kept, as the diagram says it: 10年 · 10 years; anything else as it stands."""
    years = _YEARS.fullmatch(value or "")
    if years:
        return ngettext("%(num)d年", "%(num)d年", int(years.group(1)))
    return _("永久") if value == "永久" else value or ""


def owner_of(definition: ProcessDefinition) -> str:
    """The unit that answers for a process; empty where the diagram names none."""
    unit_id = definition.properties.get("ownerUnit")
    if not unit_id:
        return ""
    try:
        unit = engine().directory.unit(unit_id)
    except RecordNotFound:
        return unit_id
    return (getattr(unit, "name_en", None) if lang() == "en" else None) or unit.name


def person_name(person_id: str | None) -> str:
    """Whose id this is; the id itself for the system and for people long gone."""
    if not person_id:
        return ""
    if person_id == "system":
        return str(_l("系統"))
    return engine().directory.label(f"user:{person_id}", lang())
