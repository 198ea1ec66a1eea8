"""Which variables a token sees, and where what it writes goes.

A process instance has one set of variables, shared by all its branches. A called
process has its own. One of many (multi-instance) has a layer of its own on top,
which holds its element variable and what is written inside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.spiff.token import Token


def layers(token: Token) -> list[dict[str, Any]]:
    """The token's variables, innermost layer first; the last is the process's own."""
    found: list[dict[str, Any]] = []
    current: Token | None = token
    while current is not None:
        scope = current.workflow
        step: Token | None = current
        while step is not None:
            if "local" in step.notes:
                found.append(step.notes["local"])
            step = step.parent
        if scope.own_variables:
            found.append(scope.data)
            break
        current = scope.host
    return found


def visible(token: Token) -> dict[str, Any]:
    """All variables that the token sees, inner ones covering outer ones."""
    names: dict[str, Any] = {}
    for layer in reversed(layers(token)):
        names.update(layer)
    return names


def write(token: Token, values: Mapping[str, Any]) -> None:
    """Write variables into the innermost layer."""
    layers(token)[0].update(values)


def write_outside(token: Token, values: Mapping[str, Any]) -> None:
    """Write into the layer around the token's own one."""
    found = layers(token)
    found[1 if "local" in token.notes else 0].update(values)
