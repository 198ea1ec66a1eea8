"""What a person should know: the bell, the list by day, and following a notice to its task."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine import Notification
from webapp.cases.words import labelled
from webapp.conditional import conditional
from webapp.dates import local, roc_date, weekday
from webapp.i18n import lang
from webapp.inbox import bp
from webapp.services import actor, engine

_PAGE = 50


@bp.get("/notifications")
def notifications() -> str:
    """The latest notices by day, unread ones marked; `?before=` goes on with older ones."""
    before = request.args.get("before", type=UUID)
    found = engine().notifications.of(actor(), before=before, limit=_PAGE + 1)
    shown = found[:_PAGE]
    return render_template(
        "inbox/notifications.html",
        days=_by_day(shown),
        first=url_for("inbox.notifications") if before else None,
        older=url_for("inbox.notifications", before=shown[-1].id) if len(found) > _PAGE else None,
        before=before,
    )


@bp.post("/notifications/read")
def read_notifications() -> Response:
    """Mark all as read."""
    engine().notifications.mark_read(actor())
    flash(_("通知已全部標為已讀。"), "success")
    return redirect(url_for("inbox.notifications"), 303)


@bp.post("/notifications/<uuid:notice_id>")
def open_notification(notice_id: UUID) -> Response:
    """Mark one as read and go where it points."""
    before = request.form.get("before", type=UUID)
    listed = engine().notifications.of(actor(), before=before, limit=2 * _PAGE)  # new ones may have come meanwhile
    notice = next((found for found in listed if found.id == notice_id), None)
    if notice is None:
        abort(404)
    engine().notifications.mark_read(actor(), notice_id)
    if notice.task_id:
        return redirect(url_for("inbox.task", task_id=notice.task_id), 303)
    if notice.request_id:
        return redirect(url_for("studio.pending", pending_id=notice.request_id), 303)
    return redirect(url_for("cases.show", instance_id=notice.instance_id), 303)


@bp.get("/notifications/bell")
def bell() -> Response:
    """The bell alone, conditionally, for polling."""
    return conditional(render_template("inbox/_bell.html"))


def _by_day(notices: Sequence[Notification]) -> list[tuple[str, list[tuple[Notification, str]]]]:
    """The notices under the day they came: today and yesterday by name, then the date with its weekday."""
    today = local(engine().clock.now()).date()
    latest_first = sorted(notices, key=lambda notice: notice.created_at, reverse=True)
    grouped = groupby(latest_first, key=lambda notice: local(notice.created_at).date())
    return [(_day_name(day, today), [(notice, words(notice)) for notice in some]) for day, some in grouped]


def _day_name(day: date, today: date) -> str:
    if day == today:
        return _("今天")
    if day == today - timedelta(days=1):
        return _("昨天")
    return _("%(day)s %(weekday)s", day=roc_date(day), weekday=weekday(day))


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
        "incident": lambda: _("案件發生狀況：%(step)s", step=step) if step else _("案件停住了，請維運人員處理。"),
        "commented": lambda: _("案件有新的意見。"),
        "request_approved": lambda: _("您送出的修改已核准並部署：%(process)s", process=_process(notice.params)),
        "request_rejected": lambda: _("您送出的修改被退回，沒有部署：%(process)s", process=_process(notice.params)),
    }
    known = sentences.get(notice.kind)
    return known() if known else _("案件有新的動態。")


def _process(params: Any) -> str:
    return str((params.get("process_en") if lang() == "en" else None) or params.get("process") or "")


def _step(params: Any) -> str:
    name = (params.get("task_en") if lang() == "en" else None) or params.get("task") or params.get("name") or ""
    label = params.get("label")
    return labelled(str(name), label)
