"""Which Python texts may be deployed: read as a tree, never run here."""

from __future__ import annotations

import ast
import functools
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST = 20_000
MODULES = frozenset({"datetime", "math", "json", "re", "decimal"})
_FORBIDDEN_NAMES = frozenset(
    {"eval", "exec", "compile", "globals", "locals", "vars", "open", "input", "breakpoint", "help", "print"}
)
_FORBIDDEN_NODES: dict[type[ast.AST], str] = {
    ast.Delete: "del",
    ast.Yield: "yield",
    ast.YieldFrom: "yield",
    ast.Await: "await",
    ast.AsyncFor: "async for",
    ast.AsyncWith: "async with",
    ast.AsyncFunctionDef: "async def",
    ast.ClassDef: "class",
    ast.Global: "global",
}
_IDENTIFIERS = ("id", "attr", "arg", "name", "asname", "kwd_attrs", "rest", "names")
"""Fields of nodes that hold what the author named."""
_SILENT = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)
_TELLING = {
    kind
    for kind in vars(ast).values()
    if isinstance(kind, type)
    and issubclass(kind, ast.AST)
    and (kind in _FORBIDDEN_NODES or not set(_IDENTIFIERS).isdisjoint(kind._fields))
}
"""Kinds of nodes that can be a problem by themselves."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason why a text may not be deployed; `line` and `column` count from 1."""

    code: str
    line: int
    column: int
    message_zh: str
    message_en: str

    def __str__(self) -> str:
        return f"第 {self.line} 行：{self.message_zh} / line {self.line}: {self.message_en}"


@functools.lru_cache(maxsize=4096)
def check(text: str, *, expression: bool = False) -> tuple[Problem, ...]:
    """Everything that is wrong with the text, in the order of its lines; empty when nothing is."""
    if len(text.encode("utf-8", "surrogatepass")) > LONGEST:
        return (Problem("script-too-long", 1, 1, "程式超過 20 KB", "the script is over 20 KB"),)
    tree = parse(text, expression=expression)
    if isinstance(tree, Problem):
        return (tree,)
    found = {problem for node in nodes(tree) if type(node) in _TELLING for problem in _problems(node)}
    if "return" in text:
        told = "最外層不能用 return", "return outside a function"
        found |= {_at(node, "script-return", *told) for node in _returns(tree)}
    return tuple(sorted(found, key=lambda problem: (problem.line, problem.column, problem.code)))


def parse(text: str, *, expression: bool = False) -> ast.AST | Problem:
    """The text as a tree, or why there is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text.strip() if expression else text, mode="eval" if expression else "exec")
    except SyntaxError as error:
        return Problem(
            "script-syntax",
            error.lineno or 1,
            error.offset or 1,
            f"讀不懂（{error.msg}）",
            f"cannot be read ({error.msg})",
        )
    except (ValueError, RecursionError, MemoryError):
        return Problem("script-syntax", 1, 1, "讀不懂", "cannot be read")


def nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node of a tree but operators and contexts, which say nothing: twice as fast as `ast.walk`."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for field in node._fields:
            value = getattr(node, field, None)
            if isinstance(value, list):
                waiting.extend(item for item in value if isinstance(item, ast.AST))
            elif isinstance(value, ast.AST) and not isinstance(value, _SILENT):
                waiting.append(value)


def _problems(node: ast.AST) -> Iterator[Problem]:
    word = _FORBIDDEN_NODES.get(type(node))
    if word:
        yield _at(node, "script-statement", f"不能使用 {word}", f"{word} cannot be used")
    yield from _import_problems(node)
    for name in _names_in(node):
        if name.startswith("_"):
            yield _at(
                node, "script-underscore", f"名稱「{name}」以底線開頭", f"the name {name!r} begins with an underscore"
            )
    if isinstance(node, ast.Name) and node.id in _FORBIDDEN_NAMES:
        yield _at(node, "script-name", f"不能使用 {node.id}", f"{node.id} cannot be used")


def _import_problems(node: ast.AST) -> Iterator[Problem]:
    modules: list[str] = []
    if isinstance(node, ast.Import):
        modules = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        modules = ["." * node.level + (node.module or "")]
        if any(alias.name == "*" for alias in node.names):
            yield _at(node, "script-import", "不能用 import *", "import * cannot be used")
    for module in modules:
        if module not in MODULES:
            yield _at(node, "script-import", f"不能匯入 {module}", f"{module} cannot be imported")


def _names_in(node: ast.AST) -> Iterator[str]:
    """Every identifier that the node itself writes."""
    for field in _IDENTIFIERS:
        value = getattr(node, field, None)
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            yield from (item for item in value if isinstance(item, str))


def _returns(node: ast.AST) -> Iterator[ast.AST]:
    """`return` outside of any function."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if isinstance(current, ast.Return):
            yield current
        if not isinstance(current, ast.FunctionDef | ast.Lambda):
            waiting.extend(ast.iter_child_nodes(current))


def _at(node: ast.AST, code: str, zh: str, en: str) -> Problem:
    return Problem(code, getattr(node, "lineno", 1), getattr(node, "col_offset", 0) + 1, zh, en)
