"""Units, their names through time, their positions and their 分層負責明細表."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from werkzeug.wrappers import Response
from wtforms import BooleanField, IntegerField, StringField
from wtforms.validators import NumberRange, Optional

from engine.directory.values import UNIT_TYPES
from engine.errors import InvalidFields
from webapp.admin import bp, choices, words
from webapp.services import actor, engine
from webapp.site_forms import ChoiceField, DayField, SiteForm, at_most, required

Page = str | tuple[str, int] | Response
CONTACT_FIELDS = ("address", "address_en", "phone", "fax", "email")


class NamesForm(SiteForm):
    """What a unit is called."""

    name = StringField(_l("名稱"), [*required(), at_most(100)])
    name_en = StringField(_l("英文名稱"), [at_most(200)])
    short_name = StringField(_l("簡稱"), [at_most(40)], description=_l("空白時與名稱相同。"))
    doc_prefix = StringField(_l("發文字"), [at_most(20)])


class UnitForm(NamesForm):
    """A new unit."""

    id = StringField(_l("代碼"), required(), description=_l("英文小寫，例如 health 或 health.hr；之後不能更改。"))
    parent_id = ChoiceField(_l("上級單位"))
    type = ChoiceField(_l("類別"))
    oid = StringField(_l("機關OID"), [at_most(100)])
    sort = IntegerField(_l("排序"), [Optional(), NumberRange(0, 30000, _l("請填0到30000的整數。"))], default=0)


class ChangeUnitForm(SiteForm):
    """Where a unit belongs and what it is."""

    parent_id = ChoiceField(_l("上級單位"))
    type = ChoiceField(_l("類別"))
    oid = StringField(_l("機關OID"), [at_most(100)])
    sort = IntegerField(_l("排序"), [Optional(), NumberRange(0, 30000, _l("請填0到30000的整數。"))], default=0)


class ContactForm(SiteForm):
    """Where a unit is reached."""

    address = StringField(_l("地址"), [at_most(200)])
    address_en = StringField(_l("英文地址"), [at_most(200)])
    phone = StringField(_l("電話"), [at_most(40)])
    fax = StringField(_l("傳真"), [at_most(40)])
    email = StringField(_l("電子信箱"), [at_most(200)])


class RenameForm(NamesForm):
    """A name from a day on."""

    valid_from = DayField(_l("自哪一天起"), required())


class LastDayForm(SiteForm):
    """The last day something counts."""

    last_day = DayField(_l("最後一天"), required())


class PositionForm(SiteForm):
    """A title in a unit."""

    title = StringField(_l("職稱"), [*required(), at_most(40)])
    title_en = StringField(_l("英文職稱"), [at_most(100)])
    layer = ChoiceField(_l("分層負責"), coerce=int, default=4)
    is_head = BooleanField(_l("是這個單位的首長或主管"))


class AuthoritiesForm(SiteForm):
    """A 分層負責明細表 as CSV."""

    file = FileField(_l("CSV檔"), [FileRequired(_l("請選擇檔案。"))])
    valid_from = DayField(_l("自哪一天起"), required())


@bp.get("/admin/units")
def units() -> str:
    """The tree of units."""
    return _tree_page(_new_unit_form())


@bp.post("/admin/units")
def add_unit() -> Page:
    """Add a unit."""
    form = _new_unit_form()
    if not form.validate():
        return _tree_page(form), 422
    try:
        made = engine().directory.add_unit(
            form.id.data.strip(),
            actor=actor(),
            parent_id=form.parent_id.data,
            type=form.type.data,
            oid=form.oid.data,
            sort=form.sort.data or 0,
            **_names(form),
        )
    except InvalidFields as error:
        form.refuse(error)
        return _tree_page(form), 422
    flash(_("已新增單位「%(name)s」。", name=made.name), "success")
    return redirect(url_for("admin.unit", unit_id=made.id), 303)


@bp.get("/admin/units/<unit_id>")
def unit(unit_id: str) -> str:
    """One unit: names, positions, people, responsibilities."""
    return _unit_page(unit_id)


@bp.post("/admin/units/<unit_id>/change")
def change_unit(unit_id: str) -> Page:
    """Move a unit or change what it is."""
    form = _change_form(unit_id)
    return _do(
        unit_id,
        form,
        "change",
        _("單位已修改。"),
        lambda: engine().directory.change_unit(
            unit_id,
            actor=actor(),
            parent_id=form.parent_id.data,
            type=form.type.data,
            oid=form.oid.data,
            sort=form.sort.data or 0,
        ),
    )


@bp.post("/admin/units/<unit_id>/contact")
def change_contact(unit_id: str) -> Page:
    """Say where a unit is reached."""
    form = ContactForm(prefix="contact-")
    return _do(
        unit_id,
        form,
        "contact",
        _("地址與聯絡方式已儲存。"),
        lambda: engine().directory.set_contact(
            unit_id, actor=actor(), **{name: form[name].data for name in CONTACT_FIELDS}
        ),
    )


@bp.post("/admin/units/<unit_id>/rename")
def rename_unit(unit_id: str) -> Page:
    """Give a unit a name from a day on."""
    form = RenameForm(prefix="rename-")
    return _do(
        unit_id,
        form,
        "rename",
        _("新名稱已登錄。"),
        lambda: engine().directory.rename_unit(unit_id, actor=actor(), valid_from=form.valid_from.day, **_names(form)),
    )


@bp.post("/admin/units/<unit_id>/close")
def close_unit(unit_id: str) -> Page:
    """End a unit."""
    form = LastDayForm(prefix="close-")
    return _do(
        unit_id,
        form,
        "close",
        _("單位已設定最後一天。"),
        lambda: engine().directory.close_unit(unit_id, actor=actor(), last_day=form.last_day.day),
    )


@bp.post("/admin/units/<unit_id>/positions")
def add_position(unit_id: str) -> Page:
    """Add a title to a unit."""
    form = _position_form(prefix="position-")
    return _do(
        unit_id,
        form,
        "position",
        _("職稱已新增。"),
        lambda: engine().directory.add_position(unit_id, actor=actor(), **_position_values(form)),
    )


@bp.post("/admin/units/<unit_id>/authorities")
def import_authorities(unit_id: str) -> Page:
    """Replace a unit's 分層負責明細表."""
    form = AuthoritiesForm(prefix="authorities-")
    return _do(
        unit_id,
        form,
        "authorities",
        _("分層負責明細表已匯入。"),
        lambda: engine().directory.import_authorities(
            unit_id, form.file.data.read(), actor=actor(), valid_from=form.valid_from.day
        ),
    )


