"""Which names a checked text reads, and which it assigns for others to see."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator

from engine.sandbox.check import Problem, nodes, parse

_SCOPES = (ast.FunctionDef, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def used_names(text: str, *, expression: bool = False) -> frozenset[str]:
    """Every name that occurs in the text, read or written."""
    return _names(text, expression)[0]


def assigned_names(text: str) -> tuple[str, ...]:
    """The names assigned outside of functions and comprehensions, in order; imports and functions do not count."""
    return _names(text, False)[1]


@functools.lru_cache(maxsize=4096)
def _names(text: str, expression: bool) -> tuple[frozenset[str], tuple[str, ...]]:
    """Both, from one reading of the text."""
    tree = parse(text, expression=expression)
    if isinstance(tree, Problem):
        return frozenset(), ()
    used = frozenset(node.id for node in nodes(tree) if isinstance(node, ast.Name))
    return used, tuple(dict.fromkeys(_targets(tree)))


def _targets(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, ast.ExceptHandler):
        # `except E as name` unbinds the name again.
        pass
    elif isinstance(node, ast.MatchAs | ast.MatchStar) and node.name:
        yield node.name
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest
    if isinstance(node, _SCOPES):
        # Only a walrus reaches out of a comprehension.
        if not isinstance(node, ast.FunctionDef | ast.Lambda):
            yield from (inner.target.id for inner in ast.walk(node) if isinstance(inner, ast.NamedExpr))
        return
    for child in ast.iter_child_nodes(node):
        yield from _targets(child)
