"""A case's diagram: its source for the live viewer, its state, and the server's drawing of both."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from functools import lru_cache
from uuid import UUID

from flask import Response, abort, json, request
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


@dataclass(frozen=True)
class CaseDiagram:
    """One drawn file of a case: its own process, or one that it calls."""

    process: str
    name: str
    elements: frozenset[str]
    """Drawn ids in the file."""

    def holds(self, state: DiagramState) -> bool:
        """Whether the case stands in it now."""
        return not self.elements.isdisjoint((*state.active, *state.incidents))


def diagrams(definition_id: UUID, process_key: str) -> tuple[CaseDiagram, ...]:
    """The drawn files of a version: its own first, then those it calls, each once, in the order of the calls."""
    outline = engine().repository.outline(definition_id)
    heads = {head.id: head for head in outline.processes}
    callers = {element.id: element.process_id for element in outline.elements}
    reached = [process_key]
    for process in reached:
        reached += [
            called
            for element, called in outline.calls
            if callers.get(element) == process and called in heads and called not in reached
        ]
    first_of_file: dict[str, str] = {}
    for process in reached:
        first_of_file.setdefault(heads[process].file, process)
    in_file = {file: {head.id for head in outline.processes if head.file == file} for file in first_of_file}
    return tuple(
        CaseDiagram(
            process,
            (heads[process].property("nameEn") if lang() == "en" else None) or heads[process].name or process,
            frozenset(element.id for element in outline.elements if element.process_id in in_file[file]),
        )
        for file, process in first_of_file.items()
    )


def drawing(case: ProcessInstance, process: str | None = None, state: DiagramState | None = None) -> Markup:
    """The diagram with tokens and passed path, drawn on the server; of a called process when one is named.

    Args:
        state: where the case stands, for whoever has asked already.
    """
    state = state or engine().runtime.diagram_state(case.id, actor())
    title = _("%(subject)s的流程圖", subject=case.business_key)
    return _drawn(main_diagram(case.definition_id, process or case.process_key), title, state)


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
    """The BPMN file as drawn, `?process=` names a called one; a case's version never changes, so it may be kept."""
    case = engine().runtime.instance(instance_id, actor())
    process = request.args.get("process", case.process_key)
    if process not in {diagram.process for diagram in diagrams(case.definition_id, case.process_key)}:
        abort(404)
    answer = Response(main_diagram(case.definition_id, process), mimetype="application/xml")
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
