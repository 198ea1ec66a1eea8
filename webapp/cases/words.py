"""A case in words: its state, where it is, and each line of its history as a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from engine import SYSTEM, HistoryEntry, ProcessInstance
from engine.forms.definition import is_own_word
from webapp.dates import roc_datetime
from webapp.decisions.decided import Decided
from webapp.i18n import lang, listed

MINOR = frozenset({"case.read", "message.buffered", "task.released", "task.claimed", "history.erased"})
TROUBLE = frozenset({"incident.opened", "service.failed"})


@dataclass(frozen=True)
class Line:
    """One line of the history as it is read.

    Attributes:
        entry: what was recorded.
        text: the whole sentence.
        who: who acted, with 甲代乙 where a deputy did.
        opinion: the words the person gave, if any.
        decisions: what tables decided in this step, in order.
    """

    entry: HistoryEntry
    text: str
    who: str
    opinion: str = ""
    decisions: Sequence[Decided] = ()

    @property
    def kind(self) -> str:
        """`trouble`, `minor` or `main`: how loudly the line is drawn."""
        if self.entry.verb in TROUBLE:
            return "trouble"
        return "minor" if self.entry.verb in MINOR else "main"


def who_acted(entry: HistoryEntry) -> str:
    """The actor; for a deputy both names (甲代乙)."""
    if entry.on_behalf_of_name:
        return _("%(me)s代%(name)s", me=entry.actor_name, name=entry.on_behalf_of_name)
    return _("系統") if entry.actor == "system" else entry.actor_name


def line(entry: HistoryEntry, elements: Mapping[str, str] | None = None) -> Line:
    """An entry as a sentence in the reader's language.

    Args:
        elements: the names of the diagram's elements, for steps nobody did by hand.
    """
    who = who_acted(entry)
    return Line(entry=entry, text=_sentence(entry, who, elements or {}), who=who, opinion=_opinion(entry))


def _sentence(entry: HistoryEntry, who: str, elements: Mapping[str, str]) -> str:
    params = entry.params
    step = step_name(entry, elements)
    reason = str(params.get("reason") or "")
    sentences = {
        "case.started": lambda: _started(params, who),
        "case.cancelled": lambda: _with(_("%(who)s撤案。", who=who), reason),
        "case.ended": lambda: _("案件異常結束。") if params.get("status") == "error" else _("案件結束。"),
        "case.migrated": lambda: _with(
            _("%(who)s將案件從第%(old)s版移到第%(new)s版。", who=who, old=params.get("version"), new=params.get("to")),
            reason,
        ),
        "case.suspended": lambda: _with(_("%(who)s暫停案件。", who=who), reason),
        "case.resumed": lambda: _("%(who)s恢復案件。", who=who),
        "case.commented": lambda: _("%(who)s留言。", who=who),
        "case.read": lambda: _("%(who)s檢視了案件。", who=who),
        "file.attached": lambda: _("%(who)s附上檔案「%(file)s」。", who=who, file=_file(entry)),
        "task.claimed": lambda: _("%(who)s簽收「%(step)s」。", who=who, step=step),
        "task.released": lambda: _("%(who)s取消簽收「%(step)s」。", who=who, step=step),
        "task.assigned": lambda: _with(
            _("%(who)s將「%(step)s」分給%(to)s。", who=who, step=step, to=_to(params)), reason
        ),
        "task.reassigned": lambda: _with(
            _("%(who)s將「%(step)s」改分給%(to)s。", who=who, step=step, to=_to(params)), reason
        ),
        "task.completed": lambda: _("%(who)s完成「%(step)s」。", who=who, step=step),
        "message.received": lambda: _("收到訊息「%(name)s」。", name=params.get("message") or ""),
        "message.buffered": lambda: _("訊息「%(name)s」已到，等案件走到接收的步驟。", name=params.get("message") or ""),
        "message.late": lambda: _(
            "訊息「%(name)s」在案件結束後才到，沒有作用；內容留在這裡。", name=params.get("message") or ""
        ),
        "signal.received": lambda: _("收到信號「%(name)s」。", name=params.get("signal") or ""),
        "timer.fired": lambda: _("「%(step)s」的時間到了。", step=step) if step else _("計時器的時間到了。"),
        "service.finished": lambda: _("系統完成「%(step)s」。", step=step) if step else _("系統完成一個步驟。"),
        "service.failed": lambda: _("系統執行「%(step)s」失敗。", step=step) if step else _("系統有一個步驟失敗。"),
        "incident.opened": lambda: (
            _("案件停住了，沒有人或系統可以讓它前進，等維運人員處理。")
            if params.get("kind") == "stuck"
            else _("「%(step)s」發生狀況，等維運人員處理。", step=step)
        ),
        "incident.retried": lambda: (
            _("%(who)s重新執行「%(step)s」。", who=who, step=step)
            if step
            else _("%(who)s重新執行失敗的步驟。", who=who)
        ),
        "history.erased": lambda: _with(_("%(who)s刪除了一筆歷程中的個人資料。", who=who), reason),
    }
    known = sentences.get(entry.verb)
    return known() if known else f"{who}：{entry.verb}"


def _with(sentence: str, reason: str) -> str:
    return _("%(sentence)s原因：%(reason)s", sentence=sentence, reason=reason) if reason else sentence


def step_name(entry: HistoryEntry, elements: Mapping[str, str] | None = None) -> str:
    """The step an entry is about, in the reader's language; empty when it is about none.

    A person's step carries its name; an automatic one is named by the first element it passed.
    """
    params, elements = entry.params, elements or {}
    english = (params.get("task_en") or elements.get(entry.element_id or "")) if lang() == "en" else None
    name = english or params.get("task") or params.get("name")
    if not name:
        passed = [entry.element_id, *(params.get("passed") or ())] if entry.verb != "case.started" else []
        name = next((elements[element] for element in passed if element and elements.get(element)), "")
    label = params.get("label")
    return labelled(str(name), label)


def _started(params: Mapping[str, Any], who: str) -> str:
    if params.get("condition"):
        return _("條件成立，系統起案。")
    return _("時間到，系統起案。") if params.get("timer") else _("%(who)s起案。", who=who)


def _to(params: Mapping[str, Any]) -> str:
    return str(params.get("to") or "")


def _file(entry: HistoryEntry) -> str:
    value = entry.values.get("file")
    return str(value.get("label") or "") if isinstance(value, Mapping) else ""


def _opinion(entry: HistoryEntry) -> str:
    given = entry.values.get("given")
    given = given if isinstance(given, Mapping) else {}
    whose = [key for key in given if is_own_word(key, "opinion")]  # `opinion`, or `acct_opinion` beside `hr_opinion`
    for key in (*whose, "reason", "comment", "body"):
        text = given.get(key)
        if isinstance(text, str) and text.strip():
            return text.strip()
    text = entry.values.get("text")
    return text.strip() if isinstance(text, str) else ""


def starter(case: ProcessInstance) -> str:
    """Who started the case."""
    return _("系統") if case.started_by == SYSTEM.person_id else case.started_by_name


def state_text(case: ProcessInstance) -> str:
    """辦理中, 暫停中, 暫停計時, 已結案 …"""
    if case.is_suspended:
        return _("暫停中")
    if case.status == "active":
        return _("辦理中（暫停計時）") if case.clock == "stopped" else _("辦理中")
    return {"completed": _("已結案"), "cancelled": _("已撤案"), "error": _("異常結束")}[case.status]


def state_tone(case: ProcessInstance) -> str:
    """The tone of the badge that says so."""
    if case.status == "active":
        return "warn" if case.is_suspended or case.clock == "stopped" or case.has_incident else "info"
    return {"completed": "good", "cancelled": "neutral", "error": "bad"}[case.status]


def since(task: Mapping[str, Any]) -> datetime:
    """Since when a case stands at an open step."""
    at = task["created_at"]
    return datetime.fromisoformat(at) if isinstance(at, str) else at


def waiting_since(case: ProcessInstance) -> datetime | None:
    """Since when the oldest open step of a case waits."""
    return min(map(since, case.open_tasks), default=None)


def labelled(name: str, label: Any) -> str:
    """A step with what it is about, when it is one of many."""
    return _("%(step)s：%(label)s", step=name, label=label) if name and label else name


def open_task_name(task: Mapping[str, Any]) -> str:
    """A step a case stands at."""
    name = (task.get("name_en") if lang() == "en" else None) or task["name"]
    return labelled(name, task.get("label"))


def where_text(case: ProcessInstance) -> str:
    """Where the case is now: its open steps; the first two and how many more."""
    names = [open_task_name(task) for task in case.open_tasks]
    if not names:
        return _("等候中") if case.is_open else ""
    shown = listed(names[:2])
    more = len(names) - 2
    return (
        ngettext("%(steps)s 等，另有%(num)d關", "%(steps)s 等，另有%(num)d關", more, steps=shown) if more > 0 else shown
    )


def outcome_text(outcome: str | None) -> str:
    """How the case came out, as the process names it."""
    return outcome or ""


def ended_text(case: ProcessInstance) -> str:
    """When and how it ended."""
    if case.ended_at is None:
        return ""
    when = roc_datetime(case.ended_at)
    if case.status == "cancelled":
        return _("%(when)s 撤案", when=when)
    return _("%(when)s 結案", when=when)
