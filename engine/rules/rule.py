"""What a rule is: one thing that can be wrong, or risky, in a file before it is deployed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning", "todo"]
_PLACE = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True)
class Rule:
    """One row of the rules table.

    Messages and remedies are whole sentences; `{name}` in them is the author's name of the
    element, other words in braces are what the finding knows besides.
    """

    code: str
    """Stable, kebab-case: `gateway-without-condition`."""
    level: Level
    """`error` breaks a rule or could not run, `todo` is a gap still to be filled, `warning` may be meant."""
    zh: str
    en: str
    remedy_zh: str
    remedy_en: str
    numbers: tuple[str, ...] = ()
    """The rule of the BPMN specification it stands for, as the public list of its constraints counts them."""

    @property
    def blocks(self) -> bool:
        """Whether a file in which it is broken cannot be deployed."""
        return self.level != "warning"


def filled(text: str, words: dict[str, str]) -> str:
    """`text` with its places filled; a word that holds braces itself is left as it is."""
    return _PLACE.sub(lambda place: words.get(place[1], place[0]), text)


def error(code: str, zh: str, en: str, remedy_zh: str, remedy_en: str, *numbers: str) -> Rule:
    """A rule that keeps a file from being deployed."""
    return Rule(code, "error", zh, en, remedy_zh, remedy_en, numbers)


def todo(code: str, zh: str, en: str, remedy_zh: str, remedy_en: str, *numbers: str) -> Rule:
    """A gap in a drawing that is not finished; it keeps a file from being deployed, too."""
    return Rule(code, "todo", zh, en, remedy_zh, remedy_en, numbers)


def warning(code: str, zh: str, en: str, remedy_zh: str, remedy_en: str, *numbers: str) -> Rule:
    """Something that may be meant."""
    return Rule(code, "warning", zh, en, remedy_zh, remedy_en, numbers)
