"""Starting a case: what one may start, and the form to start it with."""

from __future__ import annotations

from flask import Blueprint

from webapp.rights import STAFF

bp = Blueprint("start", __name__, template_folder="templates")

RIGHTS = {
    "start.index": STAFF,
    "start.form": STAFF,
    "start.begin": STAFF,
    "start.diagram_source": STAFF,
}

from webapp.start import views  # noqa: E402, F401 - registers its views
