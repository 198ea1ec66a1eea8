"""The office calendar in the database, the engine's clock, and the clocks of cases."""

from __future__ import annotations

import contextlib
import threading
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import text

from engine.calendar.deadlines import DeadlineService
from engine.calendar.service import CalendarService
from engine.calendar.working_days import TAIPEI
from engine.calendar.yearly_list import CalendarRefused, shipped_files
from engine.clock import RESYNC_SECONDS, Clock, SetClock
from engine.errors import InstanceNotFound, InvalidFields, NotAllowed, RecordNotFound, StoreUnavailable
from engine.model import SYSTEM
from engine.store.clock_queries import database_time

pytestmark = pytest.mark.usefixtures("city")

YEAR_2018 = shipped_files()[0].read_bytes()


@pytest.fixture(autouse=True)
def empty(owner_url, store):
    from sqlalchemy import create_engine

    engine = create_engine(owner_url)
    with engine.begin() as connection:
        connection.execute(text("delete from calendar_year"))
        connection.execute(text("delete from closure"))
    engine.dispose()


# -- years --------------------------------------------------------------------------


def test_an_imported_year_counts_at_once(calendars):
    assert calendars.calendar().is_working_day(date(2018, 4, 6))
    calendars.import_year(YEAR_2018, SYSTEM, file_name="107.csv")
    calendar = calendars.calendar()
    assert not calendar.is_working_day(date(2018, 4, 6))
    assert calendar.is_working_day(date(2018, 3, 31))
    assert calendar.note(date(2018, 10, 10)) == "國慶日"
    assert calendar.years == {2018}


def test_the_preview_stores_nothing_and_says_what_would_change(calendars):
    change = calendars.preview_year(YEAR_2018)
    assert (change.version, change.unchanged) == (1, False)
    assert date(2018, 4, 6) in change.newly_off
    assert change.newly_worked == (date(2018, 3, 31), date(2018, 12, 22))
    assert calendars.years() == ()


def test_a_second_import_is_a_new_version_and_the_same_days_are_none(calendars):
    calendars.import_year(YEAR_2018, SYSTEM)
    assert calendars.import_year(YEAR_2018, SYSTEM).unchanged
    changed = YEAR_2018.replace("20181231,一,2".encode(), "20181231,一,0".encode())
    change = calendars.import_year(changed, SYSTEM)
    assert (change.version, change.newly_off, change.newly_worked) == (2, (), (date(2018, 12, 31),))
    assert calendars.calendar().is_working_day(date(2018, 12, 31))
    assert [(row.version, row.is_current) for row in calendars.versions(2018)] == [(2, True), (1, False)]


def test_a_file_that_is_not_whole_is_refused_and_nothing_is_stored(calendars):
    with pytest.raises(CalendarRefused):
        calendars.import_year(YEAR_2018[:3000], SYSTEM)
    assert calendars.years() == ()


def test_the_shipped_years_are_loaded_once(calendars):
    assert calendars.load_shipped() == 3
    assert calendars.load_shipped() == 0
    assert calendars.calendar().years == {2018, 2026, 2027}


def test_who_keeps_the_calendar(calendars, directory):
    with pytest.raises(NotAllowed):
        calendars.import_year(YEAR_2018, directory.actor_for("tsai"))
    with pytest.raises(NotAllowed):  # an administrator of one agency does not decide for the city
        calendars.add_closure(date(2026, 7, 7), "颱風", directory.actor_for("wu"))
    directory.add_person("keeper", actor=SYSTEM, name="管曆員")
    directory.grant("keeper", "calendar_keeper", "aia", actor=SYSTEM)
    assert calendars.import_year(YEAR_2018, directory.actor_for("keeper"))


# -- closures -----------------------------------------------------------------------


def test_a_typhoon_day_counts_until_it_is_taken_back(calendars, log):
    day = date(2026, 7, 7)
    made = calendars.add_closure(day, "颱風停班", SYSTEM)
    assert not calendars.calendar().is_working_day(day)
    calendars.revoke_closure(made, SYSTEM)
    assert calendars.calendar().is_working_day(day)
    assert [row.revoked_at is None for row in calendars.closures(revoked=True)] == [False]
    verbs = [entry.verb for entry in log.entries(SYSTEM, subject=("closure", str(made)))]
    assert verbs == ["closure.revoke", "closure.add"]
    with pytest.raises(RecordNotFound):
        calendars.revoke_closure(made, SYSTEM)


def test_the_same_closure_twice_and_wrong_fields_are_refused(calendars):
    day = date(2026, 7, 7)
    calendars.add_closure(day, "颱風停班", SYSTEM, part="afternoon")
    calendars.add_closure(day, "土石流", SYSTEM, part="afternoon", region="那瑪夏區")
    for reason, part, fields in (
        ("再一次", "afternoon", {"day": "taken"}),
        (" ", "day", {"reason": "required"}),
        ("颱風", "evening", {"part": "unknown"}),
    ):
        with pytest.raises(InvalidFields) as refused:
            calendars.add_closure(day, reason, SYSTEM, part=part)
        assert refused.value.fields == fields


