"""Data items of events in random models: what one that throws carries, where one that catches puts it."""

from __future__ import annotations

from tests.conformance.bpmn.models.canvas import VARIABLES, Canvas

CARRY = ("message", "signal", "escalation", "error")
"""Kinds of events that bring data."""


def taken(c: Canvas, kind: str = "", count: int = 1) -> str:
    """Data outputs of a catching event, one for each of its definitions, and where they lead.

    What an error or escalation brings may be words: no condition reads where that goes.
    """
    name = f"told_{c.name('told')}" if kind in ("error", "escalation") else ""
    names = [f"got_{c.name('out')}" for _ in range(count)]
    outputs = "".join(f'<dataOutput id="{name}" name="{name}"/>' for name in names)
    moves = "".join(_moved(c, "Output", out, _variable(c, name)) for out in names)
    refs = "".join(f"<dataOutputRefs>{name}</dataOutputRefs>" for name in names)
    return f'{outputs}{moves}<outputSet id="{c.name("set")}">{refs}</outputSet>'


def brought(c: Canvas) -> str:
    """The data input of a throwing event, and where it comes from."""
    name = f"put_{c.name('in')}"
    refs = f"<dataInputRefs>{name}</dataInputRefs>"
    return (
        f'<dataInput id="{name}" name="{name}"/>{_moved(c, "Input", name, _variable(c))}'
        f'<inputSet id="{c.name("set")}">{refs}</inputSet>'
    )


def _variable(c: Canvas, name: str = "") -> tuple[str, str]:
    """A data object that has the name of a variable, or this one: its id and its name."""
    number, name = c.name("data"), name or c.draws.one(VARIABLES)
    c.at.parts.append(f'<dataObject id="{number}" name="{name}"/>')
    return number, name


def _moved(c: Canvas, word: str, name: str, item: tuple[str, str]) -> str:
    ends = (item[0], name) if word == "Input" else (name, item[0])
    made = f"<transformation>={item[1]} + 1</transformation>" if word == "Input" and c.draws.sometimes() else ""
    return (
        f'<data{word}Association id="{c.name("move")}"><sourceRef>{ends[0]}</sourceRef>'
        f"<targetRef>{ends[1]}</targetRef>{made}</data{word}Association>"
    )
