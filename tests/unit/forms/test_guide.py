"""The example of the guide is a type that works."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

from engine import forms
from tests.unit.forms.asking import NOW

GUIDE = Path(__file__).parents[3] / "docs" / "add-a-field-type.md"


def test_the_guides_type_reads_refuses_and_shows(tmp_path, monkeypatch):
    example = re.search(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    assert example
    path = tmp_path / "rating.py"
    path.write_text(example[1], "utf-8")
    spec = importlib.util.spec_from_file_location("rating", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setitem(forms.REGISTRY, "rating", module.Rating())
    form = forms.parse(b'{"components": [{"type": "rating", "key": "stars"}]}')
    assert form.findings == ()
    assert forms.validate(form, {"stars": "3"}, {}, NOW).values == {"stars": 3}
    assert forms.validate(form, {"stars": "9"}, {}, NOW).errors["stars"][0].code == "rating"
    assert forms.display(form.fields[0], 3) == "★★★"


def test_the_guide_names_every_property_that_is_read():
    text = GUIDE.read_text("utf-8")
    for name in (
        "format",
        "picker",
        "pickerScope",
        "requiredIf",
        "check",
        "warnIf",
        "blockWords",
        "sensitive",
        "maxRows",
        "maxFiles",
    ):
        assert f"`{name}" in text or f"/`{name}" in text or f"{name}`" in text, name
