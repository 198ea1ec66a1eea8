"""A form that arrives when nobody is signed in any more: what was typed goes along through the sign-in.

Only forms that came from a page of ours get here: the CSRF token was right, or the cookies were (they are not sent from
other sites). Nothing is done with the answers before the person sees them again and sends them.
"""

from __future__ import annotations

import json

from flask import render_template, request
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from webapp.rights import is_local

ACTION = "form_action"
_NOT_KEPT = frozenset({"csrf_token", "token", "back", ACTION})
_WRITTEN = frozenset({"text", "reason", "note"})
"""Boxes of other pages in which people write sentences."""
_MAX_LENGTH = 1_000_000
_WORTH_COPYING = 10


def carries_answers() -> bool:
    """Whether the request is a form that somebody filled in."""
    return request.method == "POST" and ACTION in request.form and is_local(request.form.get("back"))


def answers() -> str:
    """What was typed, as one text for a hidden field; empty where it is too much. Chosen files cannot go along."""
    typed = [pair for pair in request.form.items(multi=True) if pair[0] not in _NOT_KEPT]
    text = json.dumps(typed, ensure_ascii=False)
    return text if len(text) <= _MAX_LENGTH else ""


def resume_page(target: str | None, kept: str) -> str | None:
    """The page that leads back into the form with everything in it; None where nothing was kept.

    Args:
        target: the page of the form.
        kept: as `answers` gave it and the browser brought it back.
    """
    fields = _read(kept)
    if not fields or not is_local(target):
        return None
    return render_template("shell/resume.html", target=target, fields=fields, action=ACTION)


def typed_texts() -> list[str]:
    """The longer texts of the form that was sent, for a page that cannot take them: what is worth copying.

    Going back does not bring them: pages are not stored by browsers. What is secret has other names and stays out.
    """
    if request.method != "POST":
        return []
    try:
        sent = list(request.form.items(multi=True))
    except HTTPException:  # too large, or no form at all: it was not read
        return []
    texts = [text.strip() for name, text in sent if name.startswith("f.") or name in _WRITTEN]
    return [text for text in texts if len(text) >= _WORTH_COPYING]


def signed_out_text() -> str:
    """For the form's own page, where a script asked."""
    return _("登入已結束。您填寫的內容還在這一頁；按「送出」後重新登入，就能接著辦理。")


def _read(kept: str) -> list[tuple[str, str]]:
    try:
        found = json.loads(kept)
    except ValueError:
        return []
    pairs = found if isinstance(found, list) else []
    return [(str(pair[0]), str(pair[1])) for pair in pairs if isinstance(pair, list) and len(pair) == 2]
