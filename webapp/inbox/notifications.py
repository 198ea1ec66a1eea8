"""What a person should know: the bell, the list, and following a notice to its task."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine import Notification
from webapp.cases.words import labelled
from webapp.conditional import conditional
from webapp.i18n import lang
from webapp.inbox import bp
from webapp.services import actor, engine

_LIMIT = 100


@bp.get("/notifications")
def notifications() -> str:
    """The latest notices, unread ones marked."""
    found = engine().notifications.of(actor(), limit=_LIMIT)
    return render_template("inbox/notifications.html", notices=[(notice, words(notice)) for notice in found])


@bp.post("/notifications/read")
def read_notifications() -> Response:
    """Mark all as read."""
    engine().notifications.mark_read(actor())
    flash(_("通知已全部標為已讀。"), "success")
    return redirect(url_for("inbox.notifications"), 303)


@bp.post("/notifications/<uuid:notice_id>")
def open_notification(notice_id: UUID) -> Response:
    """Mark one as read and go where it points."""
    notice = next((found for found in engine().notifications.of(actor(), limit=_LIMIT) if found.id == notice_id), None)
    if notice is None:
        abort(404)
    engine().notifications.mark_read(actor(), notice_id)
    if notice.task_id:
        return redirect(url_for("inbox.task", task_id=notice.task_id), 303)
    return redirect(url_for("cases.show", instance_id=notice.instance_id), 303)


@bp.get("/notifications/bell")
def bell() -> Response:
    """The bell alone, conditionally, for polling."""
    return conditional(render_template("inbox/_bell.html"))


def words(notice: Notification) -> str:
    """A notice as a sentence."""
    step = _step(notice.params)
    sentences: dict[str, Any] = {
        "arrived": lambda: _("新的工作：%(step)s", step=step),
        "assigned": lambda: _("分給您的工作：%(step)s", step=step),
        "due": lambda: _("快到限辦日：%(step)s", step=step),
        "overdue": lambda: _("已逾限辦日：%(step)s", step=step),
        "case_due": lambda: _("案件快到限辦日。"),
        "case_overdue": lambda: _("案件已逾限辦日。"),
        "returned": lambda: _("退回給您的工作：%(step)s", step=step),
        "cancelled": lambda: _("案件已撤案，您的工作取消：%(step)s", step=step),
        "ended": lambda: _("案件已結束。"),
        "incident": lambda: _("案件發生狀況：%(step)s", step=step),
        "commented": lambda: _("案件有新的意見。"),
    }
    known = sentences.get(notice.kind)
    return known() if known else _("案件有新的動態。")


def _step(params: Any) -> str:
    name = (params.get("task_en") if lang() == "en" else None) or params.get("task") or params.get("name") or ""
    label = params.get("label")
    return labelled(str(name), label)
