"""The tables of vehicles, visits, trips and alliances, row by row against the rules they were written from."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from engine import feel
from tests.processes.test_tables import decide

# -- vehicles (domain A2) -------------------------------------------------------------


@pytest.mark.parametrize(
    ("ground", "purpose", "vehicle_class", "age", "km", "logic"),
    [
        ("事故毀損不堪修復", "公務車", "小客車", 0, None, "inspection"),
        ("二行程機車", "業務車", "機車", 0, None, "environmental"),
        ("一般汰換", "警用巡邏偵防", "小客車", 7, 125_000, "and"),
        ("一般汰換", "業務車", "機車", 6, None, "age"),
        ("一般汰換", "特種車", "特種車", None, None, "own_standard"),
        ("一般汰換", "公務車", "小客車", 10, 125_000, "and"),
        ("一般汰換", "業務車", "小客貨", 10, 125_000, "and"),
        ("一般汰換", "公務車", "大客車", 10, 125_000, "and"),
        ("一般汰換", "業務車", "貨車", 10, 125_000, "and"),
        ("一般汰換", "專用車", "小客車", None, None, "manual"),
        ("一般汰換", "警用巡邏偵防", "貨車", None, None, "manual"),
    ],
)
def test_a_vehicle_may_be_replaced_by_age_and_mileage(
    ground: str, purpose: str, vehicle_class: str, age: int | None, km: int | None, logic: str
) -> None:
    found = decide(
        "vehicle_prereview", "replacement_eligibility",
        standard_year=105, request_type="汰換", ground=ground, purpose=purpose, vehicle_class=vehicle_class,
    )  # fmt: skip
    assert (found["min_age_years"], found["min_km"], found["logic"]) == (age, km, logic)
    assert found["special_approval"] is (vehicle_class == "大客車")


@pytest.mark.parametrize(
    ("vehicle_class", "fuel_type", "reason", "assigned_to", "max_cc", "action"),
    [
        ("小客車", "汽油", "無充電設施", "head", 2500, "ok"),
        ("小客車", "油電", "無充電設施", "deputy", 2000, "ok"),
        ("小客貨", "柴油", "無充電設施", "other", 1800, "ok"),
        ("小客車", "純電", None, "other", None, "ok"),
        ("小客車", "汽油", None, "other", None, "return"),
        ("大客車", "柴油", "無同級車", "other", None, "special"),
        ("貨車", "柴油", "載重", "other", None, "ok"),
    ],
)
def test_displacement_has_a_cap_by_rank_and_electric_comes_first(
    vehicle_class: str, fuel_type: str, reason: str | None, assigned_to: str, max_cc: int | None, action: str
) -> None:
    found = decide(
        "vehicle_prereview", "specification_check",
        vehicle_class=vehicle_class, fuel_type=fuel_type, ev_unsuitable_reason=reason, assigned_to=assigned_to,
    )  # fmt: skip
    assert found == {"max_cc": max_cc, "action": action}


@pytest.mark.parametrize(
    ("changes", "score"),
    [
        ({}, 0),
        ({"safety": True}, 40),
        ({"past_age": True}, 20),
        ({"repair_ratio": 0.2}, 0),
        ({"repair_ratio": 0.21}, 15),
        ({"fuel_type": "純電"}, 15),
        ({"usage_days": 179}, 0),
        ({"usage_days": 180}, 10),
        ({"request_type": "增購"}, -20),
        ({"safety": True, "past_age": True, "repair_ratio": 1, "fuel_type": "純電", "usage_days": 300}, 100),
    ],
)
def test_the_priority_is_the_sum_of_what_speaks_for_a_vehicle(changes: dict[str, Any], score: int) -> None:
    plain = {
        "safety": False, "past_age": False, "repair_ratio": 0, "fuel_type": "汽油", "usage_days": 100,
        "request_type": "汰換",
    }  # fmt: skip
    assert sum(decide("vehicle_campaign", "priority_score", application={**plain, **changes})) == score


# -- visits (domain A4a) --------------------------------------------------------------

TOP = ("元首", "部長", "省州長", "知事", "市長", "議長")
MIDDLE = ("國會議員", "副省州長", "副市長", "駐台代表")


@pytest.mark.parametrize(
    ("ranks", "relation", "purpose", "host", "fallback"),
    [
        (TOP, "無", "courtesy", "市長", "副市長"),
        (TOP, "姊妹市", "signing", "市長", "副市長"),
        (MIDDLE, "MOU", "business", "副市長", "秘書長"),
        (MIDDLE, "無", "courtesy", "秘書長", "處長"),
        (("局處首長", "NGO", "商會"), "無", "business", "處長或業管局處首長", "副處長"),
        (("青年", "學生", "民間"), "友好城市", "exchange", "處長或科長", "科長"),
        (("青年", "NGO"), "無", "courtesy", "處長", "科長"),
    ],
)
def test_the_host_is_of_matching_rank(
    ranks: tuple[str, ...], relation: str, purpose: str, host: str, fallback: str
) -> None:
    for rank in ranks:
        found = decide("visit_inbound", "host_level", head_rank=rank, alliance_status=relation, purpose=purpose)
        assert (found["host"], found["fallback"]) == (host, fallback)


@pytest.mark.parametrize(
    ("level", "chain"),
    [
        ("intl_chief", ["intl_chief"]),
        ("aia_head", ["intl_chief", "aia_head"]),
        ("sec_gen", ["intl_chief", "aia_head", "sec_gen"]),
        ("deputy_mayor", ["intl_chief", "aia_head", "sec_gen", "deputy_mayor"]),
        ("mayor", ["intl_chief", "aia_head", "sec_gen", "mayor"]),
    ],
)
def test_the_plan_is_approved_up_to_the_host(level: str, chain: list[str]) -> None:
    found = decide("visit_inbound", "plan_approval_chain", host={"level": level})
    assert [step["role"] for step in found] == chain
    assert all(step["role"] != step["deputy_role"] for step in found)


@pytest.mark.parametrize(
    ("days", "track"), [(10, "normal"), (9, "urgent"), (5, "urgent"), (4, "override"), (0, "override")]
)
def test_short_notice_needs_consent(days: int, track: str) -> None:
    assert decide("visit_inbound", "lead_time", lead_days=days, country="JP")["track"] == track


@pytest.mark.parametrize(("country", "checked"), [("CN", True), ("HK", True), ("MO", True), ("JP", False)])
def test_mainland_hong_kong_and_macau_delegations_are_checked_by_law(country: str, checked: bool) -> None:
    assert decide("visit_inbound", "lead_time", lead_days=20, country=country)["mainland"] is checked


# -- trips (domain A4b) ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("repeat", "necessity", "country", "plan", "budgeted", "route"),
    [
        (True, None, "JP", "OP-106-00001", True, "return"),
        (True, "前次議定", "JP", "OP-106-00001", True, "normal"),
        (False, None, "HK", "OP-106-00001", True, "mainland"),
        (False, None, "JP", None, False, "ad_hoc"),
        (False, None, "JP", "OP-106-00001", False, "ad_hoc"),
        (False, None, "JP", "OP-106-00001", True, "normal"),
    ],
)
def test_the_route_of_a_trip(
    repeat: bool, necessity: str | None, country: str, plan: str | None, budgeted: bool, route: str
) -> None:
    destination = [{"country": country, "city": "", "from": date(2018, 10, 4), "to": date(2018, 10, 7)}]
    found = decide(
        "visit_outbound", "trip_route",
        prior_trips={"cases": [{"case_no": "VO-105-00001"}] if repeat else []},
        necessity=necessity, destination=destination, plan_id=plan, plan_budgeted=budgeted,
    )  # fmt: skip
    assert found == route
    planned = decide("visit_plan", "trip_route", plan={"repeat_3y": repeat, "necessity": necessity, "country": country})
    assert planned == (route if route in ("return", "mainland") else "normal")


@pytest.mark.parametrize(("plan", "budgeted", "deputy_mayor"), [("OP-106-00001", True, False), (None, False, True)])
def test_a_trip_outside_the_plan_also_goes_to_the_deputy_mayor(
    plan: str | None, budgeted: bool, deputy_mayor: bool
) -> None:
    chain = decide("visit_outbound", "trip_approval_chain", plan_id=plan, plan_budgeted=budgeted)
    roles = [step["role"] for step in chain]
    assert roles[-1] == "mayor"
    assert ("deputy_mayor" in roles) is deputy_mayor


def test_the_report_is_due_three_months_after_return_with_reminders_before() -> None:
    settings = decide("visit_outbound", "trip_settings")
    names = {"back": date(2018, 11, 30), "settings": settings}
    assert feel.parse("back + settings.report_period").evaluate(names).value == date(2019, 2, 28)
    days = [settings[f"remind_{name}"].days for name in ("first", "second", "third")]
    assert days == [60, 80, 90]
    assert (settings["settle_days"], settings["correct_days"]) == (15, 10)


# -- alliances (domain A4c) -----------------------------------------------------------


@pytest.mark.parametrize(
    ("instrument", "level", "yuan", "council"),
    [
        ("姊妹市", "city", True, True),
        ("友好城市協議", "city", True, True),
        ("友好城市協議", "district", True, False),
        ("備忘錄", "city", False, False),
        ("意向書", "city", False, False),
        ("宣言", "district", False, False),
    ],
)
def test_pacts_go_to_the_executive_yuan_and_memoranda_do_not(
    instrument: str, level: str, yuan: bool, council: bool
) -> None:
    found = decide("city_alliance", "alliance_route", instrument=instrument, level=level)
    assert (found["yuan_approval"], found["council_consent"]) == (yuan, council)


@pytest.mark.parametrize(("years", "kept"), [(1, False), (9, False), (10, True), (11, False), (30, True)])
def test_round_anniversaries_are_kept(years: int, kept: bool) -> None:
    assert decide("city_alliance", "anniversary", years=years) is kept
