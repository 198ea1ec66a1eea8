"""Where a case is now: who has each open step or may take it, else what the case waits for and who comes next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response, render_template
from flask_babel import gettext as _
from flask_babel import ngettext

from engine import ProcessInstance, is_open_for
from webapp.cases import bp
from webapp.cases.words import listed, open_task_name, since
from webapp.conditional import conditional
from webapp.i18n import lang
from webapp.services import actor, engine

_SHOWN = 3
"""People named of each role, and steps named as coming next; more are counted."""
_WORKING = frozenset(["serviceTask", "scriptTask", "businessRuleTask", "sendTask"])


@dataclass(frozen=True)
class Offer:
    """To whom an unclaimed step was offered: a role in a unit, and who answers to it today."""

    label: str
    people: str


@dataclass(frozen=True)
class OpenStep:
    """A step that waits for a person."""

    name: str
    task: UUID | None
    """The task, when it is the reader's to do."""
    holder: str
    """Who has claimed it; empty while nobody has."""
    offers: Sequence[Offer]
    since: datetime


@dataclass(frozen=True)
class Waiting:
    """What a case waits for while no person has anything to do.

    Attributes:
        text: what the system does or awaits, as a sentence.
        following: the steps of people that may come next, as a sentence; empty when that is open.
        working: the system is at work, so that the page is worth a second look in a moment.
    """

    text: str
    following: str
    working: bool


def open_steps(case: ProcessInstance) -> list[OpenStep]:
    """The steps of people a case stands at."""
    return [_open_step(task) for task in case.open_tasks]


def waiting_for(case: ProcessInstance) -> Waiting | None:
    """What an open case without a step for people waits for; None for any other case, and while it is suspended."""
    if not case.is_open or case.is_suspended or case.open_tasks or case.has_incident:
        return None
    outline = engine().repository.outline(case.definition_id)
    nodes = {element.id: element for element in outline.elements}
    here = [nodes[element] for element in case.active_elements if element in nodes]
    working = [node for node in here if node.type in _WORKING]
    names = listed(_name(node) for node in working or here)
    if working:
        text = _("系統正在處理「%(step)s」，通常只要幾秒鐘。", step=names)
    elif names:
        text = _("等候「%(step)s」；時間到了或收到訊息後，會自動往下走。", step=names)
    else:
        text = _("系統正在處理，通常只要幾秒鐘。")
    return Waiting(text, _following(outline, [node.id for node in here]), bool(working) or not here)


def is_working(case: ProcessInstance) -> bool:
    """Whether the system is at work on the case, so that the page should look again soon."""
    waiting = waiting_for(case)
    return waiting is not None and waiting.working


@bp.get("/cases/<uuid:instance_id>/where")
def where(instance_id: UUID) -> Response:
    """Where the case is, alone and conditionally, for polling."""
    case = engine().runtime.instance(instance_id, actor())
    return conditional(render_template("cases/_where.html", case=case, now=engine().clock.now()))


def _open_step(task: Mapping[str, Any]) -> OpenStep:
    holder = task.get("assignee_name") or ""
    offers = [] if holder else [_offer(text) for text in task.get("candidates") or ()]
    mine = UUID(str(task["id"])) if is_open_for(task, actor()) else None
    return OpenStep(open_task_name(task), mine, holder, offers, since(task))


def _offer(candidate: str) -> Offer:
    directory = engine().directory
    found = directory.people_meant(candidate)
    label = directory.label(candidate, lang())
    people = []
    for person in found[:_SHOWN]:
        unit = person.unit_label(lang())
        people.append(_("%(unit)s%(name)s", unit=unit, name=person.name) if unit and unit not in label else person.name)
    said = listed(people)
    if len(found) > _SHOWN:
        said = ngettext("%(people)s等%(num)d人", "%(people)s等%(num)d人", len(found), people=said)
    return Offer(label, "" if said == label else said)


def _following(outline: Any, begin: Iterable[str]) -> str:
    """The first steps of people on every way out of `begin`."""
    people = {task.id: task for task in outline.user_tasks}
    ways: dict[str, list[str]] = {}
    for flow in outline.flows:
        ways.setdefault(flow.source, []).append(flow.target)
    seen, found, heads = set(begin), [], list(begin)
    for element in heads:
        for target in ways.get(element, ()):
            if target in seen:
                continue
            seen.add(target)
            if target in people:
                found.append(_name(people[target]))
            else:
                heads.append(target)
    names = list(dict.fromkeys(found))
    if not 0 < len(names) <= _SHOWN:
        return ""
    if len(names) == 1:
        return _("接下來：%(step)s。", step=names[0])
    return _("接下來依結果而定：%(steps)s。", steps=listed(names))


def _name(node: Any) -> str:
    return (node.name_en if lang() == "en" else None) or node.name
