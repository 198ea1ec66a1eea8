"""What every template may call besides the macros: words for people, cases and counts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Flask, g, url_for
from flask_babel import gettext as _

from engine import ProcessInstance, effective_person
from engine.wording import MAX_REASON, MAX_REMARK
from webapp.cases import words
from webapp.cases.where import is_working, open_steps, waiting_for
from webapp.i18n import lang
from webapp.services import engine


def init_templating(app: Flask) -> None:
    """Give the templates of `app` their functions."""
    app.jinja_env.globals.update(
        candidate_labels=candidate_labels,
        MAX_REASON=MAX_REASON,
        MAX_REMARK=MAX_REMARK,
        case_state=words.state_text,
        case_tone=words.state_tone,
        case_where=words.where_text,
        case_steps=case_steps,
        task_holder=task_holder,
        words=words,
        open_steps=open_steps,
        waiting_for=waiting_for,
        is_working=is_working,
        kept_searches=kept_searches,
        preview_url=preview_url,
        unread_notifications=unread_notifications,
        reassignable=reassignable,
    )


def kept_searches() -> list[Any]:
    """The reader's own kept searches, as links."""
    from webapp.inbox.searches import kept_searches as found  # the inbox's views import this module's words

    return found()


def candidate_labels(candidates: Iterable[str], limit: int = 3) -> str:
    """Who a task was offered to, in words: 職工管理科承辦人、局長 …"""
    labels = list(dict.fromkeys(engine().directory.label(text, lang()) for text in candidates))
    joint = "、" if lang() == "zh" else ", "
    return joint.join(labels[:limit]) + (" …" if len(labels) > limit else "")


def task_holder(assignee_name: str | None, candidates: Iterable[str] | None) -> str:
    """Who has an open task; while nobody has, to whom it is offered."""
    if assignee_name or not candidates:
        return assignee_name or _("待簽收")
    return _("待簽收：%(who)s", who=candidate_labels(candidates, 2))


def case_steps(case: ProcessInstance) -> list[tuple[str, str]]:
    """The first two steps a case stands at, each with who has it or may take it."""
    return [
        (words.open_task_name(task), task_holder(task.get("assignee_name"), task.get("candidates")))
        for task in case.open_tasks[:2]
    ]


def preview_url(file_id: Any) -> str:
    """The preview page of an uploaded file."""
    return url_for("cases.preview", file_id=file_id)


def reassignable() -> list[Any]:
    """To whom the reader may give work: the people of the units they head, else those of their own unit."""
    who = g.actor
    units = sorted(group[5:] for group in who.groups if group.startswith("head@"))
    if not units:
        own = engine().directory.person(effective_person(who)).unit_id
        units = [own] if own else []
    found = {person.id: person for unit in units for person in engine().directory.people(unit_id=unit)}
    return sorted(found.values(), key=lambda person: (person.unit_id or "", person.id))


def unread_notifications() -> int:
    """How many notifications the reader has not seen; 0 for nobody, and where all failed. 100 means more than 99."""
    if g.get("actor") is None or g.get("has_failed"):
        return 0
    return engine().notifications.unread(g.actor)
