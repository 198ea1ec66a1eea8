"""A small city: one mayor, two agencies, sections, deputies."""

from __future__ import annotations

from datetime import date, datetime
from types import SimpleNamespace

import pytest

from engine.administration import AdminLog
from engine.calendar.service import CalendarService
from engine.calendar.working_days import TAIPEI
from engine.clock import SetClock
from engine.directory.service import DirectoryService
from engine.model import SYSTEM
from engine.store import Store

MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=TAIPEI)


@pytest.fixture(scope="module")
def database_name(make_database) -> str:
    """A fresh database with nobody in it for this test module."""
    return make_database()


@pytest.fixture(scope="module")
def store(database_url):
    store = Store(database_url)
    yield store
    store.close()


@pytest.fixture
def clock():
    return SetClock(MORNING)


@pytest.fixture
def log(store, clock):
    return AdminLog(store, clock)


@pytest.fixture
def directory(store, clock, log):
    return DirectoryService(store, clock, log)


@pytest.fixture
def calendars(store, clock, log):
    return CalendarService(store, clock, log)


UNITS = [
    ("kcg", None, "city", "高雄市政府"),
    ("aia", "kcg", "agency", "行政暨國際處"),
    ("aia.labor", "aia", "section", "職工管理科"),
    ("health", "kcg", "agency", "衛生局"),
    ("health.hr", "health", "section", "人事室"),
]
POSITIONS = {
    "mayor": ("kcg", "市長", True),
    "aia_head": ("aia", "處長", True),
    "aia_sec": ("aia", "主任秘書", False),
    "labor_chief": ("aia.labor", "科長", True),
    "labor_officer": ("aia.labor", "科員", False),
    "health_head": ("health", "局長", True),
    "health_officer": ("health", "科員", False),
    "hr_officer": ("health.hr", "科員", False),
}
PEOPLE = {
    "chen": ("陳其昌", "mayor"),
    "lin": ("林淑芬", "aia_head"),
    "wu": ("吳俊賢", "aia_sec"),
    "huang": ("黃美惠", "labor_chief"),
    "tsai": ("蔡宗翰", "labor_officer"),
    "hsu": ("許雅雯", "health_head"),
    "kuo": ("郭建宏", "health_officer"),
    "yang": ("楊佩珊", "hr_officer"),
}
GRANTS = [
    ("tsai", "labor_handler", "aia.labor"),
    ("huang", "labor_chief", "aia.labor"),
    ("kuo", "agency_handler", "health"),
    ("yang", "agency_hr", "health"),
    ("wu", "administrator", "aia"),
    ("lin", "auditor", "kcg"),
]


@pytest.fixture(scope="module")
def city(store):
    """Built once a test module; tests that change it use people of their own."""
    clock = SetClock(MORNING)
    directory = DirectoryService(store, clock, AdminLog(store, clock))
    directory.add_standard_roles()
    for key, parent, kind, name in UNITS:
        directory.add_unit(key, actor=SYSTEM, parent_id=parent, type=kind, name=name)
    places = {
        key: directory.add_position(unit, actor=SYSTEM, title=title, is_head=head)
        for key, (unit, title, head) in POSITIONS.items()
    }
    for key, (name, place) in PEOPLE.items():
        directory.add_person(key, actor=SYSTEM, name=name)
        directory.assign(key, places[place].id, actor=SYSTEM, valid_from=date(2020, 1, 1))
    for person, role, unit in GRANTS:
        directory.grant(person, role, unit, actor=SYSTEM, valid_from=date(2020, 1, 1))
    return SimpleNamespace(places=places)
