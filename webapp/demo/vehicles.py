"""The pre-review of vehicle purchases: one campaign, an application or a no from every agency asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from webapp.demo.office import Office
from webapp.demo.plans import Group, Plan, read_answers

_HANDLER = "aia.general.handler"


def vehicles_of(year: int, rows: Sequence[Mapping[str, Any]], office: Office) -> Group:
    """The campaign that a western year holds for the year after."""
    total = sum(row.get("given", 0) * row.get("price", 0) for row in rows) * 1000
    campaign = Plan(
        f"{year}/vehicles/campaign",
        "vehicle_campaign",
        office.at(date(year, 1, 15), 9.4),
        _HANDLER,
        {
            "speed": "普通件",
            "security_class": "普通",
            "fiscal_year": year - 1911 + 1,
            "standard_year": 105,
            "closing_date": date(year, 2, 14),
            "consolidate_on": date(year, 4, 16),
            "ceiling": total + 2_396_000,
            "agency_group_key": "none",
            "further_agencies": [{"agency": f"${{unit {row['agency']}}}"} for row in rows],
            "survey_note": "請依各類公務車輛購置標準填報，逾期未報視為無需求。",
            "doc_no_out": "${docno}",
        },
        read_answers(_campaign(year, rows, total, office)),
    )
    applications = tuple(application(year, row, office) for row in rows)
    return Group(f"{year}/vehicles", (campaign,), applications)


def _campaign(year: int, rows: Sequence[Mapping[str, Any]], total: int, office: Office) -> dict[str, Any]:
    held = office.at(date(year, 5, 10), 14)
    from webapp.demo.organisation import read_organisation

    names = {unit.id: unit.name for unit in read_organisation().units}
    items = {
        f"review_item/{names[row['agency']]}\u3000{row['class']}": {
            "_at": held + timedelta(minutes=9 * n),
            **_resolved(row),
        }
        for n, row in enumerate((row for row in rows if row.get("asked")), 1)
    }
    return {
        "approve_opening": {"decision": "agree", "opinion": "同意函發。"},
        "decide_outstanding": {"decision": "proceed"},
        "consolidate": {"_after": "3d", "consolidation_note": "依優先分數排序，並與主計處確認年度額度。"},
        "meeting_notice": {
            "_after": "1d",
            "meeting_at": held,
            "meeting_place": "四維行政中心六樓第一會議室",
            "meeting_chair": "秘書長",
            "meeting_attendees": "主計處、財政局、環境保護局、各申請機關",
            "meeting_doc_no": "${docno}",
        },
        **items,
        "minutes": {
            "_after": "1d",
            "minutes_text": "審查會議紀錄：逐項審議，決議如審查彙總表。",
            "minutes_by": "總務科",
        },
        "approve_minutes": {"decision": "agree", "opinion": "核定"},
        "draft_memo": {"_after": "1d", "memo": f"檢陳{year - 1910}年度購置公務車輛先期審查結果，請核示。"},
        "approval_level": {"_after": "5h", "decision": "agree", "opinion": "如擬"},
        "issue_results": {"doc_no_out": "${docno}", "issued_on": "${today}"},
        "submit_budget": {"_after": "1d", "budget_doc_no": "${docno}", "submitted_on": "${today}"},
        "budget_decision": {
            "_at": office.at(date(year, 12, 20), 10.5),
            "budget_total": total,
            "budget_law_date": date(year + 1, 1, 2),
            "cut_by": "市議會",
        },
    }


def _resolved(row: Mapping[str, Any]) -> dict[str, Any]:
    given, asked = row["given"], row["asked"]
    if not given:
        condition = {"delete": "大客車以不汰換為原則，改以租賃支應。", "defer": "俟服務據點核定後再提。"}[
            row["decision"]
        ]
        return {"decision": row["decision"], "condition": condition}
    reduced = (
        {"decision": "reduce", "condition": "依妥善率及年度額度核減。"} if given < asked else {"decision": "agree"}
    )
    return {**reduced, "approved_qty": given, "approved_amount": given * row["price"] * 1000}


def application(year: int, row: Mapping[str, Any], office: Office) -> Plan:
    """What one agency does with the survey."""
    key, agency = f"{year}/vehicles/{row['agency']}", row["agency"]
    if row.get("silent"):
        return Plan(
            key,
            "vehicle_prereview",
            where={"applicant_agency": agency},
            answers=read_answers({"apply": {"_leave": "open"}}),
        )
    if not row.get("asked"):
        told = {"apply": {"_after": "4d", "decision": "no_need"}}
        return Plan(key, "vehicle_prereview", where={"applicant_agency": agency}, answers=read_answers(told))
    plates = [
        f"{'KQ' if row['class'] != '電動機車' else 'XB'}{agency[0].upper()}-{1200 + 37 * n}"
        for n in range(row["asked"])
    ]
    answers = {
        "apply": {"_after": f"{3 + len(agency)}d", **_applied(year, row, plates)},
        "acct_review": {"decision": "agree", "opinion": "經費編列符合規定。"},
        "head_review": {"decision": "agree", "opinion": "同意送審。"},
        "special_need": {
            "decision": "explain",
            "special_need_reason": "勤務性質特殊，現有車輛已無法支應，敬請專案審議。",
        },
        "desk_review": {"_after": "1d", "decision": "pass"},
        "countersign": {"_after": "9h", "decision": "agree", "opinion": "無意見。"},
        "conclude": {
            "recommendation": "agree",
            "recommended_qty": row["asked"],
            "recommended_amount": row["asked"] * row["price"] * 1000,
            "objections_answered": None,
        },
        "purchase_report": {
            "_at": office.at(office.day(date(year + 1, 4, 8), len(agency)), 10.2),
            "purchase_method": "framework",
            "new_plates": "、".join(f"E{agency[0].upper()}A-{5100 + n}" for n in range(row["given"])),
            "purchased_qty": max(row["given"], 1),
            "purchased_amount": round(row["given"] * row["price"] * 985),
            "delivered_on": "${today-6}",
            "purchase_files": ["${file 交車驗收紀錄.pdf}"],
        },
        "disposal_report": {
            "_after": "5d",
            "disposals": [
                {"plate_no": plate, "method": "報廢", "done_on": "${today-1}", "deregistered": True} for plate in plates
            ],
            "disposal_files": ["${file 舊車報廢證明.pdf}"],
        },
        "verify": {"decision": "agree", "opinion": "同意備查。"},
    }
    return Plan(key, "vehicle_prereview", where={"applicant_agency": agency}, answers=read_answers(answers))


def _applied(year: int, row: Mapping[str, Any], plates: Sequence[str]) -> dict[str, Any]:
    electric = row["fuel"] == "純電"
    replaces = row["request"] == "汰換"
    price = row["price"] * 1000
    found: dict[str, Any] = {
        "decision": "apply",
        "request_type": row["request"],
        "purpose": row["purpose"],
        "vehicle_class": row["class"],
        "assigned_to": "other",
        "fuel_type": row["fuel"],
        "seats": row["seats"],
        "quantity": row["asked"],
        "unit_price": price,
        "fund_source": "市庫" if row["class"] != "電動機車" else "空污基金",
        "need_reason": row["reason"],
        "existing_fleet": row["asked"] + 4,
        "approved_fleet": row["asked"] + (4 if replaces else 5),
        "usage_days": 232,
        "usage_km": 17600,
        "alternatives": ["共用調派", "租賃"],
        "attachments": ["${file 車輛清冊.pdf}", "${file 經費概算表.pdf}"],
    }
    if electric:
        found["charging_plan"] = "機關停車場設置慢充設備，夜間離峰充電。"
    else:
        found |= {"displacement_cc": row["cc"], "ev_unsuitable_reason": "市售尚無符合勤務需求之純電車型。"}
    if replaces:
        found["ground"] = row.get("ground", "一般汰換")
        found["old_vehicles"] = [
            {
                "plate_no": plate,
                "first_reg_date": date(year - 13, 3 + n % 9, 11),
                "odometer_km": 148_000 + 3_700 * n,
                "acquisition_cost": round(price * 0.7),
                "repair_cost_y1": round(price * 0.05),
                "repair_cost_y2": round(price * 0.06),
                "repair_cost_y3": round(price * 0.08),
                "condition": "須大修",
                "disposal_plan": "報廢",
            }
            for n, plate in enumerate(plates)
        ]
    return found
