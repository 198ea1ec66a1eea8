"""Deployments that change code: a second account looks at the change and lets it in, or not."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from lxml import etree
from werkzeug.wrappers import Response

from engine import PendingDeployment, SourceFile
from engine.errors import DefinitionNotFound, InvalidFields, RecordNotFound
from webapp.services import actor, engine
from webapp.site_forms import fault_at
from webapp.studio import bp, sources, words
from webapp.studio.differences import changed_files, line_differences


@bp.get("/studio/pending/<uuid:pending_id>")
def pending(pending_id: UUID) -> str:
    """What waits: who submitted it, each script and connector before and after, every changed file."""
    return _page(pending_id)


@bp.post("/studio/pending/<uuid:pending_id>/approve")
def approve(pending_id: UUID) -> Response:
    """Let it in."""
    done = engine().repository.approve(pending_id, actor())
    flash(_("已核准並部署。"), "success")
    target = url_for("studio.process", key=done.definitions[0].key) if done.definitions else url_for("studio.index")
    return redirect(target, 303)


@bp.post("/studio/pending/<uuid:pending_id>/reject")
def reject(pending_id: UUID) -> Response:
    """Turn it down with a reason; whoever submitted it may take it back the same way."""
    reason = request.form.get("reason", "").strip()
    try:
        engine().repository.reject(pending_id, actor(), reason)
    except InvalidFields as refusal:
        problem = _("請寫下理由。") if refusal.fields["reason"] == "required" else fault_at(refusal, "reason")
        return Response(_page(pending_id, problem, reason), 422, mimetype="text/html")
    flash(_("已退回，沒有部署。"), "success")
    return redirect(url_for("studio.index"), 303)


def _page(pending_id: UUID, problem: str = "", reason: str = "") -> str:
    repository = engine().repository
    files = repository.pending_files(pending_id, actor())
    waiting = next((item for item in repository.pending(actor()) if item.id == pending_id), None)
    if waiting is None:
        raise RecordNotFound(id=str(pending_id))
    before = _before(waiting)
    return render_template(
        "studio/pending.html",
        waiting=waiting,
        names=[_name(key) for key in waiting.keys],
        code=[_code(change, before, files) for change in waiting.changes],
        changes=changed_files(before, files),
        own=actor().person_id == waiting.submitted_by,
        words=words,
        problem=problem,
        reason=reason,
    )


def _before(waiting: PendingDeployment) -> tuple[SourceFile, ...]:
    found: dict[str, SourceFile] = {}
    for key in waiting.keys:
        try:
            found |= {file.name: file for file in sources.version(key).files}
        except DefinitionNotFound:
            continue
    return tuple(found.values())


def _name(key: str) -> str:
    try:
        return words.name_of(engine().repository.definition(key))
    except DefinitionNotFound:
        return key


def _code(change: Mapping[str, str], before: tuple[SourceFile, ...], after: tuple[SourceFile, ...]) -> dict[str, Any]:
    old, new = (_element_text(files, change["element_id"]) for files in (before, after))
    return {
        "kind": words.CODE.get(change["kind"], change["kind"]),
        "change": words.CHANGES.get(change["change"], change["change"]),
        "element": change["element_id"],
        "name": _element_name(new or old),
        "lines": line_differences(old, new),
    }


def _element_text(files: tuple[SourceFile, ...], element_id: str) -> str:
    """An element as it stands in its diagram, without the namespaces that every file repeats."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_blank_text=True)
    for file in files:
        if file.kind != "bpmn":
            continue
        found = etree.fromstring(file.content, parser).xpath("//*[@id=$wanted]", wanted=element_id)
        if found:
            text: str = etree.tostring(found[0], encoding="unicode", pretty_print=True, with_tail=False)
            return _without_namespaces(text)
    return ""


def _element_name(text: str) -> str:
    """What the author calls the element whose text this is."""
    first = text.partition(">")[0]
    found = re.search(r'\bname="([^"]*)"', first)
    return html.unescape(found[1]) if found else ""


def _without_namespaces(text: str) -> str:
    first, _sep, rest = text.partition("\n")
    kept = " ".join(part for part in first.split(" ") if not part.startswith("xmlns"))
    if first.rstrip().endswith(">") and not kept.endswith(">"):
        kept += ">"
    return f"{kept}\n{rest}"
