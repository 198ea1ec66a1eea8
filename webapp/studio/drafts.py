"""What files a draft has: bringing them, adding, taking away, throwing the draft away."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from engine import SourceFile
from engine.errors import DeploymentRefused, InvalidFields
from engine.wording import written
from webapp.i18n import lang
from webapp.services import actor, engine
from webapp.site_forms import fault_at
from webapp.studio import blank, bp, sources
from webapp.studio.process import context

_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}", re.ASCII)
_MAX_BYTES = 20_000_000
_MAX_ENTRIES = 300


class Unreadable(Exception):
    """An archive that cannot be taken in; the message says why."""


@bp.get("/studio/<key>/draft")
def draft_files(key: str) -> str:
    """The files of the draft: open, add, bring, download, remove."""
    shown = sources.named(key, sources.DRAFT)
    return render_template("studio/files.html", **context(shown), shown=shown, problems=[], faults={}, typed={})


@bp.post("/studio/<key>/upload")
def upload(key: str) -> Response:
    """Take files, or an archive of them, into the draft: same names are replaced, the others stay."""
    shown = sources.named(key, sources.DRAFT)
    try:
        brought = [file for given in request.files.getlist("files") if given.filename for file in _read(given)]
        if not brought:
            raise Unreadable(_("請先選擇檔案。"))
        renamed = [_placed(file, shown) for file in brought]
        _store(shown, {**{file.name: file for file in shown.files}, **{file.name: file for file in renamed}})
    except Unreadable as error:
        return _refused(shown, [str(error)])
    except DeploymentRefused as refused:
        return _refused(shown, [f"{finding.file}：{finding.text(lang())}" for finding in refused.findings])
    flash(_("已放進草稿：%(names)s。", names="、".join(file.name for file in renamed)), "success")
    return redirect(url_for("studio.draft_files", key=key), 303)


@bp.post("/studio/<key>/files")
def add_file(key: str) -> Response:
    """A new table, form or diagram in the draft."""
    shown = sources.named(key, sources.DRAFT)
    kind, name, title = (request.form.get(part, "").strip() for part in ("kind", "name", "title"))
    if kind not in ("bpmn", "dmn", "form"):
        abort(404)
    path = f"{shown.key}/{name}.form" if kind == "form" else f"{name}.{kind}"
    faults = {}
    try:
        title = written(title, "title", most=100)
    except InvalidFields as refusal:
        faults["add-title"] = fault_at(refusal, "title")
    if not _NAME.fullmatch(name):
        faults["add-name"] = _("代號由小寫英文字母、數字與底線組成，以字母開頭。")
    elif any(file.name == path for file in shown.files):
        faults["add-name"] = _("草稿裡已經有 %(name)s。", name=path)
    if faults:
        return _refused(shown, [], faults)
    make = {"form": blank.form, "dmn": blank.table, "bpmn": blank.diagram}[kind]
    _store(shown, {file.name: file for file in [*shown.files, SourceFile(path, make(name, title))]})
    return redirect(url_for("studio.edit", key=key, name=path), 303)


@bp.post("/studio/<key>/files/<path:name>/remove")
def remove_file(key: str, name: str) -> Response:
    """Take a file out of the draft; the versions that have it keep it."""
    shown = sources.named(key, sources.DRAFT)
    shown.file(name)
    _store(shown, {file.name: file for file in shown.files if file.name != name})
    flash(_("已從草稿移除 %(name)s。", name=name), "success")
    return redirect(url_for("studio.draft_files", key=key), 303)


@bp.post("/studio/<key>/discard")
def discard(key: str) -> Response:
    """Throw the draft away; what is in force stays."""
    engine().repository.discard_draft(key, actor())
    flash(_("草稿已捨棄。"), "success")
    known = any(definition.key == key for definition in engine().repository.definitions())
    return redirect(url_for("studio.process", key=key) if known else url_for("studio.index"), 303)


def _store(shown: sources.FileSet, files: dict[str, SourceFile]) -> None:
    engine().repository.save_draft(shown.key, list(files.values()), actor(), revision=shown.revision)


def _read(given: FileStorage) -> list[SourceFile]:
    name, content = (given.filename or "").replace("\\", "/").rpartition("/")[2], given.read()
    if not name.lower().endswith(".zip"):
        return [SourceFile(name, content)]
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if len(entries) > _MAX_ENTRIES or sum(entry.file_size for entry in entries) > _MAX_BYTES:
                raise Unreadable(_("壓縮檔太大。"))
            wanted = [entry for entry in entries if entry.filename.rpartition(".")[2].lower() in sources.KINDS]
            return [SourceFile(entry.filename, archive.read(entry)) for entry in wanted]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise Unreadable(_("壓縮檔無法讀取。")) from error


def _placed(file: SourceFile, shown: sources.FileSet) -> SourceFile:
    """The file under the name it has in the draft, where a file of the same last name is there once."""
    if "/" in file.name or any(other.name == file.name for other in shown.files):
        return file
    same = [other.name for other in shown.files if other.name.rpartition("/")[2] == file.name]
    return SourceFile(same[0], file.content) if len(same) == 1 else file


def _refused(shown: sources.FileSet, problems: list[str], faults: Mapping[str, str] | None = None) -> Response:
    """The files again: what is wrong as a whole, or at the boxes of the new file, with what was typed."""
    page = render_template(
        "studio/files.html", **context(shown), shown=shown, problems=problems, faults=faults or {}, typed=request.form
    )
    return Response(page, 422, mimetype="text/html")
