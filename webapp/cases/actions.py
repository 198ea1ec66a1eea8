"""What can be done to a case apart from its tasks: remark, attach, follow, withdraw."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine import ProcessInstance
from engine.errors import InvalidFields
from engine.forms import Field
from engine.wording import MAX_REASON, MAX_REMARK
from webapp.cases import bp
from webapp.cases.page import page_of
from webapp.cases.words import open_task_name
from webapp.rights import local_or
from webapp.services import actor, engine, posted_token
from webapp.site_forms import text_fault
from webapp.taskforms.messages import message_text
from webapp.taskforms.uploads import UploadRefused, check_upload

_ANY_FILE = Field(id="attachment", type="filepicker", path=("attachment",))
"""An attachment obeys the same rules as a file in a form."""


@bp.post("/cases/<uuid:instance_id>/comments")
def comment(instance_id: UUID) -> Response:
    """Add a remark to the case."""
    text = request.form.get("text", "")
    try:
        engine().runtime.comment(instance_id, text, actor=actor(), token=posted_token())
    except InvalidFields as refusal:
        problem = text_fault(refusal, "text", missing=_("請寫下意見再送出。"), most=MAX_REMARK)
        case = engine().runtime.instance(instance_id, actor())
        page = page_of(case, "comments", comment_typed=text, comment_problem=problem)
        return Response(page, 422, mimetype="text/html")
    flash(_("意見已加入。"), "success")
    return _back(instance_id, "comments")


@bp.post("/cases/<uuid:instance_id>/attachments")
def attach(instance_id: UUID) -> Response:
    """Store one or more files and attach them; what is refused is named, the rest is kept."""
    kept, token = 0, posted_token()
    for number, upload in enumerate(request.files.getlist("files")):
        if not upload.filename:
            continue
        try:
            found = check_upload(_ANY_FILE, upload.filename, upload.stream.read())
        except UploadRefused as refusal:
            flash(message_text(refusal.message), "error")
            continue
        stored = engine().runtime.store_file(found.name, found.content, found.content_type, actor=actor())
        engine().runtime.attach(instance_id, stored.id, actor=actor(), token=token and f"{token}-{number}")
        kept += 1
    if kept:
        flash(_("檔案已附上。"), "success")
    return _back(instance_id, "attachments")


@bp.post("/cases/<uuid:instance_id>/follow")
def follow(instance_id: UUID) -> Response:
    """Follow the case, or stop following it."""
    wanted = request.form.get("wanted") == "1"
    engine().runtime.follow(instance_id, actor(), on=wanted)
    flash(_("已加入追蹤。") if wanted else _("已取消追蹤。"), "success")
    return _back(instance_id, "overview")


@bp.get("/cases/<uuid:instance_id>/cancel")
def ask_cancel(instance_id: UUID) -> str:
    """Say what withdrawing will do, and ask for the reason."""
    case = engine().runtime.instance(instance_id, actor())
    case.ensure_open()
    return _cancel_page(case)


@bp.post("/cases/<uuid:instance_id>/cancel")
def cancel(instance_id: UUID) -> Response:
    """Withdraw the case (撤案)."""
    reason = request.form.get("reason", "").strip()
    try:
        engine().runtime.cancel(instance_id, reason=reason, actor=actor(), token=posted_token())
    except InvalidFields as refusal:
        problem = text_fault(refusal, "reason", missing=_("請說明撤案的原因。"), most=MAX_REASON)
        case = engine().runtime.instance(instance_id, actor())
        return Response(_cancel_page(case, problem, reason), 422, mimetype="text/html")
    flash(_("案件已撤案。"), "success")
    return redirect(url_for("cases.show", instance_id=instance_id), 303)


def _cancel_page(case: ProcessInstance, problem: str = "", reason: str = "") -> str:
    steps = [open_task_name(task) for task in case.open_tasks]
    return render_template("cases/cancel.html", case=case, steps=steps, error=problem, reason=reason)


def _back(instance_id: UUID, view: str) -> Response:
    return redirect(
        local_or(request.form.get("back"), lambda: url_for("cases.show", instance_id=instance_id, view=view)), 303
    )
