"""A process diagram as plain SVG, drawn on the server from its diagram interchange.

It stands in for the live viewer where there is no JavaScript, and on paper. Drawn
ids carry classes (`is-active`, `is-passed`, `is-incident`); the style sheet gives
them colour, and a sign or a heavier line says the same without colour.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from lxml import etree
from markupsafe import Markup

_BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
_DI = "http://www.omg.org/spec/BPMN/20100524/DI"
_DC = "http://www.omg.org/spec/DD/20100524/DC"
_DD = "http://www.omg.org/spec/DD/20100524/DI"
_SVG = "http://www.w3.org/2000/svg"
_NAME_EN = f"{{{_BPMN}}}extensionElements/{{{_CAMUNDA}}}properties/{{{_CAMUNDA}}}property[@name='nameEn']"
_LINE = 15
"""Height of a line of text, in diagram units."""
_GATEWAY_SIGNS = {"exclusiveGateway": "×", "parallelGateway": "+", "inclusiveGateway": "○", "eventBasedGateway": "⬠"}
_EVENT_SIGNS = {
    "timerEventDefinition": "◷",
    "messageEventDefinition": "✉",
    "signalEventDefinition": "△",
    "errorEventDefinition": "ϟ",
    "escalationEventDefinition": "⇑",
    "terminateEventDefinition": "●",
    "linkEventDefinition": "➔",
    "conditionalEventDefinition": "≡",
    "compensateEventDefinition": "«",
}
_TASK_SIGNS = {"userTask": "♟", "serviceTask": "⚙", "businessRuleTask": "▤", "scriptTask": "✎", "sendTask": "✉"}


@dataclass(frozen=True)
class Box:
    """Where something is drawn."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> tuple[float, float]:
        """Its centre."""
        return self.x + self.width / 2, self.y + self.height / 2


def draw(
    xml: bytes,
    *,
    title: str,
    active: Collection[str] = (),
    passed: Collection[str] = (),
    passed_flows: Collection[str] = (),
    incidents: Collection[str] = (),
) -> Markup:
    """The drawing of a BPMN file as an `<svg>` element.

    Args:
        xml: a deployed BPMN file (checked at deployment).
        title: what the picture is called for those who cannot see it.
        active, passed, incidents: drawn ids of nodes; passed_flows of sequence flows.

    Returns:
        Serialised SVG without script, style or foreign content. An empty text when
        the file has no diagram interchange.
    """
    root = _parsed(xml)
    if root.find(f".//{{{_DI}}}BPMNPlane") is None:
        return Markup()
    classes = _classes(_innermost(root, active), passed, incidents)
    return _Drawing(root, classes, frozenset(passed_flows)).to_markup(title)


def in_english(xml: bytes) -> bytes:
    """The same file with each element's property `nameEn`, where it has one, as its name.

    Labels drawn for a few Chinese signs are widened to the longest English word.
    """
    root = _parsed(xml)
    names = {}
    for element in root.iter(f"{{{_BPMN}}}*"):
        english = element.find(_NAME_EN)
        if english is not None and english.get("value"):
            element.set("name", english.get("value"))
            names[element.get("id")] = english.get("value")
    for pool in root.iter(f"{{{_BPMN}}}participant"):
        if pool.get("processRef") in names:  # a pool is called as its process
            pool.set("name", names[pool.get("processRef")])
            names.setdefault(pool.get("id"), names[pool.get("processRef")])
    for drawn in root.iter(f"{{{_DI}}}BPMNShape", f"{{{_DI}}}BPMNEdge"):
        bounds = drawn.find(f"{{{_DI}}}BPMNLabel/{{{_DC}}}Bounds")
        if bounds is not None and drawn.get("bpmnElement") in names:
            _widen(bounds, max(map(len, names[drawn.get("bpmnElement")].split())) * 7.0)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _widen(bounds: etree._Element, wanted: float) -> None:
    x, width = float(bounds.get("x", "0")), float(bounds.get("width", "0"))
    if width < wanted:
        bounds.set("x", f"{x - (wanted - width) / 2:g}")
        bounds.set("width", f"{wanted:g}")


def _parsed(xml: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_pis=True)
    return etree.fromstring(xml, parser)


def _innermost(root: etree._Element, ids: Collection[str]) -> list[str]:
    """The elements that hold no other of these: a subprocess is no place of its own while something in it is."""
    drawn = {element.get("id"): element for element in root.iter() if element.get("id") in ids}
    around = {outer.get("id") for element in drawn.values() for outer in element.iterancestors()}
    return [name for name in ids if name not in around]


def _classes(active: Collection[str], passed: Collection[str], incidents: Collection[str]) -> dict[str, str]:
    found: dict[str, str] = dict.fromkeys(passed, "is-passed")
    found.update(dict.fromkeys(active, "is-active"))
    found.update(dict.fromkeys(incidents, "is-incident"))
    return found


