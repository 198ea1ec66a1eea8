"""Letter templates as files of a deployment: `letters/<name>.yaml`, read and checked (docs/diagrams.md, Letters).

What a letter says is filled in by whoever shows it; here it is only read, and checked before it
is taken in: every key is one that somebody reads, every FEEL text can be parsed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import yaml

from engine import feel
from engine.model import Finding, SourceFile

FOLDER = "letters/"
KIND = "yaml"
TYPES = ("簽", "函", "書函", "公告", "開會通知單", "會議紀錄", "公務電話紀錄", "便簽", "通知單", "表", "電子郵件")
LANGUAGES = ("zh", "en")
FILTERS = ("roc_date", "roc_datetime", "roc_full", "en_date", "en_datetime", "money", "number", "label")
"""What may stand behind `|` in a placeholder."""

PLACEHOLDER = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_FILTER = re.compile(r"^(?P<expression>.*?)\s*\|\s*(?P<filter>[a-z_]+)\s*$", re.DOTALL)
_NAME = re.compile(r"letters/[^/.]+\.yaml")
_REQUIRED = ("name", "type", "subject")

Problem = tuple[str, str, str, str]
"""Code, place in the letter, and what is wrong there in Chinese and English."""


class LetterRefused(ValueError):
    """A file that is no letter at all; says why in both languages, and the line where it is known."""

    def __init__(self, zh: str, en: str, line: int | None = None) -> None:
        self.message_zh = zh
        self.message_en = en
        self.line = line
        super().__init__(f"{zh} {en}")


class _Loader(yaml.SafeLoader):
    """YAML without aliases (a few of them can stand for billions of texts) and without a key given twice."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            line = self.peek_event().start_mark.line + 1  # type: ignore[no-untyped-call]
            raise LetterRefused("函稿不能用 YAML 別名（*）", "A letter cannot use YAML aliases (*).", line)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        twice = next((key for key in keys if keys.count(key) > 1), None)
        if twice is not None:
            line = node.start_mark.line + 1
            raise LetterRefused(f"「{twice}」寫了兩次", f'"{twice}" is given twice.', line)
        return super().construct_mapping(node, deep)


def is_letter(file: SourceFile) -> bool:
    """Whether a file of a deployment is a letter template, by its name."""
    return _NAME.fullmatch(file.name) is not None


def key_of(file: SourceFile) -> str:
    """What addresses call a letter: the file's name without folder and ending."""
    return file.name.removeprefix(FOLDER).removesuffix(f".{KIND}")


def read(content: bytes) -> dict[str, Any]:
    """A letter template as it is written.

    Raises:
        LetterRefused: it is no YAML mapping, or uses what a letter does not need.
    """
    try:
        found = yaml.load(content.decode("utf-8"), Loader=_Loader)  # noqa: S506 - a SafeLoader
    except UnicodeDecodeError as error:
        raise LetterRefused("不是 UTF-8 文字", "This is not UTF-8 text.") from error
    except RecursionError as error:
        raise LetterRefused("層次太深", "It is nested too deeply.") from error
    except (yaml.YAMLError, ValueError) as error:
        if isinstance(error, LetterRefused):
            raise
        mark = getattr(error, "problem_mark", None)
        why = getattr(error, "problem", None) or error
        line = mark.line + 1 if mark else None
        raise LetterRefused(f"不是能讀的 YAML：{why}", f"This YAML cannot be read: {why}.", line) from error
    if not isinstance(found, dict):
        raise LetterRefused("函稿要由名稱與內容的對照組成", "A letter is a mapping of names to what they hold.")
    return found


def split(inner: str) -> tuple[str, str | None]:
    """The FEEL text and the filter of what stands in double braces."""
    found = _FILTER.match(inner.strip())
    if found and found["filter"] in FILTERS:
        return found["expression"], found["filter"]
    return inner.strip(), None


def findings(files: Iterable[SourceFile]) -> list[Finding]:
    """What is wrong with the letters among some files."""
    return [finding for file in files if is_letter(file) for finding in _findings(file)]


def _findings(file: SourceFile) -> Iterator[Finding]:
    try:
        letter = read(file.content)
    except LetterRefused as refused:
        yield Finding(
            "letter-unreadable", "error", file.name, None, None, refused.message_zh, refused.message_en, refused.line
        )
        return
    name = letter.get("name") if isinstance(letter.get("name"), str) else None
    for code, place, zh, en in _problems(letter):
        yield Finding(code, "error", file.name, place, name, zh, en)


