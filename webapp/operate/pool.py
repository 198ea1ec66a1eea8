"""The administrators' pool: tasks for which nobody was found; give each to a person."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.errors import InvalidFields
from engine.wording import MAX_REASON
from webapp.operate import bp
from webapp.services import actor, engine
from webapp.site_forms import text_fault

Page = str | tuple[str, int] | Response


@bp.get("/operate/pool")
def pool() -> str:
    """Tasks nobody can take, with whom the diagram wanted."""
    return _page()


@bp.post("/operate/pool/<uuid:task_id>")
def assign(task_id: UUID) -> Page:
    """Give a task of the pool to a person."""
    person_id = _person_id(request.form.get("person", ""))
    if person_id is None:
        return _page(task_id, _("請從清單中選一位在職人員。")), 422
    try:
        task = engine().tasks.assign(task_id, person_id, actor(), reason=request.form.get("reason", ""))
    except InvalidFields as error:
        wrong = _("請從清單中選一位在職人員。") if "person" in error.fields else ""
        reason = text_fault(error, "reason", missing=_("請說明改分的原因。"), most=MAX_REASON)
        return _page(task_id, wrong, reason), 422
    flash(_("「%(task)s」已交給%(name)s。", task=task.name, name=task.assignee_name), "success")
    return redirect(url_for("operate.pool"), 303)


def _page(wrong_task: UUID | None = None, error: str = "", reason_error: str = "") -> str:
    return render_template(
        "operate/pool.html",
        tasks=engine().monitor.pool(actor()),
        people=engine().directory.people(),
        wrong_task=wrong_task,
        error=error,
        reason_error=reason_error,
        typed=request.form.get("person", ""),
        reason=request.form.get("reason", ""),
    )


def _person_id(typed: str) -> str | None:
    """A person's id from what was chosen or typed: the id, or the list's `name (id)`."""
    text = typed.strip()
    if text.endswith(")") and "(" in text:
        text = text[text.rindex("(") + 1 : -1].strip()
    return text or None
