"""The `deputies` connector: travellers' deputies stand in for the days of the trip, once."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from engine.calendar.working_days import TAIPEI
from engine.connectors import DeputiesConnector
from engine.errors import ConnectorError
from engine.model import SYSTEM
from tests.engine.directory.conftest import MORNING

pytestmark = pytest.mark.usefixtures("city")

TRIP = {
    "people": [{"person": {"id": "huang", "label": "黃美惠"}, "deputy": {"id": "tsai", "label": "蔡宗翰"}}],
    "from": date(2026, 12, 1),
    "until": date(2026, 12, 3),
    "reason": "出國訪問：簽署備忘錄",
}


@pytest.fixture
def connector(directory):
    return DeputiesConnector(directory)


@pytest.fixture(autouse=True)
def nobody_away(directory, clock):
    yield
    clock.set(MORNING)
    for leave in directory.delegations():
        directory.cancel_leave(leave.id, actor=SYSTEM)


def test_the_deputy_stands_in_from_the_first_day_to_the_end_of_the_last(connector, directory, clock):
    assert connector.call(TRIP, key="a") == {"entered": ["huang"], "kept": []}
    seen = []
    for moment in (datetime(2026, 11, 30, 23, 59), datetime(2026, 12, 1), datetime(2026, 12, 3, 23, 59)):
        clock.set(moment.replace(tzinfo=TAIPEI))
        seen.append([person.id for person in directory.principals("tsai")])
    clock.advance(timedelta(minutes=1))
    assert [*seen, directory.principals("tsai")] == [[], ["huang"], ["huang"], ()]


def test_called_twice_the_leave_is_entered_once(connector, directory):
    connector.call(TRIP, key="a")
    assert connector.call(TRIP, key="a") == {"entered": [], "kept": ["huang"]}
    assert len(directory.delegations(person_id="huang")) == 1


def test_a_trip_that_is_over_enters_nothing(connector, directory):
    past = {**TRIP, "from": date(2018, 10, 4), "until": date(2018, 10, 7)}
    assert connector.call(past, key="a") == {"entered": [], "kept": ["huang"]}
    assert not [leave for leave in directory.delegations(person_id="huang", past=True) if leave.ends_at < MORNING]


@pytest.mark.parametrize(
    "arguments",
    [
        {**TRIP, "from": "soon"},
        {**TRIP, "people": [{"person": {"id": "huang"}}]},
        {**TRIP, "people": ["huang"]},
        {**TRIP, "people": [{"person": "nobody", "deputy": "tsai"}]},
        {**TRIP, "people": [{"person": "huang", "deputy": "nobody"}]},
        {**TRIP, "people": [{"person": "huang", "deputy": "huang"}]},
    ],
)
def test_what_cannot_be_entered_is_final_and_named(connector, arguments):
    with pytest.raises(ConnectorError) as caught:
        connector.call(arguments, key="a")
    assert not caught.value.retryable
