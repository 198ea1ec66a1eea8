"""A form of a deployed version, opened for a person or come back from them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from flask import json, request

from engine.forms import FormDefinition, parse
from webapp.expressions import functions
from webapp.i18n import lang
from webapp.services import actor, engine
from webapp.taskforms import DirectoryPicker, TaskForm

_PLAIN = {
    "schemaVersion": 19,
    "type": "default",
    "id": "plain",
    "components": [
        {
            "type": "textarea",
            "key": "opinion",
            "id": "plain_opinion",
            "label": "意見",
            "properties": {"label_en": "Remarks"},
            "validate": {"maxLength": 2000},
        }
    ],
}


@lru_cache(maxsize=1)
def plain_form() -> FormDefinition:
    """What a step without a form of its own shows: room for a remark."""
    return parse(json.dumps(_PLAIN).encode(), "plain.form")


def form_of(definition_id: UUID, form_key: str | None) -> FormDefinition:
    """The form `form_key` as deployed with the version, or the plain one."""
    return engine().repository.form(definition_id, form_key) if form_key else plain_form()


def opened(form: FormDefinition, names: Mapping[str, Any], draft: Mapping[str, Any] | None = None) -> TaskForm:
    """The form as it is first shown."""
    return TaskForm.opened(form, names, draft=draft, **_surroundings())


def posted(form: FormDefinition, names: Mapping[str, Any]) -> TaskForm:
    """The form as this request brought it; files that pass are stored."""
    return TaskForm.posted(form, names, request.form, request.files, store=_store, **_surroundings())


def _store(name: str, content: bytes, content_type: str) -> Mapping[str, Any]:
    return engine().runtime.store_file(name, content, content_type, actor=actor()).value


def _surroundings() -> dict[str, Any]:
    return {
        "now": engine().clock.now(),
        "lang": lang(),
        "scope": actor().person_id,
        "picker": DirectoryPicker(engine().directory, engine().runtime, actor()),
        "functions": functions(),
    }
