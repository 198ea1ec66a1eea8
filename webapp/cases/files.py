"""Uploaded files: download, and a preview that cannot run anything."""

from __future__ import annotations

from uuid import UUID

from flask import Response, render_template, request
from flask_babel import gettext as _

from webapp.cases import bp
from webapp.exports import disposition
from webapp.security import FILE_POLICY
from webapp.services import actor, engine

PICTURES = frozenset({"image/png", "image/jpeg"})
TEXTS = frozenset({"text/plain", "text/csv"})
_TEXT_LIMIT = 200_000


@bp.get("/files/<uuid:file_id>")
def file(file_id: UUID) -> Response:
    """The bytes. Always a download, except pictures and PDF shown inside our own preview page."""
    found, content = engine().runtime.file(file_id, actor())
    shown = request.args.get("inline") == "1" and (
        found.content_type in PICTURES or found.content_type == "application/pdf"
    )
    answer = Response(content, mimetype=found.content_type if shown else "application/octet-stream")
    answer.headers["Content-Disposition"] = disposition(found.name, inline=shown)
    answer.headers["Content-Security-Policy"] = FILE_POLICY
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@bp.get("/files/<uuid:file_id>/preview")
def preview(file_id: UUID) -> str:
    """A page that shows a picture, a PDF or a text; other kinds offer the download only."""
    found, content = engine().runtime.file(file_id, actor())
    if found.content_type in PICTURES:
        kind, text = "picture", ""
    elif found.content_type == "application/pdf":
        kind, text = "pdf", ""
    elif found.content_type in TEXTS:
        kind, text = "text", _decoded(content)
    else:
        kind, text = "none", ""
    return render_template("cases/preview.html", file=found, kind=kind, text=text[:_TEXT_LIMIT])


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "big5", "utf-16"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return _("（內容不是文字。）")
