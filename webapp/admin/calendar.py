"""The office calendar: years, the import with its preview, closures."""

from __future__ import annotations

import base64
import calendar as months
from datetime import date
from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from werkzeug.wrappers import Response
from wtforms import HiddenField, StringField

from engine.calendar.working_days import as_day
from engine.calendar.yearly_list import CalendarRefused
from engine.errors import InvalidFields
from webapp.admin import bp, choices, words
from webapp.admin.people import Page
from webapp.i18n import is_chinese
from webapp.services import actor, engine
from webapp.site_forms import ChoiceField, DayField, SiteForm, at_most, required


class ImportForm(SiteForm):
    """The yearly CSV."""

    file = FileField(_l("年度行事曆（CSV檔）"), [FileRequired(_l("請選擇檔案。"))])


class ConfirmForm(SiteForm):
    """The file of the preview, on its way back."""

    content = HiddenField()
    file_name = HiddenField()


class ClosureForm(SiteForm):
    """Offices closed by a decision of the day."""

    day = DayField(_l("日期"), required())
    part = ChoiceField(_l("時段"), default="day")
    region = StringField(
        _l("地區"), [at_most(40)], description=_l("空白為全市，計入限辦日；寫了地區的只登錄備查，不影響限辦日。")
    )
    reason = StringField(_l("原因"), [*required(), at_most(200)])


@bp.get("/admin/calendar")
def calendar() -> str:
    """Years loaded, closures, and the forms for both."""
    return _page(ImportForm(), _closure_form())


@bp.get("/admin/calendar/<int:year>")
def calendar_year(year: int) -> str:
    """One year month by month, and every import of it."""
    if not 1912 <= year <= 2999:
        abort(404)
    grid = [(month, months.Calendar().monthdatescalendar(year, month)) for month in range(1, 13)]
    return render_template(
        "admin/calendar_year.html",
        year=year,
        months=grid,
        month_name=lambda month: format_date(date(year, month, 1), "LLLL"),
        calendar=engine().calendars.calendar(),
        versions=engine().calendars.versions(year),
        loaded=year in engine().calendars.calendar().years,
    )


@bp.post("/admin/calendar/preview")
def preview_year() -> Page:
    """What an import would change; nothing is stored yet."""
    form = ImportForm()
    if not form.validate():
        return _page(form, _closure_form(fresh=True)), 422
    content = form.file.data.read(300_000)
    try:
        change = engine().calendars.preview_year(content)
    except CalendarRefused as refused:
        told = (words.csv_problem(one.code, one.line, one.value) for one in refused.problems)
        form.file.errors = [("" if is_chinese() else " ").join(told)]  # sentences of one message
        return _page(form, _closure_form(fresh=True)), 422
    confirm = ConfirmForm(formdata=None, content=base64.b64encode(content).decode())
    confirm.file_name.data = (form.file.data.filename or "")[:200]
    return render_template("admin/calendar_preview.html", change=change, form=confirm)


@bp.post("/admin/calendar/import")
def import_year() -> Page:
    """Take the year in, after the preview."""
    form = ConfirmForm()
    try:
        content = base64.b64decode(form.content.data or "", validate=True)
        change = engine().calendars.import_year(content, actor(), file_name=form.file_name.data or "")
    except (ValueError, CalendarRefused):  # not base64, or not a year
        back = ImportForm(formdata=None)
        back.file.errors = [_("預覽的內容已經不完整，請重新選擇檔案。")]
        return _page(back, _closure_form(fresh=True)), 422
    if change.unchanged:
        flash(_("%(year)d年的行事曆與現行版本相同，沒有變動。", year=change.year.year), "info")
    else:
        flash(
            _("%(year)d年的行事曆已匯入（第%(version)d版）。", year=change.year.year, version=change.version), "success"
        )
    return redirect(url_for("admin.calendar_year", year=change.year.year), 303)


@bp.post("/admin/calendar/closures")
def add_closure() -> Page:
    """Close offices on a day."""
    form = _closure_form()
    if form.validate():
        try:
            engine().calendars.add_closure(
                form.day.day, form.reason.data, actor(), part=form.part.data, region=form.region.data
            )
        except InvalidFields as error:
            form.refuse(error)
        else:
            if (form.region.data or "").strip():
                flash(_("停班已登錄；只限這個地區，限辦日不變。"), "success")
            else:
                flash(_("停班已登錄；限辦日的計算立即適用。"), "success")
            return redirect(url_for("admin.calendar"), 303)
    return _page(ImportForm(formdata=None), form), 422


@bp.post("/admin/calendar/closures/<uuid:closure_id>/revoke")
def revoke_closure(closure_id: UUID) -> Response:
    """Take a closure back."""
    engine().calendars.revoke_closure(closure_id, actor())
    flash(_("停班已撤銷。"), "success")
    return redirect(url_for("admin.calendar"), 303)


def _closure_form(*, fresh: bool = False) -> ClosureForm:
    form = ClosureForm(prefix="closure-", **({"formdata": None} if fresh else {}))
    form.part.choices = list(words.PARTS.items())
    return form


def _page(import_form: ImportForm, closure_form: ClosureForm) -> str:
    calendars = engine().calendars
    this_year = as_day(engine().clock.now()).year
    known = {row.year for row in calendars.years()}
    return render_template(
        "admin/calendar.html",
        years=calendars.years(),
        missing_years=[year for year in (this_year, this_year + 1) if year not in known],
        closures=calendars.closures(),
        import_form=import_form,
        closure_form=closure_form,
        may_change=choices.administers_city() or "calendar_keeper@" in actor().groups,
        words=words,
    )
