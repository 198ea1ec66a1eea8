"""What goes on and on by itself, from job to job, is stopped and waits for somebody; what people do begins anew."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from engine import SYSTEM, JobSpec, SourceFile, unattended
from tests.faults.runaways import RUNAWAYS

ANSWERING = "two cases that answer each other"
NOW = datetime(2018, 1, 15, 1, 0, tzinfo=UTC)
CALL, MESSAGE, BEGIN = (
    JobSpec("service_call"),
    JobSpec("deliver_message", {"business_key": "TS-1"}),
    JobSpec("deliver_message", {"business_key": None}),
)


@contextmanager
def left(amount):
    """Inside a job whose chain has so much left."""
    before = unattended.LEFT.set(amount)
    yield
    unattended.LEFT.reset(before)


@pytest.fixture
def messages(monkeypatch, sql):
    """Let a chain be five messages long; a function that counts those delivered."""
    monkeypatch.setattr(unattended, "FULL", 5 * unattended.COSTS["deliver_message"])
    monkeypatch.setattr(unattended, "BEGIN_COST", unattended.COSTS["deliver_message"])
    return lambda: sql("select count(*) from history where verb = 'message.received'")[0][0]


def test_cases_that_answer_each_other_are_stopped_and_go_on_when_somebody_says_so(live, work, sql, messages):
    files = [SourceFile(f"{n}.bpmn", text.encode()) for n, text in enumerate(RUNAWAYS[ANSWERING].diagrams)]
    live.repository.deploy(files, actor=SYSTEM, force_now=True)
    live.runtime.start("ping", actor=SYSTEM, variables={})
    work()
    ((incident, kind, message),) = sql("select id, kind, message from incident where resolved_at is null")
    assert (kind, message) == ("limit", unattended.SPENT)
    delivered = messages()
    assert 0 < delivered <= 6

    live.incidents.retry(incident, actor=SYSTEM)
    work()
    assert messages() > delivered
    assert sql("select count(*) from incident where resolved_at is null") == [(1,)]


@pytest.mark.parametrize(("amount", "said"), [(None, ""), (1, ""), (0, unattended.SPENT)])
def test_a_step_is_held_only_in_a_chain_that_has_nothing_left(amount, said):
    with left(amount):
        assert unattended.spent() == said


def test_what_a_person_does_begins_a_new_chain():
    assert unattended.carried([CALL, MESSAGE, BEGIN]) == [None, None, None]


def test_cases_that_one_step_begins_share_what_is_left_but_for_a_chains_first():
    full, cost = unattended.FULL, unattended.BEGIN_COST
    with left(full):
        assert unattended.carried([BEGIN] * 300) == [full - cost] * 300
    with left(full - cost):
        assert unattended.carried([BEGIN, BEGIN, CALL]) == [(full - 2 * cost) // 2] * 2 + [full - cost - 1]
    with left(1):
        assert unattended.carried([BEGIN, MESSAGE, CALL]) == [0, 0, 0]


def test_a_wait_of_a_minute_and_what_moves_no_case_begin_a_new_chain():
    soon, later = (JobSpec("timer", run_at=NOW, soon=soon) for soon in (True, False))
    with left(100):
        assert unattended.carried([soon, later, JobSpec("notify")]) == [94, None, None]
