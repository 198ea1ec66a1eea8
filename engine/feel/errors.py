"""What can go wrong with an expression: it cannot be read, it fails, it runs too long."""

from __future__ import annotations


def both(zh: str, en: str) -> str:
    """One line that a Chinese and an English reader both understand."""
    return f"{zh} / {en}"


class FeelSyntaxError(ValueError):
    """The text is not FEEL. `line` and `column` count from 1; `expected` lists what could stand there."""

    def __init__(
        self, message_zh: str, message_en: str, line: int, column: int, expected: tuple[str, ...] = ()
    ) -> None:
        self.reason_zh, self.reason_en = message_zh, message_en
        self.message_zh = f"第 {line} 行第 {column} 字：{message_zh}"
        self.message_en = f"line {line}, column {column}: {message_en}"
        self.line = line
        self.column = column
        self.expected = expected
        super().__init__(both(self.message_zh, self.message_en))


class FeelLimit(RuntimeError):
    """An expression ran over its budget (steps, time, nesting or size)."""

    def __init__(self, zh: str, en: str) -> None:
        self.message_zh = zh
        self.message_en = en
        super().__init__(both(zh, en))


class FeelError(Exception):
    """Raised inside a built-in function: the call gives null, and this text says why."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh = zh
        self.en = en
        super().__init__(both(zh, en))
