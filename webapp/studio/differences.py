"""How two sets of files differ: which files, and line by line."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from lxml import etree

from engine import SourceFile
from webapp.studio.telling import Told, told

_CONTEXT = 3
_LONGEST = 20_000
"""Lines beyond which a file is only said to differ: comparing takes quadratic time."""


@dataclass(frozen=True)
class Line:
    """One line of a comparison. `gap` stands for lines left out because they are the same."""

    kind: Literal["same", "added", "removed", "gap"]
    text: str = ""
    old: int | None = None
    new: int | None = None


@dataclass(frozen=True)
class FileChange:
    """One file of two sets."""

    name: str
    change: Literal["added", "changed", "removed", "same"]
    before: SourceFile | None
    after: SourceFile | None

    @property
    def kind(self) -> str:
        """`bpmn`, `dmn` or `form`."""
        file = self.after or self.before
        assert file is not None
        return file.kind

    @property
    def told(self) -> list[Told]:
        """The differences item by item, where the kind of file is known."""
        return told(self.before, self.after)

    @property
    def lines(self) -> list[Line]:
        """The comparison, line by line."""
        return line_differences(readable(self.before), readable(self.after))


def changed_files(before: Iterable[SourceFile], after: Iterable[SourceFile]) -> list[FileChange]:
    """Every file of either set that is not in both with the same meaning: diagrams, tables, forms, letters."""
    old, new = ({file.name: file for file in files} for files in (before, after))
    changes = [
        FileChange(name, _change(old.get(name), new.get(name)), old.get(name), new.get(name))
        for name in sorted(old.keys() | new.keys(), key=_by_kind)
    ]
    return [change for change in changes if change.change != "same"]


def _by_kind(name: str) -> tuple[int, str]:
    ends = (".bpmn", ".dmn", ".form")
    return next((place for place, end in enumerate(ends) if name.endswith(end)), len(ends)), name


def _change(old: SourceFile | None, new: SourceFile | None) -> Literal["added", "changed", "removed", "same"]:
    if old is None:
        return "added"
    if new is None:
        return "removed"
    return "same" if old.content == new.content or readable(old) == readable(new) else "changed"


def readable(file: SourceFile | None) -> str:
    """A file as text in one layout, so that only what means something differs."""
    if file is None:
        return ""
    try:
        if file.kind == "form":
            return json.dumps(json.loads(file.content), ensure_ascii=False, indent=2, sort_keys=True)
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_blank_text=True)
        return etree.tostring(etree.fromstring(file.content, parser), encoding="unicode", pretty_print=True)
    except (ValueError, SyntaxError, RecursionError):  # drafts may be anything
        return file.content.decode("utf-8", "replace")


def line_differences(before: str, after: str) -> list[Line]:
    """Lines taken out and put in, with a few that stayed around them."""
    old, new = _lines(before), _lines(after)
    if len(old) + len(new) > _LONGEST:
        return [Line("gap")]
    lines: list[Line] = []
    for number, group in enumerate(
        difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(_CONTEXT)
    ):
        if number or group[0][1] or group[0][3]:
            lines.append(Line("gap"))
        for tag, a, b, c, d in group:
            if tag == "equal":
                lines += [Line("same", old[a + i], a + i + 1, c + i + 1) for i in range(b - a)]
            else:
                lines += [Line("removed", old[i], old=i + 1) for i in range(a, b)]
                lines += [Line("added", new[i], new=i + 1) for i in range(c, d)]
    return lines


def _lines(text: str) -> list[str]:
    """The lines as editors count them: other signs that may end a line belong to what is written in it."""
    return text.replace("\r\n", "\n").removesuffix("\n").split("\n") if text else []
