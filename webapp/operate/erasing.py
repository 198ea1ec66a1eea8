"""Erasing the values of one entry of a case's history: when their time is over, or a person asks for it."""

from __future__ import annotations

from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine import HistoryEntry, ProcessInstance
from engine.errors import InstanceNotFound, InvalidFields
from engine.wording import MAX_REMARK
from webapp.cases.words import line
from webapp.operate import bp
from webapp.services import actor, engine
from webapp.site_forms import text_fault

Page = str | tuple[str, int] | Response


@bp.get("/operate/erasure")
def erasure() -> Page:
    """The entries of one case, by its number: which still hold values."""
    number = request.args.get("number", "").strip()[:100]
    case, entries, error = None, [], ""
    if number:
        try:
            case = engine().runtime.by_business_key(number, actor())
            entries = engine().history.timeline(case.id, actor())
        except InstanceNotFound:
            error = _("沒有這個案號，或不在您可以查看的範圍內。")
    page = render_template(
        "operate/erasure.html",
        number=number,
        case=case,
        entries=[(entry, line(entry)) for entry in entries],
        error=error,
    )
    return (page, 422) if error else page


@bp.get("/operate/erasure/<uuid:instance_id>/<int:seq>")
def confirm_erasure(instance_id: UUID, seq: int) -> str:
    """What will be erased, and that it cannot be undone."""
    return _confirm(*_found(instance_id, seq))


@bp.post("/operate/erasure/<uuid:instance_id>/<int:seq>")
def erase(instance_id: UUID, seq: int) -> Page:
    """Erase the values of the entry; who did it, when and why stays."""
    case, entry = _found(instance_id, seq)
    reason = request.form.get("reason", "")
    if request.form.get("sure") != "yes":
        return _confirm(case, entry, reason, _("請勾選確認，清除後無法復原。"), "sure"), 422
    try:
        engine().history.erase(entry.id, reason, actor())
    except InvalidFields as refusal:
        fault = text_fault(refusal, "reason", missing=_("請填寫理由。"), most=MAX_REMARK)
        return _confirm(case, entry, reason, fault), 422
    flash(_("第%(seq)d筆紀錄的內容已清除；誰、何時、為何清除都已記錄。", seq=seq), "success")
    return redirect(url_for("operate.erasure", number=case.business_key), 303)


def _found(instance_id: UUID, seq: int) -> tuple[ProcessInstance, HistoryEntry]:
    case = engine().runtime.instance(instance_id, actor())
    entry = next((found for found in engine().history.timeline(instance_id, actor()) if found.seq == seq), None)
    if entry is None:
        abort(404)
    return case, entry


def _confirm(
    case: ProcessInstance, entry: HistoryEntry, reason: str = "", error: str = "", field: str = "reason"
) -> str:
    names = sorted({name for part in entry.values.values() if isinstance(part, dict) for name in part})
    return render_template(
        "operate/erase.html",
        case=case,
        entry=entry,
        sentence=line(entry),
        names=names,
        reason=reason,
        error=error,
        field=field,
    )
