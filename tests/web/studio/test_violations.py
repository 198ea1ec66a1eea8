"""A diagram that breaks a rule of the standard can be brought to the studio: it stays as it is, and is not deployed.

The public violations where they are at hand, else our own models of the same rules.
"""

from __future__ import annotations

import io

import pytest

from engine import SYSTEM
from tests.conformance.test_bpmn_violations import FILES
from tests.unit.spiff.violations import VIOLATIONS

OWNER, KEY = "aia.it.owner", "errand"
BROKEN = [(path.parent.name, path.name, path.read_bytes()) for path in FILES] or [
    (number, f"{number.lower()}.bpmn", content) for number, (_, _, content) in VIOLATIONS.items()
]


@pytest.fixture
def owner(browser):
    return browser(OWNER)


@pytest.fixture(autouse=True)
def no_draft(engine):
    yield
    if engine.repository.draft(KEY) is not None:
        engine.repository.discard_draft(KEY, SYSTEM)


@pytest.mark.parametrize(("number", "name", "content"), BROKEN, ids=[name for _, name, _ in BROKEN])
def test_a_violation_is_kept_as_it_is_with_its_findings_and_not_deployed(number, name, content, engine, owner):
    brought = {"files": (io.BytesIO(content), name), "csrf_token": owner.csrf()}
    answer = owner.client.post(f"/studio/{KEY}/upload", data=brought, headers=owner.headers)
    assert answer.status_code == 303
    assert content in [file.content for file in engine.repository.draft(KEY).files]
    findings = owner.get(f"/studio/{KEY}/draft-findings").json["findings"]
    assert any(number in finding["rules"] and finding["level"] == "error" for finding in findings)
    before = engine.repository.definition(KEY).version
    refused = owner.post(f"/studio/{KEY}/deploy", {"note": "n", "revision": engine.repository.draft(KEY).revision})
    assert refused.status_code == 422
    assert number in refused.text
    assert engine.repository.definition(KEY).version == before
