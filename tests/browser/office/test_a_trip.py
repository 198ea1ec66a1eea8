"""A trip abroad that is returned twice, mended and handed in again, until the mayor agrees."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from engine import SYSTEM

TRAVELLER, PERSONNEL, ACCOUNTS = "tourism.handler", "tourism.hr", "tourism.acct"


@pytest.fixture
def invitation(tmp_path: Path) -> Path:
    """A file to attach."""
    path = tmp_path / "邀請函.png"
    Image.new("RGB", (60, 40), "white").save(path)
    return path


def test_a_returned_application_is_mended_and_handed_in_again(office, invitation, watch):
    watch.expect_status(422)
    leaves = office.site.engine.clock.now().date() + timedelta(days=60)
    depart, back = leaves.isoformat(), (leaves + timedelta(days=3)).isoformat()
    case = office.start(
        TRAVELLER,
        "visit_outbound",
        {
            "speed": "普通件",
            "security_class": "普通",
            "applicant_agency": "tourism",
            "trip_title": "赴韓國水原簽署意向書",
            "destination": [{"country": "KR", "city": "水原", "from": depart, "to": back}],
            "depart_on": depart,
            "return_on": back,
            "purpose_type": "締盟",
            "topic": "觀光",
            "plan_id": "OP-115-00001",
            "plan_budgeted": True,
            "inviter": "水原市",
            "members": [
                {"employee": office.name("tourism.head"), "title": "局長", "deputy": office.name("tourism.chief")}
            ],
            "cost_fare": 60000,
            "cost_stay": 40000,
            "cost_insurance": 3000,
            "cost_misc": 7000,
            "fund_source": "市預算",
            "expected_output": "簽署意向書。",
            "attachments": invitation,
        },
    )
    office.play(case, (PERSONNEL, "hr", {"hr_decision": "agree"}))

    accounts = office.clerk(ACCOUNTS)
    task = accounts.open(case, "acct")
    accounts.sheet().fill({"acct_decision": "return"}).submit()
    problem = accounts.sheet().control("acct_opinion")
    expect(problem).to_have_attribute("aria-invalid", "true")
    assert office.site.engine.tasks.get(task.id, SYSTEM).is_open, "a return without a reason is not taken"
    accounts.sheet().fill({"acct_opinion": "機票超出標準。"}).submit()
    accounts.taken("acct")
    office.machines()

    mended = {"decision": "resubmit", "cost_fare": 45000, "revision_note": "改搭經濟艙。"}
    office.play(
        case,
        (TRAVELLER, "revise", mended),
        (PERSONNEL, "hr", {"hr_decision": "agree"}),
        (ACCOUNTS, "acct", {"acct_decision": "agree"}),
        ("aia.head", "approval_level/處長", {"decision": "agree"}),
        ("kcg.secgen", "approval_level/秘書長", {"decision": "return", "opinion": "請縮短行程。"}),
        (TRAVELLER, "revise", {**mended, "return_on": depart, "revision_note": "縮短為一日。"}),
        (PERSONNEL, "hr", {"hr_decision": "agree"}),
        (ACCOUNTS, "acct", {"acct_decision": "agree"}),
        ("aia.head", "approval_level/處長", {"decision": "agree"}),
        ("kcg.secgen", "approval_level/秘書長", {"decision": "agree"}),
        ("kcg.mayor", "approval_level/市長", {"decision": "agree"}),
    )
    assert office.open_elements(case) == ["protocol", "tickets"]
    settled = office.site.engine.runtime.variables(case.id, SYSTEM)
    assert (settled["cost_total"], str(settled["return_on"])) == (95000, depart)
    traveller = office.clerk(TRAVELLER).page
    traveller.goto(f"/cases/{case.id}?view=history")
    expect(traveller.get_by_text("請縮短行程。").first).to_be_visible()
