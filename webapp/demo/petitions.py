"""The petitions of a year, drawn from `petitions.yaml` by a chance that repeats itself."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from webapp.demo.office import Office
from webapp.demo.plans import Answer, Event, Group, Plan, read_answers, span

FILE = Path(__file__).with_name("petitions.yaml")
REGISTRAR = "aia.inspection.registrar"

_CHANNELS = {
    "線上即時服務": 34, "市長信箱": 24, "1999": 16, "書面": 8, "電話": 6, "親訪": 3, "傳真": 2,
    "中央機關": 3, "議員": 4,
}  # fmt: skip
_MONTHS = (9, 6, 10, 8, 9, 9, 9, 10, 9, 8, 8, 5)
"""How the year's petitions spread over its months, in parts; none comes so late that it runs far into the next."""
_COURSES = {
    "plain": 186, "co": 34, "extension": 16, "late": 9, "refused": 8, "transfer": 16, "explain": 8,
    "vague": 8, "supplied": 7, "repeated": 4, "withdrawn": 9, "merged": 4,
}  # fmt: skip
"""What happens to how many; with the special channels below they are 331."""
_MAYOR, _CONTROL_YUAN, _MISCONDUCT = 8, 2, 8


@cache
def _data() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
    return found


def total() -> int:
    """How many petitions a year has: one that is merged into another counts, it was received, too."""
    return sum(_COURSES.values()) + _COURSES["merged"] + _MAYOR + _CONTROL_YUAN + _MISCONDUCT


def petitions_of(year: int, office: Office) -> list[Group]:
    """The petitions of a western year in the order of their arrival, each a group of its own."""
    chance = random.Random(f"petitions {year}")  # noqa: S311
    courses = [course for course, count in _COURSES.items() for _ in range(count)]
    courses += ["mayor"] * _MAYOR + ["control_yuan"] * _CONTROL_YUAN + ["misconduct"] * _MISCONDUCT
    chance.shuffle(courses)
    arrivals = sorted(_arrival(year, office, chance) for _ in courses)
    draw = Draw(chance, office)
    return [
        Group(f"{year}/petition/{number:03d}", draw.plans(f"{year}/petition/{number:03d}", course, at))
        for number, (course, at) in enumerate(zip(courses, arrivals, strict=True), 1)
    ]


def _arrival(year: int, office: Office, chance: random.Random) -> datetime:
    month = chance.choices(range(1, 13), _MONTHS)[0]
    last = 21 if month == 12 else 28
    day = office.day(date(year, month, chance.randint(1, last)), 0)
    if day.year != year:
        day = office.day(date(year, 12, 28), -1)
    return office.at(day, chance.uniform(8.6, 16.5))


