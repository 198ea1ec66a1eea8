"""Numbers for monitors, readiness, and one id through request, log and job."""

from __future__ import annotations

import json
import logging
import re
from contextlib import contextmanager
from dataclasses import replace

import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families

from engine import SYSTEM
from engine.jobs import ProcrastinateQueue
from engine.queue import JobSpec
from engine.watching import REQUEST
from tests.web.conftest import HANDLER, STARTER
from webapp import shared
from webapp.logs import configure_logs
from webapp.settings import Settings
from webapp.tracing import HEADER, watch


@pytest.fixture
def owner(owner_url):
    with psycopg.connect(owner_url.replace("+psycopg", ""), autocommit=True) as db:
        yield db


@pytest.fixture
def numbers(app, engine):
    """A function that reads `/metrics` as a monitor does: the value of each series."""

    def read(**headers):
        engine.measuring._kept = None
        answer = app.test_client().get("/metrics", headers=headers)
        assert answer.status_code == 200, answer.text
        return {
            (sample.name, *sorted(sample.labels.values())): sample.value
            for family in text_string_to_metric_families(answer.text)
            for sample in family.samples
        }

    return read


@pytest.fixture
def watched(engine, monkeypatch):
    """Steps are told of as `assemble` has them told."""
    monkeypatch.setattr(engine.tasks._steps, "_watch", watch)


@contextmanager
def log_lines(capsys):
    """What is logged in the block, read back from its JSON."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    lines = []
    configure_logs(Settings())
    try:
        yield lines
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        lines += [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]


def test_work_is_counted_by_process_and_kind(numbers, browser, errand, claimed, owner, watched):
    before = numbers()
    case, _ = errand("數一件")
    after = numbers()
    assert after["siwei_open_cases", "errand"] == before.get(("siwei_open_cases", "errand"), 0) + 1
    assert after["siwei_open_tasks", "errand"] == before.get(("siwei_open_tasks", "errand"), 0) + 1
    assert (
        after["siwei_steps_total", "case.started", "errand"]
        == before.get(("siwei_steps_total", "case.started", "errand"), 0) + 1
    )
    owner.execute(
        "insert into awaited_timer (instance_id, task_id, element_id, due_at) values (%s, 't', 'e', '2020-01-01')",
        [case.id],
    )
    late = numbers()
    assert late["siwei_overdue_timers",] == before["siwei_overdue_timers",] + 1
    assert late["siwei_oldest_timer_seconds",] > 86_400
    owner.execute("delete from awaited_timer where instance_id = %s", [case.id])
    browser(HANDLER).get("/")
    assert any(key[0] == "siwei_request_seconds_count" for key in numbers())


def test_jobs_mails_and_workers_are_counted(numbers, engine, owner):
    with engine.store.transaction() as tx:
        ProcrastinateQueue().defer(tx.connection, [JobSpec("notice_mail", {"notification_id": "x"})] * 2)
    found = numbers()
    assert found["siwei_jobs", "notice_mail", "todo"] == 2
    assert found["siwei_oldest_job_seconds",] >= 0
    assert found["siwei_workers",] == 0
    owner.execute("truncate procrastinate_jobs cascade")


def test_nobody_and_no_case_is_in_the_numbers(app, engine, errand):
    case, task_id = errand("王小明的陳情")
    engine.measuring._kept = None
    text = app.test_client().get("/metrics").text
    assert "王小明" not in text
    assert not any(str(name) in text for name in (case.id, task_id, case.business_key, STARTER, HANDLER))


def test_only_who_may_gets_the_numbers(app):
    client = app.test_client()
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "10.1.2.3"}).status_code == 404
    settings = app.config["SIWEI"]
    app.config["SIWEI"] = replace(settings, metrics_token="a-token-for-the-monitor")
    try:
        assert client.get("/metrics").status_code == 404
        assert client.get("/metrics", headers={"Authorization": "Bearer another"}).status_code == 404
        good = {"Authorization": "Bearer a-token-for-the-monitor"}
        far = client.get("/metrics", headers=good, environ_base={"REMOTE_ADDR": "10.1.2.3"})
        assert far.status_code == 200
    finally:
        app.config["SIWEI"] = settings


def test_an_older_schema_or_a_stop_makes_it_not_ready_and_a_newer_one_does_not(app, owner, monkeypatch, tmp_path):
    client = app.test_client()
    (there,) = owner.execute("select version_num from alembic_version").fetchone()
    try:
        owner.execute("update alembic_version set version_num = '0001'")
        assert client.get("/health/ready").status_code == 503
        owner.execute("update alembic_version set version_num = 'of-tomorrow'")
        assert client.get("/health/ready").status_code == 200
    finally:
        owner.execute("update alembic_version set version_num = %s", [there])
    monkeypatch.setattr(shared, "_folder", tmp_path)
    assert client.get("/health/ready").status_code == 200
    shared.begin_to_drain()
    assert (client.get("/health/ready").status_code, client.get("/health/live").status_code) == (503, 200)


def test_one_id_stands_in_the_answer_in_every_line_and_at_the_entry(browser, errand, engine, watched, capsys):
    case, task_id = errand("跟著編號走")
    with log_lines(capsys) as lines:
        answer = browser(HANDLER).post(f"/tasks/{task_id}/claim", X_Request_ID="from-the-proxy-1")
    assert answer.headers[HEADER] == "from-the-proxy-1"
    step, asked = ([line for line in lines if line.get("request") == "from-the-proxy-1" and line["event"] == event]
                   for event in ("step", "request"))  # fmt: skip
    assert (len(step), len(asked)) == (1, 1)
    assert step[0]["verb"] == "task.claimed"
    assert asked[0]["person"] == HANDLER
    entry = next(entry for entry in engine.history.timeline(case.id, SYSTEM) if entry.seq == step[0]["entry"])
    assert (entry.verb, str(entry.instance_id)) == ("task.claimed", step[0]["case"])
    assert REQUEST.get() == ""


@pytest.mark.parametrize("given", ["short", "with space and more", "x" * 80, "line\tbreak-12345"])
def test_an_id_that_is_none_is_replaced(app, given):
    answer = app.test_client().get("/sign-in", headers={HEADER: given})
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers[HEADER])


def test_a_job_carries_the_id_of_the_request_that_caused_it(engine, owner):
    known_as = REQUEST.set("from-a-request-7")
    try:
        with engine.store.transaction() as tx:
            ProcrastinateQueue().defer(tx.connection, [JobSpec("timer", {"instance_id": "i"})])
    finally:
        REQUEST.reset(known_as)
    assert owner.execute("select args ->> 'request' from procrastinate_jobs").fetchall() == [("from-a-request-7",)]
    owner.execute("truncate procrastinate_jobs cascade")