@bp.get("/admin/positions/<uuid:position_id>")
def position(position_id: UUID) -> str:
    """One position and who holds it."""
    place = engine().directory.position(position_id)
    return _position_page(place, _position_form(obj=place), LastDayForm(formdata=None, prefix="close-"))


@bp.post("/admin/positions/<uuid:position_id>/change")
def change_position(position_id: UUID) -> Page:
    """Change a title."""
    place, form = engine().directory.position(position_id), _position_form()
    if form.validate():
        try:
            engine().directory.change_position(position_id, actor=actor(), **_position_values(form))
        except InvalidFields as error:
            form.refuse(error)
        else:
            flash(_("職稱已修改。"), "success")
            return redirect(url_for("admin.unit", unit_id=place.unit_id), 303)
    return _position_page(place, form, LastDayForm(formdata=None, prefix="close-")), 422


@bp.post("/admin/positions/<uuid:position_id>/close")
def close_position(position_id: UUID) -> Page:
    """Give a position up."""
    place, form = engine().directory.position(position_id), LastDayForm(prefix="close-")
    if form.validate():
        try:
            engine().directory.close_position(position_id, actor=actor(), last_day=form.last_day.day)
        except InvalidFields as error:
            form.refuse(error)
        else:
            flash(_("職稱已設定最後一天。"), "success")
            return redirect(url_for("admin.unit", unit_id=place.unit_id), 303)
    return _position_page(place, _position_form(formdata=None, obj=place), form), 422


