"""Collects what is wrong in a DMN file, in the author's words."""

from __future__ import annotations

from typing import Literal

from engine.dmn.xml import Element
from engine.feel import FeelSyntaxError
from engine.feel.expression import Expression, Mode, parse
from engine.model import Finding

LONGEST_CELL = 1_000
_FEEL_LANGUAGES = ("feel", "/FEEL/", "FEEL")


class Findings:
    """The findings of one file, and reading FEEL so that a fault becomes one."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.names: frozenset[str] = frozenset()
        """The names of the model that its expressions may hold, those it imports included."""
        self.found: list[Finding] = []

    def add(
        self, code: str, element: Element | None, zh: str, en: str, level: Literal["error", "warning"] = "error"
    ) -> None:
        """One more finding about `element`."""
        self.found.append(
            Finding(
                code=code,
                level=level,
                file=self.file,
                element_id=None if element is None else element.get("id"),
                element_name=None if element is None else element.get("name") or element.get("label"),
                message_zh=zh,
                message_en=en,
                line=None if element is None else element.sourceline,
            )
        )

    def last_reason(self) -> tuple[str, str]:
        """What the latest finding says, for the value of what could not be read."""
        return f"無法讀取（{self.found[-1].message_zh}）", f"cannot be read ({self.found[-1].message_en})"

    def feel(
        self, text: str, element: Element, zh: str, en: str, mode: Mode = "expression", *, cell: bool = False
    ) -> Expression | None:
        """The expression in `text`, or None with a finding that begins with `zh`, `en` (where it stands)."""
        language = element.get("expressionLanguage") or ""
        if language and not language.rstrip("/").lower().endswith("feel"):
            self.add(
                "dmn-language",
                element,
                f"{zh}：不支援語言「{language}」",
                f"{en}: the language {language!r} is not supported",
            )
            return None
        if cell and len(text) > LONGEST_CELL:
            self.add(
                "dmn-cell-too-long", element, f"{zh}：超過 {LONGEST_CELL} 字", f"{en}: over {LONGEST_CELL} characters"
            )
            return None
        try:
            return parse(text, mode, self.names)
        except FeelSyntaxError as error:
            code = "dmn-cell" if cell else "dmn-expression"
            self.add(code, element, f"{zh}：{error.message_zh}", f"{en}: {error.message_en}")
            return None
