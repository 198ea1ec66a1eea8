"""The start page and the start form."""

from __future__ import annotations

from typing import Any

from flask import Response as FlaskResponse
from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.errors import InvalidVariables, ValueRefused
from engine.model import ProcessDefinition
from webapp.cases import diagram_svg
from webapp.cases.diagram import main_diagram
from webapp.errors import text_of
from webapp.forms_in_use import form_of, opened, posted
from webapp.i18n import lang
from webapp.large_cases import warn_if_large
from webapp.services import actor, engine, posted_token
from webapp.start import bp
from webapp.taskforms import TaskForm, page


@bp.get("/start")
def index() -> str:
    """The processes this person may start, searchable."""
    text = request.args.get("q", "").strip()[:100]
    found = [process for process in engine().repository.startable(actor()) if _matches(process, text)]
    return render_template("start/index.html", processes=found, text=text, say=localized)


@bp.get("/start/<key>")
def form(key: str) -> str:
    """The start form of a process."""
    process = _startable(key)
    return _page(process, opened(_form(process), _names()))


@bp.post("/start/<key>")
def begin(key: str) -> Response:
    """Start the case, or show the form again with what is wrong."""
    process = _startable(key)
    filled = posted(_form(process), _names())
    if not filled.submitted:
        return Response(_page(process, filled), 200, mimetype="text/html")
    result = filled.validate()
    if not result.ok:
        return Response(_page(process, filled), 422, mimetype="text/html")
    try:
        case = engine().runtime.start(
            key, actor=actor(), variables=result.values, token=posted_token(), version=process.version
        )
    except InvalidVariables as refusal:
        return Response(_page(process, filled, problem=refusal.message), 422, mimetype="text/html")
    except ValueRefused as refusal:
        return Response(_page(process, filled, problem=text_of(refusal)), 422, mimetype="text/html")
    warn_if_large(result.values)
    flash(_("已起案，案號 %(number)s。", number=case.business_key), "success")
    return redirect(url_for("cases.show", instance_id=case.id), 303)


@bp.get("/start/<key>/diagram.bpmn")
def diagram_source(key: str) -> FlaskResponse:
    """The diagram of the version that would be started. Deployed diagrams hold no case data."""
    return FlaskResponse(_diagram(_startable(key)), mimetype="application/xml")


def localized(process: ProcessDefinition, name: str) -> tuple[str, str | None]:
    """A text the author wrote (`summary`, `duration`) and its `lang`, when that is not the page's."""
    properties = process.properties
    if lang() == "en":
        english = properties.get(f"{name}En")
        return (english, None) if english else (properties.get(name, ""), "zh-Hant-TW")
    return properties.get(name, ""), None


def _matches(process: ProcessDefinition, text: str) -> bool:
    texts = (process.name, process.name_en or "", process.key, *(str(value) for value in process.properties.values()))
    return all(word.casefold() in " ".join(texts).casefold() for word in text.split())


def _startable(key: str) -> ProcessDefinition:
    found = next((process for process in engine().repository.startable(actor()) if process.key == key), None)
    return found or abort(404)


def _form(process: ProcessDefinition) -> Any:
    return form_of(process.id, engine().repository.outline(process.id).start_form(process.key))


def _names() -> dict[str, Any]:
    who = actor()
    return {"initiator": {"id": who.person_id, "label": who.name}, "started_at": engine().clock.now()}


def _diagram(process: ProcessDefinition) -> bytes:
    return main_diagram(process.id, process.key)


def _page(process: ProcessDefinition, filled: TaskForm, problem: str = "") -> str:
    name = process.name_en if lang() == "en" and process.name_en else process.name
    return render_template(
        "start/form.html",
        process=process,
        name=name,
        summary=localized(process, "summary"),
        duration=localized(process, "duration"),
        form=page(filled),
        problem=problem,
        drawing=diagram_svg.draw(_diagram(process), title=_("%(subject)s的流程圖", subject=name)),
    )
