"""The totals of a year: a page, files, and the table that `siwei report` prints; all from case data."""

from __future__ import annotations

from flask import Blueprint

from webapp.rights import STAFF
from webapp.totals.table import Totals, year_totals

__all__ = ["RIGHTS", "Totals", "bp", "year_totals"]

bp = Blueprint("totals", __name__, template_folder="templates")

RIGHTS = {"totals.index": STAFF, "totals.show": STAFF, "totals.export": STAFF}

from webapp.totals import views  # noqa: E402, F401 - registers its views
