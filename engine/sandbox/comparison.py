"""Conditions that only compare: `again == True`, `kind == 'urgent' and not late`, `count >= 3`.

Most conditions in a diagram are of this kind, and a call into the sandbox is most of what such a step costs. Nothing
is run here: the text was read as a tree, and what the tree says of names, constants, comparisons and `and`, `or`,
`not` is worked out over None, true, false, whole numbers and texts, where it can mean one thing only. Whatever goes
beyond that, in the text or in a value, is the sandbox's.
"""

from __future__ import annotations

import ast
import functools
import operator
from collections.abc import Callable, Mapping
from typing import Any

from engine.sandbox.check import Problem, parse

Reading = Callable[[Mapping[str, Any]], Any]
"""What an expression gives for these names. Raises Beyond."""

_LARGEST = 1 << 63
_EQUALITY = {ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Is: operator.is_, ast.IsNot: operator.is_not}
_ORDER = {ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge}


class Beyond(Exception):
    """Only the sandbox can tell."""


@functools.lru_cache(maxsize=4096)
def comparison(text: str) -> Reading | None:
    """How to work out an expression that only compares; None where it does more than that."""
    tree = parse(text, expression=True)
    try:
        return None if isinstance(tree, Problem) or not isinstance(tree, ast.Expression) else _reading(tree.body)
    except (Beyond, RecursionError):
        return None


def _reading(node: ast.expr) -> Reading:
    match node:
        case ast.Name(id=name):
            return lambda names: _plain(names[name]) if name in names else _beyond()
        case ast.Constant(value=value):
            constant = _plain(value)
            return lambda _: constant
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            inner = _reading(operand)
            return lambda names: not inner(names)
        case ast.BoolOp(op=op, values=values):
            return _junction(isinstance(op, ast.Or), [_reading(value) for value in values])
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            if isinstance(op, ast.Is | ast.IsNot) and not _is_none(right):
                raise Beyond
            return _compare(op, _reading(left), _reading(right))
        case _:
            raise Beyond


def _junction(stops_at: bool, parts: list[Reading]) -> Reading:
    """`and`, `or`: the first value that decides, else the last."""

    def read(names: Mapping[str, Any]) -> Any:
        for part in parts:
            value = part(names)
            if bool(value) is stops_at:
                break
        return value

    return read


def _compare(op: ast.cmpop, left: Reading, right: Reading) -> Reading:
    if equality := _EQUALITY.get(type(op)):
        return lambda names: equality(left(names), right(names))
    order = _ORDER.get(type(op))
    if order is None:
        raise Beyond

    def read(names: Mapping[str, Any]) -> bool:
        first, second = left(names), right(names)
        if type(first) is not int or type(second) is not int:
            raise Beyond
        return bool(order(first, second))

    return read


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _plain(value: Any) -> Any:
    kind = type(value)
    if value is None or kind is bool or kind is str or (kind is int and -_LARGEST < value < _LARGEST):
        return value
    raise Beyond


def _beyond() -> Any:
    raise Beyond
