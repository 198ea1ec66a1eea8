"""The grammar's rules turned into nodes, one method a rule."""

from __future__ import annotations

from typing import Any

from lark import Token, Transformer

from engine.feel.errors import FeelSyntaxError
from engine.feel.nodes.base import Node
from engine.feel.nodes.calls import Call, FunctionNode
from engine.feel.nodes.control import For, If, Iteration, Quantified
from engine.feel.nodes.literals import ContextNode, ListNode, Literal, RangeNode
from engine.feel.nodes.names import Filter, Name, Path
from engine.feel.nodes.operators import And, Arithmetic, Between, Comparison, InstanceOf, Negate, Or
from engine.feel.nodes.tests import ExpressionTest, Membership, OperatorTest, Test, UnaryTests
from engine.feel.temporal import parse_any
from engine.feel.types import SIMPLE, FeelType
from engine.feel.values import DECIMAL128


class Builder(Transformer[Any, Node]):
    """Called by the parser with what it read; nothing here recurses."""

    # -- operators

    def disjunction(self, parts: list[Any]) -> Node:
        return Or(*parts)

    def conjunction(self, parts: list[Any]) -> Node:
        return And(*parts)

    def comparison(self, parts: list[Any]) -> Node:
        left, operator, right = parts
        return Comparison(left, right, str(operator))

    def arithmetic(self, parts: list[Any]) -> Node:
        left, operator, right = parts
        return Arithmetic(left, right, str(operator))

    def between(self, parts: list[Any]) -> Node:
        return Between(*parts)

    def negation(self, parts: list[Any]) -> Node:
        return Negate(parts[-1])

    def instance_of(self, parts: list[Any]) -> Node:
        return InstanceOf(*parts)

    # -- tests

    def membership(self, parts: list[Any]) -> Node:
        return Membership(*parts)

    def one_test(self, parts: list[Any]) -> tuple[Test, ...]:
        return (_as_test(parts[0]),)

    def many_tests(self, parts: list[Any]) -> tuple[Test, ...]:
        found: list[Test] = []
        for part in _nodes(parts):
            found.extend(part if isinstance(part, tuple) else (_as_test(part),))
        return tuple(found)

    def tests(self, parts: list[Any]) -> tuple[Test, ...]:
        return tuple(_as_test(part) for part in parts)

    def comparison_test(self, parts: list[Any]) -> Test:
        operator, end = parts
        return OperatorTest(str(operator), end)

    def any_test(self, parts: list[Any]) -> Node:
        return UnaryTests(())

    def unary_tests(self, parts: list[Any]) -> Node:
        return UnaryTests(parts[0])

    def negated_tests(self, parts: list[Any]) -> Node:
        return UnaryTests(_nodes(parts)[0], negated=True)

    # -- values

    def number(self, parts: list[Any]) -> Node:
        try:
            return Literal(DECIMAL128.create_decimal(str(parts[0])))
        except ArithmeticError:
            raise _refused(parts[0], "數字太大", "the number is too large") from None

    def string(self, parts: list[Any]) -> Node:
        return Literal(str(parts[0]))

    def true(self, parts: list[Any]) -> Node:
        return Literal(True)

    def false(self, parts: list[Any]) -> Node:
        return Literal(False)

    def null(self, parts: list[Any]) -> Node:
        return Literal(None)

    def at_literal(self, parts: list[Any]) -> Node:
        try:
            return Literal(parse_any(str(parts[0])))
        except ValueError:
            message = f"「{parts[0]}」不是日期、時間或期間", f"{str(parts[0])!r} is no date, time or duration"
            raise _refused(parts[0], *message) from None

    def list_(self, parts: list[Any]) -> Node:
        return ListNode(tuple(_nodes(parts)))

    def context(self, parts: list[Any]) -> Node:
        return ContextNode(tuple(parts))

    def entry(self, parts: list[Any]) -> tuple[str, Node]:
        return str(parts[0]), parts[1]

    string_entry = entry

    def range_(self, parts: list[Any]) -> Node:
        opening, low, high, closing = parts
        return RangeNode(low, high, opening.type == "LSQUARE", closing.type == "RSQUARE")

    # -- reaching values

    def name(self, parts: list[Any]) -> Node:
        return Name(str(parts[0]))

    def path(self, parts: list[Any]) -> Node:
        return Path(parts[0], str(parts[1]))

    def filter(self, parts: list[Any]) -> Node:
        source, condition = _nodes(parts)
        return Filter(source, condition)

    def parenthesis(self, parts: list[Any]) -> Node:
        inner: Node = _nodes(parts)[0]
        return inner

    def call(self, parts: list[Any]) -> Node:
        function, *arguments = _nodes(parts)
        return Call(function, tuple(arguments))

    def named_call(self, parts: list[Any]) -> Node:
        function, *arguments = _nodes(parts)
        return Call(function, tuple(node for _, node in arguments), tuple(name for name, _ in arguments))

    def argument(self, parts: list[Any]) -> tuple[str, Node]:
        return str(parts[0]), parts[1]

    # -- control

    def if_(self, parts: list[Any]) -> Node:
        return If(*parts)

    def for_(self, parts: list[Any]) -> Node:
        return For(tuple(parts[:-1]), parts[-1])

    def some(self, parts: list[Any]) -> Node:
        return Quantified(tuple(parts[:-1]), parts[-1], every=False)

    def every(self, parts: list[Any]) -> Node:
        return Quantified(tuple(parts[:-1]), parts[-1], every=True)

    def iterator(self, parts: list[Any]) -> Node:
        return Iteration(str(parts[0]), parts[1])

    def range_iterator(self, parts: list[Any]) -> Node:
        return Iteration(str(parts[0]), parts[1], parts[2])

    def function(self, parts: list[Any]) -> Node:
        *parameters, body = _nodes(parts)
        return FunctionNode(tuple(parameters), body)

    def parameter(self, parts: list[Any]) -> tuple[str, FeelType | None]:
        return str(parts[0]), None

    def typed_parameter(self, parts: list[Any]) -> tuple[str, FeelType | None]:
        return str(parts[0]), parts[1]

    def body(self, parts: list[Any]) -> Node:
        node: Node = parts[0]
        return node

    def external(self, parts: list[Any]) -> Node:
        raise _refused(
            parts[0], "不支援外部函式（Java、PMML），請改用 FEEL", "external functions (Java, PMML) are not supported"
        )

    # -- types

    def named_type(self, parts: list[Any]) -> FeelType:
        name = str(parts[0])
        if name in SIMPLE:
            return FeelType(SIMPLE[name])
        if name in ("Any", "Null", "list", "context", "range", "function"):
            return FeelType(name)
        raise _refused(parts[0], f"沒有型別「{name}」", f"there is no type {name!r}")

    def generic_type(self, parts: list[Any]) -> FeelType:
        name, element = parts
        if str(name) not in ("list", "range"):
            raise _refused(name, f"型別「{name}」沒有元素型別", f"the type {str(name)!r} takes no element type")
        return FeelType(str(name), element)

    def context_type(self, parts: list[Any]) -> FeelType:
        name, *entries = parts
        if str(name) != "context":
            raise _refused(name, f"型別「{name}」沒有欄位", f"the type {str(name)!r} has no entries")
        return FeelType("context", None, tuple(entries))

    def typed_key(self, parts: list[Any]) -> tuple[str, FeelType]:
        return str(parts[0]), parts[1]

    def function_type(self, parts: list[Any]) -> FeelType:
        return FeelType("function")


def _nodes(parts: list[Any]) -> list[Any]:
    """What is left without brackets."""
    return [part for part in parts if not isinstance(part, Token)]


def _as_test(part: Any) -> Test:
    return part if isinstance(part, OperatorTest) else ExpressionTest(part)


def _refused(token: Token, zh: str, en: str) -> FeelSyntaxError:
    return FeelSyntaxError(zh, en, token.line or 1, token.column or 1)