def test_another_process_sees_a_change_within_ten_seconds(store, clock, log):
    counter = [0.0]
    here = CalendarService(store, clock, log)
    there = CalendarService(store, clock, log, steady=lambda: counter[0])
    day = date(2026, 7, 8)
    assert there.calendar().is_working_day(day)
    here.add_closure(day, "颱風停班", SYSTEM)
    assert not here.calendar().is_working_day(day)
    assert there.calendar().is_working_day(day)
    counter[0] = 10.1
    assert not there.calendar().is_working_day(day)


def test_the_calendar_is_read_though_every_connection_is_in_use(store, clock, log):
    calendars = CalendarService(store, clock, log)
    with contextlib.ExitStack() as held:
        for _ in range(2 * store.engine.pool.size()):
            held.enter_context(store.transaction())
        assert calendars.calendar().is_working_day(date(2026, 7, 8))


# -- the engine's clock -------------------------------------------------------------


def test_the_clock_is_the_database_s(store):
    now = Clock(store).now()
    with store.transaction() as tx:
        database = tx.execute(text("select clock_timestamp()")).scalar_one()
    assert abs(database - now) < timedelta(seconds=1)
    assert now.utcoffset() == timedelta(0)


def test_the_clock_asks_the_database_once_in_twenty_seconds_and_counts_on_by_itself(store, monkeypatch):
    counter, statements = [100.0], []
    clock = Clock(store, steady=lambda: counter[0])

    def asked(tx):
        statements.append(tx)
        return database_time(tx)

    monkeypatch.setattr("engine.clock.database_time", asked)
    first = clock.now()
    counter[0] += 7.5
    assert clock.now() - first == timedelta(seconds=7.5)
    assert len(statements) == 1
    counter[0] += RESYNC_SECONDS
    clock.now()
    assert len(statements) == 2


def test_a_step_is_told_the_time_though_every_connection_is_in_use(store):
    counter = [100.0]
    clock = Clock(store, steady=lambda: counter[0])
    with contextlib.ExitStack() as held:
        for _ in range(2 * store.engine.pool.size()):
            held.enter_context(store.transaction())
        first = clock.now()
        counter[0] += RESYNC_SECONDS
        assert clock.now() >= first


def test_who_cannot_be_told_the_time_anew_counts_on(store, monkeypatch):
    counter, tried = [100.0], []

    def gone(tx):
        tried.append(counter[0])
        raise StoreUnavailable

    clock = Clock(store, steady=lambda: counter[0])
    first = clock.now()
    monkeypatch.setattr("engine.clock.database_time", gone)
    counter[0] += 100
    assert clock.now() - first == timedelta(seconds=100)
    clock.now()
    assert tried == [200.0], "not at every look while the database is away"
    with pytest.raises(StoreUnavailable):
        Clock(store).now()


def test_while_one_asks_the_others_do_not_wait(store, monkeypatch):
    counter, asking, told = [100.0], threading.Event(), threading.Event()
    clock = Clock(store, steady=lambda: counter[0])
    clock.now()

    def slow(tx):
        asking.set()
        assert told.wait(20)
        return database_time(tx)

    monkeypatch.setattr("engine.clock.database_time", slow)
    counter[0] += RESYNC_SECONDS
    asker = threading.Thread(target=clock.now)
    asker.start()
    try:
        assert asking.wait(20)
        clock.now()
        assert asker.is_alive()
    finally:
        told.set()
        asker.join()


@pytest.mark.parametrize(("off", "warned"), [(-3, True), (-1.5, False), (0, False), (1.5, False), (3, True)])
def test_a_machine_whose_clock_is_more_than_two_seconds_off_is_warned_of_once_an_hour(store, caplog, off, warned):
    counter = [100.0]
    clock = Clock(store, steady=lambda: counter[0], wall=lambda: datetime.now(UTC) + timedelta(seconds=off))
    with caplog.at_level("WARNING", "siwei.clock"):
        first = clock.now()
        counter[0] += RESYNC_SECONDS
        clock.now()
    assert len(caplog.records) == warned
    assert (clock.drift is not None) == warned
    assert clock.drift is None or abs(clock.drift.total_seconds() - off) < 1
    assert abs(datetime.now(UTC) - first) < timedelta(seconds=1), "the engine goes by the database"


def test_a_slow_answer_of_the_database_is_no_drift(store):
    counter = iter([100.0, 100.0, 105.0, 105.0])
    clock = Clock(store, steady=lambda: next(counter), wall=lambda: datetime.now(UTC) + timedelta(seconds=5))
    clock.now()
    assert clock.drift is None


