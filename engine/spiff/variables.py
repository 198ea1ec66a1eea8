"""Which variables a token sees, and where what it writes goes.

A process instance has one set of variables, shared by all its branches. A called
process has its own. One of many (multi-instance) has a layer of its own on top,
which holds its element variable and what is written inside it; a turn of a loop, and what
undoes one of many, only sees which one it is (`item`). A subprocess keeps
the data objects and properties that are drawn in it, an activity its data inputs and
outputs: layers that take only the names they declare (BPMN 2.0 §10.4.1).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.spiff.token import Token

Layer = tuple[dict[str, Any], frozenset[str] | None]
"""Variables, and the only names it takes; None takes all."""


def layers(token: Token) -> list[Layer]:
    """The token's variables, innermost layer first; the last is the process's own."""
    found: list[Layer] = []
    current: Token | None = token
    while current is not None:
        scope = current.workflow
        step: Token | None = current
        while step is not None:
            if "own" in step.notes:
                found.append((step.notes["own"], step.task_spec.data_names))
            if "local" in step.notes:
                found.append((step.notes["local"], None))
            if "item" in step.notes:
                found.append((step.notes["item"], frozenset(step.notes["item"])))
            step = step.parent
        if scope.own_variables:
            found.append((scope.data, None))
            break
        if scope.spec.declared:
            found.append((scope.local, scope.spec.declared))
        current = scope.host
    return found


def visible(token: Token) -> dict[str, Any]:
    """All variables that the token sees, inner ones covering outer ones."""
    names: dict[str, Any] = {}
    for layer, _ in reversed(layers(token)):
        names.update(layer)
    return names


def write(token: Token, values: Mapping[str, Any]) -> None:
    """Write variables, each into the innermost layer that takes its name."""
    _write(layers(token), values)


def write_outside(token: Token, values: Mapping[str, Any]) -> None:
    """Write into the layers around the token's own ones."""
    own = [token.notes[name] for name in ("own", "local") if name in token.notes]
    _write([layer for layer in layers(token) if not any(layer[0] is mine for mine in own)], values)


def _write(found: list[Layer], values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        layer = next(layer for layer, takes in found if takes is None or name in takes)
        layer[name] = value
