"""The process page, and its files to look at."""

from __future__ import annotations

from typing import Any

from flask import abort, render_template, request
from flask_babel import gettext as _

from engine import Finding, SourceFile, dmn
from engine.errors import DefinitionNotFound
from webapp.cases import diagram_svg
from webapp.cases.data import element_names
from webapp.decisions.tables import decisions
from webapp.i18n import lang
from webapp.process_files import PROCESSES
from webapp.services import actor, engine
from webapp.studio import bp, sources, tables, words


@bp.get("/studio/<key>")
def process(key: str) -> str:
    """A process: its diagram, versions and files; `?version=` shows a former one."""
    number = request.args.get("version", "")
    try:
        shown = sources.named(key, number) if number else sources.version(key)
    except DefinitionNotFound:
        if number or not engine().repository.may(actor(), "edit", key):
            raise
        shown = sources.draft(key)
    return render_template(
        "studio/process.html", **context(shown), **_history(key), **_starts(shown), shown=shown, picture=drawing
    )


@bp.get("/studio/<key>/<which>/files/<path:name>")
def file(key: str, which: str, name: str) -> str:
    """One file to look at: picture, table or list of fields."""
    shown = sources.named(key, which)
    found = shown.file(name)
    return render_template("studio/file.html", **context(shown), shown=shown, file=found, **content(shown, found))


@bp.get("/studio/<key>/companions/<any(cases):kind>/<name>")
def companion(key: str, kind: str, name: str) -> str:
    """A case that comes with a shipped process, as text."""
    found = next((path for path in companions(key, kind) if path.name == name), None) or abort(404)
    shown = sources.version(key)
    return render_template(
        "studio/companion.html", **context(shown), kind=kind, file_name=name, text=found.read_text("utf-8")
    )


def companions(key: str, kind: str) -> list[Any]:
    """The YAML files that lie beside a shipped process."""
    if not key.isidentifier():
        return []
    return sorted((PROCESSES / key / kind).glob("*.yaml"))


def context(shown: sources.FileSet) -> dict[str, Any]:
    """What every page of a process shows: its name, and what the reader may do."""
    who, repository = actor(), engine().repository
    definition = shown.definition
    return {
        "key": shown.key,
        "definition": definition,
        "name": words.name_of(definition) if definition else shown.key,
        "name_lang": words.name_lang(definition) if definition else None,
        "may_edit": repository.may(who, "edit", shown.key),
        "may_deploy": repository.may(who, "deploy", shown.key),
        "words": words,
        "form_key": sources.form_key,
    }


def content(shown: sources.FileSet, file: SourceFile) -> dict[str, Any]:
    """One file as something to look at without JavaScript."""
    if file.kind == "bpmn":
        return {"drawing": drawing(file, shown)}
    if file.kind == "dmn":
        return {"decisions": decisions(file), "table_findings": _table_findings(shown, file)}
    if file.kind != "form":
        return {"letter": file.content.decode("utf-8", "replace")}
    return {"fields": tables.fields(file, lang())}


def _table_findings(shown: sources.FileSet, file: SourceFile) -> list[Finding]:
    """What is wrong with a file of tables by itself; whether its names are given, the check of the whole draft says."""
    tables = [one for one in shown.files if one.kind == "dmn"]
    models = dmn.parse_together([(one.name, one.content) for one in tables])
    model = next(model for one, model in zip(tables, models, strict=True) if one.name == file.name)
    return [*model.findings, *dmn.analyse(model)]


def drawing(file: SourceFile, shown: sources.FileSet) -> Any:
    """The picture of a diagram; empty where the file cannot be drawn (drafts may be anything)."""
    name = words.name_of(shown.definition) if shown.definition else shown.key
    try:
        content = file.content if lang() == "zh" else diagram_svg.in_english(file.content)
        return diagram_svg.draw(content, title=_("%(subject)s的流程圖", subject=name))
    except (ValueError, SyntaxError):
        return ""


def _starts(shown: sources.FileSet) -> dict[str, Any]:
    """What begins cases of the version that is shown, and the names of its start events."""
    if shown.definition is None:
        return {"starts": ()}
    awaited = engine().repository.awaited_starts(shown.definition.id)
    return {"starts": awaited, "names": element_names(shown.definition.id)}


def _history(key: str) -> dict[str, Any]:
    repository = engine().repository
    who = actor()
    try:
        versions = repository.versions(key)
    except DefinitionNotFound:
        versions = ()
    grants = repository.grants(key)
    return {
        "versions": versions,
        "deployments": repository.deployments(key),
        "turned_down": repository.turned_down(key, who),
        "running": repository.running(key),
        "draft": repository.draft(key) if repository.may(who, "edit", key) else None,
        "waiting": [item for item in repository.pending(who) if key in item.keys],
        "owner": words.owner_of(versions[0]) if versions else "",
        "grants": {verb: [engine().directory.label(text, lang()) for text in texts] for verb, texts in grants.items()},
        "cases": companions(key, "cases"),
    }
