"""What a decision requirements graph is made of: decisions, input data, functions, services.

A reference from one to another is the id of a node of the same file, or `namespace#id` of an imported one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.dmn.boxed import Boxed
from engine.dmn.types import ItemType


@dataclass(frozen=True)
class DecisionNode:
    """A decision of the graph. `requires` and `knows` are references."""

    id: str
    name: str
    variable: str
    logic: Boxed
    type: ItemType
    requires: tuple[str, ...] = ()
    knows: tuple[str, ...] = ()


@dataclass(frozen=True)
class InputNode:
    """Input data: what the caller brings under `variable`."""

    id: str
    variable: str
    type: ItemType


@dataclass(frozen=True)
class FunctionNode:
    """A business knowledge model."""

    id: str
    name: str
    logic: Boxed
    knows: tuple[str, ...] = ()


@dataclass(frozen=True)
class ServiceNode:
    """A decision service: decisions offered together as a function."""

    id: str
    name: str
    outputs: tuple[str, ...]
    input_data: tuple[str, ...] = ()
    input_decisions: tuple[str, ...] = ()
    type: ItemType = field(default_factory=ItemType)


Node = DecisionNode | InputNode | FunctionNode | ServiceNode
