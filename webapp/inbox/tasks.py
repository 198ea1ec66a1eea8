"""One task: look at it, claim it, fill its form, decide."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine import UserTask, is_for
from engine.errors import CaseSuspended, InvalidFields, InvalidVariables, ValueRefused
from engine.model import Advance
from webapp.cases.data import sections
from webapp.cases.page import PART_VIEWS, case_part
from webapp.cases.suspending import suspension_text
from webapp.dates import roc_datetime
from webapp.errors import text_of
from webapp.forms_in_use import form_of, opened, posted
from webapp.i18n import lang
from webapp.inbox import bp
from webapp.inbox.columns import task_name
from webapp.inbox.lists import list_context
from webapp.inbox.receiver import Receiver, posted_receiver
from webapp.inbox.state import ListState
from webapp.large_cases import warn_if_large
from webapp.rights import local_or
from webapp.services import actor, engine, posted_token
from webapp.taskforms import TaskForm, page
from webapp.taskforms.markdown import render_markdown


@bp.get("/tasks/<uuid:task_id>")
def task(task_id: UUID) -> str:
    """The three panes: the list it came from, the task with its form, its case."""
    found, known = engine().tasks.opened(task_id, actor())
    form, has_draft = _opened_form(found, known)
    return _panes(found, form, has_draft=has_draft)


@bp.post("/tasks/<uuid:task_id>/claim")
def claim(task_id: UUID) -> Response:
    """Make the task one's own (簽收)."""
    engine().tasks.claim(task_id, actor=actor(), token=posted_token())
    flash(_("已簽收。"), "success")
    return _here(task_id)


@bp.post("/tasks/<uuid:task_id>/release")
def release(task_id: UUID) -> Response:
    """Give the task back (取消簽收)."""
    engine().tasks.release(task_id, actor=actor(), token=posted_token())
    flash(_("已取消簽收，工作回到待簽收。"), "success")
    return _here(task_id)


@bp.get("/tasks/<uuid:task_id>/reassign")
def ask_reassign(task_id: UUID) -> str:
    """Ask to whom the task is to go, and why."""
    return _reassign_page(engine().tasks.get(task_id, actor()))


@bp.post("/tasks/<uuid:task_id>/reassign")
def reassign(task_id: UUID) -> Response:
    """Give the task to somebody else (改分), with a reason."""
    found = engine().tasks.get(task_id, actor())
    receiver, reason = posted_receiver(), request.form.get("reason", "").strip()
    if receiver.searching:
        return Response(_reassign_page(found, {}, receiver, reason), 200, mimetype="text/html")
    person, faults = receiver.person, receiver.faults(reason)
    if not faults:
        try:
            engine().tasks.assign(task_id, person, actor=actor(), reason=reason, token=posted_token())
        except InvalidFields as refusal:
            faults = receiver.faults(reason, refusal)
    if faults:
        return Response(_reassign_page(found, faults, receiver, reason), 422, mimetype="text/html")
    flash(_("已改分給%(name)s。", name=engine().directory.person(person).name), "success")
    return redirect(_list_state().url(), 303)


def _reassign_page(
    found: UserTask, faults: Mapping[str, str] | None = None, receiver: Receiver | None = None, reason: str = ""
) -> str:
    found.ensure_open()
    return render_template(
        "inbox/reassign.html",
        task=found,
        title=task_name(found),
        state=_list_state(),
        faults=faults,
        receiver=receiver,
        reason=reason,
    )


@bp.post("/tasks/<uuid:task_id>")
def complete(task_id: UUID) -> Response:
    """Hand in the answer; or, for the form's other buttons, show the form as it is now."""
    found, known = engine().tasks.opened(task_id, actor())
    if not found.is_open:
        return _replay(found)
    found.ensure_completable_by(actor())
    filled = posted(_definition(found), known)
    if filled.action == "draft":
        return save_draft(task_id)
    if not filled.submitted:
        return Response(_panes(found, filled), 200, mimetype="text/html")
    result = filled.validate()
    if not result.ok:
        _keep(task_id, filled)
        return Response(_panes(found, filled), 422, mimetype="text/html")
    state = _list_state()
    following = engine().tasks.following(task_id, actor(), state.query())
    try:
        advance = _complete(task_id, result.values)
    except CaseSuspended:
        _keep(task_id, filled)
        raise
    except InvalidVariables as refusal:
        return Response(_panes(found, filled, problem=refusal.message), 422, mimetype="text/html")
    except ValueRefused as refusal:
        return Response(_panes(found, filled, problem=text_of(refusal)), 422, mimetype="text/html")
    return _sent(found, advance, state, following)


def _keep(task_id: UUID, filled: TaskForm) -> None:
    """Keep what was typed and cannot be taken; what no draft can hold either stands on the page all the same."""
    with suppress(ValueRefused):
        engine().tasks.save_draft(task_id, actor(), filled.draft)


