"""The totals page and its files."""

from __future__ import annotations

from flask import abort, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp import exports
from webapp.dates import local
from webapp.i18n import lang
from webapp.services import engine
from webapp.totals import bp
from webapp.totals.table import by_month, year_totals

_FIRST_YEAR, _LAST_YEAR = 100, 199


@bp.get("/totals")
def index() -> Response:
    """The totals of the newest year that has cases; of this year where there are none at all."""
    newest = next((year for year in _years()), _this_year())
    return redirect(url_for("totals.show", year=newest), 303)


@bp.get("/totals/<int:year>")
def show(year: int) -> str:
    """The totals of a ROC year, with what they are made of."""
    totals = year_totals(engine(), _known(year))
    figures = totals.figures
    months = dict(figures.petitions_by["month"])
    return render_template(
        "totals/show.html",
        totals=totals,
        figures=figures,
        years=_years(),
        by_month=[(month, int(months.get(str(month), 0))) for month in range(1, 13)],
        visits_by_month=by_month(figures.visits, "visit_start"),
        splits=[
            (_("依來源管道"), figures.petitions_by["source"]),
            (_("依主辦機關"), figures.petitions_by["agency"]),
            (_("依陳情性質"), figures.petitions_by["category"]),
            (_("依結案情形"), figures.petitions_by["outcome"]),
        ],
    )


@bp.get("/totals/<int:year>.<kind>")
def export(year: int, kind: str) -> Response:
    """The table as CSV or ODS."""
    if kind not in exports.FORMATS:
        abort(404)
    totals = year_totals(engine(), _known(year))
    headings, rows = totals.cells(lang())
    return exports.answer(kind, _("%(year)s年度成果統計", year=year), headings, rows, len(rows))


def _known(year: int) -> int:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        abort(404)
    return year


def _years() -> list[int]:
    """The years with cases that have a page, the newest first."""
    return [year for year in engine().reports.years() if _FIRST_YEAR <= year <= _LAST_YEAR]


def _this_year() -> int:
    return local(engine().clock.now()).year - 1911