def test_a_set_clock_moves_by_hand_only():
    start = datetime(2018, 5, 29, 9, tzinfo=TAIPEI)
    clock = SetClock(start)
    assert clock.is_set
    assert not Clock.is_set
    assert clock.now() == clock.now() == start
    assert clock.advance(timedelta(days=1)) == start + timedelta(days=1)
    clock.set(datetime(2018, 1, 1, tzinfo=UTC))
    assert clock.now().year == 2018
    for act in (SetClock, clock.set):
        with pytest.raises(ValueError, match="zone"):
            act(datetime(2018, 1, 1))


# -- clocks of cases ----------------------------------------------------------------


@pytest.fixture
def deadlines(store, clock, calendars):
    calendars.load_shipped()
    return DeadlineService(store, clock, calendars)


@pytest.fixture
def make_case(owner_url):
    """A case row with nothing but its dates: the process behind it does not matter here."""
    from sqlalchemy import create_engine

    engine = create_engine(owner_url)

    def make(received_at, due_at, ended_at=None):
        case = uuid4()
        values = {
            "id": case,
            "started_at": received_at,
            "received_at": received_at,
            "due_at": due_at,
            "ended_at": ended_at,
        }
        with engine.begin() as connection:
            connection.execute(text("set local session_replication_role = replica"))  # its definition is not here
            connection.execute(text(_insert_case(connection, values)), values)
        return case

    yield make
    engine.dispose()


def _insert_case(connection, values):
    """Fill every other column that must be filled with the plainest value of its type."""
    rows = connection.execute(
        text(
            "select column_name, udt_name from information_schema.columns where table_name = 'process_instance'"
            " and is_nullable = 'NO' and column_default is null and is_identity = 'NO'"
        )
    )
    plain = {
        "uuid": "gen_random_uuid()",
        "text": "gen_random_uuid()::text",
        "timestamptz": "now()",
        "int4": "0",
        "int2": "0",
        "_text": "'{}'",
        "jsonb": "'{}'",
        "bytea": "''",
        "bool": "false",
    }
    names = dict.fromkeys(values, None) | {row.column_name: plain[row.udt_name] for row in rows}
    names |= {name: f":{name}" for name in values} | {"status": "'active'"}
    if values["ended_at"]:
        names["status"] = "'completed'"
    return f"insert into process_instance ({', '.join(names)}) values ({', '.join(names.values())})"


def test_a_correction_stops_the_clock_and_its_days_come_after_the_due_date_again(deadlines, clock, store, make_case):
    clock.set(datetime(2018, 3, 1, 9, tzinfo=TAIPEI))
    due = datetime(2018, 3, 9, 17, 30, tzinfo=TAIPEI)
    case = make_case(clock.now(), due)
    clock.set(datetime(2018, 3, 5, 10, tzinfo=TAIPEI))
    with store.transaction() as tx:
        assert deadlines.change(tx, case, "stopped", due_at=due, reason="補正") == due
        assert deadlines.change(tx, case, "stopped", due_at=due) == due  # twice is once
    clock.set(datetime(2018, 3, 7, 10, tzinfo=TAIPEI))
    assert deadlines.case_time(case).stopped
    assert deadlines.case_time(case).days_used == 2
    clock.set(datetime(2018, 3, 8, 15, tzinfo=TAIPEI))
    with store.transaction() as tx:
        moved = deadlines.change(tx, case, "running", due_at=due)
        assert deadlines.change(tx, case, "running", due_at=moved) == moved
    assert moved == datetime(2018, 3, 14, 17, 30, tzinfo=TAIPEI)
    time = deadlines.case_time(case)
    assert not time.stopped
    assert [(stop.reason, stop.until is None) for stop in time.stops] == [("補正", False)]
    assert time.days_used == 2


def test_time_of_a_case_in_working_days(deadlines, clock, make_case):
    clock.set(datetime(2018, 2, 14, 9, tzinfo=TAIPEI))
    case = make_case(clock.now(), datetime(2018, 2, 23, 17, 30, tzinfo=TAIPEI))
    assert deadlines.case_time(case).days_used == Decimal("0.5")
    assert deadlines.case_time(case).days_left == 3
    clock.set(datetime(2018, 2, 27, 9, tzinfo=TAIPEI))
    assert deadlines.case_time(case).days_left == -2
    assert deadlines.case_time(case).days_used == 5


def test_a_closed_case_uses_no_more_days(deadlines, clock, make_case):
    received = datetime(2018, 3, 1, 9, tzinfo=TAIPEI)
    case = make_case(received, None, ended_at=datetime(2018, 3, 5, 9, tzinfo=TAIPEI))
    time = deadlines.case_time(case)
    assert (time.days_used, time.days_left, time.due_at) == (2, None, None)


def test_years_without_calendar_are_named(deadlines, clock, make_case):
    clock.set(datetime(2027, 12, 28, 9, tzinfo=TAIPEI))
    case = make_case(clock.now(), datetime(2028, 1, 6, 17, 30, tzinfo=TAIPEI))
    assert deadlines.case_time(case).unknown_years == (2028,)


def test_a_case_that_is_not_there(deadlines):
    with pytest.raises(InstanceNotFound):
        deadlines.case_time(uuid4())
