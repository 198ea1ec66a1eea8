"""Case pages: finding cases, one case with its diagram and history, files, paper."""

from __future__ import annotations

from flask import Blueprint

from webapp.rights import STAFF

bp = Blueprint("cases", __name__, template_folder="templates")

RIGHTS = {
    "cases.find": STAFF,
    "cases.find_export": STAFF,
    "cases.mine": STAFF,
    "cases.mine_export": STAFF,
    "cases.show": STAFF,
    "cases.where": STAFF,
    "cases.diagram_source": STAFF,
    "cases.diagram_state": STAFF,
    "cases.comment": STAFF,
    "cases.attach": STAFF,
    "cases.follow": STAFF,
    "cases.ask_cancel": STAFF,
    "cases.cancel": STAFF,
    "cases.ask_suspend": STAFF,
    "cases.suspend": STAFF,
    "cases.ask_resume": STAFF,
    "cases.resume": STAFF,
    "cases.file": STAFF,
    "cases.preview": STAFF,
    "cases.print_case": STAFF,
    "cases.print_decision": STAFF,
    "cases.letter": STAFF,
}

from webapp.cases import (  # noqa: E402, F401 - views register
    actions,
    diagram,
    files,
    find,
    letters,
    page,
    printing,
    suspending,
    where,
)
