"""Deploying the draft, and going back to a former version: each says first what it will do."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine import Deployment
from engine.errors import DeploymentRefused, InvalidFields
from engine.wording import MAX_REASON, written
from webapp.services import actor, engine
from webapp.site_forms import text_fault
from webapp.studio import bp, sources, words
from webapp.studio.differences import changed_files
from webapp.studio.editing import finding_json
from webapp.studio.process import context


@bp.get("/studio/<key>/deploy")
def deploy(key: str) -> str:
    """What deploying the draft would change, what is wrong with it, and what happens to running cases."""
    return _page(sources.named(key, sources.DRAFT))


@bp.post("/studio/<key>/deploy")
def submit(key: str) -> Response:
    """Deploy the draft as the next version, or put it before a second account when it changes code."""
    shown = sources.named(key, sources.DRAFT)
    typed = request.form.get("note", "")
    try:
        note = written(typed, "note", most=MAX_REASON)
    except InvalidFields as refusal:
        fault = text_fault(refusal, "note", missing=_("請寫下這次改了什麼。"), most=MAX_REASON)
        return _refused(shown, "", typed, fault)
    if str(shown.revision) != request.form.get("revision"):
        return _refused(shown, _("您看過之後，草稿又有更動。請再看一次下面的變更。"), note)
    try:
        done = engine().repository.submit(shown.files, actor(), note, drafts=[key])
    except DeploymentRefused:
        return _refused(shown, _("還有錯誤，不能部署。"), note)
    if not isinstance(done, Deployment):
        flash(_("新增或修改了程式、連接器或條件式，正等待另一個帳號核准。"), "warning")
        return redirect(url_for("studio.pending", pending_id=done.id), 303)
    if not done.definitions:
        flash(_("內容與現行版本相同，沒有新的版本。"), "info")
    else:
        made = next((made for made in done.definitions if made.key == key), done.definitions[0])
        flash(_("已部署為第 %(number)d 版；新案件從現在起使用這一版。", number=made.version), "success")
    return redirect(url_for("studio.process", key=key), 303)


@bp.get("/studio/<key>/versions/<int:number>/current")
def ask_current(key: str, number: int) -> str:
    """Ask before a former version comes into force again."""
    wanted, now = sources.version(key, number), sources.version(key)
    if not engine().repository.may(actor(), "deploy", key):
        abort(403)
    return render_template(
        "studio/current.html",
        **context(now),
        shown=now,
        wanted=wanted.definition,
        changes=changed_files(now.files, wanted.files),
        running=engine().repository.running(key),
    )


@bp.post("/studio/<key>/versions/<int:number>/current")
def make_current(key: str, number: int) -> Response:
    """Let new cases start with a former version."""
    definition = engine().repository.definition(key, number)
    engine().repository.make_current(definition.id, actor())
    flash(_("第 %(number)d 版已成為現行版本；新案件從現在起使用這一版。", number=number), "success")
    return redirect(url_for("studio.process", key=key), 303)


def _page(shown: sources.FileSet, problem: str = "", note: str = "", note_fault: str = "") -> str:
    repository = engine().repository
    before = sources.own_files(shown.definition) if shown.definition else ()
    findings = repository.lint(shown.files)
    return render_template(
        "studio/deploy.html",
        **context(shown),
        shown=shown,
        changes=changed_files(before, shown.files),
        findings=[finding_json(shown, finding) for finding in findings],
        blocked=any(finding.blocks for finding in findings),
        running=sum(repository.running(shown.key).values()),
        next_version=max((made.version for made in repository.versions(shown.key)), default=0) + 1
        if shown.definition
        else 1,
        saved_by=words.person_name(shown.saved_by),
        problem=problem,
        note=note,
        note_fault=note_fault,
    )


def _refused(shown: sources.FileSet, problem: str, note: str, note_fault: str = "") -> Response:
    return Response(_page(shown, problem, note, note_fault), 422, mimetype="text/html")
