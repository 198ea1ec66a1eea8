"""A case inside a called process shows that diagram, too: where it is, live and drawn on the server."""

from __future__ import annotations

import re

import pytest

from engine import SYSTEM, SourceFile
from tests.engine.services.diagrams import FOR_LABOR, chain, process, user_task
from tests.web.conftest import HANDLER, STARTER, found

CALL = '<bpmn:callActivity id="call" name="呼叫內部" calledElement="inside"/>'


def drawn(text: str, key: str, elements: list[str]) -> bytes:
    """The diagram with a picture: every element in a row."""
    shapes = "".join(
        f'<bpmndi:BPMNShape id="s_{name}" bpmnElement="{name}">'
        f'<dc:Bounds x="{number * 150}" y="50" width="100" height="80"/></bpmndi:BPMNShape>'
        for number, name in enumerate(elements)
    )
    spaces = 'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"'
    picture = (
        f'<bpmndi:BPMNDiagram {spaces} id="d_{key}"><bpmndi:BPMNPlane id="p_{key}" bpmnElement="{key}">'
        f"{shapes}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>"
    )
    return text.replace("</bpmn:definitions>", f"{picture}</bpmn:definitions>").encode()


@pytest.fixture
def case(engine, actor):
    outside = process("outside", chain(CALL, ids=("call",)), name="外部流程")
    inside = process("inside", chain(user_task("within", "內部工作", FOR_LABOR), ids=("within",)), name="內部流程")
    files = [
        SourceFile("outside.bpmn", drawn(outside, "outside", ["start", "call", "end"])),
        SourceFile("inside.bpmn", drawn(inside, "inside", ["start", "within", "end"])),
    ]
    engine.repository.deploy(files, actor=SYSTEM, approver="tests")
    return engine.runtime.start("outside", actor=actor(STARTER), variables={})


def test_the_called_diagram_is_a_link_and_shows_its_token(browser, case):
    starter = browser(STARTER)
    page = starter.get(f"/cases/{case.id}?view=diagram").text
    links = dict(re.findall(r'<a href="([^"]+)"[^>]*>([^<]*流程[^<]*)</a>', page))
    assert links[f"/cases/{case.id}?view=diagram&amp;diagram=outside"].startswith("外部流程")
    assert links[f"/cases/{case.id}?view=diagram&amp;diagram=inside"] == "內部流程（目前在此）"
    assert f'data-xml="/cases/{case.id}/diagram.bpmn?process=outside"' in page
    called = starter.get(f"/cases/{case.id}?view=diagram&diagram=inside").text
    assert f'data-xml="/cases/{case.id}/diagram.bpmn?process=inside"' in called
    drawing = found(r'(<svg[^>]*class="diagram-svg".*?</svg>\s*</div>)', called)
    assert re.search(r'class="d-activity is-active".*?內部工作', drawing, re.S)
    assert "呼叫內部" not in drawing


def test_the_task_pane_offers_the_same(browser, case, engine, actor):
    (task,) = engine.tasks.of_case(case.id, SYSTEM)
    page = browser(HANDLER).get(f"/tasks/{task.id}").text
    assert re.search(rf'href="/tasks/{task.id}\?[^"]*view=diagram&amp;diagram=inside"', page)


def test_the_live_viewer_gets_the_diagram_it_shows(browser, case):
    starter = browser(STARTER)
    assert "內部工作" in starter.get(f"/cases/{case.id}/diagram.bpmn?process=inside").text
    assert "呼叫內部" in starter.get(f"/cases/{case.id}/diagram.bpmn").text
    assert starter.get(f"/cases/{case.id}/diagram.bpmn?process=other").status_code == 404
    assert "within" in starter.get(f"/cases/{case.id}/diagram.json").json["active"]


def test_a_case_that_calls_nothing_has_one_diagram(browser, errand):
    case, _ = errand("單張圖")
    assert "diagram=" not in browser(STARTER).get(f"/cases/{case.id}?view=diagram").text.replace("data-diagram=", "")
