"""Every page of the site, with whoever may see it and an address for it; states of a page are further addresses.

The list is held against the application's own routes: a page that is missing here fails a test.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.browser.site import ADMINISTRATOR, OWNER, REGISTRAR, SECOND_OWNER
from tests.browser.world import VERSIONED, World

NOT_PAGES = frozenset(
    [
        "static",
        "shell.home",
        "shell.health",
        "health.live",
        "health.ready",
        "auth.session_state",
        "cases.diagram_source",
        "cases.diagram_state",
        "cases.file",
        "cases.find_export",
        "cases.mine_export",
        "cases.where",
        "inbox.bell",
        "inbox.export",
        "inbox.rows",
        "inbox.unit_work_export",
        "metrics.metrics",
        "start.diagram_source",
        "studio.archive",
        "studio.findings",
        "studio.source",
        "taskforms.pick",
        "totals.export",
    ]
)
"""Routes that answer with something else than a page: data, pictures, files, parts of pages, a way to another page."""

Addresses = Callable[[World], list[str]]


def _fixed(*paths: str) -> Addresses:
    return lambda world: list(paths)


PAGES: dict[str, tuple[str | None, Addresses]] = {
    "auth.sign_in": (None, _fixed("/sign-in")),
    "auth.reset": (None, lambda world: [f"/reset/{world.reset}"]),
    "auth.deputy": (REGISTRAR, _fixed("/account/deputy")),
    "auth.password": (REGISTRAR, _fixed("/account/password")),
    "auth.sessions": (REGISTRAR, _fixed("/account/sessions")),
    "shell.help_sheet": (REGISTRAR, _fixed("/help")),
    "inbox.home": (REGISTRAR, _fixed("/inbox")),
    "inbox.show": (REGISTRAR, _fixed("/inbox/pending", "/inbox/mine", "/inbox/overdue", "/inbox/pending?q=沒有這種事")),
    "inbox.task": (
        REGISTRAR,
        lambda world: [
            f"/tasks/{world.open_task}",
            f"/tasks/{world.claimed_task}",
            f"/tasks/{world.claimed_task}?view=history",
            f"/tasks/{world.suspended_task}",
        ],
    ),
    "inbox.ask_reassign": ("aia.inspection.chief", lambda world: [f"/tasks/{world.claimed_task}/reassign"]),
    "inbox.unit_work": (ADMINISTRATOR, _fixed("/unit-work")),
    "inbox.notifications": (REGISTRAR, _fixed("/notifications")),
    "cases.find": (REGISTRAR, _fixed("/cases", "/cases?q=沒有這種事")),
    "cases.mine": (REGISTRAR, _fixed("/cases/mine")),
    "cases.show": (
        REGISTRAR,
        lambda world: [
            f"/cases/{world.case.id}{view}"
            for view in ("", "?view=diagram", "?view=history", "?view=comments", "?view=attachments", "?view=letters")
        ],
    ),
    "cases.ask_cancel": (REGISTRAR, lambda world: [f"/cases/{world.case.id}/cancel"]),
    "cases.ask_suspend": (REGISTRAR, lambda world: [f"/cases/{world.case.id}/suspend"]),
    "cases.ask_resume": (REGISTRAR, lambda world: [f"/cases/{world.suspended_case}/resume"]),
    "cases.letter": (REGISTRAR, lambda world: [f"/cases/{world.decided_case}/letters/11-call-log"]),
    "cases.preview": (REGISTRAR, lambda world: [f"/files/{world.file_id}/preview"]),
    "cases.print_case": (REGISTRAR, lambda world: [f"/cases/{world.case.id}/print"]),
    "cases.print_decision": (
        REGISTRAR,
        lambda world: [f"/cases/{world.decided_case}/decisions/{world.decided_task}/print"],
    ),
    "start.index": (REGISTRAR, _fixed("/start", "/start?q=沒有這種事")),
    "start.form": (REGISTRAR, _fixed("/start/petition")),
    "studio.index": (OWNER, _fixed("/studio")),
    "studio.rules": (OWNER, _fixed("/studio/lint-rules")),
    "studio.process": (OWNER, _fixed("/studio/petition", f"/studio/{VERSIONED}", f"/studio/{VERSIONED}?version=1")),
    "studio.file": (
        OWNER,
        _fixed(
            "/studio/petition/1/files/petition.dmn",
            "/studio/petition/1/files/petition/intake.form",
            "/studio/petition/1/files/petition.bpmn",
        ),
    ),
    "studio.try_decision": (
        REGISTRAR,
        lambda world: [
            "/studio/petition/try/1/a3_d1_sla",
            f"/studio/petition/try/1/petition_settings?past={world.case.id}.1.0",
        ],
    ),
    "studio.companion": (
        OWNER,
        _fixed(
            "/studio/petition/companions/cases/01-general.yaml",
            "/studio/petition/companions/cases/02-oral-inquiry.yaml",
        ),
    ),
    "studio.draft_files": (OWNER, _fixed(f"/studio/{VERSIONED}/draft")),
    "studio.edit": (
        OWNER,
        _fixed(
            "/studio/petition/edit/petition.bpmn",
            "/studio/petition/edit/petition.dmn",
            "/studio/petition/edit/petition/intake.form",
            "/studio/petition/edit/letters/01-receipt.yaml",
        ),
    ),
    "studio.deploy": (OWNER, _fixed(f"/studio/{VERSIONED}/deploy")),
    "studio.compare": (OWNER, _fixed(f"/studio/{VERSIONED}/compare", f"/studio/{VERSIONED}/compare?from=1&to=1")),
    "studio.ask_current": (OWNER, _fixed(f"/studio/{VERSIONED}/versions/1/current")),
    "studio.moving": (OWNER, _fixed("/studio/petition/versions/1/cases", f"/studio/{VERSIONED}/versions/1/cases")),
    "studio.pending": (
        SECOND_OWNER,
        lambda world: [f"/studio/pending/{world.pending_id}", f"/studio/pending/{world.turned_down_id}"],
    ),
    "totals.index": (REGISTRAR, _fixed("/totals")),
    "totals.show": (REGISTRAR, _fixed("/totals/107")),
    "operate.index": (ADMINISTRATOR, _fixed("/operate")),
    "operate.incidents": (ADMINISTRATOR, _fixed("/operate/incidents")),
    "operate.incident": (ADMINISTRATOR, lambda world: [f"/operate/incidents/{world.incident_id}"]),
    "operate.pool": (ADMINISTRATOR, _fixed("/operate/pool")),
    "operate.jobs": (ADMINISTRATOR, _fixed("/operate/jobs")),
    "operate.mails": (ADMINISTRATOR, _fixed("/operate/mails")),
    "operate.mail": (ADMINISTRATOR, lambda world: [f"/operate/mails/{world.mail}"]),
    "operate.connectors": (ADMINISTRATOR, _fixed("/operate/connectors")),
    "operate.host": (ADMINISTRATOR, _fixed("/operate/connectors/pages")),
    "operate.verification": (ADMINISTRATOR, _fixed("/operate/verification")),
    "operate.erasure": (ADMINISTRATOR, _fixed("/operate/erasure")),
    "operate.confirm_erasure": (ADMINISTRATOR, lambda world: ["/operate/erasure/{}/{}".format(*world.history)]),
    "operate.notice_settings": (REGISTRAR, _fixed("/notifications/settings")),
    "admin.index": (ADMINISTRATOR, _fixed("/admin")),
    "admin.units": (ADMINISTRATOR, _fixed("/admin/units")),
    "admin.unit": (ADMINISTRATOR, _fixed("/admin/units/aia")),
    "admin.position": (ADMINISTRATOR, lambda world: [f"/admin/positions/{world.position_id}"]),
    "admin.people": (ADMINISTRATOR, _fixed("/admin/people", "/admin/people?q=沒有這個人")),
    "admin.new_person": (ADMINISTRATOR, _fixed("/admin/people/new")),
    "admin.person": (ADMINISTRATOR, _fixed(f"/admin/people/{REGISTRAR}")),
    "admin.roles": (ADMINISTRATOR, _fixed("/admin/roles")),
    "admin.role": (ADMINISTRATOR, _fixed("/admin/roles/registrar")),
    "admin.leave": (ADMINISTRATOR, _fixed("/admin/leave")),
    "admin.calendar": (ADMINISTRATOR, _fixed("/admin/calendar")),
    "admin.calendar_year": (ADMINISTRATOR, _fixed("/admin/calendar/2026")),
    "admin.processes": (ADMINISTRATOR, _fixed("/admin/processes")),
    "admin.log": (ADMINISTRATOR, _fixed("/admin/log")),
}


def pages_of(app: Any) -> set[str]:
    """The endpoints that answer GET with a page."""
    return {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())} - NOT_PAGES
