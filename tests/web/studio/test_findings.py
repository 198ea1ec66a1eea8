"""What the studio says of a finding: element, rule and remedy in the reader's language, gaps apart, a page of rules."""

from __future__ import annotations

import re

import pytest

from engine import SYSTEM
from engine.rules import RULES

OWNER, KEY, FILE = "aia.it.owner", "errand", "errand.bpmn"


@pytest.fixture(autouse=True)
def gap(engine, browser):
    """A draft with a service task that names no connector yet."""
    files = engine.repository.files(engine.repository.definition(KEY).id)
    content = next(file.content for file in files if file.name == FILE).decode()
    changed = re.sub(r"<scriptTask id=\"count\".*?</scriptTask>", '<serviceTask id="count" name="計算"/>', content)
    assert changed != content
    draft = [file if file.name != FILE else type(file)(FILE, changed.encode()) for file in files]
    engine.repository.save_draft(KEY, draft, SYSTEM, revision=None)
    yield
    engine.repository.discard_draft(KEY, SYSTEM)


def test_a_gap_is_a_to_do_with_its_remedy_and_its_rule(browser):
    answer = browser(OWNER).get(f"/studio/{KEY}/draft-findings").json
    (found,) = (finding for finding in answer["findings"] if finding["code"] == "connector-missing")
    rule = RULES["connector-missing"]
    assert (found["level"], found["element"], found["word"]) == ("todo", "count", "待辦")
    assert found["remedy"] == rule.remedy_zh
    assert found["help"].endswith("/studio/lint-rules#connector-missing")


def test_a_gap_keeps_the_draft_from_being_deployed_under_a_heading_of_its_own(browser, engine):
    owner = browser(OWNER)
    page = owner.get(f"/studio/{KEY}/deploy").text
    assert "還沒畫完的地方" in page
    assert RULES["connector-missing"].remedy_zh in page
    revision = re.search(r'name="revision" value="(\d+)"', page).group(1)
    before = engine.repository.definition(KEY).version
    assert owner.post(f"/studio/{KEY}/deploy", {"note": "n", "revision": revision}).status_code == 422
    assert engine.repository.definition(KEY).version == before


def test_the_page_of_rules_holds_every_rule_where_findings_lead_to(browser):
    page = browser(OWNER).get("/studio/lint-rules").text
    assert set(re.findall(r'class="rule" id="([^"]+)"', page)) == set(RULES)
    assert RULES["flow-dangling"].remedy_zh in page
    assert "{name}" not in page
