"""Who may edit, deploy and start each process."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from webapp.admin import bp, choices, words
from webapp.admin.people import Page
from webapp.i18n import lang
from webapp.services import actor, engine

VERBS = ("start", "edit", "deploy")


@dataclass(frozen=True)
class Refused:
    """A change of rights that was refused: at which field, why, and what was chosen and typed."""

    key: str
    verb: str
    field: str
    text: str
    role: str
    unit: str
    person: str


@bp.get("/admin/processes")
def processes() -> str:
    """Every process with those who were given rights on it."""
    return _page()


@bp.post("/admin/processes/<key>/<verb>")
def set_grants(key: str, verb: str) -> Page:
    """Set who may do one thing with one process: ticked ones stay, a new one is added."""
    if verb not in VERBS or key not in {definition.key for definition in engine().repository.definitions()}:
        abort(404)
    groups = request.form.getlist("group")
    role_id, unit_id = request.form.get("role", ""), request.form.get("unit", "")
    person = request.form.get("person", "").strip()
    if role_id:
        if role_id not in dict(choices.roles()) or (unit_id and unit_id not in dict(choices.units(mine=False))):
            return _page(
                Refused(key, verb, "role", _("沒有這個角色或單位，請從清單中選。"), role_id, unit_id, person)
            ), 422
        groups.append(f"{role_id}@{unit_id}")
    if person:
        if not engine().directory.resolve(f"user:{person}"):
            told = _("沒有代號為「%(person)s」的在職人員。", person=person)
            return _page(Refused(key, verb, "person", told, role_id, unit_id, person)), 422
        groups.append(f"user:{person}")
    engine().repository.set_grants(key, verb, list(dict.fromkeys(groups)), actor())
    flash(_("權限已更新。"), "success")
    return redirect(url_for("admin.processes", _anchor=key), 303)


def _page(problem: Refused | None = None) -> str:
    repository = engine().repository
    definitions = repository.definitions()
    return render_template(
        "admin/processes.html",
        definitions=definitions,
        grants={definition.key: repository.grants(definition.key) for definition in definitions},
        verbs=[(verb, words.GRANT_VERBS[verb]) for verb in VERBS],
        roles=choices.roles(),
        units=choices.units(mine=False),
        label=lambda group: engine().directory.label(group, lang()),
        problem=problem,
        may_change="administrator@" in actor().groups,
    )
