"""The studio: what a process is made of, changing it, deploying it, and looking back at its versions.

Deployed diagrams hold no case data and are open to all staff; who may edit and deploy a process is
decided by the repository.
"""

from __future__ import annotations

from flask import Blueprint

from webapp.rights import STAFF

bp = Blueprint("studio", __name__, template_folder="templates")

RIGHTS = dict.fromkeys(
    [
        "studio.index",
        "studio.create",
        "studio.process",
        "studio.file",
        "studio.companion",
        "studio.source",
        "studio.archive",
        "studio.compare",
        "studio.edit",
        "studio.save",
        "studio.findings",
        "studio.rules",
        "studio.upload",
        "studio.add_file",
        "studio.remove_file",
        "studio.discard",
        "studio.draft_files",
        "studio.deploy",
        "studio.submit",
        "studio.pending",
        "studio.approve",
        "studio.reject",
        "studio.go_on_with",
        "studio.ask_current",
        "studio.make_current",
        "studio.moving",
        "studio.move",
        "studio.try_decision",
        "studio.decide",
    ],
    STAFF,
)

from webapp.studio import (  # noqa: E402, F401 - they register their views
    approving,
    comparing,
    deploying,
    downloads,
    drafts,
    editing,
    listing,
    moving,
    process,
    ruling,
    trying,
)
