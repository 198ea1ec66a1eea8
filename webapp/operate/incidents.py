"""Incidents: what stands still, why in plain words, mend and run again, one or many."""

from __future__ import annotations

from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine import Incident
from engine.errors import EngineError, Invalid, NotAllowed, StepFailed, ValueRefused
from webapp.errors import text_of
from webapp.i18n import lang
from webapp.operate import bp, words
from webapp.operate.mending import TYPES, Mending
from webapp.services import actor, engine

Page = str | tuple[str, int] | Response
_PAGE = 50
_MOST = 200


@bp.get("/operate/incidents")
def incidents() -> str:
    """Open incidents, or resolved ones, filtered by process and kind."""
    process, kind = request.args.get("process", ""), request.args.get("kind", "")
    resolved = request.args.get("state") == "resolved"
    after = request.args.get("after")
    page = engine().incidents.incidents(
        actor(), process_key=process or None, kind=kind or None, resolved=resolved, after=after, limit=_PAGE
    )
    query = {"process": process or None, "kind": kind or None, "state": "resolved" if resolved else None}
    return render_template(
        "operate/incidents.html",
        incidents=page.rows,
        names=process_names(),
        process=process,
        kind=kind,
        resolved=resolved,
        first=url_for("operate.incidents", **query) if after else None,
        next=url_for("operate.incidents", after=page.after, **query) if page.after else None,
        words=words,
    )


@bp.post("/operate/incidents/retry")
def retry_many() -> Page:
    """Run several again as they are; the answer lists what became of each."""
    chosen = [_uuid(text) for text in request.form.getlist("incident")[:_MOST]]
    if not chosen:
        flash(_("請先勾選要重試的狀況。"), "error")
        return redirect(url_for("operate.incidents"), 303)
    before = {incident_id: _seen(incident_id) for incident_id in chosen}
    results = []
    for incident_id, done, error in engine().incidents.retry_many(chosen, actor=actor()):
        results.append((before[incident_id], *_verdict(incident_id, done, error)))
    return render_template("operate/retried.html", results=results, names=process_names(), words=words)


@bp.get("/operate/incidents/<uuid:incident_id>")
def incident(incident_id: UUID) -> str:
    """One incident: cause, what to do, the variables to mend."""
    return _show(engine().incidents.incident(incident_id, actor()))


@bp.post("/operate/incidents/<uuid:incident_id>")
def retry(incident_id: UUID) -> Page:
    """Lay the mended variables over the case and run the failed element again."""
    found = engine().incidents.incident(incident_id, actor())
    mending = _mending(found)
    changed = {}
    if mending is not None:
        mending.read(request.form)
        if mending.errors:
            return _show(found, mending), 422
        changed = mending.changed()
    try:
        engine().incidents.retry(incident_id, variables=changed, actor=actor())
    except ValueRefused:
        return _show(found, mending, problem=_("有一個值無法儲存，請檢查特殊字元或長度。")), 422
    except Invalid as error:
        return _show(found, mending, problem=words.refusal(error)), 422
    except StepFailed as error:
        return _show(found, mending, problem=text_of(error)), 422
    again = engine().incidents.incident(incident_id, actor())
    if again.resolved_at is None:
        flash(_("已重試，但同一步驟又失敗了。原因見下方。"), "warning")
        return redirect(url_for("operate.incident", incident_id=incident_id), 303)
    flash(_("已重試，「%(step)s」完成，案件繼續進行。", step=words.step_text(found)), "success")
    return redirect(url_for("operate.incidents"), 303)


def process_names() -> dict[str, str]:
    """Names of processes by key, in the reader's language."""
    english = lang() == "en"
    return {
        item.key: item.name_en if english and item.name_en else item.name for item in engine().repository.definitions()
    }


def _show(found: Incident, mending: Mending | None = None, problem: str = "") -> str:
    if mending is None:
        mending = _mending(found)
    return render_template(
        "operate/incident.html",
        incident=found,
        mending=mending,
        problem=problem,
        confidential=mending is None and found.resolved_at is None,
        case_visible=_may_see(found.instance_id),
        names=process_names(),
        types=TYPES,
        words=words,
    )


def _mending(found: Incident) -> Mending | None:
    """The variables as fields; None when there is nothing to mend or they are not the reader's to see."""
    if found.resolved_at is not None:
        return None
    try:
        return Mending.of(engine().incidents.variables(found.id, actor()))
    except NotAllowed:
        return None


def _may_see(instance_id: UUID) -> bool:
    try:
        engine().runtime.instance(instance_id, actor())
    except EngineError:
        return False
    return True


def _seen(incident_id: UUID) -> Incident | None:
    try:
        return engine().incidents.incident(incident_id, actor())
    except EngineError:
        return None


def _verdict(incident_id: UUID, done: bool, error: EngineError | None) -> tuple[str, str]:
    """Tone and words for one of many."""
    if error is not None:
        return "bad", words.refusal(error)
    again = _seen(incident_id) if done else None
    if again is not None and again.resolved_at is None:
        return "warn", _("又失敗了：%(reason)s", reason=words.cause(again).what)
    return "good", _("完成，案件繼續進行。")


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        abort(400)
