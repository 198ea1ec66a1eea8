"""Searches kept under a name: saved from the inbox or a list of cases, and called up again with one click."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import abort, current_app, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine import TABS
from engine.errors import InvalidFields
from webapp.cases.find import FILTERS as CASE_FILTERS
from webapp.inbox import bp
from webapp.inbox.state import FILTERS
from webapp.rights import local_or
from webapp.services import actor, engine
from webapp.site_forms import fault_at

_PAGES = {
    "inbox.show": frozenset(["tab", "q", "sort", "desc", *FILTERS]),
    "cases.find": CASE_FILTERS,
    "cases.mine": CASE_FILTERS,
}
"""The pages a search can be kept of, and what their addresses may say."""


@dataclass(frozen=True)
class Kept:
    """A kept search as a link."""

    id: UUID
    name: str
    url: str


@dataclass(frozen=True)
class UnkeptSearch:
    """A name that was refused: what was typed, and why. Stands in `g` while the page is shown again."""

    name: str
    problem: str


@bp.post("/searches")
def save_search() -> Response:
    """Keep the search of the page it was sent from; one of the same name is replaced. Refused, that page says why."""
    page = request.args.get("page", "")
    if page not in _PAGES or (page == "inbox.show" and request.args.get("tab") not in TABS):
        abort(404)
    query = {name: request.args[name] for name in sorted(_PAGES[page]) if request.args.get(name)}
    back = url_for(page, **query)
    try:
        kept = engine().searches.save(actor(), request.form.get("name", ""), {"page": page, **query})
    except InvalidFields as refusal:
        g.unkept_search = UnkeptSearch(request.form.get("name", ""), _why(refusal))
        view = current_app.view_functions[page](**({"tab": query["tab"]} if page == "inbox.show" else {}))
        return Response(view.get_data() if isinstance(view, Response) else view, 422, mimetype="text/html")
    flash(_("已存成常用搜尋「%(name)s」。", name=kept.name), "success")
    return redirect(back, 303)


@bp.post("/searches/<uuid:search_id>/forget")
def forget_search(search_id: UUID) -> Response:
    """Delete one of one's own."""
    engine().searches.forget(actor(), search_id)
    flash(_("常用搜尋已刪除。"), "success")
    return redirect(local_or(request.form.get("back"), lambda: url_for("inbox.home")), 303)


def kept_searches() -> list[Kept]:
    """The reader's own searches, by name."""
    found = []
    for search in engine().searches.of(actor()):
        query = dict(search.query)
        page = query.pop("page", "")
        if page in _PAGES:
            url = url_for(page, **{name: text for name, text in sorted(query.items()) if name in _PAGES[page]})
            found.append(Kept(search.id, search.name, url))
    return found


def _why(refusal: InvalidFields) -> str:
    return {
        "required": _("請給這個搜尋一個名稱。"),
        "characters": fault_at(refusal, "name"),
        "too-long": _("名稱太長，請縮短到60個字以內。"),
        "too-many": _("最多保留50個常用搜尋，請先刪除不用的。"),
    }.get(refusal.fields.get("name", ""), _("搜尋條件太長，無法保留。"))
