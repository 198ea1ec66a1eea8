"""Decisions in the browser: findings stand at their rows and columns, the history opens the table that decided."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from engine import SourceFile
from tests.browser import axe
from tests.browser.site import OWNER, REGISTRAR

KEY, FILE = "petition", "petition.dmn"
ROW, COLUMN = "a3_d3_admissibility_rule1", "a3_d3_admissibility_in1"
MARKED = "getComputedStyle(document.querySelector('.studio-canvas [data-{}-id=\"{}\"]')).boxShadow"


def test_a_finding_marks_its_row_and_leads_to_its_table(site, open_page):
    files = site.engine.repository.files(site.engine.repository.definition(KEY).id)
    content = next(file.content for file in files if file.name == FILE).decode()
    start = content.index(f'<rule id="{ROW}">')
    cell = content.index("<text>", start)
    changed = content[:cell] + "<text>3" + content[content.index("</text>", cell) :]
    draft = [SourceFile(FILE, changed.encode()) if file.name == FILE else file for file in files]
    site.engine.repository.save_draft(KEY, draft, site.actor(OWNER), revision=None)
    try:
        page = open_page(OWNER, f"/studio/{KEY}/edit/{FILE}")
        finding = page.get_by_role("button", name="第 1 列", exact=False).filter(has_text="要 string")
        finding.click()
        row = page.locator(f'.studio-canvas [data-row-id="{ROW}"]').first
        expect(row).to_be_visible()
        assert "inset" in page.evaluate(MARKED.format("row", ROW))
        assert page.evaluate(MARKED.format("col", COLUMN)) == "none"
    finally:
        site.engine.repository.discard_draft(KEY, site.actor(OWNER))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_history_opens_the_table_with_the_row_that_decided(site, open_page, lang):
    case = site.petition("路燈不亮")
    page = open_page(REGISTRAR, f"/cases/{case.id}?view=history", lang=lang)
    decided = page.locator(".decided").last
    assert decided.locator("p").first.inner_text().strip()
    expect(decided.locator("table")).to_be_hidden()
    decided.locator("summary").click()
    expect(decided.locator("tr.is-hit")).to_be_visible()
    assert axe.findings(page) == []
    assert axe.sideways_scroll(page) == 0
