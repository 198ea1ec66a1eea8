"""The unit's open work for its supervisor: by person and by due date; give one or many to somebody else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from engine import UNIT_WORK_ROWS, TaskRow, WorkRow
from engine.errors import InvalidFields
from webapp import exports
from webapp.dates import TAIPEI
from webapp.inbox import bp, columns
from webapp.inbox.bulk import is_uuid, refusals
from webapp.inbox.receiver import Receiver, posted_receiver
from webapp.services import actor, engine, posted_token


@bp.get("/unit-work")
def unit_work() -> str:
    """Everybody's open tasks, the most urgent first; the unclaimed ones on their own."""
    return _page("due" if request.args.get("by") == "due" else "person")


def _page(
    by: str,
    ticked: Sequence[str] = (),
    receiver: Receiver | None = None,
    reason: str = "",
    faults: Mapping[str, str] | None = None,
) -> str:
    rows = engine().tasks.unit_work(actor())
    now = engine().clock.now()
    return render_template(
        "inbox/unit_work.html",
        people=_people(rows, now),
        unclaimed=_unclaimed(rows),
        now=now,
        columns=columns,
        by=by,
        ticked=ticked,
        receiver=receiver,
        reason=reason,
        faults=faults,
        by_due=_by_due(rows),
        most=UNIT_WORK_ROWS,
    )


@bp.get("/unit-work/export.<kind>")
def unit_work_export(kind: str) -> Response:
    """The same as a file, with the person in the first column."""
    if kind not in exports.FORMATS:
        abort(404)
    now = engine().clock.now()
    headings = [_("承辦人"), *(str(column.heading) for column in columns.COLUMNS)]
    today = now.astimezone(TAIPEI).date()
    with engine().lists.unit_tasks(actor()) as found:
        lines = ([row.task.assignee_name or _("待簽收"), *columns.export_row(row, today)] for row in found.rows)
        return exports.answer(kind, f"{_('單位工作')}-{today:%Y%m%d}", headings, lines, found.total)


@bp.post("/unit-work/reassign")
def reassign_many() -> Response:
    """Give the ticked tasks to one person, with one reason."""
    ids = [UUID(text) for text in request.form.getlist("ids") if is_uuid(text)]
    receiver, reason = posted_receiver(), request.form.get("reason", "").strip()
    faults = {} if receiver.searching else receiver.faults(reason)
    if not ids and not receiver.searching:
        faults["tasks"] = _("請先勾選要改分的工作。")
    results: list[Any] = []
    if not faults and not receiver.searching:
        results = engine().tasks.reassign_many(ids, receiver.person, actor=actor(), reason=reason, token=posted_token())
        said = next((error for _id, _ok, error in results if isinstance(error, InvalidFields)), None)
        faults = receiver.faults(reason, said) if said else {}
    if faults or receiver.searching:
        by = "due" if request.form.get("by") == "due" else "person"
        page = _page(by, request.form.getlist("ids"), receiver, reason, faults)
        return Response(page, 422 if faults else 200, mimetype="text/html")
    done = sum(1 for _id, ok, _error in results if ok)
    if done:
        flash(ngettext("已改分%(num)d件。", "已改分%(num)d件。", done), "success")
    for count, why in refusals(results):
        flash(ngettext("%(num)d件未能改分：%(why)s", "%(num)d件未能改分：%(why)s", count, why=why), "error")
    return redirect(url_for("inbox.unit_work", by=request.form.get("by") or None), 303)


def _people(rows: list[WorkRow], now: Any) -> list[dict[str, Any]]:
    """One entry a person: how much, how much of it late, and the tasks by due date."""
    return [
        {
            "id": row.person_id,
            "name": row.person_name,
            "tasks": sorted(row.tasks, key=_due),
            "overdue": sum(1 for task in row.tasks if task.due_at and task.due_at < now),
        }
        for row in rows
        if row.person_id is not None
    ]


def _unclaimed(rows: list[WorkRow]) -> list[TaskRow]:
    return sorted((task for row in rows if row.person_id is None for task in row.tasks), key=_due)


def _by_due(rows: list[WorkRow]) -> list[TaskRow]:
    return sorted((task for row in rows for task in row.tasks), key=_due)


def _due(row: TaskRow) -> tuple[bool, Any]:
    return (row.due_at is None, row.due_at or row.task.created_at)
