"""The editors' own panels in Chinese: every kind of element is selected, every group opened, and no English word is left.

The editors are other people's work and written in English; a newer version brings new texts. What may stay in Latin
letters are names (FEEL, Python, ids), never a sentence.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.site import OWNER

pytestmark = pytest.mark.xdist_group("browser-studio")

NAMES = re.compile(
    r"FEEL|Python|bpmn\.io|BPMN|DMN|HTML|Markdown|MDN|CSV|JSON|X-Frame-Options|https?|Ctrl|Shift|Enter|Esc"
    r"|[a-z]+(_[a-z]+)+|=\S+.*|\b[A-Z]+_\w+|\b(PT|ID|mail|http|deputies)\b"
)
"""What is called so in Chinese too: languages, formats, keys, and the names that stand in files."""

TEXTS = """(root) => {
  const found = new Set();
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  for (let node = root; node; node = walker.nextNode()) {
    const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
    if (!element.checkVisibility() || element.closest('style, script, pre, .cm-editor')) continue;
    if (node.nodeType === Node.TEXT_NODE) found.add(node.data.trim());
    else for (const name of ['title', 'placeholder', 'aria-label', 'alt']) found.add(node.getAttribute(name) ?? '');
  }
  return [...found];
}"""

OPEN_GROUPS = """(root) => [...root.querySelectorAll(
  '.bio-properties-panel-group-header, .bio-properties-panel-collapsible-entry-header',
)].filter((header) => !header.classList.contains('open')).forEach((header) => header.click())"""


def english(panel, *, known: frozenset[str] = frozenset()) -> set[str]:
    """The texts of a panel that have an English word in them."""
    texts = set(panel.evaluate(TEXTS)) - known
    return {text for text in texts if re.search("[A-Za-z]{2}", NAMES.sub("", text))}


def _open_all(panel) -> None:
    for _ in range(2):  # a group, then the lists in it
        panel.evaluate(OPEN_GROUPS)
        panel.page.wait_for_timeout(50)


# -- forms

CHOICES = ("select", "radio", "checklist", "taglist")
TABLES = ({"columns": [{"key": "a", "label": "甲"}]}, {"columnsExpression": "=a"})
VARIANTS = {
    **dict.fromkeys(
        CHOICES, ({"values": [{"label": "甲", "value": "a"}]}, {"valuesKey": "a"}, {"valuesExpression": "=a"})
    ),
    "datetime": ({"subtype": "date"}, {"subtype": "time"}, {"subtype": "datetime"}),
    "table": TABLES,
    "textfield": ({}, {"validate": {"validationType": "email"}}, {"validate": {"validationType": "custom"}}),
    "group": ({"components": []},),
    "dynamiclist": ({"components": []},),
}
WITHOUT_KEY = {"text", "image", "html", "spacer", "separator", "iframe", "button", "documentPreview", "table"}
WITHOUT_LABEL = {"text", "image", "html", "spacer", "separator"}


def _every_field(types: list[str]) -> list[dict]:
    """One field a type and variant."""
    fields = []
    for kind in types:
        for variant in VARIANTS.get(kind, ({},)):
            number = len(fields)
            field = {"type": kind, "id": f"Field_{number}", **variant}
            if kind not in WITHOUT_LABEL:
                field["label"] = "標籤"
            if kind in ("group", "dynamiclist"):
                field["path"] = f"p{number}"
            elif kind not in WITHOUT_KEY:
                field["key"] = f"k{number}"
            fields.append(field)
    return fields


@pytest.fixture
def form_editor(open_page):
    """The form editor with one field of every type; nothing of it is kept."""
    page = open_page(OWNER, "/studio/petition/edit/petition/intake.form")
    page.wait_for_function("document.getElementById('studio').editor")
    page.route("**/studio/petition/draft/**", lambda route: route.abort())
    types = page.evaluate(
        "Object.keys(document.getElementById('studio').editor.get('formFields')._formFields)"
        ".filter((type) => type !== 'default')"
    )
    fields = _every_field(types)
    page.evaluate(
        """(components) => document.getElementById('studio').editor.importSchema(
        { type: 'default', id: 'Every', components, schemaVersion: 16 })""",
        fields,
    )
    return page, fields


def _select_field(page, field: dict) -> None:
    page.evaluate(
        """(id) => { const editor = document.getElementById('studio').editor;
        editor.get('selection').set(editor.get('formFieldRegistry').get(id)); }""",
        field["id"],
    )


def test_every_field_of_a_form_has_its_whole_panel_in_chinese(form_editor):
    page, fields = form_editor
    panel = page.locator(".fjs-properties-container")
    left = english(page.locator(".fjs-palette-container"))
    for field in fields:
        _select_field(page, field)
        expect(panel.get_by_text("版面", exact=True)).to_be_visible()
        if "label" in field:
            expect(panel.get_by_text("四維", exact=True)).to_be_visible()
        _open_all(panel)
        left |= english(panel)
        for tooltip in panel.locator(".bio-properties-panel-tooltip-wrapper").all():
            if tooltip.is_visible():
                tooltip.hover()
                expect(page.locator(".bio-properties-panel-tooltip-content")).to_be_visible()
                left |= english(panel)
        page.mouse.move(5, 5)
    assert not left, "\n".join(sorted(left))


def test_the_palette_is_searched_in_chinese_and_offers_what_our_forms_know(open_page):
    page = open_page(OWNER, "/studio/petition/edit/petition/intake.form")
    palette = page.locator(".fjs-palette-container")
    expect(palette.locator("[data-field-type='textfield']")).to_be_visible()
    expect(palette.locator("[data-field-type='iframe']")).to_be_hidden()
    palette.get_by_placeholder("搜尋元件").fill("重複列")
    expect(palette.locator("[data-field-type='dynamiclist']")).to_be_visible()
    expect(palette.locator("[data-field-type='textfield']")).to_have_count(0)


def test_our_properties_of_a_field_are_written_into_the_form(site, open_page):
    page = open_page(OWNER, "/studio/petition/edit/petition/intake.form")
    page.wait_for_function("document.getElementById('studio').editor")
    before = page.evaluate("document.getElementById('studio').written()")
    page.locator(".fjs-form-field-textfield").first.click()
    panel = page.locator(".fjs-properties-container")
    panel.get_by_text("四維", exact=True).click()
    panel.get_by_label("填寫說明", exact=True).fill("請寫全名")
    panel.get_by_label("在清單中遮蔽").select_option(label="當作姓名")
    expect(page.locator("#studio-status")).to_have_text(re.compile("草稿已於"))
    try:
        kept = next(
            file.content.decode()
            for file in site.engine.repository.draft("petition").files
            if file.name == "petition/intake.form"
        )
        assert '"help": "請寫全名"' in kept
        assert '"sensitive": "name"' in kept
        assert len(kept) > len(before)
    finally:
        site.engine.repository.discard_draft("petition", site.actor(OWNER))
