"""The whole demonstration, played once: totals, inboxes, histories."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import pytest

from engine import SYSTEM, InstanceQuery
from engine.calendar.working_days import TAIPEI
from webapp.demo.cases import load_cases
from webapp.demo.organisation import read_organisation
from webapp.totals import year_totals

pytestmark = pytest.mark.slow
LISTED = [person.id for unit in read_organisation().units for person in unit.people if person.demo]


@pytest.fixture(scope="module")
def totals(loaded):
    return year_totals(loaded, 107)


def test_the_totals_of_107_come_out_of_the_cases(totals):
    figures = totals.figures
    met = sorted(fact.values["meeting_at"].astimezone(TAIPEI).date().isoformat() for fact in figures.meetings)
    assert met == ["2018-02-02", "2018-03-31", "2018-10-29", "2018-11-05"]
    assert len(figures.proposals) == 7
    assert set(figures.agencies) == {"衛生局", "工務局", "社會局", "環境保護局", "運動發展局", "水利局"}
    assert figures.approved_persons == 132
    assert figures.vehicle_amount == 77_604_000
    assert figures.petitions == 331
    assert (len(figures.visits), figures.visitors) == (46, 431)
    assert len(figures.trips) >= 5
    signed = {(fact.values["partner"][:2], fact.values["signed_on"].isoformat()[5:]) for fact in figures.agreements}
    assert signed == {("山梨", "03-02"), ("大邱", "09-13"), ("羅德", "09-24"), ("水原", "10-05")}


def test_petitions_spread_over_the_year(totals):
    by = totals.figures.petitions_by
    assert all(sum(count for _, count in pairs) == 331 for pairs in by.values())
    assert len(by["month"]) == 12
    assert len(by["source"]) >= 10
    assert len(by["agency"]) >= 12
    assert {"已解決", "非權責移轉", "不予處理", "撤回", "併案", "法令不許"} <= {name for name, _ in by["outcome"]}


def test_every_case_of_107_is_closed_and_marked(loaded, totals):
    found = [case for case in loaded.reports.synthetic_cases() if case.mark.startswith("2018/")]
    assert {case.status for case in found} == {"completed"}
    assert totals.figures.synthetic >= 331 + 7 + 4 + 46


def test_every_demo_account_has_work(loaded):
    for person in LISTED:
        counts = loaded.tasks.counts(loaded.directory.actor_for(person))
        assert sum(count for tab, count in counts.items() if tab != "done") > 0, person


def test_every_tab_of_the_inbox_is_shown_by_somebody(loaded):
    shown = Counter()
    for person in LISTED:
        shown.update({tab for tab, count in loaded.tasks.counts(loaded.directory.actor_for(person)).items() if count})
    assert set(shown) == {"pending", "mine", "countersign", "approval", "overdue", "deputy", "following", "done"}


def test_open_cases_stand_in_every_state(loaded):
    cases = loaded.runtime.find(InstanceQuery(status="active", limit=200), SYSTEM).rows
    assert any(case.clock == "stopped" and not case.open_tasks for case in cases), "a correction awaited"
    assert any(case.has_incident for case in cases)
    assert any(case.is_confidential for case in cases)
    assert any(not case.open_tasks and not case.has_incident for case in cases), "one that waits for a timer"
    assert any(case.due_at and case.due_at < datetime.now(TAIPEI) for case in cases), "one that is late"
    assert len(loaded.incidents.incidents(loaded.directory.actor_for("aia.it.operator")).rows) >= 2


def test_histories_verify(loaded):
    result = loaded.history.verify()
    assert result.intact
    assert result.cases > 445


def test_progress_counts_up_to_the_end(loaded):
    assert [done for done, _ in loaded.told] == list(range(len(loaded.told)))
    assert loaded.told[-1][0] == loaded.told[-1][1]


def test_loading_again_changes_nothing(loaded, demo_settings):
    before = loaded.reports.synthetic_cases()
    assert load_cases(demo_settings) == 0
    assert loaded.reports.synthetic_cases() == before
