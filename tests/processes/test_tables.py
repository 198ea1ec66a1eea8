"""The decision tables against the rules they were written from."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from engine import dmn
from engine.calendar.working_days import TAIPEI
from engine.calendar.yearly_list import shipped_calendar
from engine.dmn import DecisionModel
from engine.model import StepContext
from engine.spiff.functions import build
from tests.processes.conftest import PROCESSES

NOW = datetime(2018, 5, 28, 9, 0, tzinfo=TAIPEI)


@cache
def model(key: str) -> DecisionModel:
    return dmn.parse((PROCESSES / key / f"{key}.dmn").read_bytes())


def decide(key: str, decision: str, now: datetime = NOW, **names: Any) -> Any:
    result = model(key).evaluate(decision, names, build(StepContext(now, shipped_calendar())))
    assert not result.errors, result.errors
    return result.value


# -- temporary staff ------------------------------------------------------------------


def contract(
    months: int, *, foreseeable: str = "yes", continuous: str = "no", seasonal: str = "no", specific: str = "no"
) -> Any:
    return decide(
        "temp_staff_hiring", "a1_d1_contract_type", planned_months=months,
        is_foreseeable=foreseeable, is_continuous=continuous, is_seasonal=seasonal, is_specific=specific,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("months", "nature", "expected"),
    [
        (6, {"foreseeable": "no"}, "temporary"),
        (7, {"foreseeable": "no"}, "review"),
        (6, {}, "short_term"),
        (7, {}, "review"),
        (9, {"seasonal": "yes"}, "seasonal"),
        (10, {"seasonal": "yes"}, "review"),
        (12, {"specific": "yes"}, "specific"),
        (24, {"specific": "yes"}, "specific"),
        (3, {"continuous": "yes", "specific": "yes"}, "not_allowed"),
    ],
)
def test_the_contract_type_follows_the_labour_standards_act(months: int, nature: dict[str, str], expected: str) -> None:
    assert contract(months, **nature)["contract_type"] == expected


def test_specific_work_of_more_than_a_year_is_filed_with_the_labour_authority() -> None:
    assert contract(12, specific="yes")["labour_filing"] is False
    assert contract(13, specific="yes")["labour_filing"] is True


def rehired(kind: str, end: date, start: date, until: date) -> Any:
    prior = [{"prior_count": 1, "prior_start": date(2018, 1, 1), "prior_end": end}]
    return decide(
        "temp_staff_hiring", "a1_d4_rehire", contract_type=kind, prior_hire=prior, start_date=start, end_date=until
    )


def test_more_than_90_days_with_a_gap_of_at_most_30_is_deemed_indefinite() -> None:
    first_end = date(2018, 1, 31)  # 31 days
    assert rehired("temporary", first_end, date(2018, 3, 3), date(2018, 5, 1)) is True  # gap 30 days, 60 more: 91 days
    assert rehired("temporary", first_end, date(2018, 3, 4), date(2018, 5, 2)) is False  # gap 31 days
    assert rehired("temporary", first_end, date(2018, 3, 3), date(2018, 4, 30)) is False  # 90 days in all
    assert rehired("seasonal", first_end, date(2018, 3, 3), date(2018, 5, 1)) is False


@pytest.mark.parametrize(
    ("persons", "cost", "level", "signers"),
    [
        (5, 2_000_000, "處長", 2),
        (6, 2_000_000, "秘書長", 3),
        (5, 2_000_001, "秘書長", 3),
        (20, 30_000_000, "秘書長", 3),
        (60, 10_000_000, "秘書長", 3),
        (21, 10_000_001, "市長", 5),
    ],
)
def test_who_decides_on_a_hire(persons: int, cost: int, level: str, signers: int) -> None:
    found = decide("temp_staff_hiring", "a1_d3_decision_level", approved_headcount=persons, cost_total=cost)
    assert found["decision_level"] == level
    chain = found["approval_chain"]
    assert len(chain) == signers
    assert [signer["final"] for signer in chain] == [False] * (signers - 1) + [True]
    assert chain[-1]["title"] == level


@pytest.mark.parametrize(
    ("cause", "kind", "fund", "percent", "route"),
    [
        ("新增業務", "已核定未增員", "基金", None, "exempt"),
        ("新增業務", "新計畫", "基金", None, "panel"),
        ("重大災害", "新計畫", "市預算", None, "simplified"),
        ("防疫", "新計畫", "市預算", None, "simplified"),
        ("其他", "已核定未增員", "中央補助", 100, "simplified"),
        ("其他", "已核定未增員", "中央補助", 90, "panel"),
        ("其他", "已核定增員", "中央補助", 100, "panel"),
    ],
)
def test_the_route_of_a_proposal(cause: str, kind: str, fund: str, percent: int | None, route: str) -> None:
    names = {"hire_cause": cause, "plan_kind": kind, "fund_source": fund, "subsidy_percent": percent}
    assert decide("temp_staff_hiring", "a1_d2_route", **names)["route"] == route


@pytest.mark.parametrize(
    ("kind", "rate", "screening"),
    [
        ("月薪", 22000, "pass"),
        ("月薪", 21999, "correct"),
        ("日薪", 1120, "pass"),
        ("日薪", 1119, "correct"),
        ("時薪", 140, "pass"),
        ("時薪", 139, "correct"),
    ],
)
def test_pay_is_held_against_the_basic_wage_of_the_year(kind: str, rate: int, screening: str) -> None:
    names = {
        "exercises_public_power": "no", "contract_type": "specific", "pay_type": kind, "pay_rate": rate,
        "prior_hire": [],
        "start_date": date(2018, 3, 1), "end_date": date(2018, 12, 31),
    }  # fmt: skip
    assert decide("temp_staff_hiring", "a1_d5_screening", **names)["screening"] == screening


def test_extra_agencies_countersign_only_when_asked() -> None:
    plain = decide("temp_staff_hiring", "a1_d8_countersign", extra_units=[])
    more = decide("temp_staff_hiring", "a1_d8_countersign", extra_units=["研考會"])
    assert [unit["unit"] for unit in plain] == ["personnel", "budget", "finance"]
    assert [unit["unit"] for unit in more] == ["personnel", "budget", "finance", "rdec"]


def vote(decision: str | None, headcount: int = 0, recused: bool = False) -> dict[str, Any]:
    return {"vote": decision, "headcount": Decimal(headcount), "recused": recused}


@pytest.mark.parametrize(
    ("votes", "tally", "headcount"),
    [
        ([vote("agree", 10)] * 3 + [vote("reject")] * 2, "agree", 10),
        ([vote("agree", 10), vote("reduce", 6), vote("reduce", 4), vote("reject")], "reduce", 6),
        ([vote("defer")] * 3 + [vote("agree", 10)], "defer", 0),
        ([vote("reject")] * 2 + [vote("agree", 10)], "reject", 0),
        ([vote("agree", 10)] * 2 + [vote("reject")] * 2, "tie", 0),
        ([vote("agree", 10), vote("reject"), vote(None, recused=True)], "tie", 0),
        ([vote("agree", 10)] * 2 + [vote("reject")] + [vote(None, recused=True)] * 3, "agree", 10),
    ],
)
def test_the_panel_decides_by_majority_of_those_not_recused(
    votes: list[dict[str, Any]], tally: str, headcount: int
) -> None:
    found = decide("hiring_meeting", "a1_d7_tally", votes=votes, proposal={"headcount": Decimal(10)})
    assert (found["tally"], found["tally_headcount"]) == (tally, headcount)


# -- petitions ------------------------------------------------------------------------


def sla(
    case_class: str, *, speed: str = "普通件", complexity: str = "一般", fixed: date | None = None
) -> tuple[Any, Any]:
    found = decide(
        "petition", "a3_d1_sla", case_class=case_class, speed=speed, complexity=complexity, fixed_due_on=fixed
    )
    return found["target"], found["mode"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"case_class": "監察院函轉", "fixed": date(2018, 6, 1)}, (None, "fixed")),
        ({"case_class": "市長交辦", "fixed": date(2018, 6, 1)}, (None, "fixed")),
        ({"case_class": "市長交辦", "speed": "最速件"}, (1, "working")),
        ({"case_class": "市長交辦", "speed": "速件"}, (3, "working")),
        ({"case_class": "市長交辦"}, (6, "working")),
        ({"case_class": "行政違失舉發"}, (30, "calendar")),
        ({"case_class": "一般", "complexity": "需會勘、調查或聽證"}, (30, "calendar")),
        ({"case_class": "法令查詢", "complexity": "跨機關或外語"}, (10, "working")),
        ({"case_class": "法令查詢", "complexity": "簡易"}, (3, "working")),
        ({"case_class": "法令查詢"}, (6, "working")),
        ({"case_class": "一般"}, (6, "working")),
    ],
)
def test_the_time_limit_of_a_petition(given: dict[str, Any], expected: tuple[Any, Any]) -> None:
    assert sla(**given) == expected


@pytest.mark.parametrize(
    ("so_far", "days", "level"),
    [(0, 10, "科長"), (5, 6, "主任秘書"), (10, 10, "主任秘書"), (20, 1, "處長"), (20, 10, "處長"), (30, 1, "秘書長")],
)
def test_the_ladder_of_extensions(so_far: int, days: int, level: str) -> None:
    found = decide("petition", "a3_d4_extension", extension_total=so_far, extension_days=days)
    assert found["extension_level"] == level
    assert found["project_control"] is (so_far + days > 30)


FIT = {
    "has_identity": "yes", "has_content": "yes", "same_matter": "no", "competence": "yes", "filed_elsewhere": "no",
    "private_dispute": "no", "supplement_count": 0,
}  # fmt: skip


@pytest.mark.parametrize(
    ("but", "action"),
    [
        ({}, "accept"),
        ({"competence": "partly"}, "accept"),
        ({"has_identity": "no"}, "supplement"),
        ({"has_identity": "no", "supplement_count": 1}, "not_processed"),
        ({"has_content": "no"}, "supplement"),
        ({"has_content": "no", "supplement_count": 1}, "not_processed"),
        ({"same_matter": "yes"}, "not_processed"),
        ({"competence": "no", "filed_elsewhere": "yes"}, "not_processed"),
        ({"competence": "no"}, "transfer"),
        ({"private_dispute": "yes"}, "explain"),
        ({"competence": "partly", "private_dispute": "yes"}, "manual"),
    ],
)
def test_what_is_done_with_a_petition(but: dict[str, Any], action: str) -> None:
    assert decide("petition", "a3_d3_admissibility", **{**FIT, **but}) in (action, {"action": action})


@pytest.mark.parametrize(
    ("category", "asked", "expected"),
    [("行政違失舉發", False, "密"), ("其他", True, "密"), ("權益維護", False, "普通")],
)
def test_who_reports_misconduct_or_asks_for_it_is_kept_secret(category: str, asked: bool, expected: str) -> None:
    found = decide("petition", "a3_d2_confidentiality", category=category, confidential_request=asked)
    assert found in (expected, {"security_class": expected})


@pytest.mark.parametrize(
    ("now", "level", "following"),
    [
        (datetime(2018, 6, 3, 9, tzinfo=TAIPEI), -1, datetime(2018, 6, 4, 8, tzinfo=TAIPEI)),
        (datetime(2018, 6, 4, 9, tzinfo=TAIPEI), 0, datetime(2018, 6, 5, 17, 30, tzinfo=TAIPEI)),
        (datetime(2018, 6, 5, 17, 30, tzinfo=TAIPEI), 1, datetime(2018, 6, 8, 17, 30, tzinfo=TAIPEI)),
        (datetime(2018, 6, 8, 17, 30, tzinfo=TAIPEI), 2, datetime(2018, 6, 13, 17, 30, tzinfo=TAIPEI)),
        (datetime(2018, 6, 13, 17, 30, tzinfo=TAIPEI), 3, datetime(2018, 6, 20, 17, 30, tzinfo=TAIPEI)),
        (datetime(2018, 6, 20, 17, 30, tzinfo=TAIPEI), 4, datetime(2018, 6, 27, 17, 30, tzinfo=TAIPEI)),
    ],
)
def test_the_ladder_of_reminders(now: datetime, level: int, following: datetime) -> None:
    found = decide(
        "petition", "a3_d6_chase", now,
        due_at=datetime(2018, 6, 5, 17, 30, tzinfo=TAIPEI), remind_at=datetime(2018, 6, 4, 8, tzinfo=TAIPEI),
        lead_agency={"id": "works", "label": "工務局"}, settings={"control_wd": 5},
    )  # fmt: skip
    assert found["chase_level"] == level
    assert found["next_chase_at"] == following
