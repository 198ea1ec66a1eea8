"""The way into administration, with what needs attention."""

from __future__ import annotations

from flask import render_template

from engine.calendar.working_days import as_day
from webapp.admin import bp
from webapp.services import engine


@bp.get("/admin")
def index() -> str:
    """The parts of administration, and a warning when a year's calendar is missing."""
    this_year = as_day(engine().clock.now()).year
    known = engine().calendars.calendar().years
    missing = [year for year in (this_year, this_year + 1) if year not in known]
    return render_template("admin/index.html", missing_years=missing)
