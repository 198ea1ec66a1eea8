"""Guests from abroad, trips abroad, and agreements with cities."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from engine.calendar.working_days import TAIPEI
from webapp.demo.office import Office
from webapp.demo.plans import Group, Plan, read_answers

HANDLER = "aia.intl.handler"
_FIELDS = (
    "key",
    "day",
    "days",
    "country",
    "city",
    "zh",
    "en",
    "title",
    "rank",
    "status",
    "guests",
    "agency",
    "purpose",
)
_LANGUAGES = {
    "JP": "日語",
    "KR": "韓語",
    "VN": "越南語",
    "TH": "泰語",
    "FR": "法語",
    "ES": "西班牙語",
    "IT": "義大利語",
}
_TALKS = {
    "courtesy": "雙方就既有合作成果交換意見，並同意維持定期聯繫窗口。",
    "signing": "完成文本簽署，雙方同意成立工作小組推動後續合作。",
    "business": "就業務合作議題簡報及綜合座談，來賓並實地參訪相關設施。",
    "exchange": "安排交流座談及市政建設參訪，來賓反應熱烈。",
}
_PROMISES = {
    "economic": "提供產業園區招商資料及聯繫窗口",
    "tourism": "研議包機及聯合行銷方案",
    "culture": "洽商藝術團體互訪檔期",
    "water": "提供滯洪池整治英文簡報",
    "education": "媒合締結姊妹校名單",
}


def journeys_of(year: int, data: Mapping[str, Any], office: Office) -> list[Group]:
    """All of a western year: guests, trips and agreements; those that belong together in one group."""
    visits = [dict(zip(_FIELDS, row, strict=True)) for row in data["visits"]]
    plans = {row["key"] or f"visit-{n:02d}": visit(year, n, row, office) for n, row in enumerate(visits, 1)}
    plans |= {row["key"]: trip(year, row, office) for row in data["trips"]}
    groups = []
    for row in data["alliances"]:
        linked = plans.pop(row["linked"])
        groups.append(Group(f"{year}/{row['key']}", (alliance(year, row, office), linked)))
    return groups + [Group(plan.key, (plan,)) for plan in plans.values()]


def visit(year: int, number: int, row: Mapping[str, Any], office: Office) -> Plan:
    """A visit from the request to the archive."""
    month, day = map(int, row["day"].split("-"))
    first = date(year, month, day)
    last = first + timedelta(days=row["days"] - 1)
    high = row["rank"] in ("知事", "市長", "議長")
    asked = office.at(office.day(first, -(19 + number % 7)), 9.2 + number % 6)
    return Plan(
        f"{year}/{row['key'] or f'visit-{number:02d}'}",
        "visit_inbound",
        asked,
        HANDLER if number % 2 else "aia.intl.handler2",
        visit_values(row, first, last, high=high),
        read_answers(visit_answers(row, first, last, office, high=high, number=number)),
    )


def visit_values(row: Mapping[str, Any], first: date, last: date, *, high: bool) -> dict[str, Any]:
    """The request's form."""
    guests = row["guests"]
    language = _LANGUAGES.get(row["country"], "英語")
    return {
        "speed": "普通件",
        "security_class": "普通",
        "request_source": "外國駐台機構"
        if row["rank"] == "駐台代表"
        else "姊妹市"
        if row["status"] == "姊妹市"
        else "駐外館處",
        "delegation_name_zh": row["zh"],
        "delegation_name_en": row["en"],
        "country": row["country"],
        "city_or_org": row["city"],
        "alliance_status": row["status"],
        "head_name": "團長",
        "head_title": row["title"],
        "head_rank": row["rank"],
        "headcount": guests,
        "visit_start": first,
        "visit_end": last,
        "purpose": row["purpose"],
        "topics": ["經貿"] if row["agency"] == "economic" else ["觀光"] if row["agency"] == "tourism" else ["文化"],
        "language": language,
        "interpreter": language != "英語",
        "requested_host": "市長" if high else "不限",
        "lead_agency": f"${{unit {row['agency']}}}",
        "venue_need": guests > 5,
        "vehicle_need": "中巴" if guests > 9 else "9人座" if guests > 5 else "none",
        **({"vehicle_count": 1} if guests > 5 else {}),
        "security_need": high,
        "media_open": high or row["purpose"] == "signing",
        "photo_consent": True,
        "gift_out": [{"item": "琺瑯紀念盤", "value": 1200}],
        "budget_total": 3000 + guests * 900,
    }


