"""A case's diagram: its source for the live viewer, its state, and the server's drawing of both."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from functools import lru_cache
from uuid import UUID

from flask import Response, json, request
from flask_babel import gettext as _
from markupsafe import Markup

from engine import DiagramState, ProcessInstance
from webapp.cases import bp, diagram_svg
from webapp.i18n import lang
from webapp.services import actor, engine


def main_diagram(definition_id: UUID, process_key: str) -> bytes:
    """The drawn BPMN file of a version, with the names of the reader's language."""
    files = engine().repository.files(definition_id)
    diagrams = [file for file in files if file.kind == "bpmn"]
    named = f'id="{process_key}"'.encode()
    found = next((file.content for file in diagrams if named in file.content), diagrams[0].content)
    return found if lang() == "zh" else diagram_svg.in_english(found)


def drawing(case: ProcessInstance) -> Markup:
    """The diagram with tokens and passed path, drawn on the server."""
    state = engine().runtime.diagram_state(case.id, actor())
    title = _("%(subject)s的流程圖", subject=case.subject)
    return _drawn(main_diagram(case.definition_id, case.process_key), title, state)


@lru_cache(maxsize=128)
def _drawn(xml: bytes, title: str, state: DiagramState) -> Markup:
    """The drawing of a state: the same while the case stands still, whoever looks."""
    return diagram_svg.draw(
        xml,
        title=title,
        active=state.active,
        passed=state.passed,
        passed_flows=state.passed_flows,
        incidents=state.incidents,
    )


@bp.get("/cases/<uuid:instance_id>/diagram.bpmn")
def diagram_source(instance_id: UUID) -> Response:
    """The BPMN file as drawn; the version of a case never changes, so it may be kept."""
    case = engine().runtime.instance(instance_id, actor())
    answer = Response(main_diagram(case.definition_id, case.process_key), mimetype="application/xml")
    answer.headers["Cache-Control"] = "private, max-age=3600"
    answer.headers["Vary"] = "Cookie"
    return answer


@bp.get("/cases/<uuid:instance_id>/diagram.json")
def diagram_state(instance_id: UUID) -> Response:
    """Tokens and passed path, conditionally."""
    state = engine().runtime.diagram_state(instance_id, actor())
    body = json.dumps({**asdict(state), "words": {"active": _("目前在此"), "incident": _("發生狀況")}})
    answer = Response(body, mimetype="application/json")
    answer.set_etag(hashlib.sha256(body.encode()).hexdigest()[:32])
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer.make_conditional(request.environ)
