"""Diagrams that a head of section would hang on the wall, and a checker that can tell when they are not."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.processes import interchange
from tests.processes.conftest import PROCESSES
from tests.processes.interchange import Box, Drawing, Edge, Shape

DIAGRAMS = sorted(PROCESSES.glob("*/*.bpmn"))
ALLOWED = yaml.safe_load((Path(__file__).parent / "crossings.yaml").read_text(encoding="utf-8")) or {}

SHEET_WIDTH = 3_200
"""A3 across prints 400 mm: an 11 pixel label of a drawing this wide is 1.4 mm high, the least one reads on a wall."""
FLAT, FLAT_WIDTH = 3, 2_700
"""What is flatter than 3:1 leaves most of its sheet empty; its letters have to be larger for that."""
WIDER = {"temp_staff_hiring": 3_900}
"""Drawings that are wider than a sheet, with the width they may not exceed."""

diagrams = pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: path.stem)


@diagrams
def test_everything_is_drawn_and_named(path: Path) -> None:
    drawing = interchange.read(path)
    assert not drawing.undrawn
    assert not drawing.unnamed


@diagrams
def test_nothing_lies_on_anything(path: Path) -> None:
    assert not interchange.overlapping_shapes(interchange.read(path))


@diagrams
def test_no_flow_runs_through_a_shape(path: Path) -> None:
    drawing = interchange.read(path)
    assert not interchange.edges_through_shapes(drawing)
    assert not interchange.loose_ends(drawing)
    assert not interchange.shared_tracks(drawing)


@diagrams
def test_labels_have_room_of_their_own(path: Path) -> None:
    assert not interchange.label_faults(interchange.read(path))


@diagrams
def test_every_crossing_is_listed_by_name(path: Path) -> None:
    allowed = {tuple(sorted(pair)) for pair in ALLOWED.get(path.stem) or ()}
    assert interchange.crossings(interchange.read(path)) == allowed


@diagrams
def test_it_reads_from_left_to_right(path: Path) -> None:
    assert interchange.leftward(interchange.read(path)) < 0.3


@diagrams
def test_it_fits_a_sheet_that_one_hangs_on_the_wall(path: Path) -> None:
    width, height = interchange.extent(interchange.read(path))
    assert width <= WIDER.get(path.stem, SHEET_WIDTH)
    assert width <= max(FLAT * height, FLAT_WIDTH)


def test_the_list_of_wider_drawings_names_only_those_that_are() -> None:
    wide = {p.stem for p in DIAGRAMS if interchange.extent(interchange.read(p))[0] > SHEET_WIDTH}
    assert set(WIDER) == wide


def test_the_list_of_crossings_names_no_diagram_that_is_gone() -> None:
    assert set(ALLOWED) <= {path.stem for path in DIAGRAMS}


# -- the checker itself ---------------------------------------------------------------


def drawing(*shapes: Shape, edges: tuple[Edge, ...] = ()) -> Drawing:
    return Drawing(Path("x.bpmn"), {s.id: s for s in shapes}, {e.id: e for e in edges})


def task(key: str, x: float, y: float) -> Shape:
    return Shape(key, "userTask", key, Box(x, y, 100, 80), None)


def edge(key: str, source: str, target: str, *points: tuple[float, float], label: Box | None = None) -> Edge:
    return Edge(key, "是" if label else "", source, target, list(points), label)


def test_a_flow_through_a_task_is_found() -> None:
    through = edge("f", "a", "c", (100, 40), (400, 40))
    found = interchange.edges_through_shapes(
        drawing(task("a", 0, 0), task("b", 200, 0), task("c", 400, 0), edges=(through,))
    )
    assert found == ["f runs through b"]


def test_the_extent_counts_shapes_flows_and_labels() -> None:
    far = edge("f", "a", "b", (100, 40), (500, 40), (500, 300), label=Box(490, -20, 40, 14))
    assert interchange.extent(drawing(task("a", 0, 0), task("b", 200, 0), edges=(far,))) == (530, 320)


def test_a_flow_along_the_border_of_a_task_is_no_fault() -> None:
    around = edge("f", "a", "c", (100, 80), (400, 80))
    assert not interchange.edges_through_shapes(
        drawing(task("a", 0, 0), task("b", 200, 0), task("c", 400, 0), edges=(around,))
    )


def test_crossing_flows_are_found_and_meeting_ones_are_not() -> None:
    flat, steep = edge("f", "a", "b", (100, 40), (300, 40)), edge("g", "c", "d", (200, 0), (200, 90))
    assert interchange.crossings(drawing(edges=(flat, steep))) == {("f", "g")}
    assert not interchange.crossings(drawing(edges=(flat, edge("g", "c", "b", (200, 90), (200, 40), (300, 40)))))


def test_flows_on_one_track_are_found_unless_they_share_an_end() -> None:
    one, other = edge("f", "a", "b", (0, 40), (300, 40)), edge("g", "c", "d", (100, 40), (200, 40))
    assert interchange.shared_tracks(drawing(edges=(one, other))) == ["f and g share a track"]
    assert not interchange.shared_tracks(drawing(edges=(one, edge("g", "c", "b", (100, 40), (300, 40)))))


def test_a_label_on_a_flow_on_a_task_or_too_small_is_found() -> None:
    labelled = edge("f", "a", "b", (100, 40), (200, 40), label=Box(120, 35, 20, 14))
    found = interchange.label_faults(drawing(task("a", 0, 0), task("b", 200, 0), edges=(labelled,)))
    assert found == ["the label of f lies on f"]
    small = edge("f", "a", "b", (100, 40), (200, 40), label=Box(190, 44, 8, 5))
    assert interchange.label_faults(drawing(task("a", 0, 0), task("b", 195, 0), edges=(small,))) == [
        "f 是: the label is too small for its text",
        "the label of f lies on b",
    ]


def test_a_task_out_of_its_subprocess_and_tasks_on_each_other_are_found() -> None:
    box = Shape("sub", "subProcess", "sub", Box(0, 0, 150, 100), None, expanded=True)
    inner = Shape("a", "userTask", "a", Box(100, 10, 100, 80), "sub")
    assert interchange.overlapping_shapes(drawing(box, inner)) == ["a sticks out of sub"]
    assert interchange.overlapping_shapes(drawing(task("a", 0, 0), task("b", 50, 40))) == ["a lies on b"]


def test_an_edge_that_floats_or_slants_is_found() -> None:
    floating = edge("f", "a", "b", (120, 40), (200, 60))
    found = interchange.loose_ends(drawing(task("a", 0, 0), task("b", 200, 20), edges=(floating,)))
    assert found == ["f does not touch a", "f has a slanting piece"]
