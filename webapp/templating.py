"""What every template may call besides the macros: words for people, cases and counts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Flask, g, url_for

from webapp.cases import words
from webapp.i18n import lang
from webapp.services import engine


def init_templating(app: Flask) -> None:
    """Give the templates of `app` their functions."""
    app.jinja_env.globals.update(
        candidate_labels=candidate_labels,
        case_state=words.state_text,
        case_tone=words.state_tone,
        case_where=words.where_text,
        words=words,
        preview_url=preview_url,
        unread_notifications=unread_notifications,
    )


def candidate_labels(candidates: Iterable[str], limit: int = 3) -> str:
    """Who a task was offered to, in words: 職工管理科承辦人、局長 …"""
    labels = list(dict.fromkeys(engine().directory.label(text, lang()) for text in candidates))
    joint = "、" if lang() == "zh" else ", "
    return joint.join(labels[:limit]) + (" …" if len(labels) > limit else "")


def preview_url(file_id: Any) -> str:
    """The preview page of an uploaded file."""
    return url_for("cases.preview", file_id=file_id)


def unread_notifications() -> int:
    """How many notifications the reader has not seen; 0 for nobody. 100 means more than 99."""
    if g.get("actor") is None:
        return 0
    return engine().notifications.unread(g.actor)
