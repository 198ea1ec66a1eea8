"""Everybody's leave and deputies, as administrators enter them."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp.admin import bp
from webapp.admin.people import Page, person_page
from webapp.auth.deputies import DeputiesForm, LeaveForm, save_deputies, save_leave
from webapp.services import actor, engine


@bp.get("/admin/leave")
def leave() -> str:
    """Who is or will be away, and who stands in."""
    return render_template("admin/leave.html", leaves=engine().directory.delegations())


@bp.post("/admin/people/<person_id>/leave")
def enter_leave(person_id: str) -> Page:
    """Enter somebody's leave."""
    form = LeaveForm(prefix="leave-")
    if not save_leave(form, person_id):
        return person_page(person_id, leave=form), 422
    flash(_("請假與代理已登錄。"), "success")
    return redirect(url_for("admin.person", person_id=person_id), 303)


@bp.post("/admin/leave/<uuid:leave_id>/cancel")
def cancel_leave(leave_id: UUID) -> Response:
    """Take somebody's leave back, or end it now."""
    engine().directory.cancel_leave(leave_id, actor=actor())
    flash(_("請假已取消或提前結束。"), "success")
    return redirect(url_for("admin.leave"), 303)


@bp.post("/admin/people/<person_id>/deputies")
def set_deputies(person_id: str) -> Page:
    """Set who stands in for somebody as a rule."""
    form = DeputiesForm(prefix="deputies-")
    if not save_deputies(form, person_id):
        return person_page(person_id, deputies=form), 422
    flash(_("平常的代理人已更新。"), "success")
    return redirect(url_for("admin.person", person_id=person_id), 303)