def _problems(letter: Mapping[Any, Any]) -> Iterator[Problem]:
    for key in _REQUIRED:
        if letter.get(key) in (None, ""):
            yield "letter-incomplete", key, f"函稿缺少「{key}」", f'The letter has no "{key}".'
    yield from _known(letter, _CHECKS, "")
    for key, allowed in (("type", TYPES), ("language", LANGUAGES)):
        given = letter.get(key)
        if isinstance(given, str) and given not in allowed:
            choices = "、".join(allowed)
            yield "letter-value", key, f"「{given}」不是{choices}之一", f'"{given}" is not one of {", ".join(allowed)}.'


def _known(given: Mapping[Any, Any], checks: Mapping[str, _Check], place: str) -> Iterator[Problem]:
    """Each entry by its own check; one that nobody reads is named."""
    for key, value in given.items():
        here = f"{place}.{key}" if place else str(key)
        if key not in checks:
            yield "letter-unknown-key", here, f"沒有「{key}」這個項目", f'Nobody reads "{key}".'
        elif value is not None:
            yield from checks[key](value, here)


def _word(value: Any, place: str) -> Iterator[Problem]:
    """Plain words."""
    if not isinstance(value, str):
        yield "letter-type", place, "要是文字（加上引號）", "This must be text (put it in quotes)."


def _feel(value: Any, place: str) -> Iterator[Problem]:
    """A FEEL text."""
    if not isinstance(value, str):
        yield from _word(value, place)
        return
    try:
        feel.parse(value)
    except (feel.FeelSyntaxError, feel.FeelLimit) as error:
        yield "letter-feel", place, f"看不懂「{value}」：{error.message_zh}", f'"{value}": {error.message_en}'


def _text(value: Any, place: str) -> Iterator[Problem]:
    """Words with placeholders."""
    if not isinstance(value, str):
        yield from _word(value, place)
        return
    for found in PLACEHOLDER.finditer(value):
        yield from _feel(split(found.group(1))[0], place)
    rest = PLACEHOLDER.sub("", value)
    if "{{" in rest or "}}" in rest:
        yield "letter-braces", place, "雙大括號沒有成對", "A double brace has no partner."


def _issuer(value: Any, place: str) -> Iterator[Problem]:
    """A unit's code, or FEEL that gives one."""
    formula = isinstance(value, str) and value.startswith("=")
    yield from _feel(value[1:], place) if formula else _word(value, place)


def _loop(value: Any, place: str) -> Iterator[Problem]:
    """`name in FEEL`."""
    name, _, expression = value.partition(" in ") if isinstance(value, str) else ("", "", "")
    if not name.strip() or not expression.strip():
        yield "letter-loop", place, "要寫成「名稱 in 清單」", 'Write "name in list".'
    else:
        yield from _feel(expression, place)


def _items(value: Any, place: str) -> Iterator[Problem]:
    """Points, each a text or a mapping with `text`, `items`, `if`, `for`."""
    if not isinstance(value, list):
        yield "letter-type", place, "要是清單", "This must be a list."
        return
    for number, item in enumerate(value, 1):
        here = f"{place}[{number}]"
        if isinstance(item, dict):
            yield from _known(item, _ITEM_CHECKS, here)
        else:
            yield from _text(item, here)


def _lines(value: Any, place: str) -> Iterator[Problem]:
    """One text, or points."""
    yield from _items(value, place) if isinstance(value, list) else _text(value, place)


def _meeting(value: Any, place: str) -> Iterator[Problem]:
    if isinstance(value, dict):
        yield from _known(value, _MEETING_CHECKS, place)
    else:
        yield "letter-type", place, "要是項目的對照", "This must be a mapping."


def _sections(value: Any, place: str) -> Iterator[Problem]:
    if not isinstance(value, list) or not all(isinstance(part, dict) for part in value):
        yield "letter-type", place, "要是段落的清單", "This must be a list of sections."
        return
    for number, part in enumerate(value, 1):
        yield from _known(part, _SECTION_CHECKS, f"{place}[{number}]")


_Check = Callable[[Any, str], Iterator[Problem]]
_ITEM_CHECKS: Mapping[str, _Check] = {"if": _feel, "for": _loop, "text": _text, "items": _items}
_SECTION_CHECKS: Mapping[str, _Check] = {"title": _text, "items": _items, "if": _feel}
_MEETING_CHECKS: Mapping[str, _Check] = {
    **dict.fromkeys(("reason", "time", "place", "chair", "contact"), _lines),
    "attendees": _lines,
    "observers": _lines,
}
_CHECKS: Mapping[str, _Check] = {
    **dict.fromkeys(("name", "name_en", "type", "language", "locked"), _word),
    "when": _feel,
    "issuer": _issuer,
    **dict.fromkeys(("to", "date", "doc_no", "speed", "security", "enclosures", "subject", "signature"), _text),
    "explanation": _items,
    "measures": _items,
    "meeting": _meeting,
    "sections": _sections,
    "main_copies": _lines,
    "copies": _lines,
}
