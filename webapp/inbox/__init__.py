"""The task inbox: lists, the task with its form, the unit's work, notifications."""

from __future__ import annotations

from flask import Blueprint

from webapp.rights import STAFF, SUPERVISOR

bp = Blueprint("inbox", __name__, template_folder="templates")

RIGHTS = {
    "inbox.home": STAFF,
    "inbox.show": STAFF,
    "inbox.rows": STAFF,
    "inbox.export": STAFF,
    "inbox.claim_many": STAFF,
    "inbox.task": STAFF,
    "inbox.claim": STAFF,
    "inbox.release": STAFF,
    "inbox.complete": STAFF,
    "inbox.save_draft": STAFF,
    "inbox.discard_draft": STAFF,
    "inbox.ask_reassign": STAFF,
    "inbox.reassign": STAFF,
    "inbox.unit_work": SUPERVISOR,
    "inbox.unit_work_export": SUPERVISOR,
    "inbox.reassign_many": SUPERVISOR,
    "inbox.notifications": STAFF,
    "inbox.read_notifications": STAFF,
    "inbox.open_notification": STAFF,
    "inbox.bell": STAFF,
    "inbox.save_search": STAFF,
    "inbox.forget_search": STAFF,
}

from webapp.inbox import lists, notifications, searches, tasks, unit_work  # noqa: E402, F401 - they register their views
