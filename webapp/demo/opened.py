"""Cases that stand open on the day of loading, in every state, with something for every demo account."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from webapp.demo.hirings import CHAIR, HANDLER, MEMBERS, proposal
from webapp.demo.journeys import visit_answers, visit_values
from webapp.demo.office import Office
from webapp.demo.petitions import Draw
from webapp.demo.plans import Answer, Answers, Event, Group, Plan, read_answers, span
from webapp.demo.vehicles import application

FILE = Path(__file__).with_name("open.yaml")
_VISIT = ("country", "city", "zh", "en", "title", "rank", "status", "guests", "agency", "purpose")


@cache
def read_open() -> dict[str, Any]:
    """The rows of the file."""
    found: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
    return found


def open_groups(office: Office, now: datetime) -> list[Group]:
    """All groups, dated back from `now`, by their beginning."""
    rows, opened = read_open(), _Opened(office, now)
    groups = [opened.petition(row) for row in rows["petitions"]]
    waiting = [row for row in rows["hirings"] if row.get("meeting")]
    groups += [opened.hiring(row) for row in rows["hirings"] if not row.get("meeting")]
    groups.append(opened.meeting(waiting))
    groups += [opened.visit(row, number) for number, row in enumerate(rows["visits"], 1)]
    groups.append(opened.campaign(rows["vehicles"]))
    return sorted(groups, key=lambda group: group.begins)


class _Opened:
    """Builds plans that stop where their row says."""

    def __init__(self, office: Office, now: datetime) -> None:
        self.office, self.now = office, now
        self.today = now.date()
        self.draw = Draw(random.Random("open petitions"), office)  # noqa: S311

    def at(self, row: Mapping[str, Any]) -> datetime:
        """So many working days ago: a day that is over already."""
        over = self.office.last_before(self.today)
        return self.office.at(self.office.day(over, 1 - row["days"]), row["hour"])

    def group(self, key: str, *plans: Plan, children: tuple[Plan, ...] = ()) -> Group:
        return Group(f"open/{key}", plans, children, until=self.now)

    # -- petitions -------------------------------------------------------------------------

    def petition(self, row: Mapping[str, Any]) -> Group:
        topic = self.topic(row)
        answers = dict(row.get("answers") or {})
        assess = dict(row.get("assess") or {})
        given: dict[str, Any] = {}
        if row.get("co"):
            answers["assign"] = {
                "_after": "2h", "lead_agency": "${value suggested_agency}",
                "co_agencies": [f"${{unit {unit}}}" for unit in row["co"]],
            }  # fmt: skip
            assess["complexity"] = "跨機關或外語"
        if row.get("elsewhere") is not None:
            assess["competence"] = "no"
            answers["transfer_letter"] = {
                "transfer_to": topic["to"], "doc_no_out": "${docno}", "transferred_on": "${today}",
                "petitioner_informed": True, "track": "yes",
            }  # fmt: skip
        if row.get("refused"):
            answers["assign"] = [
                {"_after": "2h", "lead_agency": "${value suggested_agency}"},
                {"_after": "2h", "lead_agency": "${unit water}"},
            ]
            answers["receive_assignment"] = {
                "_after": "2h",
                "decision": "refuse",
                "opinion": "所陳非本局權責，請改分。",
            }
        if row.get("channel") == "市長交辦":
            at = self.at(row)
            assess |= {"fixed_due_on": self.office.day(at.date(), 8), "speed": "速件"}
            given = {
                "mayor_instruction": "請主辦機關查明妥處，並將辦理情形報告。", "instructed_at": at - timedelta(hours=1),
                "instructed_by": "機要秘書",
            }  # fmt: skip
        if row.get("misconduct") is not None:
            assess["complexity"] = "需會勘、調查或聽證"
            given["confidential_request"] = True
        if row.get("email"):
            given |= {"email": "citizen0115@example.org", "reply_method": "電子郵件"}
        plan = self.draw.plan(
            f"open/{row['key']}", self.at(row), topic, answers, channel=row.get("channel"), assess=assess, **given
        )
        plan = replace(
            plan,
            failing=tuple(row.get("failing", ())),
            fragile=bool(row.get("failing")),
            followers=tuple(row.get("followers", ())),
        )
        return self.group(row["key"], self.shaped(plan, row))

    def shaped(self, plan: Plan, row: Mapping[str, Any]) -> Plan:
        """The plan with what needs more than one answer of an element, or answers at once."""
        if row.get("quick"):
            plan = replace(plan, answers=_at_once(plan.answers, "0.5h", plan.answers))
        if row.get("returned"):
            back = read_answers({"x": {"decision": "return", "opinion": "請補充法令依據及改善期程後再陳。"}})["x"]
            draft = [*plan.answers["draft_reply"], Answer(plan.answers["draft_reply"][0].values, leave="claimed")]
            plan = Draw.with_answers(plan, review_reply=back, draft_reply=draft)
        if row.get("extension"):
            asked = read_answers(
                {
                    "request_extension": {
                        "_after": "2h", "extension_days": 7, "extension_reason": "須會勘或調查",
                        "extension_plan": "會同相關單位現場會勘後答復。",
                    },
                    "investigate": {"_after": "1d", "decision": "extend"},
                }
            )  # fmt: skip
            plan = replace(plan, answers={**plan.answers, **asked})
        if row.get("withdrawn"):
            letter = {
                "original": f"${{running {row['key']}}}", "kind": "撤回",
                "event_content": "業者已主動聯繫退款，撤回陳情。", "event_on": "${today}",
            }  # fmt: skip
            waiting = read_answers({"confirm_withdrawal": {"_leave": "open"}})
            event = Plan(f"{plan.key}/撤回", "petition_event", None, plan.by, letter, waiting)
            plan = replace(plan, events=(Event("receive_assignment", span("3h"), event),))
        return plan

    def topic(self, row: Mapping[str, Any]) -> Mapping[str, Any]:
        data = self.draw.data
        if row.get("misconduct") is not None:
            return {**data["misconduct"][row["misconduct"]], "category": "行政違失舉發"}
        for part in ("elsewhere", "systems"):
            if row.get(part) is not None:
                found: Mapping[str, Any] = data[part][row[part]]
                return found
        return next(
            topic for topic in data["topics"] if row["about"] in topic["subject"] or row["about"] == topic["topic"]
        )

    # -- proposals -------------------------------------------------------------------------

    def proposal(self, row: Mapping[str, Any]) -> Plan:
        full = {
            **row,
            "approved": row["requested"],
            "cause": "重大災害" if row.get("simplified") else "新增業務",
            "begins": self.today + timedelta(days=40),
            "ends": self.today + timedelta(days=280),
            "meeting": self.today + timedelta(days=12),
            "at": self.at(row).isoformat(),
        }
        plan = proposal(f"open/{row['key']}", full)
        if row.get("simplified"):
            accepted = read_answers({"intake_check": {"decision": "accept", "route": "simplified", "speed": "速件"}})
            plan = replace(plan, answers={**plan.answers, **accepted})
        if row.get("stop") == "correct":
            wanting = {
                "intake_check": {
                    "decision": "correct", "speed": "普通件",
                    "correction_items": "請補附工作量分析表，並更正經費概算。",
                },
                "correction_letter": {"correction_doc_no": "${docno}", "correction_sent_on": "${today}"},
            }  # fmt: skip
            plan = replace(plan, answers={**plan.answers, **read_answers(wanting)})
        return self.stopped(plan, row)

    def stopped(self, plan: Plan, row: Mapping[str, Any]) -> Plan:
        stops = row.get("stop") or []
        left = {stop: {"_leave": row.get("leave", "open")} for stop in ([stops] if isinstance(stops, str) else stops)}
        return replace(plan, answers={**plan.answers, **read_answers(left)})

    def hiring(self, row: Mapping[str, Any]) -> Group:
        return self.group(row["key"], self.proposal(row))

    def meeting(self, rows: list[Mapping[str, Any]]) -> Group:
        """Proposals that wait for a meeting in the days to come, whose notice is out."""
        held = self.office.at(self.office.day(self.today, 7), 14)
        convened = self.office.at(self.office.day(self.today, -4), 9.6)
        values = {
            "meeting_title": f"進用臨時人員審核小組{self.today.year - 1911}年第4次會議",
            "meeting_at": held,
            "venue": "四維行政中心第一會議室",
            "chair": f"${{person {CHAIR}}}",
            "members": [f"${{person {member}}}" for member in MEMBERS],
            "wanted": [{"proposal": f"${{running {row['key']}}}"} for row in rows],
        }
        notice = read_answers({"notice": {"_after": "2h", "notice_doc_no": "${docno}", "notice_sent_on": "${today}"}})
        plan = Plan("open/h-meeting", "hiring_meeting", convened, HANDLER, values, notice)
        return self.group("h-meeting", *(self.proposal(row) for row in rows), plan)

    # -- visits and vehicles ---------------------------------------------------------------

    def visit(self, row: Mapping[str, Any], number: int) -> Group:
        facts = {**dict(zip(_VISIT, row["row"], strict=True)), "days": 1}
        first = self.office.day(self.today + timedelta(days=row["ahead"]), 0)
        high = facts["rank"] in ("知事", "市長", "議長")
        at = self.at({"days": row["asked"], "hour": 9.4 + number / 3})
        values = visit_values(facts, first, first, high=high)
        answers = visit_answers(facts, first, first, self.office, high=high, number=number)
        plan = Plan(f"open/{row['key']}", "visit_inbound", at, "aia.intl.handler", values, read_answers(answers))
        return self.group(row["key"], self.stopped(plan, row))

    def campaign(self, rows: list[Mapping[str, Any]]) -> Group:
        """A campaign in its first weeks, with applications on their way."""
        year = self.today.year
        at = self.at({"days": 14, "hour": 9.2})
        closing = self.office.day(self.today + timedelta(days=21), 0)
        values = {
            "speed": "普通件", "security_class": "普通", "fiscal_year": year - 1911 + 2, "standard_year": 105,
            "closing_date": closing, "consolidate_on": closing + timedelta(days=20), "ceiling": 60_000_000,
            "agency_group_key": "none", "further_agencies": [{"agency": f"${{unit {row['agency']}}}"} for row in rows],
            "doc_no_out": "${docno}",
        }  # fmt: skip
        agreed = read_answers({"approve_opening": {"decision": "agree"}})
        plan = Plan("open/vehicles/campaign", "vehicle_campaign", at, "aia.general.handler", values, agreed)
        children = tuple(self.applying(year, row) for row in rows)
        return self.group("vehicles", plan, children=children)

    def applying(self, year: int, row: Mapping[str, Any]) -> Plan:
        plan = application(year, row, self.office)
        quick = _at_once(plan.answers, "1d", ("apply", "desk_review", "countersign"))
        return self.stopped(replace(plan, key=f"open/vehicles/{row['agency']}", answers=quick), row)


def _at_once(answers: Answers, within: str, elements: Collection[str]) -> Answers:
    """The answers, those of `elements` given after that much working time."""
    return {
        element: [replace(one, after=span(within)) if element in elements else one for one in listed]
        for element, listed in answers.items()
    }


def first_day(groups: list[Group]) -> date:
    """The day the oldest of the groups begins."""
    return min(group.begins for group in groups).date()
