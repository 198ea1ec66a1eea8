"""Two versions side by side."""

from __future__ import annotations

from flask import render_template, request, url_for

from engine.errors import DefinitionNotFound
from webapp.services import actor, engine
from webapp.studio import bp, sources, words
from webapp.studio.differences import changed_files
from webapp.studio.process import context, drawing


@bp.get("/studio/<key>/compare")
def compare(key: str) -> str:
    """What `?to=` changed since `?from=`; without them the draft, or the version in force, against the one before."""
    repository = engine().repository
    try:
        versions = repository.versions(key)
    except DefinitionNotFound:
        versions = ()
    draft = repository.draft(key) if repository.may(actor(), "edit", key) else None
    newest = sources.DRAFT if draft else str(versions[0].version) if versions else sources.DRAFT
    after = sources.named(key, request.args.get("to") or newest)
    before = sources.named(key, request.args.get("from") or _before(after, [made.version for made in versions]))
    changes = changed_files(before.files, after.files)
    diagram = next((change for change in changes if change.kind == "bpmn" and change.before and change.after), None)
    return render_template(
        "studio/compare.html",
        **context(after),
        shown=after,
        before=before,
        after=after,
        changes=changes,
        diagram=diagram,
        pictures=(drawing(diagram.before, before), drawing(diagram.after, after)) if diagram else None,
        choices=[*([(sources.DRAFT, None)] if draft else []), *((str(made.version), made) for made in versions)],
        person=words.person_name,
        source_url=lambda shown, file: url_for("studio.source", key=key, which=shown.which, name=file.name),
    )


def _before(after: sources.FileSet, numbers: list[int]) -> str:
    if after.is_draft:
        return str(after.definition.version) if after.definition else sources.DRAFT
    older = [number for number in numbers if number < int(after.which)]
    return str(max(older)) if older else after.which
