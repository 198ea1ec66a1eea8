"""People: who they are, the posts they hold, the roles they have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import StringField

from engine.errors import InvalidFields
from webapp.admin import bp, choices, words
from webapp.auth.browsers import browser_words
from webapp.auth.deputies import DeputiesForm, LeaveForm
from webapp.services import actor, engine
from webapp.site_forms import ChoiceField, DayField, SiteForm, at_most, required

PAGE_LENGTH = 50
Page = str | tuple[str, int] | Response


class ContactForm(SiteForm):
    """Name and contact."""

    name = StringField(_l("姓名"), [*required(), at_most(100)])
    name_en = StringField(_l("英文姓名"), [at_most(100)])
    email = StringField(_l("電子郵件"), [at_most(200)])
    phone = StringField(_l("電話"), [at_most(40)])


class PersonForm(ContactForm):
    """A new person, with a post at once if wanted."""

    id = StringField(_l("員工代號"), required(), description=_l("英文字母、數字、點或連字號；之後不能更改。"))
    position_id = ChoiceField(_l("本職"), description=_l("可以之後再派任。"))


class AssignForm(SiteForm):
    """A post for a person."""

    position_id = ChoiceField(_l("職稱"), required())
    kind = ChoiceField(_l("性質"), default="primary")
    valid_from = DayField(_l("自"), description=_l("空白為今天。"))
    valid_to = DayField(_l("至"), description=_l("空白為不限。"))


class GrantForm(SiteForm):
    """A role for a person, on a unit and everything below."""

    role_id = ChoiceField(_l("角色"), required())
    unit_id = ChoiceField(_l("單位（含以下單位）"), required())
    valid_from = DayField(_l("自"), description=_l("空白為今天。"))
    valid_to = DayField(_l("至"), description=_l("空白為不限。"))


class AccountForm(SiteForm):
    """An account for a person."""

    username = StringField(_l("帳號"), [*required(), at_most(63)])


@bp.get("/admin/people")
def people() -> str:
    """People, searchable, by page."""
    text, unit_id = request.args.get("q", "").strip()[:100], request.args.get("unit", "")
    state = request.args.get("state", "active")
    active = {"active": True, "left": False}.get(state)
    found = engine().directory.people(
        text=text,
        unit_id=unit_id or None,
        active=active,
        after=request.args.get("after") or None,
        limit=PAGE_LENGTH + 1,
    )
    rows = found[:PAGE_LENGTH]
    return render_template(
        "admin/people.html",
        people=rows,
        more=rows[-1].id if len(found) > PAGE_LENGTH else None,
        accounts=engine().accounts.accounts([person.id for person in rows]),
        now=engine().clock.now(),
        text=text,
        unit_id=unit_id,
        state=state,
        units=choices.units(mine=False),
    )


@bp.get("/admin/people/new")
def new_person() -> str:
    """The page to add somebody."""
    return render_template("admin/new_person.html", form=_person_form())


@bp.post("/admin/people")
def add_person() -> Page:
    """Add somebody, with their first post if one was chosen."""
    form = _person_form()
    if form.validate():
        person_id = form.id.data.strip()
        try:
            engine().directory.add_person(person_id, actor=actor(), **_contact(form))
        except InvalidFields as error:
            form.refuse(error)
            return render_template("admin/new_person.html", form=form), 422
        if form.position_id.data:
            engine().directory.assign(person_id, UUID(form.position_id.data), actor=actor())
        flash(_("已新增人員「%(name)s」。", name=form.name.data), "success")
        return redirect(url_for("admin.person", person_id=person_id), 303)
    return render_template("admin/new_person.html", form=form), 422


@bp.get("/admin/people/<person_id>")
def person(person_id: str) -> str:
    """One person: contact, posts, roles, account, leave."""
    return person_page(person_id)


@bp.post("/admin/people/<person_id>/change")
def change_person(person_id: str) -> Page:
    """Change name or contact."""
    form = ContactForm(prefix="contact-")
    return do(
        person_id,
        form,
        "contact",
        _("資料已修改。"),
        lambda: engine().directory.change_person(person_id, actor=actor(), **_contact(form)),
    )


@bp.post("/admin/people/<person_id>/active")
def set_active(person_id: str) -> Response:
    """Let somebody leave, or come back."""
    active = request.form.get("active") == "1"
    try:
        engine().directory.set_active(person_id, active, actor=actor())
    except InvalidFields:
        flash(_("不能把自己設為離職，請由其他管理者處理。"), "error")
    else:
        flash(_("已恢復在職。") if active else _("已設為離職，登入都已結束。"), "success")
    return redirect(url_for("admin.person", person_id=person_id), 303)


@bp.post("/admin/people/<person_id>/assignments")
def assign(person_id: str) -> Page:
    """Let a person hold a position."""
    form = _assign_form()
    return do(
        person_id,
        form,
        "assign",
        _("已派任。"),
        lambda: engine().directory.assign(
            person_id,
            UUID(form.position_id.data),
            actor=actor(),
            kind=form.kind.data,
            valid_from=form.valid_from.day,
            valid_to=form.valid_to.day,
        ),
    )


@bp.post("/admin/assignments/<uuid:assignment_id>/end")
def end_assignment(assignment_id: UUID) -> Response:
    """Let somebody leave a position at once."""
    engine().directory.end_assignment(assignment_id, actor=actor())
    flash(_("已卸任。"), "success")
    return redirect(url_for("admin.person", person_id=request.form.get("person", "")), 303)


@bp.post("/admin/people/<person_id>/grants")
def grant(person_id: str) -> Page:
    """Give a role."""
    form = grant_form()
    return do(
        person_id,
        form,
        "grant",
        _("角色已授予。"),
        lambda: engine().directory.grant(
            person_id,
            form.role_id.data,
            form.unit_id.data,
            actor=actor(),
            valid_from=form.valid_from.day,
            valid_to=form.valid_to.day,
        ),
        {"person_id": "role_id"},
    )


@bp.post("/admin/grants/<uuid:grant_id>/revoke")
def revoke_grant(grant_id: UUID) -> Response:
    """Take a role away at once."""
    engine().directory.revoke_grant(grant_id, actor=actor())
    flash(_("角色已收回。"), "success")
    return redirect(url_for("admin.person", person_id=request.form.get("person", "")), 303)


# -- shared with the other pages about a person ------------------------------------------


def do(
    person_id: str,
    form: SiteForm,
    name: str,
    done: str,
    act: Callable[[], object],
    names: dict[str, str] | None = None,
) -> Page:
    """Check the form, act, and show the person again: with the form's faults, or as they are now."""
    if form.validate():
        try:
            act()
        except InvalidFields as error:
            form.refuse(error, names)
        else:
            flash(done, "success")
            return redirect(url_for("admin.person", person_id=person_id), 303)
    return person_page(person_id, **{name: form}), 422