def _complete(task_id: UUID, values: Mapping[str, Any]) -> Advance:
    return engine().tasks.complete(task_id, actor=actor(), variables=values, token=posted_token())


def _replay(found: UserTask) -> Response:
    """The same form came again: the same answer as before. Any other form is told who was faster."""
    advance, state = _complete(found.id, {}), _list_state()
    return _sent(found, advance, state, engine().tasks.following(found.id, actor(), state.query()))


@bp.post("/tasks/<uuid:task_id>/draft")
def save_draft(task_id: UUID) -> Response:
    """Keep an unfinished form. A draft is not an answer: the task can still be released."""
    found, known = engine().tasks.opened(task_id, actor())
    found.ensure_completable_by(actor())
    filled = posted(_definition(found), known)
    try:
        engine().tasks.save_draft(task_id, actor(), filled.draft)
    except ValueRefused as refusal:
        return Response(_panes(found, filled, problem=text_of(refusal)), 422, mimetype="text/html")
    said = _("草稿已於%(when)s暫存，尚未送出。", when=roc_datetime(engine().clock.now(), "short"))
    if request.accept_mimetypes.best == "application/json":
        return jsonify(message=said)
    flash(said, "success")
    return _here(task_id)


@bp.post("/tasks/<uuid:task_id>/draft/discard")
def discard_draft(task_id: UUID) -> Response:
    """Throw the draft away and begin with what the case knows."""
    engine().tasks.discard_draft(task_id, actor())
    flash(_("草稿已刪除。"), "success")
    return _here(task_id)


def _panes(found: UserTask, filled: TaskForm | None, problem: str = "", *, has_draft: bool = False) -> str:
    case = engine().runtime.instance(found.instance_id, actor())
    state = _list_state()
    wanted = request.args.get("view")
    filled_before = sections(case, engine().history.timeline(case.id, actor())) if wanted in (None, "data") else []
    view = wanted if wanted in ("data", *PART_VIEWS) else "data" if filled_before else "diagram"
    part = case_part(case, view, lambda name: state.task_url(found.id) + f"&view={name}")
    data_tab = {"href": state.task_url(found.id) + "&view=data", "text": _("內容"), "here": view == "data", "key": "0"}
    part["tabs"] = [data_tab, *part["tabs"]]
    return render_template(
        "inbox/task.html",
        **{**list_context(replace(state, after=state.after), found.id), **part},
        task=found,
        data=filled_before,
        form=page(filled) if filled else None,
        has_draft=has_draft,
        instructions=_instructions(found),
        problem=problem,
        title=task_name(found),
        may_claim=found.may_claim(actor()),
        may_complete=found.may_complete(actor()),
        suspension=suspension_text(case),
    )


def _opened_form(found: UserTask, known: Mapping[str, Any]) -> tuple[TaskForm | None, bool]:
    """The form for who may answer, with what the task knows, and whether their draft is in it."""
    if not found.may_complete(actor()):
        return None, False
    kept = engine().tasks.draft(found.id, actor())
    return opened(_definition(found), known, kept[0] if kept else None), kept is not None


def _definition(found: UserTask) -> Any:
    assert found.definition_id is not None
    return form_of(found.definition_id, found.form_key)


def _instructions(found: UserTask) -> Any:
    drawn = engine().repository.outline(found.definition_id).user_task(found.element_id)
    text = ((drawn.instructions_en if lang() == "en" else None) or drawn.instructions) if drawn else None
    return render_markdown(text) if text else ""


def _list_state() -> ListState:
    return ListState.of(request.args.get("tab", "mine"), request.args)


def _sent(found: UserTask, advance: Advance, state: ListState, following: UUID | None) -> Response:
    """Back to the list, which says what happened and where one may go on."""
    links = []
    for opened_task in advance.opened:
        if is_for(opened_task, actor()):
            step = _("同案下一關：%(step)s", step=task_name(opened_task))
            links.append({"href": url_for("inbox.task", task_id=opened_task.id), "text": step})
    if following:
        links.append({"href": state.task_url(following), "text": _("開啟下一件"), "key": "n"})
    links.append({"href": url_for("cases.show", instance_id=found.instance_id), "text": _("看這件案件")})
    text = _("「%(step)s」已送出。", step=task_name(found))
    if advance.ended:
        text = _("「%(step)s」已送出，案件結束。", step=task_name(found))
    flash({"text": text, "links": links}, "success")
    warn_if_large(advance.variables)
    if advance.incidents:
        flash(_("您的決定已經保存；接下來的自動步驟發生狀況，維運人員會處理，您不需要重送。"), "warning")
    return redirect(state.url(), 303)


def _here(task_id: UUID) -> Response:
    return redirect(local_or(request.form.get("back"), lambda: url_for("inbox.task", task_id=task_id)), 303)