class _Drawing:
    def __init__(self, root: etree._Element, classes: dict[str, str], passed_flows: frozenset[str]) -> None:
        self._by_id = {element.get("id"): element for element in root.iter() if element.get("id")}
        self._classes = classes
        self._passed_flows = passed_flows
        self._root = root
        self._boxes: list[Box] = []

    def to_markup(self, title: str) -> Markup:
        body = etree.Element(f"{{{_SVG}}}g")
        flags = etree.Element(f"{{{_SVG}}}g")
        for plane in self._root.iter(f"{{{_DI}}}BPMNPlane"):
            shapes = [shape for shape in plane if shape.tag == f"{{{_DI}}}BPMNShape"]
            for shape in sorted(shapes, key=self._order):
                self._shape(shape, body, flags)
            for edge in plane.iter(f"{{{_DI}}}BPMNEdge"):
                self._edge(edge, body)
            break  # drill-down planes of collapsed subprocesses are the live viewer's
        svg = etree.Element(f"{{{_SVG}}}svg", nsmap={None: _SVG})
        left, top, width, height = self._extent()
        svg.set("viewBox", f"{left:g} {top:g} {width:g} {height:g}")
        svg.set("width", f"{width:g}")
        svg.set("height", f"{height:g}")
        svg.set("role", "img")
        svg.set("aria-label", title)
        svg.set("class", "diagram-svg")
        svg.extend([_arrow(), body, flags])
        return Markup(etree.tostring(svg, encoding="unicode"))  # noqa: S704 - built element by element, so escaped

    def _order(self, shape: etree._Element) -> int:
        """Pools under lanes under expanded subprocesses under all else."""
        kind = self._kind(shape)
        return {"participant": 0, "lane": 1}.get(kind, 2 if shape.get("isExpanded") == "true" else 3)

    def _kind(self, shape: etree._Element) -> str:
        element = self._by_id.get(shape.get("bpmnElement"))
        return etree.QName(element).localname if element is not None else ""

    def _shape(self, shape: etree._Element, body: etree._Element, flags: etree._Element) -> None:
        element = self._by_id.get(shape.get("bpmnElement"))
        box = _box(shape.find(f"{{{_DC}}}Bounds"))
        if element is None or box is None:
            return
        self._boxes.append(box)
        kind = etree.QName(element).localname
        state = self._classes.get(element.get("id"), "")
        group = _add(body, "g", **{"class": f"d-{_family(kind)} {state}".strip()})
        name = element.get("name") or ""
        if kind in {"participant", "lane"}:
            _rect(group, box, radius=0)
            _text(group, name, box.x + 15, box.middle[1], width=box.height - 10, turned=True)
        elif kind.endswith("Gateway"):
            _diamond(group, box, _GATEWAY_SIGNS.get(kind, ""))
        elif kind.endswith("Event"):
            _circle(group, box, element, kind)
        elif kind in {"dataObjectReference", "dataStoreReference"}:
            _rect(group, box, radius=0)
        elif kind == "textAnnotation":
            text = element.find(f"{{{_BPMN}}}text")
            _text(group, (text.text or "") if text is not None else "", *box.middle, width=box.width)
        elif kind == "group":
            _rect(group, box, radius=8)
        else:
            expanded = shape.get("isExpanded") == "true"
            _rect(group, box, radius=8)
            where = (box.middle[0], box.y + 12) if expanded else box.middle
            _text(group, name, *where, width=box.width - 14)
            if sign := _TASK_SIGNS.get(kind):
                _sign(group, sign, box.x + 12, box.y + 14)
        if kind.endswith(("Gateway", "Event")):
            self._label(shape, group, name, box)
        if state in {"is-active", "is-incident"}:
            flag = _add(flags, "g", **{"class": f"d-flag {state}"})
            _add(flag, "circle", cx=box.x, cy=box.y, r=9)
            _sign(flag, "●" if state == "is-active" else "!", box.x, box.y + 0.5)

    def _label(self, shape: etree._Element, group: etree._Element, name: str, box: Box) -> None:
        label = _box(shape.find(f"{{{_DI}}}BPMNLabel/{{{_DC}}}Bounds"))
        if label is None:
            label = Box(box.middle[0] - 45, box.y + box.height + 4, 90, _LINE)
        if name:
            _text(group, name, *label.middle, width=max(label.width, 60))

    def _edge(self, edge: etree._Element, body: etree._Element) -> None:
        element = self._by_id.get(edge.get("bpmnElement"))
        points = [
            (float(point.get("x", "0")), float(point.get("y", "0"))) for point in edge.findall(f"{{{_DD}}}waypoint")
        ]
        if element is None or len(points) < 2:
            return
        self._boxes.extend(Box(x, y, 0, 0) for x, y in points)
        kind = etree.QName(element).localname
        passed = "is-passed" if element.get("id") in self._passed_flows else ""
        group = _add(body, "g", **{"class": f"d-{'flow' if kind == 'sequenceFlow' else 'link'} {passed}".strip()})
        line = _add(group, "polyline", points=" ".join(f"{x:g},{y:g}" for x, y in points))
        if kind in {"sequenceFlow", "messageFlow"}:
            line.set("marker-end", "url(#diagram-arrow)")
        label = _box(edge.find(f"{{{_DI}}}BPMNLabel/{{{_DC}}}Bounds"))
        if label is not None and element.get("name"):
            _text(group, element.get("name"), *label.middle, width=max(label.width, 40))

    def _extent(self) -> tuple[float, float, float, float]:
        left = min((box.x for box in self._boxes), default=0) - 20
        top = min((box.y for box in self._boxes), default=0) - 20
        right = max((box.x + box.width for box in self._boxes), default=100) + 20
        bottom = max((box.y + box.height for box in self._boxes), default=100) + 30
        return left, top, right - left, bottom - top


