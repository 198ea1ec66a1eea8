"""Addresses to knock at: every route of the application with something in every place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from flask import Flask
from werkzeug.routing import Rule

NOBODY = "00000000-0000-0000-0000-000000000000"
_USUAL = {"kind": "csv", "tab": "mine", "filename": "icons.svg", "which": "1", "verb": "edit", "act": "unlock"}


def address(rule: Rule, given: Mapping[str, str] | None = None) -> str:
    """An address of the route: `given` by argument name, else something of the right kind that does not exist."""

    def fill(match: re.Match[str]) -> str:
        converter, _, name = match.group(1).rpartition(":")
        if given and name in given:
            return given[name]
        if converter.startswith("any"):
            return re.match(r"any\(([^,)]+)", converter).group(1).strip("'\" ")  # type: ignore[union-attr]
        return {"uuid": NOBODY, "int": "2026"}.get(converter) or _USUAL.get(name, "x")

    return re.sub(r"<([^>]+)>", fill, rule.rule)


def routes(app: Flask, method: str) -> Iterator[Rule]:
    """Every route that answers to `method`, by address."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if method in (rule.methods or ()):
            yield rule
