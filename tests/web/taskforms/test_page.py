"""The form on the page: what is drawn, and what a request makes of it."""

from __future__ import annotations


def test_every_field_is_drawn_with_its_label(probe):
    answer = probe.client.get("/probe")
    html = answer.get_data(as_text=True)
    assert answer.status_code == 200
    for field in probe.definition.walk():
        if field.label and field.type not in ("button",) and field.id != "subsidy_doc_no":
            assert field.label in html, field.id