def _family(kind: str) -> str:
    for ending in ("Gateway", "Event"):
        if kind.endswith(ending):
            return ending.lower()
    return kind if kind in {"participant", "lane", "textAnnotation", "group"} else "activity"


def _box(bounds: etree._Element | None) -> Box | None:
    if bounds is None:
        return None
    return Box(*(float(bounds.get(name, "0")) for name in ("x", "y", "width", "height")))


def _add(parent: etree._Element, tag: str, **attributes: object) -> etree._Element:
    element = etree.SubElement(parent, f"{{{_SVG}}}{tag}")
    for name, value in attributes.items():
        element.set(name, f"{value:g}" if isinstance(value, (int, float)) else str(value))
    return element


def _rect(group: etree._Element, box: Box, radius: float) -> None:
    _add(group, "rect", x=box.x, y=box.y, width=box.width, height=box.height, rx=radius)


def _diamond(group: etree._Element, box: Box, sign: str) -> None:
    x, y = box.middle
    corners = [(x, box.y), (box.x + box.width, y), (x, box.y + box.height), (box.x, y)]
    _add(group, "polygon", points=" ".join(f"{a:g},{b:g}" for a, b in corners))
    _sign(group, sign, x, y, big=True)


def _circle(group: etree._Element, box: Box, element: etree._Element, kind: str) -> None:
    x, y = box.middle
    radius = box.width / 2
    outer = _add(group, "circle", cx=x, cy=y, r=radius)
    if kind == "endEvent":
        outer.set("class", "d-end")
    if kind.startswith(("intermediate", "boundary")):
        _add(group, "circle", cx=x, cy=y, r=radius - 4)
    for child in element:
        if isinstance(child.tag, str) and (sign := _EVENT_SIGNS.get(etree.QName(child).localname)):
            _sign(group, sign, x, y, big=True)


def _sign(group: etree._Element, sign: str, x: float, y: float, *, big: bool = False) -> None:
    mark = _add(group, "text", x=x, y=y, **{"class": "d-sign d-sign-big" if big else "d-sign"})
    mark.text = sign


def _text(group: etree._Element, text: str, x: float, y: float, *, width: float, turned: bool = False) -> None:
    lines = list(_wrapped(text, width))
    if not lines:
        return
    holder = _add(group, "text", x=x, y=y)
    if turned:
        holder.set("transform", f"rotate(-90 {x:g} {y:g})")
    first = y - (len(lines) - 1) * _LINE / 2
    for number, line in enumerate(lines):
        _add(holder, "tspan", x=x, y=first + number * _LINE).text = line


def _wrapped(text: str, width: float) -> Iterator[str]:
    """Lines that fit `width`: a Chinese sign takes 12 units, a Latin one 6.5; Latin words stay whole."""
    line, used = "", 0.0
    for piece in _pieces(text):
        if piece == "\n":
            yield line
            line, used = "", 0.0
            continue
        size = sum(12 if ord(sign) > 0x2E7F else 6.5 for sign in piece)
        if line and used + size > width:
            yield line.strip()
            line, used = "", 0.0
        line, used = line + piece, used + size
    if line.strip():
        yield line.strip()


def _pieces(text: str) -> Iterator[str]:
    word = ""
    for sign in text:
        if ord(sign) > 0x2E7F or sign in " \n":
            if word:
                yield word
                word = ""
            yield sign
        else:
            word += sign
    if word:
        yield word


def _arrow() -> etree._Element:
    definitions = etree.Element(f"{{{_SVG}}}defs")
    marker = _add(
        definitions,
        "marker",
        id="diagram-arrow",
        viewBox="0 0 10 10",
        refX=9,
        refY=5,
        markerWidth=7,
        markerHeight=7,
        orient="auto-start-reverse",
        markerUnits="userSpaceOnUse",
    )
    marker.set("markerWidth", "9")
    marker.set("markerHeight", "9")
    _add(marker, "path", d="M0 1L10 5L0 9z", **{"class": "d-arrow"})
    return definitions
