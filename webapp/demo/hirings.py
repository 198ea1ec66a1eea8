"""Temporary-staff proposals and the meetings of the panel that decided on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from engine.calendar.working_days import TAIPEI
from webapp.demo.office import Office
from webapp.demo.plans import Group, Plan, read_answers

HANDLER = "aia.labor.handler"
CHAIR = "kcg.secgen"
MEMBERS = (
    "kcg.deputy_secgen", "kcg.counselor", "aia.specialist",
    "personnel.chief", "budget.chief", "laborb.chief", "legal.chief",
)  # fmt: skip
_SEXES, _AGES = ("女", "男"), ("未滿30歲", "30至44歲", "45至59歲", "60歲以上")


def hirings_of(rows: Sequence[Mapping[str, Any]], office: Office) -> list[Group]:
    """A group for every meeting: the proposals it decided on, and the meeting."""
    days = sorted({row["meeting"] for row in rows})
    return [
        Group(
            f"{day.year}/hiring/{number}",
            (
                *(proposal(f"{day.year}/hiring/{row['key']}", row) for row in rows if row["meeting"] == day),
                meeting(f"{day.year}/hiring/meeting-{number}", day, number, rows, office),
            ),
        )
        for number, day in enumerate(days, 1)
    ]


def start_values(row: Mapping[str, Any]) -> dict[str, Any]:
    """The proposal's form."""
    cost = row["cost"] * 1000
    insurance, pension = round(cost * 0.11), round(cost * 0.055)
    return {
        "applicant_agency": f"${{unit {row['agency']}}}",
        "applicant_unit": row["unit"],
        "plan_name": row["plan"],
        "legal_basis": f"依本府核定之年度施政計畫及{row['plan']}辦理。",
        "plan_kind": "新計畫",
        "hire_cause": row["cause"],
        "job_description": row["job"],
        "exercises_public_power": "no",
        "is_continuous": "no",
        "is_foreseeable": "yes",
        "is_seasonal": "no",
        "is_specific": "yes",
        "headcount_requested": row["requested"],
        "start_date": row["begins"],
        "end_date": row["ends"],
        "work_site": "本市各行政區",
        "qualifications": "高中職以上學歷，具相關工作經驗者尤佳，可配合排班。",
        "pay_type": "月薪",
        "pay_rate": 24000 if row["begins"].year < 2020 else 31500,
        "cost_wage": cost - insurance - pension,
        "cost_insurance": insurance,
        "cost_pension": pension,
        "fund_source": "市預算",
        "budget_account": f"{row['plan'][:6]}業務－業務費－臨時人員酬金",
        "existing_staff": 180,
        "existing_temp": 24,
        "disabled_staff": 8,
        "alternatives_considered": ["委外", "現有人力調整"],
        "alternatives_text": "委外單價較高且不易調度，現有人力已滿載。",
        "coi_declared": True,
        "attachments": ["${file 用人計畫表.pdf}", "${file 經費概算表.pdf}"],
    }


def proposal(key: str, row: Mapping[str, Any]) -> Plan:
    """A proposal on its whole way."""
    granted, asked = row["approved"], row["requested"]
    reduced = granted < asked
    return Plan(
        key,
        "temp_staff_hiring",
        datetime.fromisoformat(row["at"]).replace(tzinfo=TAIPEI),
        f"{row['agency']}.handler",
        start_values(row),
        read_answers(
            {
                "agency_opinion": {"agency_view": "agree"},
                "agency_head": {"decision": "approve", "opinion": "同意送審。"},
                "intake_check": {"decision": "accept", "route": "panel", "speed": "普通件"},
                "countersign": {"_after": "8h", "decision": "agree", "opinion": "無意見。"},
                "initial_opinion": {
                    "recommended_headcount": granted,
                    "initial_text": f"屬特定性工作，建議{'核減為' if reduced else '同意'}{granted}人。",
                },
                "chief_review": {"decision": "agree", "opinion": "提審核小組審議。"},
                "convene_meeting": {"planned_on": row["meeting"], "convene_note": "請排定審核小組會議。"},
                "submission": {
                    "result": "reduced" if reduced else "approved",
                    "approved_headcount": granted,
                    "submission_text": f"依審核小組決議，擬{'核減進用' if reduced else '同意進用'}{granted}人。",
                },
                "sign": {"_after": "4h", "decision": "agree", "opinion": "如擬"},
                "notify": {"doc_no_out": "${docno}", "issued_on": "${today}"},
                "recruit_report": {
                    "_after": "15d",
                    "vacancy_notice_url": f"https://www.kcg.example/{row['agency']}/jobs",
                    "notice_start": "${workday-12}",
                    "notice_end": "${workday-6}",
                    "hired": [_hired(row, number) for number in range(granted)],
                },
                "review_report": {"decision": "accept"},
                "expiry_choice": {"_after": "3d", "decision": "terminate", "expiry_note": "計畫期滿，契約屆期終止。"},
                "close_case": {"_after": "1d", "retention_class": "10年", "file_class": "0305"},
                "archive_case": {"_after": "2d", "decision": "accept"},
            }
        ),
    )


