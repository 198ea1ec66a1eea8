"""Numbers for monitors, of web and worker, readiness, and one id through request, log and job."""

from __future__ import annotations

import json
import logging
import re
import socket
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families

from engine import SYSTEM, Store
from engine.errors import StoreUnavailable
from engine.jobs import MAX_ATTEMPTS, ProcrastinateQueue, Swept
from engine.measuring import MeasuringService
from engine.queue import JobSpec
from engine.store import measure_queries as queries
from engine.watching import REQUEST
from tests.web.conftest import HANDLER, STARTER
from webapp import shared
from webapp.logs import configure_logs
from webapp.settings import Settings
from webapp.tracing import HEADER, watch
from webapp.worker_metrics import WorkerMeters, serve

DOCS = Path(__file__).parents[3] / "docs"


def series(text):
    """The value of each series, by its name and labels."""
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture
def owner(owner_url):
    with psycopg.connect(owner_url.replace("+psycopg", ""), autocommit=True) as db:
        yield db


@pytest.fixture
def numbers(app, owner):
    """A function that reads `/metrics` as a monitor does, everything counted anew: the value of each series."""

    def read(**headers):
        owner.execute("delete from upkeep")
        answer = app.test_client().get("/metrics", headers=headers)
        assert answer.status_code == 200, answer.text
        return series(answer.text)

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


def test_nobody_and_no_case_is_in_the_numbers(app, owner, errand):
    case, task_id = errand("王小明的陳情")
    owner.execute("delete from upkeep")
    text = app.test_client().get("/metrics").text
    assert "王小明" not in text
    assert not any(str(name) in text for name in (case.id, task_id, case.business_key, STARTER, HANDLER))


def test_one_counts_for_all_who_ask_and_not_again_at_once(engine, errand, owner, monkeypatch):
    owner.execute("delete from upkeep")
    asked = []
    counts = queries.counts
    monkeypatch.setattr(queries, "counts", lambda tx, name, *now: asked.append(name) or counts(tx, name, *now))
    nodes = [MeasuringService(engine.store, engine.clock) for _ in range(2)]
    first = nodes[0].measures()
    assert asked.count("tasks") == 1
    errand("還沒數到")
    assert nodes[1].measures().open_cases == first.open_cases
    assert (asked.count("tasks"), asked.count("connections")) == (1, 2)
    owner.execute("update upkeep set at = at - interval '31 seconds' where name = 'counts'")
    later = nodes[1].measures()
    assert asked.count("tasks") == 2
    assert sum(later.open_cases.values()) == sum(first.open_cases.values()) + 1
    assert later.counted_seconds_ago < 30


def test_the_longer_counting_takes_the_seldomer_it_is_done(engine, owner, numbers):
    numbers()
    owner.execute(
        "update upkeep set at = at - interval '99 seconds', value = jsonb_set(value, '{took}', '2.0')"
        " where name = 'counts'"
    )
    assert engine.measuring.measures().counting_seconds == 2.0
    owner.execute("update upkeep set at = at - interval '2 seconds' where name = 'counts'")
    assert engine.measuring.measures().counting_seconds < 2.0


def test_without_the_database_a_monitor_still_gets_the_numbers_of_the_server(app, monkeypatch):
    def away(self):
        raise StoreUnavailable

    monkeypatch.setattr(MeasuringService, "measures", away)
    answer = app.test_client().get("/metrics")
    assert answer.status_code == 200
    assert "siwei_database_up 0.0" in answer.text
    assert "siwei_request_seconds_count" in answer.text
    assert "siwei_open_cases" not in answer.text


def test_the_pool_says_who_waits(owner_url):
    store = Store(owner_url, pool_size=1)
    with ThreadPoolExecutor(1) as other, closing(store):
        held = [store.engine.connect() for _ in range(2)]
        assert store.pool_counts() == {"used": 2, "idle": 0, "waiting": 0, "limit": 2}
        waits = other.submit(lambda: store.engine.connect().close())
        deadline = time.monotonic() + 5
        while store.pool_counts()["waiting"] == 0 and time.monotonic() < deadline:
            time.sleep(0)
        assert store.pool_counts()["waiting"] == 1
        for connection in held:
            connection.close()
        waits.result(5)
        assert (store.pool_counts()["used"], store.pool_counts()["waiting"]) == (0, 0)


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


