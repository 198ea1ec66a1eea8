"""Deployments that change code: a second account looks at the change and lets it in, or not; its author goes on."""

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
from engine.errors import DefinitionNotFound, InvalidFields
from engine.wording import MAX_REMARK
from webapp.services import actor, engine
from webapp.site_forms import text_fault
from webapp.studio import bp, sources, words
from webapp.studio.differences import changed_files, line_differences


@bp.get("/studio/pending/<uuid:pending_id>")
def pending(pending_id: UUID) -> str:
    """What was submitted: by whom, scripts and connectors before and after, each changed file; how it was decided."""
    engine().notifications.mark_request_read(actor(), pending_id)
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
        problem = text_fault(refusal, "reason", missing=_("請寫下理由。"), most=MAX_REMARK)
        return Response(_page(pending_id, problem, reason), 422, mimetype="text/html")
    taken_back = engine().repository.request(pending_id, actor()).submitted_by == actor().person_id
    flash(_("已撤回，沒有部署。") if taken_back else _("已退回，沒有部署。"), "success")
    return redirect(url_for("studio.pending", pending_id=pending_id), 303)


@bp.post("/studio/pending/<uuid:pending_id>/draft")
def go_on_with(pending_id: UUID) -> Response:
    """Make what was turned down the draft again."""
    draft = engine().repository.go_on_with(pending_id, actor())
    flash(_("這次送出的檔案已放回草稿，可以接著修改。"), "success")
    return redirect(url_for("studio.draft_files", key=draft.key), 303)


def _page(pending_id: UUID, problem: str = "", reason: str = "") -> str:
    repository = engine().repository
    asked = repository.request(pending_id, actor())
    before, files = _before(asked), repository.request_files(pending_id, actor())
    return render_template(
        "studio/pending.html",
        asked=asked,
        names=[_name(key) for key in asked.keys],
        code=[_code(change, before, files) for change in asked.changes],
        changes=changed_files(before, files),
        own=actor().person_id == asked.submitted_by,
        taken_back=asked.state == "rejected" and asked.decided_by == asked.submitted_by,
        may_edit=repository.may(actor(), "edit", asked.keys[0]),
        draft=repository.draft(asked.keys[0]),
        words=words,
        problem=problem,
        reason=reason,
    )


def _before(asked: PendingDeployment) -> tuple[SourceFile, ...]:
    found: dict[str, SourceFile] = {}
    for key in asked.keys:
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
