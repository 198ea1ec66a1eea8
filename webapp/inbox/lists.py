"""The inbox as a list: its tabs, its search and filters, its fresh copy for polling, its files."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response

from engine import TABS
from webapp import exports
from webapp.conditional import conditional
from webapp.dates import TAIPEI
from webapp.inbox import bp, columns
from webapp.inbox.bulk import is_uuid, refusals
from webapp.inbox.state import ListState
from webapp.rights import local_or
from webapp.services import actor, engine, posted_token

TAB_NAMES = {
    "pending": _l("待簽收"),
    "mine": _l("主辦"),
    "countersign": _l("會辦"),
    "approval": _l("待核"),
    "overdue": _l("逾期"),
    "deputy": _l("代理"),
    "following": _l("追蹤"),
    "done": _l("已結"),
}
TAB_HINTS = {
    "pending": _l("分給您或您的單位、還沒有人簽收的工作。"),
    "mine": _l("您已簽收、由您承辦的工作。"),
    "countersign": _l("其他單位請您表示意見的工作。"),
    "approval": _l("等您核章或決行的工作。"),
    "overdue": _l("已超過限辦日的工作。"),
    "deputy": _l("您以職務代理人身分可以處理的工作。"),
    "following": _l("您關注的案件目前的工作。"),
    "done": _l("您已完成的工作。"),
}
_FIRST_LOOK = ("mine", "pending", "approval", "countersign")


@bp.get("/inbox")
def home() -> Response:
    """The first tab that has something in it."""
    counts = engine().tasks.counts(actor())
    tab = next((tab for tab in _FIRST_LOOK if counts.get(tab)), "mine")
    return redirect(url_for("inbox.show", tab=tab), 303)


@bp.get("/inbox/<tab>")
def show(tab: str) -> str:
    """One tab as a full table."""
    state = _state(tab)
    return render_template("inbox/list.html", **list_context(state), tab_hint=TAB_HINTS[state.tab])


@bp.get("/inbox/<tab>/rows")
def rows(tab: str) -> Response:
    """The list alone, conditionally: 304 when nothing changed since the caller's copy."""
    state = _state(tab)
    open_task = request.args.get("open", type=UUID)
    template = "inbox/_compact.html" if request.args.get("compact") else "inbox/_table.html"
    return conditional(render_template(template, **list_context(state, open_task)))


@bp.get("/inbox/<tab>/export.<kind>")
def export(tab: str, kind: str) -> Response:
    """The whole list as CSV or ODS, as filtered and sorted on screen."""
    if kind not in exports.FORMATS:
        abort(404)
    state = replace(_state(tab), after=None)
    today = engine().clock.now().astimezone(TAIPEI).date()
    headings = [str(column.heading) for column in columns.COLUMNS]
    with engine().lists.tasks(state.query(), actor()) as found:
        rows = (columns.export_row(row, today) for row in found.rows)
        return exports.answer(kind, f"{TAB_NAMES[state.tab]}-{today:%Y%m%d}", headings, rows, found.total)


@bp.post("/inbox/<tab>/claim")
def claim_many(tab: str) -> Response:
    """Claim every ticked task; what somebody else took meanwhile is named."""
    state = _state(tab)
    ids = [UUID(text) for text in request.form.getlist("ids") if is_uuid(text)]
    if not ids:
        flash(_("請先勾選要簽收的工作。"), "warning")
        return redirect(state.url(), 303)
    results = engine().tasks.claim_many(ids, actor=actor(), token=posted_token())
    claimed = sum(1 for _id, ok, _error in results if ok)
    if claimed:
        flash(ngettext("已簽收%(num)d件。", "已簽收%(num)d件。", claimed), "success")
    for count, why in refusals(results):
        flash(ngettext("%(num)d件未能簽收：%(why)s", "%(num)d件未能簽收：%(why)s", count, why=why), "error")
    return redirect(local_or(request.form.get("back"), state.url), 303)


def list_context(state: ListState, open_task: UUID | None = None) -> dict[str, Any]:
    """What every drawing of the list needs."""
    who = actor()
    page = engine().tasks.inbox(who, state.query())
    return {
        "state": state,
        "page": page,
        "counts": engine().tasks.counts(who),
        "tabs": TABS,
        "tab_names": TAB_NAMES,
        "now": engine().clock.now(),
        "columns": columns,
        "open_task": open_task,
        "speeds": ("最速件", "速件", "普通件"),
        "processes": [definition for definition in engine().repository.definitions() if not definition.is_part],
    }


def _state(tab: str) -> ListState:
    if tab not in TABS:
        abort(404)
    return ListState.of(tab, request.args)
