"""The form in which a person says how an ad-hoc subprocess goes on: what to do next, or that it is finished."""

from __future__ import annotations

import json

from engine import forms
from engine.errors import RecordNotFound
from engine.spiff.diagram import AD_HOC_FORM, FINISH
from engine.spiff.outline import ProcessOutline

__all__ = ["AD_HOC_FORM", "choices_of"]


def choices_of(outline: ProcessOutline, element_id: str) -> forms.FormDefinition:
    """The form for the ad-hoc subprocess `element_id`.

    Raises:
        RecordNotFound: the drawing has no such subprocess.
    """
    found = next((each for each in outline.ad_hoc if each.element_id == element_id), None)
    if found is None:
        raise RecordNotFound(form=AD_HOC_FORM + element_id)
    options = [{"label": name, "value": key} for key, name, _ in found.choices]
    english = {key: name_en or name for key, name, name_en in found.choices}
    if found.can_finish:
        options.append({"label": "全部完成", "value": FINISH})
        english[FINISH] = "Finish"
    field = {
        "type": "radio",
        "key": "decision",
        "id": "ad_hoc_decision",
        "label": "接下來做什麼",
        "values": options,
        "properties": {"label_en": "What next", "options_en": json.dumps(english)},
        "validate": {"required": True},
    }
    shown = {"schemaVersion": 19, "type": "default", "id": "ad_hoc", "components": [field]}
    return forms.parse(json.dumps(shown).encode(), "ad_hoc.form")
