"""Operations: incidents, the pool, jobs, mail, connectors, and whether the history is whole."""

from __future__ import annotations

from flask import Blueprint

from webapp.rights import STAFF, role

bp = Blueprint("operate", __name__, template_folder="templates")

ANY = role("operator", "administrator", "auditor", "archivist")
OPERATORS = role("operator", "administrator")
ADMINISTRATORS = role("administrator")
VERIFIERS = role("administrator", "auditor")
ERASERS = role("archivist", "administrator")

RIGHTS = {
    "operate.index": ANY,
    **dict.fromkeys(
        [
            "operate.incidents",
            "operate.retry_many",
            "operate.incident",
            "operate.retry",
            "operate.jobs",
            "operate.retry_job",
            "operate.discard_job",
            "operate.mails",
            "operate.mail",
            "operate.connectors",
        ],
        OPERATORS,
    ),
    **dict.fromkeys(
        [
            "operate.pool",
            "operate.assign",
            "operate.add_host",
            "operate.host",
            "operate.change_host",
            "operate.remove_host",
        ],
        ADMINISTRATORS,
    ),
    **dict.fromkeys(["operate.verification", "operate.verify"], VERIFIERS),
    **dict.fromkeys(["operate.erasure", "operate.confirm_erasure", "operate.erase"], ERASERS),
    **dict.fromkeys(["operate.notice_settings", "operate.save_notice_settings"], STAFF),
}

from webapp.operate import (  # noqa: E402, F401 - they register their views
    connectors,
    erasing,
    incidents,
    index,
    jobs,
    mails,
    pool,
    settings,
    verifying,
)
