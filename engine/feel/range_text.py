"""`range("[1..3]")`: a range out of its text, whose ends may only be literals."""

from __future__ import annotations

from engine.feel.errors import FeelError, FeelSyntaxError
from engine.feel.functions.registry import feel
from engine.feel.nodes.base import Node
from engine.feel.nodes.calls import Call
from engine.feel.nodes.literals import Literal, RangeNode
from engine.feel.nodes.names import Name
from engine.feel.nodes.operators import Negate
from engine.feel.parser import read
from engine.feel.running import Run, Scope
from engine.feel.values import Value

_CONSTRUCTORS = {"date", "time", "date and time", "duration"}


@feel("range(from: string)")
def range_(run: Run, text: str) -> Value:
    try:
        node = read(text, "expression", frozenset())
    except FeelSyntaxError as error:
        raise FeelError("不是範圍的文字", f"not the text of a range: {error.message_en}") from None
    if not isinstance(node, RangeNode) or not (_constant(node.low) and _constant(node.high)):
        raise FeelError("不是範圍的文字", "not the text of a range")
    return node.evaluate(Scope(run, {}, None))


def _constant(node: Node) -> bool:
    if isinstance(node, Negate):
        return isinstance(node.operand, Literal)
    if isinstance(node, Call):
        named = isinstance(node.function, Name) and node.function.name in _CONSTRUCTORS
        return named and all(isinstance(argument, Literal) for argument in node.arguments)
    return isinstance(node, Literal) and node.value is not None
