"""Administration: units, people, roles, leave, the calendar, processes, and the log of it all."""

from __future__ import annotations

from flask import Blueprint

from webapp.rights import role

bp = Blueprint("admin", __name__, template_folder="templates")

ADMINISTRATORS = role("administrator")
CALENDAR = role("administrator", "calendar_keeper")
READERS = role("administrator", "auditor")
PROCESSES = role("administrator", "process_owner")
ANY = role("administrator", "auditor", "calendar_keeper", "process_owner")

RIGHTS = {
    "admin.index": ANY,
    **dict.fromkeys(
        [
            "admin.units",
            "admin.add_unit",
            "admin.unit",
            "admin.change_unit",
            "admin.change_contact",
            "admin.rename_unit",
            "admin.close_unit",
            "admin.add_position",
            "admin.position",
            "admin.change_position",
            "admin.close_position",
            "admin.import_authorities",
            "admin.people",
            "admin.new_person",
            "admin.add_person",
            "admin.person",
            "admin.change_person",
            "admin.set_active",
            "admin.assign",
            "admin.end_assignment",
            "admin.grant",
            "admin.revoke_grant",
            "admin.add_account",
            "admin.account_act",
            "admin.roles",
            "admin.add_role",
            "admin.role",
            "admin.leave",
            "admin.enter_leave",
            "admin.cancel_leave",
            "admin.set_deputies",
        ],
        ADMINISTRATORS,
    ),
    **dict.fromkeys(
        [
            "admin.calendar",
            "admin.calendar_year",
            "admin.preview_year",
            "admin.import_year",
            "admin.add_closure",
            "admin.revoke_closure",
        ],
        CALENDAR,
    ),
    "admin.processes": PROCESSES,
    "admin.set_grants": ADMINISTRATORS,
    "admin.log": READERS,
}

from webapp.admin import (  # noqa: E402, F401 - they register their views
    accounts,
    calendar,
    index,
    leave,
    log,
    people,
    processes,
    roles,
    units,
)
