"""Boxed expressions out of their XML."""

from __future__ import annotations

from collections.abc import Callable

from engine.dmn.boxed import (
    Boxed,
    BoxedContext,
    BoxedList,
    Conditional,
    FunctionDefinition,
    Gap,
    Invocation,
    LiteralExpression,
    Relation,
    Unreadable,
)
from engine.dmn.findings import Findings
from engine.dmn.read_table import TableReader
from engine.dmn.types import ItemType, Types
from engine.dmn.xml import Element, child, children, local, text_of
from engine.feel.nodes.base import Node
from engine.feel.nodes.control import For, Iteration, Quantified
from engine.feel.nodes.names import Filter

KINDS = ("literalExpression", "decisionTable", "context", "list", "relation", "functionDefinition", "invocation",
         "conditional", "for", "some", "every", "filter")  # fmt: skip
DEEPEST = 50


class BoxedReader:
    """Reads the logic of decisions and functions."""

    def __init__(self, findings: Findings, types: Types) -> None:
        self.findings = findings
        self.types = types
        self._depth = 0

    def inside(self, holder: Element | None, name: str) -> Boxed:
        """The boxed expression that is a child of `holder`; `name` is whose it is."""
        element = None if holder is None else child(holder, *KINDS)
        if element is None:
            self.findings.add("dmn-no-logic", holder, f"「{name}」沒有內容", f"{name!r} has no logic")
            return Unreadable(name)
        return self.read(element, name)

    def read(self, element: Element, name: str) -> Boxed:
        """The boxed expression in `element`."""
        if self._depth >= DEEPEST:
            self.findings.add("dmn-too-deep", element, f"「{name}」巢狀太深", f"{name!r} is nested too deeply")
            return Unreadable(name)
        readers: dict[str, Callable[[Element, str], Boxed]] = {
            "literalExpression": self._literal,
            "decisionTable": lambda table, of: TableReader(table, of, self.findings, self.types).read(),
            "context": self._context,
            "list": self._list,
            "relation": self._relation,
            "functionDefinition": self.function,
            "invocation": self._invocation,
            "conditional": self._conditional,
            "for": self._loop,
            "some": self._loop,
            "every": self._loop,
            "filter": self._filter,
        }
        self._depth += 1
        try:
            return readers[local(element)](element, name)
        finally:
            self._depth -= 1

    def function(self, element: Element, name: str) -> Boxed:
        """A function definition, also the encapsulated logic of a business knowledge model."""
        if (element.get("kind") or "FEEL").upper() != "FEEL":
            return self._external(element, name)
        parameters = tuple(
            (parameter.get("name") or "", self.types.named(parameter.get("typeRef")))
            for parameter in children(element, "formalParameter")
        )
        return FunctionDefinition(
            name, parameters, self.inside(element, name), self.types.named(element.get("typeRef"))
        )

    def _external(self, element: Element, name: str) -> Boxed:
        kind = element.get("kind")
        zh, en = f"是外部函式（{kind}），不支援；請改用 FEEL", f"is an external function ({kind}); write it in FEEL"
        self.findings.add("dmn-external-function", element, f"「{name}」{zh}", f"{name!r} {en}")
        return Unreadable(name, zh, en)

    def _literal(self, element: Element, name: str) -> Boxed:
        if child(element, "importedValues") is not None:
            self.findings.add(
                "dmn-import", element, f"「{name}」的匯入值不支援", f"{name!r}: imported values are not supported"
            )
            return Unreadable(name)
        expression = self.findings.feel(text_of(element), element, f"「{name}」", repr(name))
        return LiteralExpression(expression.node) if expression else Unreadable(name, *self.findings.last_reason())

    def _context(self, element: Element, name: str) -> Boxed:
        entries: list[tuple[str, Boxed, ItemType]] = []
        result: Boxed | None = None
        for entry in children(element, "contextEntry"):
            variable = child(entry, "variable")
            if variable is None:
                result = self.inside(entry, name)
                continue
            key = variable.get("name") or ""
            entries.append((key, self.inside(entry, key), self.types.named(variable.get("typeRef"))))
        return BoxedContext(tuple(entries), result)

    def _list(self, element: Element, name: str) -> Boxed:
        return BoxedList(tuple(self.read(item, name) for item in children(element, *KINDS)))

    def _relation(self, element: Element, name: str) -> Boxed:
        columns = tuple(column.get("name") or "" for column in children(element, "column"))
        rows = tuple(tuple(self.read(cell, name) for cell in children(row, *KINDS)) for row in children(element, "row"))
        return Relation(columns, rows)

    def _invocation(self, element: Element, name: str) -> Boxed:
        bindings = []
        for binding in children(element, "binding"):
            parameter = child(binding, "parameter")
            key = (parameter.get("name") if parameter is not None else "") or ""
            bindings.append((key, self.inside(binding, key)))
        return Invocation(self.inside(element, name), tuple(bindings))

    def _conditional(self, element: Element, name: str) -> Boxed:
        condition, then, otherwise = (self.inside(child(element, part), name) for part in ("if", "then", "else"))
        return Conditional(condition, then, otherwise)

    def _loop(self, element: Element, name: str) -> Boxed:
        kind = local(element)
        variable = element.get("iteratorVariable") or ""
        iteration = Iteration(variable, Gap(self.inside(child(element, "in"), name)))
        body = Gap(self.inside(child(element, "return" if kind == "for" else "satisfies"), name))
        node: Node = For((iteration,), body) if kind == "for" else Quantified((iteration,), body, every=kind == "every")
        return LiteralExpression(node)

    def _filter(self, element: Element, name: str) -> Boxed:
        source, match = Gap(self.inside(child(element, "in"), name)), Gap(self.inside(child(element, "match"), name))
        return LiteralExpression(Filter(source, match))
