"""Moving running cases to another version: which fit, what keeps the others, and doing it with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from flask import abort, render_template, request
from flask_babel import gettext as _

from engine import MigrationProblem, MovableCase, ProcessOutline
from engine.errors import EngineError, InvalidFields, MigrationRefused
from engine.wording import MAX_REASON
from webapp.errors import text_of
from webapp.i18n import lang
from webapp.services import actor, engine
from webapp.site_forms import text_fault
from webapp.studio import bp, sources
from webapp.studio.process import context

_MAP = "as."
"""Before an element's id: the field that says what stands for it in the other version."""

_AROUND = frozenset({"subProcess", "transaction", "adHocSubProcess"})


@bp.get("/studio/<key>/versions/<int:number>/cases")
def moving(key: str, number: int) -> str:
    """The running cases of a version, and whether each fits another one."""
    return _page(key, number, _target(key, number, request.args), _mapping(request.args))


@bp.post("/studio/<key>/versions/<int:number>/cases")
def move(key: str, number: int) -> str | tuple[str, int]:
    """Move the chosen cases; what became of each is said."""
    to, mapping = _target(key, number, request.form), _mapping(request.form)
    reason, chosen = request.form.get("reason", "").strip(), request.form.getlist("case", type=_uuid)
    faults = {} if chosen else {"move-cases": _("請先勾選要移動的案件。")}
    results: list[Any] = []
    if chosen:
        before = {case.id: case for case in engine().migration.check(key, number, to, actor(), mapping=mapping)}
        try:
            results = engine().migration.migrate_many(chosen, to, actor=actor(), reason=reason, mapping=mapping)
        except InvalidFields as refusal:
            missing = _("請寫下原因；案件的歷程會留著。")
            faults["reason"] = text_fault(refusal, "reason", missing=missing, most=MAX_REASON)
    if faults:
        return _page(key, number, to, mapping, faults=faults, reason=reason, chosen=chosen), 422
    return render_template(
        "studio/moved.html",
        **context(sources.version(key)),
        number=number,
        to=to,
        results=[(before.get(case_id), _refusal(error)) for case_id, error in results],
    )


def _page(
    key: str,
    number: int,
    to: int,
    mapping: Mapping[str, str],
    *,
    faults: Mapping[str, str] | None = None,
    reason: str = "",
    chosen: Iterable[UUID] = (),
) -> str:
    there, here = _outline(key, number), _outline(key, to)
    cases = engine().migration.check(key, number, to, actor(), mapping=mapping)
    return render_template(
        "studio/moving.html",
        **context(sources.version(key)),
        number=number,
        to=to,
        versions=[made for made in engine().repository.versions(key) if made.version != number],
        running=engine().repository.running(key).get(number, 0),
        cases=cases,
        fitting=sum(case.fits for case in cases),
        where=lambda case: _where(there, case.active_elements),
        said=_said,
        called=lambda problem: _name(there, problem.element_id),
        stands_for=_stands_for(cases, mapping, there, here),
        prefix=_MAP,
        mapping=mapping,
        faults=faults or {},
        reason=reason,
        chosen=set(chosen),
    )


def _stands_for(
    cases: Iterable[MovableCase], mapping: Mapping[str, str], there: ProcessOutline, here: ProcessOutline
) -> list[dict[str, Any]]:
    """What the other version lacks, each with the elements of its kind that may stand for it."""
    lacking = [p.element_id for case in cases for p in case.problems if p.code in ("gone", "place", "undo")]
    fields = []
    for element_id in dict.fromkeys([*mapping, *lacking]):
        element = there.element(element_id)
        if element is None:
            continue
        same_kind = [other for other in here.elements if other.type == element.type]
        fields.append(
            {
                "id": element_id,
                "name": _name(there, element_id),
                "chosen": mapping.get(element_id, ""),
                "options": [(other.id, _name(here, other.id)) for other in same_kind],
            }
        )
    return fields


def _target(key: str, number: int, given: Mapping[str, str]) -> int:
    """The version to move to: the one that is asked for, else the one in force, else the newest of the others."""
    asked = given.get("to", "")
    if asked.isdecimal() and len(asked) < 9:
        return int(asked)
    in_force = engine().repository.definition(key).version
    others = [made.version for made in engine().repository.versions(key) if made.version != number]
    return in_force if in_force != number else max(others, default=in_force)


def _mapping(given: Mapping[str, str]) -> dict[str, str]:
    return {name.removeprefix(_MAP): value for name, value in given.items() if name.startswith(_MAP) and value}


def _outline(key: str, number: int) -> ProcessOutline:
    return engine().repository.outline(engine().repository.definition(key, number).id)


def _name(outline: ProcessOutline, element_id: str) -> str:
    """What an element is called, in the reader's language where the author gave a name in it."""
    element = outline.element(element_id)
    if element is None:
        return element_id
    return (element.name_en if lang() == "en" else None) or element.name or element_id


def _where(outline: ProcessOutline, active: Iterable[str]) -> list[str]:
    """The names of the steps at which a case stands, without those of the subprocesses around them."""
    steps = [element for element in active if getattr(outline.element(element), "type", "") not in _AROUND]
    return [_name(outline, element) for element in steps or active]


def _said(problem: MigrationProblem) -> str:
    return problem.message_en if lang() == "en" else problem.message_zh


def _refusal(error: EngineError | None) -> str:
    if error is None:
        return ""
    return _said(error.problems[0]) if isinstance(error, MigrationRefused) else text_of(error)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        abort(400)
