"""A worker outlives its database: its sessions are ended, the server is down at the start, it goes and comes back."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from engine.store.embedded import APPLICATION, EmbeddedServer
from engine.store.schema import upgrade

ROOT = Path(__file__).resolve().parents[3]
WITHIN_SECONDS = 40.0
"""Longer than every wait of a worker: to miss its connection, to try again, to poll."""


@pytest.fixture
def server(tmp_path):
    """A server of this test's own, migrated and running."""
    server = EmbeddedServer(tmp_path / "database", durable=False)
    upgrade(server.start().url("siwei"))
    yield server
    server.stop()
    shutil.rmtree(server.base, ignore_errors=True)


@pytest.fixture
def siwei_worker(tmp_path):
    """A function that starts `siwei worker`, in production, as an operator does; its log stands in a file."""
    started = []

    def start(url: str) -> subprocess.Popen[bytes]:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("SIWEI_")},
            "SIWEI_MODE": "production",
            "SIWEI_HOME": str(tmp_path / "home"),
            "SIWEI_SECRET_KEY": "5c1f0e7ab93d46288f02d7c45be1963a",
            "SIWEI_HISTORY_KEY": "e2907b4d1f6ac583b7d80942fa35c61e",
            "DATABASE_URL": url,
            "OWNER_DATABASE_URL": url,
        }
        with (tmp_path / "worker.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "webapp.cli", "worker"], cwd=ROOT, env=environment, stdout=log, stderr=log
            )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


@contextlib.contextmanager
def owner(server):
    address = server.running()
    assert address is not None
    with psycopg.connect(address.url("siwei").replace("+psycopg", ""), autocommit=True) as db:
        yield db


def works(server, process):
    """Give the worker a job that has nothing to do, and wait until it has done it."""
    deadline = time.monotonic() + WITHIN_SECONDS
    with owner(server) as db:
        (job,) = db.execute("""
            insert into procrastinate_jobs (queue_name, task_name, args)
            values ('siwei', 'siwei:deliver_signal', '{"name": "unheard", "variables": {}, "id": "t"}') returning id
        """).fetchone()
        while db.execute("select 1 from procrastinate_jobs where id = %s", [job]).fetchone():
            assert process.poll() is None, "the worker has ended"
            assert time.monotonic() < deadline, "the worker does not work any more"
            time.sleep(0.1)


def test_sessions_that_are_ended_are_opened_anew(server, siwei_worker):
    process = siwei_worker(server.running().url("siwei", APPLICATION))
    works(server, process)
    with owner(server) as db:
        ended = db.execute("""
            select count(*) from (select pg_terminate_backend(pid) from pg_stat_activity
              where datname = current_database() and pid <> pg_backend_pid()) ended
        """).fetchone()
    assert ended is not None
    assert ended[0] >= 2, "the worker had no session to lose"
    works(server, process)


def test_a_server_may_come_after_its_worker_and_go_and_come_back(server, siwei_worker, tmp_path):
    url = server.running().url("siwei", APPLICATION)
    server.stop()
    process = siwei_worker(url)
    deadline = time.monotonic() + WITHIN_SECONDS
    while b"cannot be reached" not in (tmp_path / "worker.log").read_bytes():
        assert process.poll() is None, (tmp_path / "worker.log").read_text()
        assert time.monotonic() < deadline, "the worker says nothing of what it waits for"
        time.sleep(0.1)
    server.start()
    works(server, process)
    server.stop()
    server.start()
    works(server, process)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
