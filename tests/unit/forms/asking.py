"""Forms and fields for tests, made in one line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from engine import forms

NOW = datetime(2018, 5, 29, 1, tzinfo=UTC)


def make_form(*components: Mapping[str, Any], **properties: str) -> forms.FormDefinition:
    """A form of these components; it must be without errors."""
    form = parse_form(*components, **properties)
    assert not [finding for finding in form.findings if finding.level == "error"], form.findings
    return form


def parse_form(*components: Mapping[str, Any], **properties: str) -> forms.FormDefinition:
    """The same, with its findings."""
    body = {"type": "default", "id": "probe", "components": list(components), "properties": properties}
    return forms.parse(json.dumps(body, ensure_ascii=False).encode(), "probe.form")


class Asked:
    """One field asked about one input."""

    def __init__(self, component: Mapping[str, Any], raw: Any, names: Mapping[str, Any] | None = None) -> None:
        form = make_form({"key": "x", **component})
        self.result = forms.validate(form, {"x": raw}, names or {}, NOW)
        self.form = form

    @property
    def value(self) -> Any:
        assert not self.result.errors, self.codes
        return self.result.values["x"]

    @property
    def codes(self) -> list[str]:
        return [message.code for messages in self.result.errors.values() for message in messages]


def codes(result: forms.FormResult, path: str) -> list[str]:
    """The message codes at `path`."""
    return [message.code for message in result.errors.get(path, ())]
