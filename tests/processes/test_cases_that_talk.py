"""Cases that send each other messages, on the real engine: a campaign and its applications, guests and their visit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

import pytest

from engine import SYSTEM, Actor, Executor, InstanceQuery, NoJobs, ProcessEngine, SetClock, Store
from engine.calendar.working_days import TAIPEI
from engine.cases.values import ProcessInstance
from engine.connectors import (
    ConnectorRegistry,
    DeputiesConnector,
    FolderTransport,
    MailConnector,
    PastCasesConnector,
)
from engine.jobs import JobService
from tests.processes.conftest import folder

NEW_YEAR = datetime(2018, 1, 15, 9, 0, tzinfo=TAIPEI)
HEALTH, WORKS = {"id": "health", "label": "衛生局"}, {"id": "works", "label": "工務局"}
PROCESSES = (
    "vehicle_campaign",
    "vehicle_prereview",
    "vehicle_withdrawal",
    "visit_inbound",
    "guest_notice",
    "visit_outbound",
    "trip_cancellation",
    "city_alliance",
)


class Office:
    """One person who answers to every role, and the machines."""

    def __init__(self, engine: ProcessEngine, jobs: JobService, clock: SetClock, clerk: Actor) -> None:
        self.engine, self.jobs, self.clock, self.clerk = engine, jobs, clock, clerk

    def start(self, key: str, **values: Any) -> ProcessInstance:
        case = self.engine.runtime.start(key, actor=self.clerk, variables=values)
        self.machines()
        return case

    def machines(self, until: datetime | None = None) -> None:
        self.jobs.run_due(until or self.clock.now())

    def answer(self, case: ProcessInstance, element: str, **values: Any) -> None:
        (task, *_) = [t for t in self.engine.tasks.of_case(case.id, SYSTEM) if t.is_open and t.element_id == element]
        self.engine.tasks.claim(task.id, self.clerk)
        self.engine.tasks.complete(task.id, actor=self.clerk, variables=values)
        self.machines()

    def open(self, case: ProcessInstance) -> list[str]:
        return sorted(t.element_id for t in self.engine.tasks.of_case(case.id, SYSTEM) if t.is_open)

    def cases(self, key: str) -> list[ProcessInstance]:
        found = self.engine.runtime.find(InstanceQuery(process_key=key, sort="business_key", descending=False), SYSTEM)
        return list(found.rows)

    def variables(self, case: ProcessInstance) -> dict[str, Any]:
        return self.engine.runtime.variables(case.id, SYSTEM)


@pytest.fixture(scope="module")
def store(database_url: str) -> Iterator[Store]:
    store = Store(database_url)
    yield store
    store.close()


@pytest.fixture(scope="module")
def office(store: Store, executor: Executor, tmp_path_factory: pytest.TempPathFactory) -> Office:
    clock = SetClock(NEW_YEAR)
    engine = ProcessEngine(
        store, executor, history_key=b"a history key for tests, 32 bytes", clock=clock, queue=NoJobs()
    )
    directory = engine.directory
    directory.add_standard_roles()
    for key, parent, kind, name in (
        ("kcg", None, "city", "高雄市政府"),
        ("aia", "kcg", "agency", "行政暨國際處"),
        ("aia.general", "aia", "section", "總務科"),
        ("aia.intl", "aia", "section", "國際事務科"),
        ("health", "kcg", "agency", "衛生局"),
        ("works", "kcg", "agency", "工務局"),
    ):
        directory.add_unit(key, actor=SYSTEM, parent_id=parent, type=kind, name=name)
    place = directory.add_position("kcg", actor=SYSTEM, title="參議", is_head=True)
    directory.add_person("clerk", actor=SYSTEM, name="林參議")
    directory.assign("clerk", place.id, actor=SYSTEM, valid_from=date(2010, 12, 25))
    for role in directory.roles():
        directory.grant("clerk", role.id, "kcg", actor=SYSTEM, valid_from=date(2010, 12, 25))
    for key in PROCESSES:
        process = folder(key)
        keys = executor.outline(process.source).form_keys
        engine.repository.deploy(process.deployment(keys), actor=SYSTEM, force_now=True)
    mail = MailConnector(FolderTransport(tmp_path_factory.mktemp("mail")), "siwei@example.test", lambda people: [])
    connectors = ConnectorRegistry(mail, DeputiesConnector(directory), PastCasesConnector(store))
    return Office(engine, JobService(engine, connectors), clock, directory.actor_for("clerk"))


@pytest.fixture
def campaign(office: Office) -> ProcessInstance:
    """A campaign that has asked two agencies."""
    today = office.clock.now().date()
    case = office.start(
        "vehicle_campaign",
        fiscal_year=108,
        standard_year=105,
        closing_date=date(today.year + 1, 2, 14),
        consolidate_on=date(today.year + 1, 4, 30),
        ceiling=5_000_000,
        agency_group_key="none",
        further_agencies=[{"agency": HEALTH}, {"agency": WORKS}],
        doc_no_out=None,
        survey_note=None,
        speed="普通件",
        security_class="普通",
        doc_no_in=None,
    )
    office.answer(case, "approve_opening", decision="agree")
    return case


def applications(office: Office, campaign: ProcessInstance) -> dict[str, ProcessInstance]:
    return {
        office.variables(case)["applicant_agency"]["id"]: case
        for case in office.cases("vehicle_prereview")
        if office.variables(case).get("campaign_no") == campaign.business_key
    }


def apply(office: Office, case: ProcessInstance) -> None:
    """An agency's application, up to the review meeting."""
    office.answer(
        case,
        "apply",
        decision="apply",
        request_type="增購",
        ground=None,
        purpose="公務車",
        vehicle_class="小客車",
        assigned_to="other",
        fuel_type="純電",
        ev_unsuitable_reason=None,
        displacement_cc=None,
        quantity=1,
        unit_price=1_500_000,
        subtotal=1_500_000,
        usage_days=200,
        existing_fleet=3,
        approved_fleet=4,
        old_vehicles=[],
        safety_mandated=False,
    )
    office.answer(case, "acct_review", decision="agree")
    office.answer(case, "head_review", decision="agree")
    office.answer(case, "desk_review", decision="pass", needs_inspection=False)
    for _ in range(3):
        office.answer(case, "countersign", decision="agree", opinion=None)
    office.answer(case, "conclude", recommendation="agree", recommended_qty=1, recommended_amount=1_500_000)


