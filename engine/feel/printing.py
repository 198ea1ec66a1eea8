"""FEEL written out again: the text of a tree, and the text that gives a value.

What is written reads back as the same tree or value. Parentheses stand only where the grammar needs them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.feel.nodes.base import Node
from engine.feel.nodes.calls import Call, FunctionNode
from engine.feel.nodes.control import For, If, Iteration, Quantified
from engine.feel.nodes.literals import ContextNode, ListNode, Literal, RangeNode
from engine.feel.nodes.names import Filter, Name, Path
from engine.feel.nodes.operators import And, Arithmetic, Between, Comparison, InstanceOf, Negate, Or
from engine.feel.nodes.tests import ExpressionTest, Membership, OperatorTest, UnaryTests
from engine.feel.temporal.dates import FeelDate, FeelDateTime, FeelTime
from engine.feel.temporal.durations import DaysTimeDuration, YearsMonthsDuration
from engine.feel.text import number_text
from engine.feel.types import FeelType
from engine.feel.values import Function, Range, Value, from_python

_TEMPORAL = (FeelDate, FeelTime, FeelDateTime, DaysTimeDuration, YearsMonthsDuration)
# How tightly an operator binds, as the levels of grammar.lark.
OPEN, OR, AND, COMPARE, SUM, PRODUCT, POWER, NEGATION, INSTANCE, POSTFIX = range(10)
_ARITHMETIC = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "**": POWER}
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"})


def source_of(value: Any) -> str:
    """FEEL that gives a plain Python value.

    Raises:
        ValueError: a function, or a value that FEEL has not.
    """
    try:
        return written(Literal(from_python(value)))
    except TypeError as error:
        raise ValueError(str(error)) from None


def written(node: Node) -> str:
    """The text of a tree. Raises ValueError for a function as a value."""
    return _text(node, OPEN)


def _text(node: Node, level: int) -> str:
    """`node` where something stands that binds at least as tightly as `level`."""
    own, text = _WRITERS[type(node)](node)
    return text if own >= level else f"({text})"


def _literal(node: Literal) -> tuple[int, str]:
    return _value(node.value)


def _value(value: Value) -> tuple[int, str]:
    if value is None or isinstance(value, bool):
        return POSTFIX, {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return POSTFIX, f'"{value.translate(_ESCAPES)}"'
    if isinstance(value, _TEMPORAL):
        return POSTFIX, f'@"{value}"'
    if isinstance(value, list):
        return POSTFIX, f"[{', '.join(_value(item)[1] for item in value)}]"
    if isinstance(value, dict):
        return POSTFIX, f"{{{', '.join(f'{_key(key)}: {_value(item)[1]}' for key, item in value.items())}}}"
    if isinstance(value, Range):
        return _range_value(value)
    if isinstance(value, Function):
        raise ValueError("a function cannot be written down")
    return (NEGATION, f"-{number_text(value.copy_abs())}") if value.is_signed() else (POSTFIX, number_text(value))


def _range_value(value: Range) -> tuple[int, str]:
    if value.low_open:
        return POSTFIX, f"(<{'=' * value.high_included} {_text(Literal(value.high), SUM)})"
    if value.high_open:
        return POSTFIX, f"(>{'=' * value.low_included} {_text(Literal(value.low), SUM)})"
    ends = f"{_value(value.low)[1]}..{_value(value.high)[1]}"
    return POSTFIX, f"{'[' if value.low_included else '('}{ends}{']' if value.high_included else ')'}"


def _key(key: str) -> str:
    return f'"{key.translate(_ESCAPES)}"'


def _left(level: int, word: str) -> Callable[[Any], tuple[int, str]]:
    return lambda node: (level, f"{_text(node.left, level)} {word} {_text(node.right, level + 1)}")


def _arithmetic(node: Arithmetic) -> tuple[int, str]:
    return _left(_ARITHMETIC[node.operator], node.operator)(node)


def _comparison(node: Comparison) -> tuple[int, str]:
    return _left(COMPARE, node.operator)(node)


def _negate(node: Negate) -> tuple[int, str]:
    return NEGATION, f"-{_text(node.operand, NEGATION)}"


def _between(node: Between) -> tuple[int, str]:
    return COMPARE, f"{_text(node.value, COMPARE)} between {_text(node.low, SUM)} and {_text(node.high, SUM)}"


def _instance(node: InstanceOf) -> tuple[int, str]:
    return INSTANCE, f"{_text(node.value, INSTANCE)} instance of {_type(node.type)}"


def _type(type_: FeelType) -> str:
    if type_.entries:
        return f"context<{', '.join(f'{name}: {_type(of)}' for name, of in type_.entries)}>"
    if type_.name == "function":
        return "function<>->Any"
    return f"{type_.name}<{_type(type_.element)}>" if type_.element else type_.name


def _membership(node: Membership) -> tuple[int, str]:
    tests = ", ".join(_test(test) for test in node.tests)
    alone = len(node.tests) == 1
    if alone and isinstance(node.tests[0], ExpressionTest):
        tests = _text(node.tests[0].expression, SUM)
    return COMPARE, f"{_text(node.value, COMPARE)} in {tests if alone else f'({tests})'}"


def _test(test: Node) -> str:
    if isinstance(test, OperatorTest):
        return f"{test.operator} {_text(test.end, SUM)}"
    assert isinstance(test, ExpressionTest)
    return _text(test.expression, OPEN)


def _unary(node: UnaryTests) -> tuple[int, str]:
    tests = ", ".join(map(_test, node.tests)) or "-"
    return OPEN, f"not({tests})" if node.negated else tests


def _operator_test(node: OperatorTest) -> tuple[int, str]:
    return POSTFIX, f"({_test(node)})"


def _list(node: ListNode) -> tuple[int, str]:
    return POSTFIX, f"[{', '.join(_text(item, OPEN) for item in node.items)}]"


def _context(node: ContextNode) -> tuple[int, str]:
    return POSTFIX, f"{{{', '.join(f'{_key(key)}: {_text(value, OPEN)}' for key, value in node.entries)}}}"


def _range(node: RangeNode) -> tuple[int, str]:
    ends = f"{_text(node.low, OPEN)}..{_text(node.high, OPEN)}"
    return POSTFIX, f"{'[' if node.low_included else '('}{ends}{']' if node.high_included else ')'}"


def _path(node: Path) -> tuple[int, str]:
    return POSTFIX, f"{_text(node.source, POSTFIX)}.{node.name}"


def _filter(node: Filter) -> tuple[int, str]:
    return POSTFIX, f"{_text(node.source, POSTFIX)}[{_text(node.condition, OPEN)}]"


def _call(node: Call) -> tuple[int, str]:
    arguments = [_text(argument, OPEN) for argument in node.arguments]
    if node.names:
        arguments = [f"{name}: {argument}" for name, argument in zip(node.names, arguments, strict=True)]
    return POSTFIX, f"{_text(node.function, POSTFIX)}({', '.join(arguments)})"


def _function(node: FunctionNode) -> tuple[int, str]:
    parameters = (name if type_ is None else f"{name}: {_type(type_)}" for name, type_ in node.parameters)
    return OPEN, f"function({', '.join(parameters)}) {_text(node.body, OPEN)}"


def _if(node: If) -> tuple[int, str]:
    parts = (_text(part, OPEN) for part in (node.condition, node.then, node.otherwise))
    return OPEN, "if {} then {} else {}".format(*parts)


def _for(node: For) -> tuple[int, str]:
    return OPEN, f"for {_iterations(node.iterations)} return {_text(node.body, OPEN)}"


def _quantified(node: Quantified) -> tuple[int, str]:
    word = "every" if node.every else "some"
    return OPEN, f"{word} {_iterations(node.iterations)} satisfies {_text(node.body, OPEN)}"


def _iterations(iterations: tuple[Iteration, ...]) -> str:
    return ", ".join(
        f"{one.name} in {_text(one.source, OPEN)}{'' if one.end is None else f'..{_text(one.end, OPEN)}'}"
        for one in iterations
    )


_WRITERS: dict[type[Node], Callable[[Any], tuple[int, str]]] = {
    Literal: _literal,
    Name: lambda node: (POSTFIX, node.name),
    Or: _left(OR, "or"),
    And: _left(AND, "and"),
    Comparison: _comparison,
    Arithmetic: _arithmetic,
    Negate: _negate,
    Between: _between,
    InstanceOf: _instance,
    Membership: _membership,
    UnaryTests: _unary,
    OperatorTest: _operator_test,
    ListNode: _list,
    ContextNode: _context,
    RangeNode: _range,
    Path: _path,
    Filter: _filter,
    Call: _call,
    FunctionNode: _function,
    If: _if,
    For: _for,
    Quantified: _quantified,
}
