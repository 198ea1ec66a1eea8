"""Reading the drawn part of a diagram, and saying what a head of section would object to.

Each check gives sentences; an empty list means the drawing is tidy. Coordinates are pixels.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

from lxml import etree

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
BPMNDI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
DI = "{http://www.omg.org/spec/DD/20100524/DI}"
CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"
CONTAINERS = ("participant", "lane")
LINE = 13
"""Height of a line of an 11 pixel label."""

Point = tuple[float, float]
Segment = tuple[Point, Point]


@dataclass(frozen=True)
class Box:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    def overlaps(self, other: Box) -> bool:
        """Whether the insides meet; touching borders do not count."""
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom

    def holds(self, other: Box) -> bool:
        """Whether the other lies inside, borders included."""
        return self.x <= other.x and self.y <= other.y and other.right <= self.right and other.bottom <= self.bottom

    def crossed_by(self, segment: Segment, margin: float = 1) -> bool:
        """Whether a piece of an edge runs through the inside, more than `margin` deep."""
        (x1, y1), (x2, y2) = segment
        return (
            min(x1, x2) < self.right - margin
            and max(x1, x2) > self.x + margin
            and min(y1, y2) < self.bottom - margin
            and max(y1, y2) > self.y + margin
        )

    def has_on_border(self, point: Point, slack: float = 2) -> bool:
        """Whether the point lies on the border."""
        x, y = point
        inside = self.x - slack <= x <= self.right + slack and self.y - slack <= y <= self.bottom + slack
        near = min(abs(x - self.x), abs(x - self.right), abs(y - self.y), abs(y - self.bottom)) <= slack
        return inside and near


@dataclass
class Shape:
    """A drawn node, lane or pool."""

    id: str
    type: str
    name: str
    box: Box
    parent: str | None
    label: Box | None = None
    host: str | None = None
    expanded: bool = False

    @property
    def is_container(self) -> bool:
        """Whether other things are drawn inside."""
        return self.type in CONTAINERS or self.expanded


@dataclass
class Edge:
    """A drawn sequence flow."""

    id: str
    name: str
    source: str
    target: str
    points: list[Point]
    label: Box | None = None

    @property
    def segments(self) -> list[Segment]:
        return list(zip(self.points, self.points[1:], strict=False))


@dataclass
class Drawing:
    """One diagram file."""

    path: Path
    shapes: dict[str, Shape] = field(default_factory=dict)
    edges: dict[str, Edge] = field(default_factory=dict)
    undrawn: list[str] = field(default_factory=list)
    unnamed: list[str] = field(default_factory=list)

    def within(self, shape_id: str) -> Iterator[str]:
        """The containers around a node, innermost first."""
        parent = self.shapes[shape_id].parent
        while parent in self.shapes:
            yield parent
            parent = self.shapes[parent].parent


def read(path: Path) -> Drawing:
    """The drawing of a file."""
    root = etree.parse(str(path)).getroot()
    drawing = Drawing(path)
    bounds = {s.get("bpmnElement"): s for s in root.iter(f"{BPMNDI}BPMNShape")}
    lines = {e.get("bpmnElement"): e for e in root.iter(f"{BPMNDI}BPMNEdge")}
    for element in root.iter():
        kind = etree.QName(element).localname if isinstance(element.tag, str) else ""
        key = element.get("id") or ""
        if kind == "sequenceFlow":
            _read_edge(drawing, element, lines.get(key))
        elif kind in CONTAINERS or ((element.tag or "").startswith(BPMN) and _is_node(kind)):
            _read_shape(drawing, element, kind, bounds.get(key))
    return drawing


def _is_node(kind: str) -> bool:
    tail = ("Task", "Event", "Gateway")
    return kind in ("task", "subProcess", "callActivity", "textAnnotation") or (
        kind.endswith(tail) and kind != "attachedToRef"
    )


def _read_shape(drawing: Drawing, element: etree._Element, kind: str, shape: etree._Element | None) -> None:
    key = element.get("id") or ""
    if shape is None:
        drawing.undrawn.append(key)
        return
    _check_names(drawing, element, kind)
    parent = element.getparent()
    drawing.shapes[key] = Shape(
        id=key,
        type=kind,
        name=element.get("name") or "",
        box=_box(shape.find(f"{DC}Bounds")),
        parent=parent.get("id") if parent is not None and parent.tag == f"{BPMN}subProcess" else None,
        label=_label(shape),
        host=element.get("attachedToRef"),
        expanded=kind == "subProcess" and shape.get("isExpanded") == "true",
    )


def _read_edge(drawing: Drawing, element: etree._Element, line: etree._Element | None) -> None:
    key = element.get("id") or ""
    if line is None:
        drawing.undrawn.append(key)
        return
    _check_names(drawing, element, "sequenceFlow")
    points = [(float(p.get("x", 0)), float(p.get("y", 0))) for p in line.findall(f"{DI}waypoint")]
    source, target = element.get("sourceRef") or "", element.get("targetRef") or ""
    drawing.edges[key] = Edge(key, element.get("name") or "", source, target, points, _label(line))


def _check_names(drawing: Drawing, element: etree._Element, kind: str) -> None:
    """Tasks, events and lanes are named; what is named is named in Chinese and in English.

    The plain start of a subprocess needs no name: the subprocess says what begins.
    """
    name = element.get("name")
    parent = element.getparent()
    if not name:
        plain_start = kind == "startEvent" and parent is not None and parent.tag == f"{BPMN}subProcess"
        if not plain_start and (kind.endswith(("Task", "Event")) or kind in ("lane", "subProcess", "callActivity")):
            drawing.unnamed.append(f"{element.get('id')} has no name")
        return
    if not re.search(r"[\u4e00-\u9fff]", name):
        drawing.unnamed.append(f"{element.get('id')} is not named in Chinese: {name}")
    properties = element.findall(f"{BPMN}extensionElements/{CAMUNDA}properties/{CAMUNDA}property")
    if kind != "participant" and not any(p.get("name") == "nameEn" and p.get("value") for p in properties):
        drawing.unnamed.append(f"{element.get('id')} {name} has no English name")


def _box(bounds: etree._Element | None) -> Box:
    assert bounds is not None
    return Box(*(float(bounds.get(key, 0)) for key in ("x", "y", "width", "height")))


def _label(drawn: etree._Element) -> Box | None:
    bounds = drawn.find(f"{BPMNDI}BPMNLabel/{DC}Bounds")
    return None if bounds is None else _box(bounds)


# -- what may be wrong ------------------------------------------------------------------


def overlapping_shapes(drawing: Drawing) -> list[str]:
    """Nodes on top of each other, or across the border of the subprocess they belong to."""
    found = []
    nodes = [s for s in drawing.shapes.values() if s.type not in CONTAINERS]
    for one, other in combinations(nodes, 2):
        if one.host == other.id or other.host == one.id:
            continue
        if one.id in drawing.within(other.id) or other.id in drawing.within(one.id):
            continue
        if one.box.overlaps(other.box):
            found.append(f"{one.id} lies on {other.id}")
    for shape in nodes:
        parent = drawing.shapes.get(shape.parent or "")
        if parent is not None and shape.host != parent.id and not parent.box.holds(shape.box):
            found.append(f"{shape.id} sticks out of {parent.id}")
    return found


def edges_through_shapes(drawing: Drawing) -> list[str]:
    """Edges that run through a node, or leave the subprocess they belong to."""
    found = []
    for edge in drawing.edges.values():
        around = set(drawing.within(edge.source)) | set(drawing.within(edge.target))
        for shape in drawing.shapes.values():
            if shape.type in CONTAINERS or shape.id in around:
                continue
            own = shape.id in (edge.source, edge.target)
            if drawing.shapes[edge.source].host == shape.id and not own:
                own = True
            margin = 3 if own else 1
            if any(shape.box.crossed_by(segment, margin) for segment in edge.segments):
                found.append(f"{edge.id} runs through {shape.id}")
        for name in drawing.within(edge.source):
            outside = [p for p in edge.points if not drawing.shapes[name].box.holds(Box(p[0], p[1], 0, 0))]
            if outside:
                found.append(f"{edge.id} leaves {name}")
    return found


def loose_ends(drawing: Drawing) -> list[str]:
    """Edges that do not begin and end on the border of their nodes, or are not drawn square."""
    found = []
    for edge in drawing.edges.values():
        for point, node in ((edge.points[0], edge.source), (edge.points[-1], edge.target)):
            if not drawing.shapes[node].box.has_on_border(point):
                found.append(f"{edge.id} does not touch {node}")
        if any(x1 != x2 and y1 != y2 for (x1, y1), (x2, y2) in edge.segments):
            found.append(f"{edge.id} has a slanting piece")
    return found


def label_faults(drawing: Drawing) -> list[str]:
    """Labels without bounds, too small for their text, or on top of a node, an edge or another label."""
    found = []
    labels: list[tuple[str, Box]] = []
    for part in (*drawing.shapes.values(), *drawing.edges.values()):
        outside = isinstance(part, Edge) or part.type.endswith(("Event", "Gateway"))
        if not outside or not part.name:
            continue
        if part.label is None:
            found.append(f"{part.id} {part.name}: the label has no bounds")
            continue
        if not _fits(part.name, part.label):
            found.append(f"{part.id} {part.name}: the label is too small for its text")
        labels.append((part.id, part.label))
    for (one, box), (other, other_box) in combinations(labels, 2):
        if box.overlaps(other_box):
            found.append(f"the labels of {one} and {other} overlap")
    for key, box in labels:
        covered = [s.id for s in drawing.shapes.values() if not s.is_container and box.overlaps(s.box)]
        covered += [e.id for e in drawing.edges.values() if any(box.crossed_by(piece, 0) for piece in e.segments)]
        found += [f"the label of {key} lies on {other}" for other in covered]
    return found


def _fits(text: str, box: Box) -> bool:
    width = sum(11.0 if ord(letter) > 0x2E7F else 6.0 for letter in text)
    lines = max(1, math.floor((box.height + 1) / LINE))
    return width <= lines * box.width


def crossings(drawing: Drawing) -> set[tuple[str, str]]:
    """Pairs of edges that cross, by id."""
    found = set()
    for one, other in combinations(drawing.edges.values(), 2):
        if any(_cross(a, b) for a in one.segments for b in other.segments):
            found.add((min(one.id, other.id), max(one.id, other.id)))
    return found


def shared_tracks(drawing: Drawing) -> list[str]:
    """Edges drawn on top of each other although they have no end in common."""
    found = []
    for one, other in combinations(drawing.edges.values(), 2):
        if one.source == other.source or one.target == other.target:
            continue
        if any(_overlay(a, b) for a in one.segments for b in other.segments):
            found.append(f"{one.id} and {other.id} share a track")
    return found


def _cross(a: Segment, b: Segment) -> bool:
    if _level(a) == _level(b):
        return False
    flat, steep = (a, b) if _level(a) else (b, a)
    x, y = steep[0][0], flat[0][1]
    return min(flat[0][0], flat[1][0]) < x < max(flat[0][0], flat[1][0]) and min(steep[0][1], steep[1][1]) < y < max(
        steep[0][1], steep[1][1]
    )


def _overlay(a: Segment, b: Segment) -> bool:
    if _level(a) != _level(b):
        return False
    along, across = (0, 1) if _level(a) else (1, 0)
    if a[0][across] != b[0][across]:
        return False
    low = max(min(a[0][along], a[1][along]), min(b[0][along], b[1][along]))
    high = min(max(a[0][along], a[1][along]), max(b[0][along], b[1][along]))
    return high - low > 1


def _level(segment: Segment) -> bool:
    return segment[0][1] == segment[1][1]


def extent(drawing: Drawing) -> tuple[float, float]:
    """How wide and how high the drawing is, labels included."""
    boxes = [shape.box for shape in drawing.shapes.values()]
    boxes += [part.label for part in (*drawing.shapes.values(), *drawing.edges.values()) if part.label is not None]
    points = [point for edge in drawing.edges.values() for point in edge.points]
    across = [*(x for box in boxes for x in (box.x, box.right)), *(x for x, _ in points)]
    down = [*(y for box in boxes for y in (box.y, box.bottom)), *(y for _, y in points)]
    return max(across) - min(across), max(down) - min(down)


def leftward(drawing: Drawing) -> float:
    """The share of flows whose target lies clearly left of their source."""
    back = sum(drawing.shapes[e.target].box.right < drawing.shapes[e.source].box.x for e in drawing.edges.values())
    return back / max(1, len(drawing.edges))