# -- inside -----------------------------------------------------------------------------


def _do(unit_id: str, form: SiteForm, name: str, done: str, act: Any) -> Page:
    """Check the form, act, and show the unit again: with the form's faults, or as it is now."""
    if form.validate():
        try:
            act()
        except InvalidFields as error:
            form.refuse(error)
        else:
            flash(done, "success")
            return redirect(url_for("admin.unit", unit_id=unit_id), 303)
    return _unit_page(unit_id, **{name: form}), 422


def _new_unit_form() -> UnitForm:
    form = UnitForm(prefix="unit-")
    form.parent_id.choices = choices.units(empty=True)
    form.type.choices = [(key, words.UNIT_TYPES[key]) for key in UNIT_TYPES]
    if not form.is_submitted():
        form.type.data = "section"
    return form


def _change_form(unit_id: str, *, fresh: bool = False) -> ChangeUnitForm:
    found = engine().directory.unit(unit_id)
    form = ChangeUnitForm(prefix="change-", obj=found, **({"formdata": None} if fresh else {}))
    form.parent_id.choices = choices.units(empty=True)
    if found.parent_id and found.parent_id not in dict(form.parent_id.choices):
        form.parent_id.choices.append((found.parent_id, engine().directory.unit_label(found.parent_id)))
    form.type.choices = [(key, words.UNIT_TYPES[key]) for key in UNIT_TYPES]
    if fresh:
        form.parent_id.data = found.parent_id or ""
    return form


def _position_form(**kwargs: Any) -> PositionForm:
    form = PositionForm(**kwargs)
    form.layer.choices = list(words.LAYERS.items())
    return form


def _position_values(form: PositionForm) -> dict[str, Any]:
    return {
        "title": form.title.data,
        "title_en": form.title_en.data,
        "layer": form.layer.data,
        "is_head": form.is_head.data,
    }


def _names(form: NamesForm) -> dict[str, Any]:
    fields = ("name", "name_en", "short_name", "doc_prefix")
    return {field: form[field].data for field in fields}


def _tree_page(form: UnitForm) -> str:
    heads = {held.unit_id: held for held in engine().directory.assignments() if held.is_head}
    return render_template("admin/units.html", tree=choices.tree(), heads=heads, form=form, words=words)


def _unit_page(unit_id: str, **forms: SiteForm) -> str:
    directory = engine().directory
    found = directory.unit(unit_id)
    defaults: dict[str, SiteForm] = {
        "change": forms.get("change") or _change_form(unit_id, fresh=True),
        "contact": ContactForm(formdata=None, prefix="contact-", obj=directory.own_contact(unit_id)),
        "rename": RenameForm(formdata=None, prefix="rename-", obj=None, name=found.name, name_en=found.name_en),
        "close": LastDayForm(formdata=None, prefix="close-"),
        "position": _position_form(formdata=None, prefix="position-"),
        "authorities": AuthoritiesForm(formdata=None, prefix="authorities-"),
    }
    return render_template(
        "admin/unit.html",
        unit=found,
        contact=directory.contact(unit_id),
        names=directory.unit_names(unit_id),
        positions=directory.positions(unit_id),
        assignments=directory.assignments(unit_id=unit_id),
        children=[child for child in directory.units() if child.parent_id == unit_id],
        authorities=directory.authorities(unit_id),
        grants=directory.grants(unit_id=unit_id),
        roles={role.id: role for role in directory.roles()},
        may_change=choices.administers(unit_id),
        forms={**defaults, **forms},
        failed=next(iter(forms), None),
        unit_label=choices.unit_label,
        title_of=choices.title_of,
        words=words,
    )


def _position_page(place: Any, form: PositionForm, close: LastDayForm) -> str:
    directory = engine().directory
    held = [held for held in directory.assignments(unit_id=place.unit_id) if held.position_id == place.id]
    return render_template(
        "admin/position.html",
        position=place,
        unit=directory.unit(place.unit_id),
        holders=held,
        form=form,
        close=close,
        may_change=choices.administers(place.unit_id),
        title_of=choices.title_of,
        words=words,
    )
