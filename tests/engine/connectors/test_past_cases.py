"""The `past_cases` connector on a real database: which earlier cases agree, and which are never given."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine import SYSTEM
from engine.connectors import PastCasesConnector
from engine.connectors.past_cases import MAX_CASES
from engine.errors import ConnectorError
from tests.engine.conftest import MORNING


@pytest.fixture
def connector(store):
    return PastCasesConnector(store)


@pytest.fixture
def travel(begin):
    """Request a trip so many days before today; gives the case."""

    def run(days_ago=0, countries=("JP",), **given):
        values = {
            "subject": "赴日考察",
            "trip_title": "赴日考察",
            "topic": "觀光",
            "destination": [{"country": country} for country in countries],
            "ticket_done": True,
        }
        return begin({**values, **given}, days_ago)

    return run


def found(connector, case, **given):
    agree = {"topic": "觀光", "destination.country": ["JP", "KR"]}
    answer = connector.call({"case_no": case.business_key, "agree": agree, **given}, key="k")
    return [row["case_no"] for row in answer["cases"]]


def test_every_path_must_agree_in_one_value_at_least(connector, travel):
    both = travel(300, countries=("US", "KR"))
    travel(200, countries=("US",))
    travel(100, topic="教育")
    assert found(connector, travel()) == [both.business_key]


def test_the_newest_come_first_and_no_older_ones_than_asked(connector, travel):
    travel(3 * 366)
    older, newer, now = travel(800), travel(20), travel()
    assert found(connector, now) == [newer.business_key, older.business_key]
    assert found(connector, now, years=1) == [newer.business_key]


def test_a_later_case_and_the_case_itself_are_not_found(connector, travel):
    first = travel(10)
    travel(5)
    assert found(connector, first) == []


def test_cancelled_and_confidential_cases_are_never_given(connector, engine, travel):
    engine.runtime.cancel(travel(50).id, reason="對方延期", actor=SYSTEM)
    travel(40, security_class="密")
    assert found(connector, travel()) == []


def test_what_must_be_present_or_absent_counts(connector, travel):
    made = travel(60)
    travel(50, ticket_done=False)
    travel(40, cancel_reason="颱風")
    assert found(connector, travel(), present=["ticket_done"], absent=["cancel_reason"]) == [made.business_key]


def test_what_is_shown_stands_beside_each_case(connector, travel):
    travel(30, trip_title="赴日觀光推廣")
    answer = connector.call(
        {"case_no": travel().business_key, "agree": {"topic": "觀光"}, "show": ["trip_title", "nothing"]}, key="k"
    )
    (row,) = answer["cases"]
    assert (row["trip_title"], row["nothing"], row["status"]) == ("赴日觀光推廣", None, "active")
    assert row["started_on"] == (MORNING - timedelta(days=30)).date()


def test_no_more_than_a_page_of_them(connector, travel):
    for day in range(MAX_CASES + 2):
        travel(day + 1)
    assert len(found(connector, travel())) == MAX_CASES


@pytest.mark.parametrize(
    "wrong", [{"agree": None}, {"agree": "觀光"}, {"years": 0}, {"years": "三"}, {"present": "ticket_done"}]
)
def test_a_wrong_argument_is_said_at_once_and_not_tried_again(connector, travel, wrong):
    with pytest.raises(ConnectorError) as caught:
        found(connector, travel(), **wrong)
    assert not caught.value.retryable
