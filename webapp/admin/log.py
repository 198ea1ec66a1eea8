"""The administrators' log: who changed what, before and after."""

from __future__ import annotations

from flask import render_template, request

from webapp.admin import bp, words
from webapp.admin.changes import changes_of, subject_of, subject_url
from webapp.services import actor, engine

PAGE_LENGTH = 50


@bp.get("/admin/log")
def log() -> str:
    """Entries, the newest first, searchable, by page."""
    text, verb = request.args.get("q", "").strip()[:100], request.args.get("verb", "")
    before = request.args.get("before", type=int)
    found = engine().admin_log.entries(
        actor(), text=text, verbs=(verb,) if verb else (), before_id=before, limit=PAGE_LENGTH + 1
    )
    rows = found[:PAGE_LENGTH]
    return render_template(
        "admin/log.html",
        entries=rows,
        more=rows[-1].id if len(found) > PAGE_LENGTH else None,
        first=before is None,
        text=text,
        verb=verb,
        words=words,
        changes_of=changes_of,
        subject_of=subject_of,
        subject_url=subject_url,
    )
