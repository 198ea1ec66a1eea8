"""The editors: a page a file, and the address that keeps the draft."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response as BaseResponse

from engine import Finding, SourceFile
from engine.errors import DeploymentRefused, StaleRevision
from engine.rules import RULES
from webapp.dates import roc_datetime
from webapp.i18n import lang
from webapp.security import allows_inline_styles
from webapp.services import actor, engine
from webapp.studio import bp, sources, words
from webapp.studio.process import content, context

_ATTEMPTS = 5


@bp.get("/studio/<key>/edit/<path:name>")
def edit(key: str, name: str) -> str:
    """The editor of one file of the draft."""
    shown = sources.named(key, sources.DRAFT)
    return _page(shown, shown.file(name))


@allows_inline_styles  # all three: dmn-js and form-js throughout, bpmn-js in its token simulation and aligning icons
def _page(shown: sources.FileSet, file: SourceFile) -> str:
    return render_template(
        "studio/edit.html",
        **context(shown),
        **content(shown, file),
        shown=shown,
        file=file,
        text=file.content.decode("utf-8", "replace"),
        digest=sources.digest(file.content),
        suggestions=suggestions(shown),
    )


@bp.post("/studio/<key>/draft/<path:name>")
def save(key: str, name: str) -> BaseResponse:
    """Keep one file of the draft as an editor sends it; answers JSON.

    `base` names the content the editor began with: when somebody else changed the same file
    meanwhile nothing is overwritten (409, with who and when).
    """
    body, base = request.form.get("content", ""), request.form.get("base", "")
    try:
        kept = _keep(key, SourceFile(name, body.encode()), base)
    except StaleRevision as stale:
        return _conflict(stale)
    except DeploymentRefused as refused:
        return _answer(422, error="；".join(finding.text(lang()) for finding in refused.findings))
    return _answer(
        200, saved=_("草稿已於 %(time)s 儲存。", time=roc_datetime(kept.saved_at)), digest=sources.digest(body.encode())
    )


@bp.get("/studio/<key>/draft-findings")
def findings(key: str) -> Response:
    """What is wrong with the draft as it is kept now; JSON."""
    shown = sources.named(key, sources.DRAFT)
    return jsonify(findings=[finding_json(shown, finding) for finding in engine().repository.lint(shown.files)])


def finding_json(shown: sources.FileSet, finding: Finding) -> dict[str, Any]:
    """A finding as the editors show it: at its element, and in the list."""
    known = any(file.name == finding.file for file in shown.files)
    return {
        "level": finding.level,
        "word": str(words.LEVELS[finding.level]),
        "code": finding.code,
        "file": finding.file,
        "element": finding.element_id,
        "name": finding.element_name or finding.element_id or "",
        "message": finding.text(lang()),
        "remedy": finding.remedy(lang()),
        "rules": list(finding.rules),
        "help": url_for("studio.rules", _anchor=finding.code) if finding.code in RULES else None,
        "href": url_for("studio.edit", key=shown.key, name=finding.file, _anchor=finding.element_id) if known else None,
    }


def suggestions(shown: sources.FileSet) -> dict[str, Any]:
    """What the properties panel offers: forms, decisions, processes and roles that there are."""
    return {
        "forms": [sources.form_key(file) for file in shown.of_kind("form")],
        "decisions": sorted({decision for file in shown.of_kind("dmn") for decision in sources.decision_ids(file)}),
        "processes": [
            {"key": definition.key, "name": words.name_of(definition)}
            for definition in engine().repository.definitions()
        ],
        "roles": [{"id": role.id, "name": role.name} for role in engine().directory.roles()],
    }


def _keep(key: str, file: SourceFile, base: str) -> Any:
    """Put one file into the draft; tried again when another file of it was saved at the same moment."""
    if not engine().repository.may(actor(), "edit", key):
        raise Forbidden
    for attempt in range(_ATTEMPTS):
        shown = sources.draft(key)
        if sources.digest(shown.file(file.name).content) != base:
            raise StaleRevision(who=words.person_name(shown.saved_by), at=shown.saved_at)
        files = [file if other.name == file.name else other for other in shown.files]
        try:
            return engine().repository.save_draft(key, files, actor(), revision=shown.revision)
        except StaleRevision:
            if attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable")


def _conflict(stale: StaleRevision) -> BaseResponse:
    who, at = stale.params.get("who"), stale.params.get("at")
    text = (
        _(
            "%(who)s在 %(time)s 改過這個檔案，您的修改還沒有存。請先下載您的版本，再重新整理。",
            who=who,
            time=roc_datetime(at),
        )
        if who and at
        else _("這個檔案剛才已被更動，您的修改還沒有存。請先下載您的版本，再重新整理。")
    )
    return _answer(409, error=text)


def _answer(status: int, **body: Any) -> BaseResponse:
    answer = jsonify(**body)
    answer.status_code = status
    return answer