def test_a_campaign_asks_hears_decides_and_tells_until_the_car_is_bought(
    office: Office, campaign: ProcessInstance
) -> None:
    asked = applications(office, campaign)
    assert sorted(asked) == ["health", "works"]
    assert asked["health"].business_key.startswith("VP-107-")

    office.answer(asked["works"], "apply", decision="no_need")
    apply(office, asked["health"])
    assert office.open(campaign) == ["consolidate"]
    assert [item["case_no"] for item in office.variables(campaign)["ranked"]] == [asked["health"].business_key]

    office.answer(campaign, "consolidate", consolidation_note="依序")
    office.answer(campaign, "meeting_notice", meeting_at=office.clock.now(), meeting_place="第一會議室")
    office.answer(campaign, "review_item", decision="agree", approved_qty=1, approved_amount=1_400_000, condition=None)
    office.answer(campaign, "minutes", minutes_text="如附")
    office.answer(campaign, "approve_minutes", decision="agree")
    office.answer(campaign, "draft_memo", memo="請核示")
    for _ in range(3):
        office.answer(campaign, "approval_level", decision="agree", opinion=None, recused_reason=None)
    office.answer(
        campaign, "issue_results", doc_no_out="高市府行總字第10730001200號", issued_on=office.clock.now().date()
    )
    assert office.variables(asked["health"])["outcome"] == "agree"

    office.answer(campaign, "submit_budget", budget_doc_no="高市府行總字第10730001300號")
    office.answer(
        campaign, "budget_decision", budget_total=1_400_000, budget_law_date=date(2019, 1, 2), cut_by="市議會"
    )
    assert office.open(campaign) == []
    assert office.open(asked["health"]) == ["purchase_report"]
    assert office.variables(asked["health"])["approved_amount"] == 1_400_000
    assert office.engine.runtime.instance(campaign.id, SYSTEM).status == "completed"


def test_an_accepted_withdrawal_ends_the_application_and_is_told_to_the_campaign(
    office: Office, campaign: ProcessInstance
) -> None:
    asked = applications(office, campaign)
    request = office.start(
        "vehicle_withdrawal", case_no=asked["health"].business_key, applicant_agency=HEALTH, reason="業務移撥"
    )
    assert office.open(asked["health"]) == ["apply"]
    office.answer(request, "confirm", decision="agree", opinion=None)
    assert office.open(asked["health"]) == []
    assert office.variables(asked["health"])["outcome"] == "withdrawn"
    assert office.variables(campaign)["reported"] == [asked["health"].business_key]


@pytest.fixture
def visit(office: Office) -> Callable[[], ProcessInstance]:
    """A visit whose host is found and whose units prepare."""

    def begin() -> ProcessInstance:
        day = date(office.clock.now().year + 1, 3, 20)
        case = office.start(
            "visit_inbound",
            delegation_name_zh="山梨縣訪問團",
            country="JP",
            alliance_status="MOU",
            head_rank="知事",
            purpose="courtesy",
            headcount=12,
            visit_start=day,
            visit_end=day,
            lead_agency=WORKS,
            venue_need=True,
            vehicle_need="none",
            interpreter=False,
            media_open=False,
            security_need=False,
        )
        office.answer(case, "screen", decision="accept", refer_to=None, opinion=None)
        office.answer(case, "calendar_check", decision="free", host_slot=None, opinion=None)
        return case

    return begin


