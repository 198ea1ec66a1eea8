"""A real engine on a real database, with a small city to work in."""

from __future__ import annotations

from datetime import date, datetime

import psycopg
import pytest

from engine import SYSTEM, Executor, NoJobs, ProcessEngine, SetClock, SourceFile, Store
from engine.calendar.working_days import TAIPEI
from engine.sandbox import MontySandbox
from engine.store.embedded import APPLICATION
from tests.counting import counting

MORNING = datetime(2018, 5, 29, 9, 0, tzinfo=TAIPEI)
HISTORY_KEY = b"a history key for tests, 32 bytes"

UNITS = [
    ("kcg", None, "city", "高雄市政府"),
    ("aia", "kcg", "agency", "行政暨國際處"),
    ("aia.labor", "aia", "section", "職工管理科"),
    ("aia.inspection", "aia", "section", "視察室"),
    ("health", "kcg", "agency", "衛生局"),
    ("health.hr", "health", "section", "人事室"),
]
PEOPLE = {
    # person: name, unit, title, head, roles
    "mayor": ("陳市長", "kcg", "市長", True, ()),
    "head": ("林處長", "aia", "處長", True, (("aia_head", "aia"),)),
    "chief": ("黃科長", "aia.labor", "科長", True, (("labor_chief", "aia.labor"),)),
    "tsai": ("蔡承辦", "aia.labor", "科員", False, (("labor_handler", "aia.labor"),)),
    "wang": ("王小明", "aia.labor", "助理員", False, (("labor_handler", "aia.labor"),)),
    "inspector": ("吳視察", "aia.inspection", "視察", False, (("inspection_handler", "aia.inspection"),)),
    "registrar": ("周登記", "aia.inspection", "書記", False, (("registrar", "aia.inspection"),)),
    "hsu": ("許局長", "health", "局長", True, (("agency_head", "health"),)),
    "kuo": ("郭建宏", "health", "科員", False, (("agency_handler", "health"),)),
    "yang": ("楊佩珊", "health.hr", "科員", False, (("agency_hr", "health"),)),
    "control": ("鄭研考", "aia.inspection", "專員", False, (("control_officer", "kcg"),)),
    "ethics": ("趙政風", "aia.inspection", "專員", False, (("ethics_officer", "kcg"),)),
    "auditor": ("孫稽核", "aia.inspection", "專員", False, (("auditor", "kcg"),)),
    "admin": ("管理員", "aia.inspection", "技士", False, (("administrator", "kcg"),)),
    "owner": ("流程主", "aia.inspection", "技士", False, (("process_owner", "kcg"),)),
    "owner2": ("第二人", "aia.inspection", "技佐", False, (("process_owner", "kcg"),)),
    "archivist": ("檔管員", "aia.inspection", "辦事員", False, (("archivist", "kcg"), ("auditor", "kcg"))),
    "operator": ("操作員", "aia.inspection", "技士", False, (("operator", "kcg"),)),
}


@pytest.fixture(scope="session")
def executor():
    sandbox = MontySandbox()
    yield Executor(sandbox)
    sandbox.close()


@pytest.fixture(scope="module")
def store(database_url):
    store = Store(database_url)
    yield store
    store.close()


@pytest.fixture
def clock():
    return SetClock(MORNING)


@pytest.fixture
def queue():
    return NoJobs()


@pytest.fixture
def engine(store, executor, clock, queue, people):
    return ProcessEngine(store, executor, history_key=HISTORY_KEY, clock=clock, queue=queue)


@pytest.fixture(scope="session")
def city_database(make_database, database_server, executor) -> str:
    """A database with the small city, in the directory's own tables; the modules work in clones of it."""
    name = make_database()
    store = Store(database_server.url(name, APPLICATION))
    directory = ProcessEngine(store, executor, history_key=HISTORY_KEY, clock=SetClock(MORNING)).directory
    directory.add_standard_roles()
    for key, parent, kind, title in UNITS:
        directory.add_unit(key, actor=SYSTEM, parent_id=parent, type=kind, name=title)
    for person, (called, unit, title, is_head, roles) in PEOPLE.items():
        directory.add_person(person, actor=SYSTEM, name=called)
        places = {(place.unit_id, place.title): place for place in directory.positions(unit)}
        place = places.get((unit, title)) or directory.add_position(unit, actor=SYSTEM, title=title, is_head=is_head)
        directory.assign(person, place.id, actor=SYSTEM, valid_from=date(2010, 12, 25))
        for role, scope in roles:
            directory.grant(person, role, scope, actor=SYSTEM, valid_from=date(2010, 12, 25))
    store.close()  # nobody may be connected to what is cloned
    return name


@pytest.fixture(scope="module")
def database_name(make_database, city_database) -> str:
    """A fresh database with the small city for this test module."""
    return make_database(city_database)


@pytest.fixture(scope="module")
def people(store, executor):
    """The people of the small city: `people["tsai"]` is an Actor."""
    directory = ProcessEngine(store, executor, history_key=HISTORY_KEY, clock=SetClock(MORNING)).directory
    return {person: directory.actor_for(person) for person in PEOPLE}


@pytest.fixture
def deploy(engine):
    """Deploy a diagram's text, with other files beside it; gives its version in force."""

    def run(bpmn: str, *files: SourceFile, name: str = "process.bpmn"):
        sources = [SourceFile(name, bpmn.encode()), *files]
        engine.repository.deploy(sources, actor=SYSTEM, force_now=True)
        key = bpmn.split('<bpmn:process id="', 1)[1].split('"', 1)[0]
        return engine.repository.definition(key)

    return run


@pytest.fixture
def open_task(engine, deploy, people):
    """Start a case and give its only open task, claimed by `assignee` unless it is None."""

    def run(bpmn: str, *, assignee: str | None = None, starter: str = "kuo", **variables):
        definition = deploy(bpmn)
        case = engine.runtime.start(definition.key, actor=people[starter], variables=variables)
        (task,) = [t for t in engine.tasks.of_case(case.id, SYSTEM) if t.is_open]
        return engine.tasks.claim(task.id, people[assignee]) if assignee else task

    return run


@pytest.fixture
def count_statements():
    """Count SQL statements and commits inside a block: `with count_statements() as counted:`."""
    return counting


@pytest.fixture
def intruder(owner_url):
    """Somebody with the owner's rights in the database, but without the key."""
    with psycopg.connect(owner_url.replace("+psycopg", ""), autocommit=True) as connection:
        yield connection
