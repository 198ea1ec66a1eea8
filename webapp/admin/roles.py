"""Roles, and who has them."""

from __future__ import annotations

from collections import Counter

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField

from engine.errors import InvalidFields
from webapp.admin import bp, choices
from webapp.admin.people import Page
from webapp.services import actor, engine
from webapp.site_forms import SiteForm, at_most, required


class RoleForm(SiteForm):
    """A role of one's own."""

    id = StringField(_l("代碼"), required(), description=_l("英文小寫與底線，流程圖用這個名字；之後不能更改。"))
    name = StringField(_l("名稱"), [*required(), at_most(40)])
    name_en = StringField(_l("英文名稱"), [*required(), at_most(100)])
    shown_with_unit = BooleanField(_l("許多單位都有這個角色（顯示時加上單位名稱）"))


@bp.get("/admin/roles")
def roles() -> str:
    """All roles and how many people have each."""
    return _page(RoleForm())


@bp.post("/admin/roles")
def add_role() -> Page:
    """Add a role for diagrams to name."""
    form = RoleForm()
    if form.validate():
        try:
            made = engine().directory.add_role(
                form.id.data.strip(),
                actor=actor(),
                name=form.name.data,
                name_en=form.name_en.data,
                shown_with_unit=form.shown_with_unit.data,
            )
        except InvalidFields as error:
            form.refuse(error)
        else:
            flash(_("已新增角色「%(name)s」。", name=made.name), "success")
            return redirect(url_for("admin.roles"), 303)
    return _page(form), 422


@bp.get("/admin/roles/<role_id>")
def role(role_id: str) -> str:
    """One role: who has it where."""
    directory = engine().directory
    found = next((role for role in directory.roles() if role.id == role_id), None)
    if found is None:
        abort(404)
    units = {unit.id: unit for _depth, unit in choices.tree()}
    return render_template("admin/role.html", role=found, grants=directory.grants(role_id=role_id), units=units)


def _page(form: RoleForm) -> str:
    held = Counter(grant.role_id for grant in engine().directory.grants())
    return render_template(
        "admin/roles.html",
        roles=engine().directory.roles(),
        held=held,
        form=form,
        may_change=choices.administers_city(),
    )
