"""What the mail about a notice says, in the reader's language."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from engine.calendar.working_days import TAIPEI
from engine.cases.values import CONFIDENTIAL
from engine.store.reminder_queries import MailFacts

_ROC_OFFSET = 1911

_WORDS = {
    "zh": {
        "arrived": "新的工作",
        "assigned": "分給您的工作",
        "due": "工作快到限辦日",
        "overdue": "工作已逾限辦日",
        "case_due": "案件快到限辦日",
        "case_overdue": "案件已逾限辦日",
        "returned": "退回給您的工作",
        "incident": "案件發生狀況",
        "other": "案件有新的動態",
    },
    "en": {
        "arrived": "New work",
        "assigned": "Work given to you",
        "due": "Work due soon",
        "overdue": "Work overdue",
        "case_due": "A case is due soon",
        "case_overdue": "A case is overdue",
        "returned": "Work returned to you",
        "incident": "A case needs an operator",
        "other": "News of a case",
    },
}
_SUBJECT = {"zh": "【四維】{what}（{number}）", "en": "[Siwei] {what} ({number})"}
_BODY = {
    "zh": "{name}您好：\n\n{what}\n\n案號：{number}\n流程：{process}\n{subject}{due}\n"
    "請至四維流程平臺辦理：\n{link}\n\n"
    "本信由系統寄出，請勿直接回覆。如不需要電子郵件通知，可在「通知」頁關閉。\n",
    "en": "Dear {name},\n\n{what}\n\nCase: {number}\nProcess: {process}\n{subject}{due}\nOpen it in Siwei:\n{link}\n\n"
    "This message was sent by the system; please do not reply. You can switch e-mails off on the page Notifications.\n",
}


def compose(facts: MailFacts, address: str) -> dict[str, str]:
    """Arguments for the mail connector, without the receiver.

    A confidential case is named by its number only: mail travels outside.

    Args:
        address: of the site, for the link.
    """
    lang = "en" if facts.lang == "en" else "zh"
    words = _WORDS[lang]
    secret = facts.security_class == CONFIDENTIAL
    task = "" if secret else _task(facts.params, lang)
    colon = "：" if lang == "zh" else ": "
    what = words.get(facts.kind, words["other"]) + (f"{colon}{task}" if task else "")
    process = facts.process_name_en if lang == "en" and facts.process_name_en else facts.process_name
    subject = "" if secret or not facts.subject else f"{'主旨：' if lang == 'zh' else 'Subject: '}{facts.subject}\n"
    return {
        "subject": _SUBJECT[lang].format(what=what, number=facts.business_key),
        "body": _BODY[lang].format(
            name=facts.name,
            what=what,
            number=facts.business_key,
            process=process,
            subject=subject,
            due=_due(facts.params, lang),
            link=_link(facts, address),
        ),
    }


def _task(params: dict[str, Any], lang: str) -> str:
    name = (params.get("task_en") if lang == "en" else None) or params.get("task") or ""
    label = params.get("label")
    return f"{name}（{label}）" if name and label else str(name)


def _due(params: dict[str, Any], lang: str) -> str:
    text = params.get("due_at")
    if not text:
        return ""
    moment = datetime.fromisoformat(text).astimezone(TAIPEI)
    if lang == "en":
        return f"Due: {moment:%Y-%m-%d %H:%M}\n"
    return f"限辦日：民國{moment.year - _ROC_OFFSET}年{moment.month}月{moment.day}日 {moment:%H:%M}\n"


def _link(facts: MailFacts, address: str) -> str:
    base = address.rstrip("/")
    if facts.kind == "incident":
        return f"{base}/operate/incidents"
    return f"{base}/tasks/{facts.task_id}" if facts.task_id else f"{base}/cases/{facts.instance_id}"
