"""Suspending a case and resuming it: what will happen is said first."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine import ProcessInstance
from engine.errors import CaseNotSuspended, InvalidFields, NotAllowed
from engine.wording import MAX_REASON
from webapp.cases import bp
from webapp.cases.words import open_task_name
from webapp.errors import suspended_text
from webapp.services import actor, engine, posted_token
from webapp.site_forms import text_fault


@bp.get("/cases/<uuid:instance_id>/suspend")
def ask_suspend(instance_id: UUID) -> str:
    """Say what suspending will do, and ask for the reason."""
    case = _case(instance_id)
    return _page(case)


@bp.post("/cases/<uuid:instance_id>/suspend")
def suspend(instance_id: UUID) -> Response:
    """Let the case stand still (暫停)."""
    reason = request.form.get("reason", "").strip()
    try:
        engine().suspension.suspend(instance_id, reason=reason, actor=actor(), token=posted_token())
    except InvalidFields as refusal:
        problem = text_fault(refusal, "reason", missing=_("請說明暫停的原因。"), most=MAX_REASON)
        return Response(_page(_case(instance_id), problem, reason), 422, mimetype="text/html")
    flash(_("案件已暫停。"), "success")
    return _back(instance_id)


@bp.get("/cases/<uuid:instance_id>/resume")
def ask_resume(instance_id: UUID) -> str:
    """Say what resuming will do."""
    case = _case(instance_id)
    if not case.is_suspended:
        raise CaseNotSuspended(business_key=case.business_key)
    steps = [open_task_name(task) for task in case.open_tasks]
    return render_template("cases/resume.html", case=case, steps=steps, suspension=suspension_text(case))


@bp.post("/cases/<uuid:instance_id>/resume")
def resume(instance_id: UUID) -> Response:
    """Let the case go on (恢復)."""
    engine().suspension.resume(instance_id, actor=actor(), token=posted_token())
    flash(_("案件已恢復。"), "success")
    return _back(instance_id)


def suspension_text(case: ProcessInstance) -> str:
    """Who suspended a case, when and why; empty while it runs."""
    said = engine().suspension.suspension(case.id, actor()) if case.is_suspended else None
    return suspended_text(said.who, said.at, said.reason) if said else ""


def _page(case: ProcessInstance, problem: str = "", reason: str = "") -> str:
    steps = [open_task_name(task) for task in case.open_tasks]
    suspension = suspension_text(case)
    return render_template(
        "cases/suspend.html", case=case, steps=steps, suspension=suspension, error=problem, reason=reason
    )


def _case(instance_id: UUID) -> ProcessInstance:
    """An open case that the reader may suspend. Raises InstanceNotFound, NotAllowed, InstanceEnded."""
    case = engine().runtime.instance(instance_id, actor())
    if not engine().suspension.may_suspend(case, actor()):
        raise NotAllowed(business_key=case.business_key)
    case.ensure_open()
    return case


def _back(instance_id: UUID) -> Response:
    return redirect(url_for("cases.show", instance_id=instance_id), 303)
