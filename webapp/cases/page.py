"""One case on screen: overview, diagram, history, comments, attachments, letters. All of it read-only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import render_template, request, url_for
from flask_babel import gettext as _

from engine import CaseReading, ProcessInstance
from engine.errors import NotAllowed
from webapp.cases import bp
from webapp.cases.data import Section, lines_of, sections
from webapp.cases.diagram import diagrams, drawing
from webapp.cases.letters import available_letters
from webapp.cases.suspending import suspension_text
from webapp.services import actor, engine

PART_VIEWS = ("diagram", "history", "comments", "attachments")
VIEWS = ("overview", *PART_VIEWS, "letters")


@bp.get("/cases/<uuid:instance_id>")
def show(instance_id: UUID) -> str:
    """The case page; `?view=` names the tab."""
    case = engine().runtime.instance(instance_id, actor())
    view = request.args.get("view", "overview")
    return page_of(case, view if view in VIEWS else "overview")


def page_of(case: ProcessInstance, view: str, **more: Any) -> str:
    """The case page at one of its tabs; `more` is for the tab's own form, e.g. what was typed and refused."""
    context: dict[str, Any] = case_part(
        case, view, lambda wanted: url_for("cases.show", instance_id=case.id, view=wanted)
    )
    context["letters"] = available_letters(case)
    context["case_tabs"] = [
        {"href": url_for("cases.show", instance_id=case.id), "text": _("概要"), "here": view == "overview"},
        *context["tabs"],
    ]
    if context["letters"]:
        href = url_for("cases.show", instance_id=case.id, view="letters")
        context["case_tabs"].append({"href": href, "text": _("函稿"), "here": view == "letters"})
    overview = view == "overview"
    data: list[Section] = sections(case, engine().history.timeline(case.id, actor())) if overview else []
    return render_template(
        "cases/show.html",
        **context,
        data=data,
        may_cancel=case.is_open and engine().runtime.may_cancel(case, actor()),
        may_suspend=case.is_open and engine().suspension.may_suspend(case, actor()),
        suspension=suspension_text(case),
        my_tasks=_my_tasks(case),
        **more,
    )


def case_part(case: ProcessInstance, view: str, link: Any) -> dict[str, Any]:
    """What `cases/_part.html` needs to show one of the four tabs.

    Args:
        case: the case.
        view: which tab; another name shows none of them.
        link: makes the address of a tab from its name.
    """
    who = actor()
    engine().notifications.mark_case_read(who, case.id)
    comments, attachments, followed = engine().runtime.additions(case.id, who)
    names = {
        "diagram": (_("流程圖"), None, "1"),
        "history": (_("歷程"), None, "2"),
        "comments": (_("意見"), len(comments), "3"),
        "attachments": (_("附件"), len(attachments), "4"),
    }
    tabs = [
        {"href": link(name), "text": text, "here": name == view, "count": count or None, "key": key}
        for name, (text, count, key) in names.items()
    ]
    return {
        "case": case,
        "view": view,
        "tabs": tabs,
        "lines": lines_of(case, engine().history.timeline(case.id, who))[::-1] if view == "history" else [],
        "comments": comments,
        "attachments": attachments,
        **(_diagram_part(case, link("diagram")) if view == "diagram" else {}),
        "now": engine().clock.now(),
        "readings": _readings(case) if view == "history" else [],
        "followed": followed,
    }


def _readings(case: ProcessInstance) -> Sequence[CaseReading]:
    """Who looked at a confidential case, the latest first; for ethics officers and auditors only."""
    if not case.is_confidential:
        return ()
    try:
        return engine().readings.find(actor(), instance_id=case.id)
    except NotAllowed:
        return ()


def _diagram_part(case: ProcessInstance, here: str) -> dict[str, Any]:
    """The drawing that is asked for, and links to the others where the case calls other processes."""
    drawn = diagrams(case.definition_id, case.process_key)
    wanted = request.args.get("diagram", "")
    shown = next((diagram for diagram in drawn if diagram.process == wanted), drawn[0])
    state = engine().runtime.diagram_state(case.id, actor())
    sign = "&" if "?" in here else "?"
    links = [
        {
            "href": f"{here}{sign}{urlencode({'diagram': diagram.process})}",
            "text": _("%(diagram)s（目前在此）", diagram=diagram.name) if diagram.holds(state) else diagram.name,
            "here": diagram is shown,
        }
        for diagram in drawn
    ]
    return {
        "drawing": drawing(case, shown.process, state),
        "shown_process": shown.process,
        "diagrams": links if len(links) > 1 else [],
    }


def _my_tasks(case: ProcessInstance) -> list[Any]:
    """The open steps of the case that this person may claim or has claimed."""
    found = [engine().tasks.get(UUID(str(task["id"])), actor()) for task in case.open_tasks]
    return [task for task in found if task.may_claim(actor()) or task.may_complete(actor())]