def visit_answers(
    row: Mapping[str, Any], first: date, last: date, office: Office, *, high: bool, number: int
) -> dict[str, Any]:
    """What the offices do for it."""
    agency = row["agency"]
    done: dict[str, Any] = {"decision": "held", "actual_headcount": row["guests"]}
    if agency in _PROMISES and (row["purpose"] != "courtesy" or high):
        done["commitments"] = [
            {"text": _PROMISES[agency], "agency": f"${{unit {agency}}}", "due": office.day(last, 25)}
        ]
    if high:
        done["gifts_in"] = [{"giver": row["city"], "item": "工藝擺飾", "value": 2800, "disposal": "展示"}]
    return {
        "screen": {"decision": "accept"},
        "calendar_check": {
            "_after": "6h",
            "decision": "free",
            "host_slot": office.at(first, 10 if number % 2 else 14.5),
        },
        "interpreter": {"_after": "1d", "interpreter_name": "市府特約傳譯"},
        "agenda": {"_after": "2d", "agenda_text": "迎賓、市政簡報、綜合座談、致贈紀念品、合影。"},
        "venue": {"venue_booked": "四維行政中心貴賓室", "venue_no": f"V-{first.year - 1911}-{300 + number:04d}"},
        "vehicle": {
            "vehicle_no": f"C-{first.year - 1911}-{100 + number:04d}",
            "driver": "駕駛班",
            "van_five_days": True,
        },
        "protocol": {
            "_after": "1d",
            "gift_plan": "琺瑯紀念盤一份",
            "flag_plan": "兩市市旗",
            "seat_plan": "主賓對坐，依職銜排序。",
        },
        "media": {"_after": "1d", "media_plan": "開放平面及電子媒體拍攝，會後發布新聞稿。"},
        "security": {"_after": "1d", "security_plan": "車隊動線及樓層管制。", "security_contact": "警察局保安科"},
        "compose": {"_after": "5h", "plan_text": "接待計畫：依議程辦理，各單位分工及聯絡人如附表。"},
        "approval_level": {"_after": "3h", "decision": "agree", "opinion": "可"},
        "confirm": {"confirmed_on": "${today}", "doc_no_out": "${docno}"},
        "final_check": {"_after": "2h", "check_names": True, "check_list": True, "headcount": row["guests"]},
        "reception": {"_at": office.at(last, 17), **done},
        "gift_register": {
            "_after": "6h",
            "gift_register_no": f"G-{first.year - 1911}-{number:03d}",
            "gift_registered_on": "${today}",
        },
        "summary": {"_after": "3d", "talks": f"{row['zh']}一行{row['guests']}人來訪。{_TALKS[row['purpose']]}"},
        "progress": {"_after": "12d", "decision": "closed", "result": "已依承諾事項辦理完竣。"},
        "archive": {"_after": "1d", "file_class": "0207", "retention_class": "10年", "outcome": "held"},
    }


def _spoken(day: date) -> str:
    return f"{day.month}月{day.day}日"


def trip(year: int, row: Mapping[str, Any], office: Office) -> Plan:
    """A trip from the request to the published report."""
    agency = row["agency"]
    fare, stay, insurance, misc = (thousands * 1000 for thousands in row["cost"])
    member = {
        "employee": f"${{person {agency}.chief}}",
        "title": "科長",
        "role": "領隊",
        "deputy": f"${{person {agency}.handler}}",
    }
    report = {
        "report_purpose": row["output"],
        "report_process": f"{_spoken(row['leaves'])}出發，依行程拜會及參訪，{_spoken(row['back'])}返國。",
        "findings": [{"text": row["learnt"]}],
        "report_files": ["${file 出國報告.pdf}"],
    }
    return Plan(
        f"{year}/{row['key']}",
        "visit_outbound",
        datetime.fromisoformat(row["at"]).replace(tzinfo=TAIPEI),
        f"{agency}.handler",
        {
            "speed": "普通件",
            "security_class": "普通",
            "applicant_agency": f"${{unit {agency}}}",
            "trip_title": row["title"],
            "destination": [{"country": row["country"], "city": row["city"], "from": row["leaves"], "to": row["back"]}],
            "depart_on": row["leaves"],
            "return_on": row["back"],
            "purpose_type": row["purpose"],
            "topic": row["topic"],
            "plan_id": f"OP-{year - 1912}-{row['url'][-2:]:0>5}",
            "plan_budgeted": True,
            "inviter": row["city"],
            "members": [member],
            "cost_fare": fare,
            "cost_stay": stay,
            "cost_insurance": insurance,
            "cost_misc": misc,
            "fund_source": "市預算",
            "expected_output": row["output"],
            "attachments": ["${file 行程表.pdf}"],
        },
        read_answers(
            {
                "explain": {"decision": "keep", "necessity": "任務延續且議題不同，確有必要。"},
                "hr": {"hr_decision": "agree"},
                "acct": {"acct_decision": "agree"},
                "ethics": {"ethics_decision": "agree"},
                "approval_level": {"_after": "4h", "decision": "agree", "opinion": "可"},
                "tickets": {
                    "_after": "1d",
                    "ticket_done": True,
                    "visa_done": True,
                    "insurance_done": True,
                    "flight": "中華航空",
                },
                "protocol": {"_after": "1d", "gift_plan": "琺瑯紀念盤", "protocol_done": True},
                "settle": {
                    "_after": "6d",
                    "spent_fare": fare - 1500,
                    "spent_stay": stay - 900,
                    "spent_other": insurance + misc - 400,
                    "receipts": ["${file 支出憑證.pdf}"],
                },
                "settle_review": {"decision": "agree"},
                "trip_report": {"_after": "20d", **report},
                "correct_report": {"_after": "3d", **report},
                "report_review": {"decision": "accept"},
                "publish": {"report_url": f"https://report.kcg.example/{row['url']}", "published_on": "${today}"},
                "respond": {"decision": "adopt", "opinion": "納入年度計畫。"},
            }
        ),
    )


