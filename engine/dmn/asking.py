"""What a decision asks its caller for: the names, and what the tables say about each of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.dmn import samples
from engine.dmn.boxed import LiteralExpression
from engine.dmn.graph import DecisionModel
from engine.dmn.nodes import InputNode
from engine.dmn.table import DecisionTable, Input
from engine.dmn.types import ItemType
from engine.feel.nodes import names


@dataclass(frozen=True)
class Asked:
    """A name that a decision takes from outside."""

    name: str
    label: str = ""
    """The heading of the column that tests it; empty where it stands within an expression only."""
    type: str = ""
    """A type of FEEL (`number`, `date and time`, …); `list` for a list; empty where nobody says."""
    options: tuple[str, ...] = field(default=())
    """The texts that the cells name."""


def asked(model: DecisionModel, decision_id: str) -> tuple[Asked, ...]:
    """What the decision and those it requires take from outside; tested columns first, in their order.

    Raises:
        RecordNotFound: no such decision.
    """
    free = model.free_names(decision_id)
    found: dict[str, Asked] = {}
    for within, node in model.required(decision_id):
        table = node.logic
        if isinstance(table, DecisionTable):
            for at, column in enumerate(table.inputs):
                name = tested_name(column)
                if name in free and name not in found and name not in within.names_in_sight(node) - free:
                    found[name] = _tested(table, at, column, name)
        for reference in node.requires:
            led = within.resolve(reference)
            if led and isinstance(led[2], InputNode):
                name, type_ = led[2].variable, _type(led[2].type)
                known = found.get(name, Asked(name))
                found[name] = Asked(name, known.label, known.type or type_, known.options)
    rest = sorted(name for name in free if name not in found)
    return (*found.values(), *map(Asked, rest))


def tested_name(column: Input) -> str:
    """The name that an input column tests as it is; empty for any other expression."""
    expression = column.expression
    node = expression.node if isinstance(expression, LiteralExpression) else None
    return node.name if isinstance(node, names.Name) else ""


def _tested(table: DecisionTable, at: int, column: Input, name: str) -> Asked:
    tests = [rule.tests[at] for rule in table.rules]
    of_type = column.type.allowed
    allowed = [one for one in (column.allowed, of_type.node if of_type else None) if one is not None]
    cuts = [cut for test in (allowed or tests) for cut in samples.cuts([test]) or ()]
    texts = tuple(dict.fromkeys(cut for cut in cuts if isinstance(cut, str)))
    return Asked(name, column.label, _type(column.type) or ("string" if texts else ""), texts)


def _type(type_: ItemType) -> str:
    if type_.is_list:
        return "list"
    return "context" if type_.components else "" if type_.base is None else type_.base.name