class Draw:
    """Draws one petition after the other."""

    def __init__(self, chance: random.Random, office: Office) -> None:
        self.chance, self.office, self.data = chance, office, _data()
        self.topics: list[Mapping[str, Any]] = []

    def plans(self, key: str, course: str, at: datetime) -> tuple[Plan, ...]:
        """The plan of one petition of a course; of a merged one it is the second of two."""
        first: Plan = getattr(self, f"_{course}")(key, at)
        return (first, self.second(first)) if course == "merged" else (first,)

    def plan(
        self, key: str, at: datetime, topic: Mapping[str, Any], answers: Mapping[str, Any],
        *, channel: str | None = None, assess: Mapping[str, Any] | None = None, events: tuple[Event, ...] = (),
        **given: Any,
    ) -> Plan:  # fmt: skip
        """A petition about `topic`; `answers` differ from the usual ones."""
        channel = channel or self.chance.choices(list(_CHANNELS), list(_CHANNELS.values()))[0]
        values = {**self.intake(topic, channel, at), **given}
        usual = read_answers({**self.data["answers"], **self.usual(topic, values, assess or {})})
        return Plan(key, "petition", at, REGISTRAR, values, {**usual, **read_answers(answers)}, events, flat=True)

    def topic(self) -> Mapping[str, Any]:
        """The next topic; all come up before one comes again."""
        if not self.topics:
            self.topics = list(self.data["topics"])
            self.chance.shuffle(self.topics)
        return self.topics.pop()

    # -- the parts of a petition -----------------------------------------------------------

    def intake(self, topic: Mapping[str, Any], channel: str, at: datetime) -> dict[str, Any]:
        district = self.chance.choice(list(self.data["places"]))
        place = self.chance.choice(self.data["places"][district])
        where = f"{district}{place}"
        named = topic["subject"] if not topic.get("at_first") else f"{where}{topic['subject']}"
        values = {
            "channel": channel,
            **self.petitioner(channel),
            "subject": named,
            "content": topic["content"].replace("{at}", where),
            "category": topic.get("category", "其他"),
            "topic_code": topic.get("topic", "其他"),
            "pdpa_ack": True,
        }
        if "{at}" in topic["content"] or topic.get("at_first"):
            values |= {"district": district, "location": place}
        if channel in ("中央機關", "議員", "監察院"):
            values["doc_no_in"] = f"{_SENDERS[channel]}字第{at.year - 1911}{self.chance.randrange(10**7):07d}號"
        return values

    def petitioner(self, channel: str) -> dict[str, Any]:
        person = self.chance.choice(self.data["surnames"]) + self.chance.choice(self.data["given"])
        name, kind = (
            (person, "個人") if self.chance.random() > 0.06 else (self.chance.choice(self.data["groups"]), "團體")
        )
        phone = f"09{self.chance.randrange(10, 90)}-{self.chance.randrange(1000):03d}-{self.chance.randrange(1000):03d}"
        found: dict[str, Any] = {"petitioner_name": name, "petitioner_kind": kind, "phone": phone}
        if channel in ("書面", "傳真", "議員", "中央機關", "監察院"):
            road = self.chance.choice(["民權二路", "林森三路", "和平一路", "建國三路", "河東路", "維新路"])
            found |= {"address": f"高雄市{road}{self.chance.randrange(1, 400)}號", "reply_method": "書面"}
        elif channel in ("電話", "親訪", "1999") and self.chance.random() < 0.6:
            found["reply_method"] = "電話"
        else:
            found |= {"email": f"citizen{self.chance.randrange(10_000):04d}@example.org", "reply_method": "電子郵件"}
        return found

    def usual(self, topic: Mapping[str, Any], values: Mapping[str, Any], assess: Mapping[str, Any]) -> dict[str, Any]:
        """The answers that depend on the petition."""
        justified = topic.get("justified") or ("有理由" if topic.get("measures") else "僅說明")
        findings = topic.get("findings", "經查所陳情形與事實尚有出入，已向陳情人說明。")
        measures = topic.get("measures")
        reply = f"您好：有關您反映「{values['subject']}」一事，{findings}{measures or ''}{_THANKS}"
        simple = values["category"] == "法令查詢"
        dispatch: dict[str, Any] = {"reply_channel": values["reply_method"], "issued_on": "${today}"}
        if values["reply_method"] == "電話":
            dispatch["call_log"] = "已以電話向陳情人說明辦理情形，陳情人表示瞭解。"
        else:
            dispatch["doc_no_out"] = "${docno}"
        decide = {"decision": "agree", "opinion": self.chance.choice(["如擬", "如擬，請持續追蹤", "可", "如擬發"])}
        return {
            "assess": {
                "category": values["category"],
                "topic_code": values["topic_code"],
                "speed": "普通件",
                "complexity": "簡易" if simple else "一般",
                "has_identity": "yes",
                "has_content": "yes",
                "same_matter": "no",
                "competence": "yes",
                "filed_elsewhere": "no",
                "private_dispute": "no",
                **assess,
            },
            "co_opinion": {
                "_after": "6h",
                "co_text": "本機關業依權責派員瞭解，配合主辦機關辦理。",
                "co_basis": ["已查明"],
            },
            "investigate": {
                "_after": f"{self.chance.uniform(0.4, 1.2 if simple else 2.6):.2f}d",
                "decision": "done",
                "findings": findings,
                "justified": justified,
                **({"measures": measures, "completion_date": "${workday+8}"} if measures else {}),
            },
            "draft_reply": {
                "reply_text": reply,
                "reply_channel": values["reply_method"],
                **({"legal_basis": [{"law": topic["law"]}]} if topic.get("law") else {}),
            },
            "decide_head": decide,
            "decide_sec_gen": decide,
            "dispatch_reply": dispatch,
            "close_case": {
                "_after": "1d",
                "retention_class": "5年",
                "file_class": "0703",
                "close_code": _close(justified),
            },
        }

    # -- what may happen to one ------------------------------------------------------------

    def _plain(self, key: str, at: datetime) -> Plan:
        return self.plan(key, at, self.topic(), {})

    def _merged(self, key: str, at: datetime) -> Plan:
        found = self.plan(key, at, self.topic(), {})
        return self.with_answers(found, investigate=[Answer(found.answers["investigate"][0].values, after=span("3d"))])

    def second(self, first: Plan) -> Plan:
        """The same matter from somebody else an office day later, merged into the first."""
        assert first.at is not None
        channel = "線上即時服務"
        values = {**first.values, "channel": channel, **self.petitioner(channel)}
        values.pop("doc_no_in", None)
        number = first.key.rpartition("/")[2]
        merged = {
            "decision": "merge",
            "lead_case_no": f"${{case {number}}}",
            "opinion": "同一地點、同一事由，併入主案辦理。",
        }
        close = {"_after": "3d", "close_code": "併案", "retention_class": "5年", "file_class": "0703"}
        answers = read_answers({**self.data["answers"], "dedupe": merged, "close_case": close})
        at = self.office.after(first.at, span("6h"))
        return replace(first, key=f"{first.key}b", at=at, values=values, answers=answers, events=())

    def _co(self, key: str, at: datetime) -> Plan:
        topic = self.topic()
        while not topic.get("co"):
            topic = self.topic()
        assign = {
            "lead_agency": "${value suggested_agency}",
            "co_agencies": [f"${{unit {unit}}}" for unit in topic["co"]],
            "assign_note": "涉及跨機關業務，請協辦機關提供意見。",
        }
        return self.plan(key, at, topic, {"assign": assign}, assess={"complexity": "跨機關或外語"})

    def _extension(self, key: str, at: datetime) -> Plan:
        days = self.chance.choice([5, 7, 10])
        asked = {
            "_after": "3h",
            "extension_days": days,
            "extension_reason": "須會勘或調查",
            "extension_plan": "會同相關單位現場會勘後答復。",
        }
        topic = self.topic()
        found = self.plan(key, at, topic, {"request_extension": asked})
        done = found.answers["investigate"][0]
        again = Answer({"decision": "extend"}, after=span("1.5d"))
        return self.with_answers(found, investigate=[again, Answer(done.values, after=span("4d"))])

    def _late(self, key: str, at: datetime) -> Plan:
        found = self.plan(key, at, self.topic(), {})
        late = span(f"{self.chance.choice([7, 8, 9, 11])}d")
        return self.with_answers(found, investigate=[Answer(found.answers["investigate"][0].values, after=late)])

    def _refused(self, key: str, at: datetime) -> Plan:
        topic = self.topic()
        while topic["topic"] in ("環境清潔",):
            topic = self.topic()
        answers = {
            "assign": [
                {"_after": "2h", "lead_agency": "${unit epb}"},
                {"_after": "2h", "lead_agency": "${value suggested_agency}"},
            ],
            "receive_assignment": [
                {"_after": "3h", "decision": "refuse", "opinion": "所陳非本局權責，請改分權責機關。"},
                {"_after": "3h", "decision": "accept"},
            ],
        }  # fmt: skip
        return self.plan(key, at, topic, answers)

    def _transfer(self, key: str, at: datetime) -> Plan:
        topic = self.chance.choice(self.data["elsewhere"])
        tracked = self.chance.random() < 0.4
        answers = {
            "transfer_letter": {
                "transfer_to": topic["to"], "doc_no_out": "${docno}", "transferred_on": "${today}",
                "petitioner_informed": True, "track": "yes" if tracked else "no",
            },
            "track_transfer": {
                "_after": "10d", "track_result": f"{topic['to']}函復已處理完成。", "track_on": "${today}",
            },
            "close_case": {"_after": "1d", "close_code": "非權責移轉", "retention_class": "3年", "file_class": "0703"},
        }  # fmt: skip
        return self.plan(key, at, topic, answers, assess={"competence": "no"})

    def _explain(self, key: str, at: datetime) -> Plan:
        topic = self.chance.choice(self.data["private"])
        letter = {
            "reply_text": "您好：所陳事項屬私權爭執，您可向區公所調解委員會聲請調解，或循民事訴訟途徑解決；"
            "如有需要並可洽詢本府法律諮詢服務。",
            "explain_ways": ["鄉鎮市區調解委員會", "民事訴訟"], "doc_no_out": "${docno}", "issued_on": "${today}",
        }  # fmt: skip
        return self.plan(key, at, topic, {"explain_letter": letter}, assess={"private_dispute": "yes"})

    def _vague(self, key: str, at: datetime) -> Plan:
        topic = self.chance.choice(self.data["vague"])
        close = {"close_code": "不予處理", "retention_class": "3年", "file_class": "0703"}
        return self.plan(key, at, topic, {"close_case": close}, assess={"has_content": "no"})

    def _supplied(self, key: str, at: datetime) -> Plan:
        found = self.plan(key, at, self.topic(), {}, assess={"has_content": "no"})
        first = found.answers["assess"][0]
        second = Answer({**first.values, "has_content": "yes"})
        letter = {
            "original": f"${{running {key.rpartition('/')[2]}}}", "kind": "補陳",
            "event_content": "補充發生時間、地點及現場照片說明。", "event_on": "${today}",
        }  # fmt: skip
        event = Plan(f"{key}/補陳", "petition_event", None, REGISTRAR, letter)
        found = replace(found, events=(Event("supplement_letter", span("3d"), event),))
        return self.with_answers(found, assess=[first, second])

    def _repeated(self, key: str, at: datetime) -> Plan:
        earlier = f"高市府行視字第{at.year - 1911}3{self.chance.randrange(10**7):07d}號"
        answers = {
            "not_processed_notice": {
                "notice_given": "yes", "not_processed_ground": "同一事由經適當處理並已明確答復",
                "earlier_reply_no": earlier, "doc_no_out": "${docno}",
            },
            "close_case": {"close_code": "不予處理", "retention_class": "3年", "file_class": "0703"},
        }  # fmt: skip
        return self.plan(key, at, self.topic(), answers, assess={"same_matter": "yes", "earlier_reply_no": earlier})

    def _withdrawn(self, key: str, at: datetime) -> Plan:
        found = self.plan(key, at, self.topic(), {})
        letter = {
            "original": f"${{running {key.rpartition('/')[2]}}}", "kind": "撤回",
            "event_content": "問題已自行解決，撤回陳情。", "event_on": "${today}",
        }  # fmt: skip
        agreed = read_answers({"confirm_withdrawal": {"decision": "agree"}})
        event = Plan(f"{key}/撤回", "petition_event", None, REGISTRAR, letter, agreed)
        slow = self.with_answers(found, investigate=[Answer(found.answers["investigate"][0].values, after=span("4d"))])
        return replace(slow, events=(Event("receive_assignment", span("5h"), event),))

    def _mayor(self, key: str, at: datetime) -> Plan:
        due = self.office.day(at.date(), 6)
        return self.plan(
            key, at, self.topic(), {}, channel="市長交辦",
            assess={"fixed_due_on": due, "speed": "速件", "complexity": "一般"},
            mayor_instruction="請主辦機關於期限內查明妥處，並將辦理情形報告。",
            instructed_at=at - timedelta(hours=1),
            instructed_by=self.chance.choice(["機要秘書", "市長辦公室", "機要科"]),
        )  # fmt: skip

    def _control_yuan(self, key: str, at: datetime) -> Plan:
        return self.plan(
            key, at, self.topic(), {}, channel="監察院", assess={"fixed_due_on": self.office.day(at.date(), 15)}
        )

    def _misconduct(self, key: str, at: datetime) -> Plan:
        topic = {**self.chance.choice(self.data["misconduct"]), "category": "行政違失舉發"}
        return self.plan(
            key, at, topic, {}, channel=self.chance.choice(["線上即時服務", "書面", "市長信箱"]),
            assess={"complexity": "需會勘、調查或聽證"}, confidential_request=True,
        )  # fmt: skip

    @staticmethod
    def with_answers(plan: Plan, **answers: list[Answer]) -> Plan:
        return replace(plan, answers={**plan.answers, **answers})


_THANKS = "感謝您對市政的關心與指教，敬祝平安順心。"
_SENDERS = {"中央機關": "院臺綜", "議員": "高市會議", "監察院": "院台業"}


def _close(justified: str) -> str:
    return "法令不許" if justified == "無理由" else "已解決"
