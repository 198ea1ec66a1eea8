"""Values that have a form beyond the schema: kinds of text, languages, extensions that must be understood."""

from __future__ import annotations

import re

from engine.spiff.lint.report import Report
from engine.spiff.xml import is_true

_MIME = re.compile(r"[\w.+!#$&^-]+/[\w.+!#$&^-]+(\s*;.*)?")
_URI = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*:)?[^\s<>\"{}|\\^`:]([^\s<>\"{}|\\^`])*")
TEXTS = {"documentation": "EXT004", "textAnnotation": "EXT010"}
LANGUAGES = ("language", "expressionLanguage", "typeLanguage")


def texts_say_their_kind(report: Report) -> None:
    """`textFormat` is a MIME type (§8.2.1, §8.3.1)."""
    for diagram in report.diagrams:
        for kind, number in TEXTS.items():
            for element in report.index(diagram).all(kind):
                value = element.get("textFormat")
                if value is not None and not _MIME.fullmatch(value.strip()):
                    report.add("format-not-mime", diagram, element, number, value=value[:60])


def languages_are_addresses(report: Report) -> None:
    """A language is named by a URI (§8.3.6)."""
    for diagram in report.diagrams:
        for element in diagram.root.iter():
            for name in LANGUAGES:
                value = element.get(name)
                if value is not None and not _URI.fullmatch(value.strip()):
                    report.add("language-not-uri", diagram, element, attribute=name, value=value[:60])


def extensions_are_understood(report: Report) -> None:
    """An extension that a tool must understand is none that this one does (§8.2.3)."""
    for diagram in report.diagrams:
        for element in report.index(diagram).all("extension"):
            if is_true(element.get("mustUnderstand")):
                report.add("extension-demanded", diagram, element, extension=element.get("definition") or "?")


RULES = [texts_say_their_kind, languages_are_addresses, extensions_are_understood]
