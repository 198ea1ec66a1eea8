"""The columns of the task list: 文號 案由 來源 速別 限辦日 剩餘日 目前關卡 送件人 會辦未回 密等 (domain.md C4).

One table for the page, the CSV and the ODS.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from engine import SYSTEM, TaskRow, UserTask
from webapp.cases.words import labelled
from webapp.dates import local
from webapp.i18n import lang

SOON = 3
"""Days before the deadline from which a task counts as nearly due."""


def remaining_days(due: datetime | None, now: datetime) -> int | None:
    """Calendar days from today to the deadline's day; negative once it has passed."""
    if due is None:
        return None
    days = (local(due).date() - local(now).date()).days
    return -1 if days == 0 and due < now else days


def remaining_text(days: int | None) -> str:
    """剩餘日 in words."""
    if days is None:
        return ""
    if days < 0:
        return ngettext("逾期%(num)d天", "逾期%(num)d天", -days)
    if days == 0:
        return _("今天到期")
    return ngettext("剩%(num)d天", "剩%(num)d天", days)


def remaining_tone(days: int | None) -> str:
    """How urgent that is: `bad`, `warn` or `neutral`."""
    if days is None:
        return "neutral"
    return "bad" if days < 0 else "warn" if days <= SOON else "neutral"


def task_name(task: Any) -> str:
    """The step in the reader's language, with what it is about when it is one of many."""
    name = (task.name_en or task.name) if lang() == "en" else task.name
    return labelled(name, task.label)


def sender(task: UserTask) -> str:
    """送件人: who completed the step before."""
    return _("系統") if task.sent_by == SYSTEM.person_id else task.sent_by_name or ""


@dataclass(frozen=True)
class Column:
    """One column: its heading and what an export writes for a row."""

    key: str
    heading: Any
    value: Callable[[TaskRow, date], Any]
    sort: str | None = None


def _days(row: TaskRow, today: date) -> int | None:
    return (local(row.due_at).date() - today).days if row.due_at else None


COLUMNS = (
    Column("doc_no", _l("文號"), lambda row, _day: row.doc_no_in or row.task.business_key, "business_key"),
    Column("subject", _l("案由"), lambda row, _day: row.subject, "subject"),
    Column("source", _l("來源"), lambda row, _day: row.source or row.applicant_agency_label or "", None),
    Column("speed", _l("速別"), lambda row, _day: row.speed or "", "speed"),
    Column("due", _l("限辦日"), lambda row, _day: row.due_at, "due"),
    Column("remaining", _l("剩餘日"), _days, None),
    Column("task", _l("目前關卡"), lambda row, _day: task_name(row.task), "task"),
    Column("sent_by", _l("送件人"), lambda row, _day: sender(row.task), "sent_by"),
    Column("waiting", _l("會辦未回"), lambda row, _day: row.waiting_for_others, None),
    Column("security", _l("密等"), lambda row, _day: row.security_class, None),
)


def export_row(row: TaskRow, today: date) -> list[Any]:
    """A row of a list as a file has it, column by column."""
    return [column.value(row, today) for column in COLUMNS]
