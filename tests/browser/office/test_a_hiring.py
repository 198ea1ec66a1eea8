"""A hiring review with its panel meeting: two cases that speak with each other, fifteen people, a vote."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from engine import SYSTEM
from tests.browser.office.people import Office

APPLICANT, LABOUR, CHAIR = "health.handler", "aia.labor.handler", "kcg.secgen"
MEMBERS = ("personnel.chief", "budget.chief", "legal.chief")
PROPOSAL = {
    "applicant_agency": "health",
    "applicant_unit": "疾病管制處",
    "plan_name": "登革熱孳生源清除計畫",
    "legal_basis": "傳染病防治法及本府核定計畫",
    "plan_kind": "新計畫",
    "hire_cause": "新增業務",
    "job_description": "協助社區孳生源查核、環境清除及衛教宣導等現場工作。",
    "exercises_public_power": "no",
    "is_continuous": "no",
    "is_foreseeable": "yes",
    "is_seasonal": "no",
    "is_specific": "yes",
    "headcount_requested": 20,
    "start_date": "2027-03-01",
    "end_date": "2027-12-31",
    "work_site": "本市各行政區",
    "qualifications": "具高中職以上學歷，可配合戶外工作。",
    "pay_type": "月薪",
    "pay_rate": 30000,
    "cost_wage": 6000000,
    "cost_insurance": 720000,
    "cost_pension": 288000,
    "fund_source": "市預算",
    "budget_account": "公共衛生業務－業務費",
    "existing_staff": 300,
    "existing_temp": 25,
    "disabled_staff": 10,
    "alternatives_considered": ["委外", "志工"],
    "alternatives_text": "委外成本較高，志工人力不足。",
    "coi_declared": True,
    "attachments": Path(__file__).with_name("staffing_plan.pdf"),
}
AGREE = {"decision": "agree"}
SIGNED = {"decision": "agree", "opinion": "如擬"}


def proposed(office: Office):
    """A proposal that has been reviewed and waits for a meeting."""
    case = office.start(APPLICANT, "temp_staff_hiring", PROPOSAL)
    office.play(
        case,
        ("health.hr", "agency_opinion/人事", {"agency_view": "agree"}),
        ("health.acct", "agency_opinion/主計", {"agency_view": "agree"}),
        ("health.head", "agency_head", {"decision": "approve"}),
        (LABOUR, "intake_check", {"decision": "accept", "route": "panel", "speed": "普通件"}),
        ("personnel.reviewer", "countersign/人事處", AGREE),
        ("budget.reviewer", "countersign/主計處", AGREE),
        ("finance.reviewer", "countersign/財政局", {"decision": "conditional", "opinion": "經費請撙節。"}),
        (
            LABOUR,
            "initial_opinion",
            {"recommended_headcount": 18, "initial_text": "建議核減二人。", "objections_answer": "已核減並撙節經費。"},
        ),
        ("aia.labor.chief", "chief_review", AGREE),
    )
    return case


def convened(office: Office, case):
    """A meeting on the proposal, on its day."""
    at = (office.site.engine.clock.now() + timedelta(days=14)).replace(hour=14, minute=0)
    meeting = office.start(
        LABOUR,
        "hiring_meeting",
        {
            "meeting_title": "審核小組會議",
            "meeting_at": f"{at:%Y-%m-%dT%H:%M}",
            "venue": "四維行政中心第一會議室",
            "chair": office.name(CHAIR),
            "members": [office.name(member) for member in MEMBERS],
            "wanted": [{"proposal": case.business_key}],
        },
    )
    today = office.site.engine.clock.now().date().isoformat()
    office.play(meeting, (LABOUR, "notice", {"notice_doc_no": "高市府行職字第11530100001號", "notice_sent_on": today}))
    assert office.open_elements(meeting) == []
    office.machines(at)
    return meeting


def test_a_panel_votes_on_a_proposal_and_the_secretary_general_signs_it(office):
    case = proposed(office)
    meeting = convened(office, case)
    present = [office.name(member) for member in MEMBERS]
    office.play(meeting, (LABOUR, "attendance", {"present": present}))
    first, second, third = (f"panel_review/{name}" for name in present)
    office.play(
        meeting,
        (MEMBERS[0], first, {"recused": True, "recuse_reason": "配偶任職於申請機關"}),
        (MEMBERS[1], second, {"decision": "reduce", "approved_headcount": 15}),
        (MEMBERS[2], third, {"decision": "reduce", "approved_headcount": 17}),
    )
    office.play(
        meeting,
        (LABOUR, "record_resolution", {"resolved": "reduce", "resolved_headcount": 16}),
        (LABOUR, "minutes", {"minutes_text": "一、主席致詞。二、決議如附。"}),
        (CHAIR, "approve_minutes", AGREE),
        (LABOUR, "close_meeting", {"retention_class": "10年", "file_class": "0305"}),
        ("aia.documents.archivist", "archive_meeting", {"decision": "accept"}),
    )
    assert office.case(meeting).status == "completed"
    (resolved,) = office.site.engine.runtime.variables(meeting.id, SYSTEM)["resolutions"]
    assert (resolved["case_no"], resolved["decision"], resolved["headcount"]) == (case.business_key, "reduce", 16)
    office.play(
        case,
        (
            LABOUR,
            "submission",
            {"result": "reduced", "approved_headcount": 16, "submission_text": "擬照小組決議核減為16人。"},
        ),
        ("aia.secretary", "sign/主任秘書", SIGNED),
        ("aia.head", "sign/處長", SIGNED),
        (CHAIR, "sign/秘書長", SIGNED),
    )
    assert office.open_elements(case) == ["notify"]
    page = office.clerk(APPLICANT).page
    page.goto(f"/cases/{case.id}?view=history")
    for person in ("health.head", "finance.reviewer", "aia.labor.chief", "aia.secretary", "aia.head", CHAIR):
        assert page.get_by_text(office.name(person)).count(), person