def alliance(year: int, row: Mapping[str, Any], office: Office) -> Plan:
    """An agreement with a city from the proposal to its yearly review, which ends the case."""
    signed = office.at(row["signed"], 15)
    return Plan(
        f"{year}/{row['key']}",
        "city_alliance",
        datetime.fromisoformat(row["at"]).replace(tzinfo=TAIPEI),
        HANDLER,
        {
            "speed": "普通件",
            "security_class": "普通",
            "instrument": row["instrument"],
            "level": "city",
            "partner_city": row["city"],
            "partner_city_en": row["en"],
            "country": row["country"],
            "lead_agency": f"${{unit {row['agency']}}}",
            "background": f"本市與{row['city']}往來密切，雙方有意簽署{row['instrument']}，建立長期合作基礎。",
            "cooperation": row["cooperation"],
            "yearly_cost": 300_000,
            "parity_note": "雙方層級相當，符合對等原則。",
            "draft_zh": f"高雄市與{row['city']}{row['instrument']}（草案）",
            "draft_foreign": f"Draft between Kaohsiung City and {row['en']}",
        },
        read_answers(
            {
                "assess": {
                    "score_scale": 20, "score_industry": 19, "score_history": 21, "score_cost": 18,
                    "decision": "pursue",
                },
                "agency_opinion": {"_after": "1d", "agency_decision": "agree"},
                "legal_review": {"_after": "2d", "legal_decision": "agree"},
                "budget_opinion": {"_after": "1d", "budget_decision": "agree"},
                "consult_ministry": {
                    "_after": "7d", "ministry_out_no": "${docno}", "ministry_decision": "agree",
                    "ministry_in_no": f"外條法字第{year - 1911}00012340號",
                },
                "memo": {"memo": f"檢陳與{row['city']}簽署{row['instrument']}案，請核示。"},
                "approval_level": {"_after": "4h", "decision": "agree", "opinion": "可"},
                "submit_yuan": {
                    "_after": "25d", "yuan_out_no": "${docno}", "decision": "agree",
                    "yuan_in_no": f"院臺外字第{year - 1911}00098760號",
                },
                "council": {"_after": "20d", "decision": "agree", "council_no": f"高市會議字第{year - 1911}00004560號"},
                "inform_ministry": {"inform_no": "${docno}"},
                "signing_plan": {
                    "_at": office.at(office.day(row["signed"], -12), 10),
                    "signing_on": row["signed"], "signing_place": row["place"],
                    "visit_link": "pick", "linked_case_no": f"${{case {row['linked']}}}",
                    "linked_visit" if row["place"] == "home" else "linked_trip": {
                        "id": f"${{case {row['linked']}}}", "label": f"與{row['city']}簽署{row['instrument']}",
                        "agency": None, "security_class": "普通",
                    },
                    "signing_venue": "市政府貴賓室" if row["place"] == "home" else f"{row['city']}政府",
                    "presiding": "市長" if row["place"] == "home" else "副市長",
                },
                "tell_travel": {"travel_inform_no": "${docno}"},
                "sign": {
                    "_at": signed, "decision": "signed", "signed_on": row["signed"],
                    "signed_by": "市長" if row["place"] == "home" else "副市長", "languages": row["languages"],
                },
                "notify": {
                    "_after": "1d", "notify_no": "${docno}",
                    "gazette_no": f"{year - 1911}年第{row['signed'].month * 2}期",
                    "web_url": "https://www.kcg.example/sister-cities", "published_on": "${today}",
                },
                "archive": {"_after": "2d", "file_class": "0207", "retention_class": "永久"},
                "yearly_review": {
                    "_after": "3d", "exchanges": "依協議內容辦理互訪及線上會議，議定事項均已執行。",
                    "next_plan": "後續交流改列年度國際交流計畫辦理。", "decision": "terminate",
                    "opinion": "議定事項執行完畢，本案解除列管，後續交流另案辦理。",
                },
            }
        ),
    )  # fmt: skip