def person_page(person_id: str, *, secret: dict[str, str] | None = None, **forms: SiteForm) -> str:
    """The page of a person; `secret` is shown this once (a temporary password, a link)."""
    directory, accounts = engine().directory, engine().accounts
    found = directory.person(person_id)
    may_change = choices.administers(found.unit_id) if found.unit_id else choices.administers_city()
    standing = directory.standing_deputies(person_id)
    defaults: dict[str, SiteForm] = {
        "contact": ContactForm(formdata=None, prefix="contact-", obj=found),
        "assign": _assign_form(fresh=True),
        "grant": grant_form(fresh=True),
        "account": AccountForm(formdata=None, prefix="account-", username=person_id.lower()),
        "leave": LeaveForm(formdata=None, prefix="leave-"),
        "deputies": DeputiesForm(formdata=None, prefix="deputies-", standing="、".join(one.id for one in standing)),
    }
    return render_template(
        "admin/person.html",
        person=found,
        account=accounts.account(person_id),
        sessions=accounts.sessions(person_id, actor=actor()) if may_change else (),
        attempts=accounts.sign_ins(person_id=person_id, actor=actor(), limit=5) if may_change else (),
        assignments=directory.assignments(person_id=person_id, all=True),
        grants=directory.grants(person_id=person_id, all=True),
        roles={role.id: role for role in directory.roles()},
        superiors=directory.persons(list(directory.superiors(person_id))),
        leaves=directory.delegations(person_id=person_id),
        standing=standing,
        today=directory.today(),
        now=engine().clock.now(),
        may_change=may_change,
        forms={**defaults, **forms},
        failed=next(iter(forms), None),
        secret=secret,
        unit_label=choices.unit_label,
        browser_words=browser_words,
        words=words,
    )


def grant_form(*, fresh: bool = False) -> GrantForm:
    """The form to give a role."""
    form = GrantForm(prefix="grant-", **_if_fresh(fresh))
    form.role_id.choices, form.unit_id.choices = choices.roles(), choices.units(empty=True)
    return form


def _assign_form(*, fresh: bool = False) -> AssignForm:
    form = AssignForm(prefix="assign-", **_if_fresh(fresh))
    form.position_id.choices = choices.positions()
    form.kind.choices = list(words.ASSIGNMENT_KINDS.items())
    return form


def _person_form() -> PersonForm:
    form = PersonForm()
    form.position_id.choices = choices.positions()
    return form


def _if_fresh(fresh: bool) -> dict[str, Any]:
    return {"formdata": None} if fresh else {}


def _contact(form: ContactForm) -> dict[str, Any]:
    return {field: form[field].data for field in ("name", "name_en", "email", "phone")}
