"""Reading form files: what is taken, and what is found wrong with them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import forms
from tests.unit.forms.asking import make_form, parse_form


def found(*components, **properties):
    return [finding.code for finding in parse_form(*components, **properties).findings]


def test_a_form_with_all_types_is_read_without_findings():
    every = [kind for kind in forms.REGISTRY if kind not in ("group", "dynamiclist", "expression")]
    components = [{"type": kind, "id": f"c{n}", "key": f"k{n}", "values": ["a"]} for n, kind in enumerate(every)]
    components += [{"type": "group", "components": []}, {"type": "dynamiclist", "path": "rows", "components": []}]
    components += [{"type": "expression", "key": "e", "expression": "=1"}]
    form = make_form(*components)
    assert {component.type for component in form.walk()} == set(forms.REGISTRY)


def test_every_type_says_what_it_is_in_both_languages():
    for name, kind in forms.REGISTRY.items():
        assert kind.name == name
        assert kind.label_zh
        assert kind.label_en
        assert kind.json_type in ("string", "number", "boolean", "array", "object", "any", "none")
        assert kind.is_empty(kind.empty())


@pytest.mark.parametrize(
    ("component", "code"),
    [
        ({"type": "hologram", "key": "x"}, "form-unknown-type"),
        ({"key": "x"}, "form-unknown-type"),
        ({"type": "html", "content": "<b>"}, "form-unsupported-type"),
        ({"type": "iframe", "url": "https://x"}, "form-unsupported-type"),
        ({"type": "textfield"}, "form-field-without-key"),
        ({"type": "textfield", "key": "a..b"}, "form-bad-key"),
        ({"type": "textfield", "key": "a\nb"}, "form-bad-key"),
        ({"type": "textfield", "key": "k" * 101}, "form-bad-key"),
        ({"type": "textfield", "key": "x", "conditional": {"hide": "=a ="}}, "form-bad-expression"),
        ({"type": "textfield", "key": "x", "validate": {"maxLength": "many"}}, "form-bad-limit"),
        ({"type": "textfield", "key": "x", "validate": {"pattern": "(a"}}, "form-bad-pattern"),
        ({"type": "textfield", "key": "x", "validate": {"pattern": "(?=a)b"}}, "form-bad-pattern"),
        ({"type": "textfield", "key": "x", "properties": {"format": "passport"}}, "form-unknown-format"),
        ({"type": "number", "key": "x", "properties": {"format": "tw-phone"}}, "form-unknown-format"),
        ({"type": "number", "key": "x", "properties": {"check": "=x >"}}, "form-bad-expression"),
        ({"type": "number", "key": "x", "properties": {"check": "=x > 1"}}, "form-check-without-message"),
        ({"type": "textfield", "key": "x", "properties": {"requiredIf": "=("}}, "form-bad-expression"),
        ({"type": "textfield", "key": "x", "defaultValue": "=("}, "form-bad-expression"),
        ({"type": "textfield", "key": "x", "readonly": "=("}, "form-bad-expression"),
        ({"type": "expression", "key": "x"}, "form-expression-missing"),
        ({"type": "expression", "key": "x", "expression": "=" + "1+" * 3000 + "1"}, "form-bad-expression"),
    ],
)
def test_findings_of_a_component(component, code):
    findings = parse_form(component).findings
    assert code in [finding.code for finding in findings]
    for finding in findings:
        assert finding.file == "probe.form"
        assert finding.message_zh
        assert finding.message_en
        assert finding.text("zh") != finding.text("en")


def test_a_finding_names_its_component():
    finding = parse_form({"type": "hologram", "id": "h1", "label": "全像"}).findings[0]
    assert (finding.element_id, finding.element_name, finding.level) == ("h1", "全像", "error")


def test_a_key_has_one_place():
    text = {"type": "textfield", "key": "a"}
    assert found(text, text) == ["form-duplicate-key"]
    assert found(text, {"type": "textfield", "key": "a.b"}) == ["form-duplicate-key"]
    assert found(text, {"type": "group", "components": [text]}) == ["form-duplicate-key"]
    assert found(text, {"type": "group", "path": "g", "components": [text]}) == []
    assert found(text, {"type": "dynamiclist", "path": "rows", "components": [text]}) == []
    assert found({"type": "dynamiclist", "path": "rows", "components": [text, text]}) == ["form-duplicate-key"]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b'{"components": 3}', b"\xff\xfe", b"[" * 100_000, b'{"components": [NaN]}']
)
def test_what_is_no_form_is_one_finding(content):
    form = forms.parse(content, "x.form")
    assert form.components == ()
    assert len(form.findings) == 1
    assert form.findings[0].level == "error"


def test_sizes_are_bounded():
    text = [{"type": "textfield", "key": f"k{n}"} for n in range(501)]
    assert "form-too-many-fields" in found(*text)
    deep = {"type": "group", "components": []}
    for _ in range(20):
        deep = {"type": "group", "components": [deep]}
    assert "form-too-deep" in found(deep)
    assert forms.parse(b" " * 1_000_001, "x.form").findings[0].code == "form-too-large"


def test_titles_by_language():
    form = parse_form(title="申請", title_en="Application")
    assert form.heading("zh") == "申請"
    assert form.heading("en") == "Application"


def test_a_newer_schema_is_a_warning():
    form = forms.parse(json.dumps({"components": [], "schemaVersion": 99}).encode(), "x.form")
    assert [(finding.code, finding.level) for finding in form.findings] == [("form-schema-version", "warning")]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
ATTRIBUTES = ("key", "path", "label", "validate", "conditional", "values", "properties", "readonly",
    "defaultValue", "layout",
              "components", "expression", "valuesKey", "valuesExpression", "subtype", "columns", "dataSource",
                  "increment")  # fmt: skip


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(("type", *ATTRIBUTES)), JSON | st.sampled_from(sorted(forms.REGISTRY)), max_size=6
        ),
        max_size=4,
    )
)
def test_reading_never_raises_whatever_the_file_says(components):
    form = forms.parse(json.dumps({"components": components}).encode(), "x.form")
    assert isinstance(form.findings, tuple)