@pytest.fixture
def meters():
    return WorkerMeters()


@contextmanager
def serving(meters, engine, **settings):
    """A function that asks the worker's port for a path; gives status and text."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = serve(meters, engine, Settings(worker_metrics_port=port, **settings))

    def ask(path, **headers):
        asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
        try:
            with urllib.request.urlopen(asked, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    with closing(server.socket):
        try:
            yield ask
        finally:
            server.shutdown()


def test_jobs_are_counted_by_kind_and_by_what_became_of_them(meters, engine):
    failing = {"lost": OSError("away"), "wrong": ValueError("never")}
    failing["wrong"].retryable = False

    def work(kind, args, attempts):
        assert series(meters.written(engine).decode())["siwei_jobs_in_hand",] == 1
        if args:
            raise failing[args["how"]]

    handle = meters.counted(work)
    handle("timer", {}, 0)
    handle("timer", {}, 3)
    for how, attempts in (("lost", 0), ("lost", MAX_ATTEMPTS - 1), ("wrong", 0)):
        with pytest.raises((OSError, ValueError)):
            handle("service_call", {"how": how}, attempts)
    found = series(meters.written(engine).decode())
    assert found["siwei_job_seconds_count", "done", "timer"] == 2
    assert found["siwei_job_seconds_count", "retried", "service_call"] == 1
    assert found["siwei_job_seconds_count", "given up", "service_call"] == 2
    assert found["siwei_jobs_in_hand",] == 0
    assert found["siwei_pool_connections", "waiting"] == 0
    assert found["siwei_database_up",] == 1


def test_rounds_are_counted_with_what_they_found(meters, engine):
    go_round = meters.counted_round(lambda: Swept(timers=2, anchored=True))
    assert go_round().timers == 2
    go_round()
    found = series(meters.written(engine).decode())
    assert found["siwei_round_found_total", "timers"] == 4
    assert found["siwei_round_found_total", "anchored"] == 2
    assert ("siwei_round_found_total", "calls") not in found
    assert found["siwei_round_seconds_count",] == 2


def test_this_machine_may_ask_and_nobody_through_a_proxy(meters, engine):
    with serving(meters, engine) as ask:
        status, text = ask("/metrics")
        assert status == 200
        assert series(text)["siwei_database_up",] == 1
        assert ask("/metrics", Host="siwei.example.gov.tw")[0] == 404
        assert ask("/health/live") == (200, "ok\n")
        assert ask("/")[0] == 404


def test_with_a_token_it_must_be_shown(meters, engine):
    with serving(meters, engine, metrics_token="a-token-for-the-monitor") as ask:
        assert ask("/metrics")[0] == 404
        assert ask("/metrics", Authorization="Bearer another")[0] == 404
        assert ask("/metrics", Authorization="Bearer a-token-for-the-monitor", Host="siwei.example.gov.tw")[0] == 200


def test_without_a_port_there_is_nothing_and_a_port_that_is_taken_stops_no_worker(meters, engine, caplog):
    assert serve(meters, engine, Settings()) is None
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert serve(meters, engine, Settings(worker_metrics_port=taken.getsockname()[1])) is None
    assert "SIWEI_WORKER_METRICS_PORT" in caplog.text


@pytest.mark.parametrize("guide", ["operations.md", "zh/operations.md"])
def test_the_guide_names_what_there_is(guide, app, engine, errand, meters, watched):
    errand("指南裡的數字")
    engine.watchdog.look_on()
    app.test_client().get("/sign-in")
    meters.counted(lambda *job: None)("timer", {}, 0)
    meters.counted_round(lambda: Swept(timers=1))()
    text = app.test_client().get("/metrics").text + meters.written(engine).decode()
    there = {name for name, *_ in series(text)} | {family.name for family in text_string_to_metric_families(text)}
    named = set(re.findall(r"\bsiwei_[a-z_]+\b", (DOCS / guide).read_text("utf-8"))) - {"siwei_app", "siwei_owner"}
    assert named <= there | {"siwei_jobs", "siwei_open_incidents"}  # these have a line for each there is
    assert {name for name in there if not re.search("_(bucket|sum|count|created|total)$", name)} <= (
        named | {"siwei_steps", "siwei_round_found", "siwei_round_timestamp_seconds"}
    )
