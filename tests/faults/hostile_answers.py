"""What F20 asks of every answer: no failure, no broken header, nothing unescaped, no formula, every text unchanged."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

import lxml.html

from tests.faults.hostile_texts import COMPUTED, canonical

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would run."""
_NOT_TEXT = ("href", "action", "src", "formaction")
_HEADS = re.compile(r"[\r\n]")
_MARKED = re.compile(r"q\d+z")


@dataclass
class Kept:
    """A text that a form took: where it was typed, how often it was shown, whether otherwise than typed."""

    place: str
    text: str
    seen: int = 0
    changed: bool = False


@dataclass
class Watch:
    """Looks at answers; the texts that forms took are known by their marks."""

    violations: list[str] = field(default_factory=list)
    kept: dict[str, Kept] = field(default_factory=dict)
    looked_at: int = 0
    marks: int = 0

    def fail(self, what: str) -> None:
        """Note a violation, each once."""
        if (text := f"F20: {what}") not in self.violations:
            self.violations.append(text)

    def remember(self, place: str, text: str, mark: str) -> None:
        """A form has taken this text: wherever it is shown, it is as it was."""
        self.kept[mark] = Kept(place, text)

    def asked(self, what: str, ask: Callable[[], Any]) -> Any:
        """The answer to a request, looked at; None when the application failed."""
        try:
            answer = ask()
        except Exception as error:  # whatever it is, a person would have seen a page that says 500
            self.fail(f"500: {what}: {type(error).__name__}: {str(error)[:300]!r}")
            return None
        self.looked_at += 1
        if answer.status_code >= 500:
            self.fail(f"500: {what}: {answer.status_code}")
        for name, value in answer.headers:
            if name.lower() == "x-hostile" or _HEADS.search(value):
                self.fail(f"header broken: {what}: {name}")
        self._read(what, answer)
        return answer

    def refusals(self, answer: Any) -> str:
        """What a page says on top went wrong."""
        if answer.mimetype != "text/html" or "flash-error" not in answer.text:
            return ""
        found = lxml.html.document_fromstring(answer.text).xpath("//*[contains(@class, 'flash-error')]")
        return " ".join(element.text_content().strip()[:80] for element in found)

    def _read(self, what: str, answer: Any) -> None:
        kind = answer.mimetype
        if kind == "text/html":
            self._page(what, answer.text)
        elif kind == "text/csv":
            self._cells(what, [cell for row in csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))) for cell in row])
        elif kind == "application/vnd.oasis.opendocument.spreadsheet":
            self._sheet(what, answer.data)
        elif kind == "application/json":
            for text in _strings(json.loads(answer.data)):
                self._compare(what, text)

    def _page(self, what: str, page: str) -> None:
        if COMPUTED in page:
            self.fail(f"computed: {what}")
        if not _MARKED.search(page) and "hostile" not in page:
            return
        root = lxml.html.document_fromstring(page)
        if root.xpath("//hostile-tag | //*[@hostile-attr]"):
            self.fail(f"unescaped: {what}")
        for script in root.xpath("//script[contains(@type, 'json')]"):
            for text in _strings(json.loads(script.text or "null")):
                self._compare(what, text)
            script.text = ""
        for value in root.xpath("//@*[starts-with(., '[') or starts-with(., '{')]"):
            self._json_of(what, value)
        for element in root.iter():
            if isinstance(element.tag, str):
                self._compare(what, element.text_content() if _MARKED.search(element.text or "") else "")
                for name, value in element.items():
                    if name not in _NOT_TEXT and not name.startswith("data-"):
                        self._compare(what, value)
        self._compare(what, root.text_content())

    def _json_of(self, what: str, value: str) -> None:
        try:
            texts = _strings(json.loads(value))
        except (ValueError, RecursionError):  # a text that only begins like JSON
            return
        for text in texts:
            self._compare(what, text)

    def _cells(self, what: str, cells: list[str]) -> None:
        for cell in cells:
            if cell.startswith(FORMULA) or cell.lstrip(" ").startswith(FORMULA):
                self.fail(f"formula: {what}: {cell[:40]!r}")
            self._compare(what, cell)

    def _sheet(self, what: str, content: bytes) -> None:
        root = ElementTree.fromstring(zipfile.ZipFile(io.BytesIO(content)).read("content.xml"))
        for element in root.iter():
            if any(name.endswith("}formula") for name in element.attrib):
                self.fail(f"formula: {what}")
            if element.tag.endswith("}p"):
                self._compare(what, "".join(element.itertext()))

    def _compare(self, what: str, text: str) -> None:
        for sign in _MARKED.findall(text):
            kept = self.kept.get(sign)
            if kept is None:
                continue
            kept.seen += 1
            wanted = canonical(kept.text)
            if wanted not in canonical(text) and wanted not in canonical(html.unescape(text)):  # a file's source
                if not kept.changed:
                    at = text.index(sign)
                    self.fail(f"changed: {kept.place} at {what}: {text[max(0, at - 60) : at]!r} for {kept.text[:60]!r}")
                kept.changed = True


def _strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for part in value.items() for one in part for text in _strings(one)]
    if isinstance(value, list):
        return [text for one in value for text in _strings(one)]
    return [value] if isinstance(value, str) else []
