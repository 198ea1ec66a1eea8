"""FEEL text to a tree of nodes, by the grammar in grammar.lark."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import Any

from lark import Lark, Token
from lark.exceptions import UnexpectedInput, UnexpectedToken, VisitError
from lark.lexer import Lexer

from engine.feel.build import Builder
from engine.feel.errors import FeelSyntaxError
from engine.feel.functions import standard
from engine.feel.nodes.base import Node
from engine.feel.nodes.tests import UnaryTests
from engine.feel.tokens import Cut, Names, cut, position
from engine.feel.types import SIMPLE

LONGEST = 20_000
DEEPEST = 200
_BUILTIN_NAMES = Names([*standard(), *SIMPLE])
_KEPT = {
    "COMPARE", "PLUS", "MINUS", "STAR", "SLASH", "POWER", "NAME", "LSQUARE", "RSQUARE", "LPAR", "RPAR",
    "NUMBER", "STRING", "TRUE", "FALSE", "NULL", "AT", "PLACEHOLDER", "CLOSE_OUT", "OPEN_OUT", "KEY",
    "EXTERNAL",
}  # fmt: skip
_WORDS_ZH = {
    "NAME": "名稱", "NUMBER": "數字", "STRING": "文字", "AT": "日期時間", "COMPARE": "比較運算子", "KEY": "名稱:",
    "$END": "結尾",
}  # fmt: skip
_SIGNS = {
    "PLUS": "+", "MINUS": "-", "STAR": "*", "SLASH": "/", "POWER": "**", "LSQUARE": "[", "RSQUARE": "]",
    "LPAR": "(", "RPAR": ")", "PLACEHOLDER": "?", "CLOSE_OUT": "[", "OPEN_OUT": "]", "_DOT": ".",
    "_DOTS": "..", "_COMMA": ",", "_COLON": ":", "_LBRACE": "{", "_RBRACE": "}", "_LESS": "<", "_GREATER": ">",
    "_ARROW": "->",
}  # fmt: skip
_OPERATORS = {
    "COMPARE", "PLUS", "MINUS", "STAR", "SLASH", "POWER", "_AND", "_OR", "_BETWEEN", "_IN", "_INSTANCE", "_DOT",
}  # fmt: skip
_OPERAND_STARTS = {"NUMBER", "STRING", "NAME", "LPAR"}


class _CutLexer(Lexer):
    """Hands tokens that are already cut to the parser."""

    def __init__(self, lexer_conf: Any) -> None:
        pass

    def lex(self, data: Any, parser_state: Any = None) -> Iterator[Token]:
        text, cuts = data
        for token in cuts:
            line, column = position(text, token.start)
            type_ = token.type if token.type in _KEPT else f"_{token.type}"
            yield Token(type_, token.value, token.start, line, column)


@functools.cache
def _lark() -> Any:
    grammar = (FilePath(__file__).parent / "grammar.lark").read_text(encoding="utf-8")
    return Lark(
        grammar,
        parser="lalr",
        lexer=_CutLexer,
        start=["expression", "unary"],
        transformer=Builder(),
        maybe_placeholders=False,
    )


def read(text: str, mode: str, names: frozenset[str]) -> Node:
    """The tree of `text`.

    Raises:
        FeelSyntaxError: it is not FEEL, longer than 20,000 characters, or nested deeper than 200.
    """
    if len(text) > LONGEST:
        raise FeelSyntaxError(f"運算式超過 {LONGEST} 字", f"the expression has over {LONGEST} characters", 1, 1)
    if mode == "unary" and not text.strip():
        return UnaryTests(())
    cuts = cut(text, Names(names), _BUILTIN_NAMES, unary=mode == "unary")
    try:
        node: Node = _lark().parse((text, cuts), start=mode)
    except UnexpectedToken as error:
        raise _unexpected(text, cuts, error) from None
    except VisitError as error:
        if isinstance(error.orig_exc, FeelSyntaxError):
            raise error.orig_exc from None
        raise
    except UnexpectedInput as error:
        raise FeelSyntaxError("無法讀懂", "cannot be read", error.line, error.column) from None
    if node.depth > DEEPEST:
        raise FeelSyntaxError("運算式的巢狀太深", "the expression is nested too deeply", 1, 1)
    return node


def _unexpected(text: str, cuts: list[Cut], error: UnexpectedToken) -> FeelSyntaxError:
    expected = error.accepts or error.expected
    zh, en = _expected(set(expected))
    token = error.token
    if token.type == "$END":
        line, column = position(text, len(text))
        return FeelSyntaxError(
            f"運算式沒有寫完，應接 {'、'.join(zh)}", f"the expression ends too early; expected {', '.join(en)}",
            line, column, tuple(zh),
        )  # fmt: skip
    return FeelSyntaxError(
        f"這裡不能有「{token}」，應為 {'、'.join(zh)}", f"unexpected {str(token)!r}; expected {', '.join(en)}",
        token.line or 1, token.column or 1, tuple(zh),
    )  # fmt: skip


def _expected(types: set[str]) -> tuple[list[str], list[str]]:
    """What could stand there, in Chinese and English; operators and the beginnings of a value are summed up."""
    if types >= _OPERAND_STARTS:
        return ["一個值"], ["a value"]
    zh, en = [], []
    if types >= _OPERATORS:
        zh, en = ["運算子"], ["an operator"]
        types = types - _OPERATORS - {"LPAR", "LSQUARE"}
    for type_ in sorted(types or {"$END"}):
        sign = _SIGNS.get(type_)
        word = type_.strip("_").lower()
        zh.append(sign or _WORDS_ZH.get(type_, word))
        en.append(sign or {"$END": "the end", "COMPARE": "a comparison", "KEY": "name:"}.get(type_, word))
    return list(dict.fromkeys(zh)), list(dict.fromkeys(en))
