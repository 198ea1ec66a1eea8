"""The server's drawing of a diagram."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from webapp.cases.diagram_svg import draw, in_english

ERRAND = (Path(__file__).parents[1] / "data" / "errand" / "errand.bpmn").read_bytes()
SVG = "{http://www.w3.org/2000/svg}"
SHIPPED = sorted(Path("processes").glob("*/*.bpmn"))


def parts(drawing):
    return etree.fromstring(str(drawing))


def test_every_drawn_element_is_there_with_its_name():
    drawing = parts(draw(ERRAND, title="公務跑腿"))
    assert drawing.get("aria-label") == "公務跑腿"
    text = "".join(drawing.itertext())
    for name in ("提出", "承辦", "決定？", "科長核定", "計算", "結束"):
        assert name in text
    assert len(drawing.findall(f".//{SVG}polyline")) == 6


def test_states_are_told_by_class_and_by_a_sign():
    drawing = parts(
        draw(
            ERRAND, title="x", active=["approve"], passed=["start", "handle"], passed_flows=["f1"], incidents=["count"]
        )
    )
    classes = [group.get("class") for group in drawing.iter(f"{SVG}g") if group.get("class")]
    assert classes.count("d-activity is-active") == 1
    assert classes.count("d-activity is-incident") == 1
    assert classes.count("d-flow is-passed") == 1
    flags = [group for group in drawing.iter(f"{SVG}g") if (group.get("class") or "").startswith("d-flag")]
    assert sorted("".join(flag.itertext()) for flag in flags) == ["!", "●"]


def test_names_cannot_become_markup():
    hostile = ERRAND.replace("科長核定".encode(), b"&lt;script&gt;alert(1)&lt;/script&gt;&quot;")
    drawing = str(draw(hostile, title='"><script>'))
    assert "<script" not in drawing
    assert {element.tag for element in parts(drawing).iter()} <= {
        f"{SVG}{name}"
        for name in ["svg", "g", "rect", "circle", "polygon", "polyline", "text", "tspan", "defs", "marker", "path"]
    }


def test_a_file_without_a_drawing_gives_none():
    start = ERRAND.index(b"  <bpmndi:BPMNDiagram")
    assert draw(ERRAND[:start] + b"</definitions>", title="x") == ""


def test_english_names_where_the_author_wrote_them():
    text = "".join(parts(draw(in_english(ERRAND), title="x")).itertext())
    assert "Approval" in text
    assert "Handle" in text
    assert "提出" in text  # has no English name


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_diagram_is_drawn(path):
    content = path.read_bytes()
    drawing = parts(draw(content, title=path.stem))
    width, height = map(float, drawing.get("viewBox").split()[2:])
    assert width > 200
    assert height > 100
    assert in_english(content)
