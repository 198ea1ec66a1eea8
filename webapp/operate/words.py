"""Incidents and jobs in plain words: what happened, and what whoever reads this can do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from engine import Incident
from engine.errors import Conflict, EngineError, RecordNotFound
from engine.monitor import COUNTED_TO
from webapp.cases.data import element_names
from webapp.errors import text_of
from webapp.i18n import lang

KINDS: dict[str, Any] = {
    "script": _l("計算失敗"),
    "condition": _l("條件無法判斷"),
    "decision": _l("決策表沒有結果"),
    "service": _l("外部系統沒有完成"),
    "assignment": _l("找不到承辦人"),
    "timer": _l("時間無法計算"),
    "limit": _l("超過系統限制"),
    "definition": _l("流程定義有問題"),
    "error": _l("流程中的錯誤"),
    "stuck": _l("案件停住了"),
}

_CAUSES: dict[str, tuple[Any, Any]] = {
    "script": (
        _l("流程裡的一段計算用到的資料缺漏或型別不對，所以算不出結果。"),
        _l("請看下方的變數：缺的補上、型別不對的改正，再重試。如果是計算式本身寫錯，請流程管理者修正流程。"),
    ),
    "condition": (
        _l("案件走到分岔，但沒有一個條件成立，或條件用到的資料缺漏。"),
        _l("請補上或改正條件用到的變數，再重試。"),
    ),
    "decision": (
        _l("決策表裡沒有一列符合這件案件的資料，或輸入的資料缺漏。"),
        _l("請比對決策表的輸入欄與下方的變數，改正後重試；若確實少了一列規則，請流程管理者補上。"),
    ),
    "service": (
        _l("對外的動作（寄信、呼叫其他系統）試了幾次都沒有成功，或對方拒絕。"),
        _l("請確認對方系統與網路正常、收件地址正確，再重試。重試不會使對方重複處理同一件事。"),
    ),
    "assignment": (
        _l("這一步要交給的角色或人員目前沒有人，工作暫時放在管理者的公用匣。"),
        _l("請在人員頁授予角色後重試，或到公用匣直接指定一位承辦人。"),
    ),
    "timer": (
        _l("限辦日或等待的時間算不出來，多半是日期缺漏。"),
        _l("請補上日期的變數，再重試。"),
    ),
    "limit": (
        _l("這一步執行太久、迴圈太多次，或案件的資料太大。"),
        _l("請檢查重複次數與清單的長度；資料改小後重試。若流程沒有終點，請流程管理者修正。"),
    ),
    "definition": (
        _l("案件使用的流程版本讀不出來，或和案件的狀態不相符。"),
        _l("請通知系統管理者；案件的資料沒有改變。"),
    ),
    "error": (
        _l("流程丟出了一個錯誤，但流程圖上沒有人接住它。"),
        _l("請看技術細節中的錯誤代碼；改正變數後重試，或請流程管理者在圖上處理這個錯誤。"),
    ),
    "stuck": (
        _l("案件還沒結束，卻沒有待辦、計時、訊息或對外呼叫可以讓它前進；系統定期檢查時發現。"),
        _l(
            "請重試：系統會依案件保存的狀態，把遺失的待辦、計時與呼叫補回來，已經做過的不會再做一次。"
            "案件若自己恢復前進，這筆狀況會自動結案；重試無效時，請通知系統管理者執行 siwei verify。"
        ),
    ),
}

JOBS: dict[str, Any] = {
    "timer": _l("計時器"),
    "start_timer": _l("定時起案"),
    "service_call": _l("呼叫連接器"),
    "deliver_message": _l("傳遞訊息"),
    "deliver_signal": _l("傳遞信號"),
    "deliver_kept": _l("傳遞早到的訊息"),
    "notify": _l("產生通知"),
    "notice_mail": _l("寄送通知信"),
}

FAULTS: dict[str, Any] = {
    "edited": _l("內容被改過"),
    "deleted": _l("有一筆被刪除"),
    "reordered": _l("順序被調換"),
    "tail-cut": _l("最後的紀錄被截去"),
    "value-edited": _l("紀錄的值被改過"),
    "head-edited": _l("案件上的鏈結尾端被改過"),
    "case-missing": _l("案號已發出，但整件案件不見了"),
    "anchor-broken": _l("外部錨點與資料庫不符"),
}


_BOTH = re.compile(r"(?P<chinese>[^()]*[\u4e00-\u9fff][^()]*?) \((?P<english>[^()]+)\)(?P<more>.*)", re.DOTALL)
"""How the engine says what is wrong: in Chinese, in brackets in English, then what it is about."""


@dataclass(frozen=True)
class Cause:
    """Why a case stands still, and what to do about it."""

    title: str
    what: str
    advice: str


def cause(incident: Incident) -> Cause:
    """An incident in plain words."""
    what, advice = _CAUSES.get(incident.kind, _CAUSES["error"])
    return Cause(kind_text(incident.kind), str(what), str(advice))


def kind_text(kind: str) -> str:
    """The kind of an incident in two or three words."""
    return str(KINDS.get(kind, kind))


def step_text(incident: Incident) -> str:
    """The step an incident is about, in the reader's language; it may be the whole case."""
    if incident.kind == "stuck":
        return _("整件案件")
    drawn = element_names(incident.definition_id) if incident.definition_id else {}
    return drawn.get(incident.element_id) or incident.element_name or incident.element_id


def detail(message: str) -> str:
    """What the engine says of an incident, of both languages it says it in the reader's."""
    both = _BOTH.match(message)
    if both is None:
        return message
    if lang() == "en":
        return both["english"] + both["more"]
    return both["chinese"] + ("。" if both["more"] == "." else both["more"])


def job_text(kind: str) -> str:
    """What a job does."""
    return str(JOBS.get(kind, kind))


def counted(number: int) -> str:
    """How many there are, where counting ends at some number."""
    if number > COUNTED_TO:
        return _("超過%(most)s", most=f"{COUNTED_TO:,}")
    return f"{number:,}"


def fault_text(kind: str) -> str:
    """What is wrong with a history."""
    return str(FAULTS.get(kind, kind))


def refusal(error: EngineError) -> str:
    """Why an incident could not be run again."""
    if isinstance(error, RecordNotFound):
        return _("這筆狀況已經不存在。")
    if isinstance(error, Conflict):
        return _("別人剛才已經處理了這筆狀況。")
    if error.params.get("candidates"):
        return _("還是沒有人可以承辦；請先授予角色，或到公用匣指定承辦人。")
    return text_of(error)
