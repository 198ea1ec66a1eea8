"""Leave and deputies of one's own, and acting for somebody who is away (甲代乙)."""

from __future__ import annotations

from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import StringField

from engine.errors import InvalidFields
from webapp.auth import bp
from webapp.auth.login import own_actor, token
from webapp.rights import local_or
from webapp.services import engine
from webapp.site_forms import ClockField, DayField, SiteForm, at_most, moment, required

DEPUTIES = 3


class LeaveForm(SiteForm):
    """From when to when, why, and who stands in."""

    first_day = DayField(_l("自（日期）"), required())
    first_time = ClockField(_l("自（時間）"), required(), default="08:00")
    last_day = DayField(_l("至（日期）"), required())
    last_time = ClockField(_l("至（時間）"), required(), default="17:30")
    reason = StringField(_l("事由"), [*required(), at_most(200)])
    deputies = StringField(_l("代理人"), description=_l("依順序填員工代號或姓名，以頓號分開；空白時用平常的代理人。"))


class DeputiesForm(SiteForm):
    """Who stands in as a rule."""

    standing = StringField(
        _l("平常的代理人"), description=_l("依順序填員工代號或姓名，以頓號分開；第一位不在時由第二位代理。")
    )


@bp.get("/account/deputy")
def deputy() -> str:
    """Whom one stands in for, one's leave, one's deputies."""
    return _page(LeaveForm(formdata=None), _deputies_form())


@bp.post("/account/act-for")
def act_for() -> Response:
    """Switch this session to act for somebody, or back to oneself."""
    principal = request.form.get("person") or None
    actor = engine().accounts.act_for(token(), principal)
    if actor.on_behalf_of_name:
        text = _("您現在代理%(name)s；動作會記為「%(me)s代%(name)s」。", name=actor.on_behalf_of_name, me=actor.name)
    else:
        text = _("您現在以本人身分作業。")
    flash(text, "success")
    return redirect(local_or(request.form.get("back"), lambda: url_for("shell.home")), 303)


@bp.post("/account/leave")
def enter_leave() -> str | tuple[str, int] | Response:
    """Enter one's leave."""
    form = LeaveForm()
    if not save_leave(form, g.actor.person_id):
        return _page(form, _deputies_form()), 422
    flash(_("請假與代理已登錄。"), "success")
    return redirect(url_for("auth.deputy"), 303)


@bp.post("/account/leave/<uuid:leave_id>/cancel")
def cancel_leave(leave_id: UUID) -> Response:
    """Take leave back, or end it now."""
    engine().directory.cancel_leave(leave_id, actor=own_actor())
    flash(_("請假已取消或提前結束。"), "success")
    return redirect(url_for("auth.deputy"), 303)


@bp.post("/account/deputies")
def set_deputies() -> str | tuple[str, int] | Response:
    """Set who stands in as a rule."""
    form = DeputiesForm()
    if not save_deputies(form, g.actor.person_id):
        return _page(LeaveForm(formdata=None), form), 422
    flash(_("平常的代理人已更新。"), "success")
    return redirect(url_for("auth.deputy"), 303)


def save_leave(form: LeaveForm, person_id: str) -> bool:
    """Enter leave for a person; False with the faults in the form."""
    if not form.validate():
        return False
    deputies = people_named(form, "deputies")
    if deputies is None:
        return False
    try:
        engine().directory.enter_leave(
            person_id,
            actor=own_actor(),
            starts_at=moment(form.first_day.day, form.first_time.time),
            ends_at=moment(form.last_day.day, form.last_time.time),
            deputy_ids=deputies,
            reason=form.reason.data,
        )
    except InvalidFields as error:
        form.refuse(error, {"starts_at": "first_day", "ends_at": "last_day"})
        return False
    return True


def save_deputies(form: DeputiesForm, person_id: str) -> bool:
    """Set a person's standing deputies; False with the faults in the form."""
    deputies = people_named(form, "standing") if form.validate() else None
    if deputies is None:
        return False
    try:
        engine().directory.set_standing_deputies(person_id, deputies, actor=own_actor())
    except InvalidFields as error:
        form.refuse(error, {"deputies": "standing"})
        return False
    return True


def people_named(form: SiteForm, field: str) -> list[str] | None:
    """Ids of the people somebody typed by id or by name; None with the fault in the form."""
    text = str(form[field].data or "")
    for separator in ("、", "，", ";", "；", "\n"):
        text = text.replace(separator, ",")
    ids: list[str] = []
    for word in filter(None, (part.strip() for part in text.split(","))):
        found = _find(word)
        if len(found) != 1:
            message = (
                _("有不只一位「%(word)s」，請改填員工代號。", word=word)
                if found
                else _("找不到「%(word)s」。", word=word)
            )
            form[field].errors = [*form[field].errors, message]
            return None
        ids += found
    return ids


def _find(word: str) -> list[str]:
    people = engine().directory.search_people(word, limit=50)
    exact = [person.id for person in people if person.id == word]
    return exact or [person.id for person in people if word in (person.name, person.name_en)]


def _deputies_form() -> DeputiesForm:
    standing = engine().directory.standing_deputies(g.actor.person_id)
    return DeputiesForm(formdata=None, standing="、".join(one.id for one in standing))


def _page(leave_form: LeaveForm, deputies_form: DeputiesForm) -> str:
    directory, me = engine().directory, g.actor.person_id
    return render_template(
        "auth/deputy.html",
        principals=directory.principals(me),
        acting_for=g.actor.on_behalf_of,
        leaves=directory.delegations(person_id=me),
        standing=directory.standing_deputies(me),
        leave_form=leave_form,
        deputies_form=deputies_form,
    )