def _hired(row: Mapping[str, Any], number: int) -> dict[str, Any]:
    return {
        "employee_code": f"{row['agency'][:2].upper()}{row['begins'].year - 1911}{number + 1:03d}",
        "sex": _SEXES[number % 5 in (1, 3)],
        "age_band": _AGES[number * 7 % 4],
        "disability_flag": number % 11 == 3,
        "indigenous_flag": number % 13 == 5,
        "hired_start": row["begins"],
        "hired_end": row["ends"],
        "hired_type": "特定性",
    }


def meeting(
    key: str, day: date, number: int, rows: Sequence[Mapping[str, Any]], office: Office, *, hour: float = 14
) -> Plan:
    """The meeting of a day: convened when the proposals are ready, eleven days before at the latest."""
    items = [row for row in rows if row["meeting"] == day]
    held = office.at(day, hour)
    votes: dict[str, list[dict[str, Any]]] = {
        "panel_review": [{"_after": f"{0.3 + 0.4 * n:.1f}h", **_vote(row)} for n, row in enumerate(items)]
    }
    return Plan(
        key,
        "hiring_meeting",
        office.at(office.day(day - timedelta(days=14), 0), 9.5),
        HANDLER,
        {
            "meeting_title": f"進用臨時人員審核小組{day.year - 1911}年第{number}次會議",
            "meeting_at": held,
            "venue": "四維行政中心第一會議室",
            "chair": f"${{person {CHAIR}}}",
            "members": [f"${{person {member}}}" for member in MEMBERS],
            "wanted": [{"proposal": f"${{running {row['key']}}}"} for row in items],
        },
        read_answers(
            {
                "notice": {"_after": "3h", "notice_doc_no": "${docno}", "notice_sent_on": "${today}"},
                "attendance": {
                    "_at": held + timedelta(minutes=5),
                    "present": [f"${{person {member}}}" for member in MEMBERS[: 7 - number % 2]],
                },
                **{f"panel_review/{name}": one for name, one in _by_member(votes["panel_review"]).items()},
                **votes,
                "record_resolution": {
                    "_after": "0.2h",
                    "resolved": "${value tally}",
                    "resolved_headcount": "${value tally_headcount}",
                },
                "minutes": {
                    "_after": "6h",
                    "minutes_text": "一、主席致詞：略。\n二、討論事項：逐案審議，決議如附。\n三、散會。",
                },
                "approve_minutes": {"_after": "4h", "decision": "agree", "opinion": "核定"},
                "close_meeting": {"_after": "1d", "retention_class": "10年", "file_class": "0305"},
                "archive_meeting": {"_after": "2d", "decision": "accept"},
            }
        ),
    )


def _vote(row: Mapping[str, Any]) -> dict[str, Any]:
    if row["approved"] < row["requested"]:
        return {"decision": "reduce", "approved_headcount": row["approved"], "opinion": "依工作量分析酌予核減。"}
    return {"decision": "agree", "opinion": "同意。"}


def _by_member(votes: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Each member votes on the items in turn."""
    from webapp.demo.organisation import read_organisation

    names = {person.id: person.name for unit in read_organisation().units for person in unit.people}
    return {names[member]: votes for member in MEMBERS}