def test_guests_who_cancel_stop_the_preparation_and_set_the_venue_free(
    office: Office, visit: Callable[[], ProcessInstance]
) -> None:
    case = visit()
    assert office.open(case) == ["agenda", "protocol", "venue"]
    office.start("guest_notice", case_no=case.business_key, kind="cancelled", change_text="颱風")
    assert office.open(case) == ["release_venue"]
    office.answer(case, "release_venue", release_result="released", release_note=None)
    assert office.engine.runtime.instance(case.id, SYSTEM).status == "completed"
    assert office.variables(case)["outcome"] == "cancelled"


def test_a_small_change_leaves_the_preparation_and_a_new_date_begins_it_again(
    office: Office, visit: Callable[[], ProcessInstance]
) -> None:
    case = visit()
    office.start("guest_notice", case_no=case.business_key, kind="changed", change_text="改10人")
    assert office.open(case) == ["agenda", "protocol", "venue"]
    office.start(
        "guest_notice",
        case_no=case.business_key,
        kind="rescheduled",
        change_text="延後",
        proposed_start=date(2020, 5, 4),
        proposed_end=date(2020, 5, 5),
    )
    assert office.open(case) == ["new_dates"]


def test_on_departure_the_deputy_stands_in_by_itself(office: Office) -> None:
    directory = office.engine.directory
    place = directory.add_position("works", actor=SYSTEM, title="局長", is_head=True)
    directory.add_person("traveller", actor=SYSTEM, name="陳局長")
    directory.assign("traveller", place.id, actor=SYSTEM, valid_from=date(2010, 12, 25))
    leaves, returns = date(office.clock.now().year + 1, 6, 4), date(office.clock.now().year + 1, 6, 7)
    case = office.start(
        "visit_outbound",
        applicant_agency=WORKS,
        trip_title="赴日考察",
        destination=[{"country": "JP", "city": "東京", "from": leaves, "to": returns}],
        depart_on=leaves,
        return_on=returns,
        plan_id="OP-106-00001",
        plan_budgeted=True,
        sponsor=False,
        mayor_travels=False,
        members=[{"employee": {"id": "traveller", "label": "陳局長"}, "deputy": {"id": "clerk", "label": "林參議"}}],
    )
    office.answer(case, "hr", hr_decision="agree", hr_opinion=None)
    office.answer(case, "acct", acct_decision="agree", acct_opinion=None)
    for _ in range(3):
        office.answer(case, "approval_level", decision="agree", opinion=None, recused_reason=None)
    office.answer(case, "tickets", flight="CI100")
    office.answer(case, "protocol", protocol_done=True)
    assert directory.principals("clerk") == ()
    office.machines(datetime(leaves.year, 6, 5, 9, 0, tzinfo=TAIPEI))
    assert [person.id for person in directory.principals("clerk")] == ["traveller"]
    office.machines(datetime(leaves.year, 6, 8, 9, 0, tzinfo=TAIPEI))
    assert directory.principals("clerk") == ()
    assert office.open(case) == ["settle", "trip_report"]


@pytest.mark.parametrize(
    ("place", "process", "begins"),
    [("home", "visit_inbound", "register_visit"), ("abroad", "visit_outbound", "register_trip")],
)
def test_an_alliance_opens_the_visit_at_which_it_is_signed(
    office: Office, place: str, process: str, begins: str
) -> None:
    signing = date(office.clock.now().year + 1, 3, 2)
    alliance = office.start(
        "city_alliance", instrument="備忘錄", level="city", partner_city="山梨縣", partner_city_en="Yamanashi",
        country="JP", lead_agency=WORKS, yearly_cost=300_000, cooperation="觀光", speed="普通件", security_class="普通",
    )  # fmt: skip
    office.answer(alliance, "assess", decision="pursue", score_total=80)
    for part in ("agency", "legal", "budget", "ministry"):
        element = {"legal": "legal_review", "ministry": "consult_ministry"}.get(part, f"{part}_opinion")
        office.answer(alliance, element, **{f"{part}_decision": "agree"})
    office.answer(alliance, "memo", memo="請核示。")
    for _ in range(3):
        office.answer(alliance, "approval_level", decision="agree", opinion=None, recused_reason=None)
    office.answer(alliance, "inform_ministry", inform_no="高市府行國字第10730000900號")
    known = {case.business_key for case in office.cases(process)}
    office.answer(
        alliance, "signing_plan", signing_on=signing, signing_place=place, visit_link="new", linked_case_no=None
    )
    (opened,) = [case for case in office.cases(process) if case.business_key not in known]
    assert office.open(opened) == [begins]
    assert office.variables(alliance)["linked_case_no"] == opened.business_key
    assert office.open(alliance) == (["tell_travel"] if place == "abroad" else ["sign"])
    told = office.variables(opened)
    assert (told["alliance_no"], told["security_class"]) == (alliance.business_key, "普通")
