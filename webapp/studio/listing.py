"""All processes, and the way to a new one."""

from __future__ import annotations

import re

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine import SourceFile
from engine.errors import InvalidFields
from engine.wording import written
from webapp.services import actor, engine
from webapp.site_forms import fault_at
from webapp.studio import blank, bp, words

_KEY = re.compile(r"[a-z][a-z0-9_]{1,59}", re.ASCII)


@bp.get("/studio")
def index() -> str:
    """Every process: who owns it, its version, running cases, drafts, approvals that wait."""
    return _page()


@bp.post("/studio")
def create() -> Response:
    """Begin a process: a draft with an empty diagram."""
    key, name = request.form.get("key", "").strip(), request.form.get("name", "").strip()
    problems = _problems(key, name)
    if problems:
        return Response(_page(problems, {"key": key, "name": name}), 422, mimetype="text/html")
    file = SourceFile(f"{key}.bpmn", blank.diagram(key, name))
    engine().repository.save_draft(key, [file], actor(), revision=0)
    flash(_("已建立「%(name)s」的草稿。", name=name), "success")
    return redirect(url_for("studio.edit", key=key, name=file.name), 303)


def _problems(key: str, name: str) -> dict[str, str]:
    problems = {}
    repository = engine().repository
    if not _KEY.fullmatch(key):
        problems["key"] = _("代號由小寫英文字母、數字與底線組成，以字母開頭，2至60個字元。")
    elif repository.draft(key) or any(definition.key == key for definition in repository.definitions()):
        problems["key"] = _("已有代號相同的流程。")
    try:
        written(name, "name", most=100)
    except InvalidFields as refusal:
        unfit = refusal.fields["name"] == "characters"
        problems["name"] = fault_at(refusal, "name") if unfit else _("請填寫名稱，最多100個字。")
    return problems


def _page(problems: dict[str, str] | None = None, given: dict[str, str] | None = None) -> str:
    who, repository = actor(), engine().repository
    waiting = repository.pending(who)
    drafts = repository.drafts()
    current = repository.definitions()
    deployed = {definition.key for definition in current}
    editable, running = repository.allowed(who, "edit", drafts), repository.all_running()
    answering = {definition.properties.get("ownerUnit"): definition for definition in current}
    owners = {unit: words.owner_of(definition) for unit, definition in answering.items()}
    rows = [
        {
            "definition": definition,
            "owner": owners[definition.properties.get("ownerUnit")],
            "running": running.get(definition.key, 0),
            "draft": drafts.get(definition.key) if definition.key in editable else None,
            "pending": [item for item in waiting if definition.key in item.keys],
        }
        for definition in sorted(current, key=lambda definition: definition.name)
    ]
    new = [
        (key, saved_at, saved_by)
        for key, (saved_at, saved_by) in sorted(drafts.items())
        if key not in deployed and key in editable
    ]
    return render_template(
        "studio/index.html",
        rows=rows,
        new=new,
        waiting=waiting,
        may_create=repository.may(who, "edit", ""),
        problems=problems or {},
        given=given or {},
        words=words,
    )
