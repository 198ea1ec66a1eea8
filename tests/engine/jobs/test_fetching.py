"""A worker finds its next job by index: what waits for next year costs nothing, and nothing waits behind a stack."""

from __future__ import annotations

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from procrastinate import PsycopgConnector

from engine.jobs.fetching import FETCHES, OrderedJobManager

WAITING = """
insert into procrastinate_jobs (queue_name, task_name, status, scheduled_at)
select 'siwei', 'siwei:timer', 'todo', now() + n * interval '1 minute' from generate_series(1, 5000) n
"""


@pytest.fixture
def put(sql):
    """Put a job into the queue, for a time so many seconds ago or for now; its id."""

    def run(ago=None):
        ((id,),) = sql(
            "insert into procrastinate_jobs (queue_name, task_name, scheduled_at)"
            " values ('siwei', 'siwei:timer', now() - %s::float8 * interval '1 second') returning id",
            ago,
        )
        return id

    return run


@pytest.fixture
def managed(owner_url):
    """Let an act be done with a job manager; what comes of it."""

    async def run(act):
        connector = PsycopgConnector(conninfo=owner_url.replace("+psycopg", ""))
        await connector.open_async()
        try:
            return await act(OrderedJobManager(connector))
        finally:
            await connector.close_async()

    with ThreadPoolExecutor(1) as apart:  # a browser of the same process has a loop of its own going
        yield lambda act: apart.submit(lambda: asyncio.run(run(act))).result()


@pytest.fixture
def fetch(managed):
    """Fetch so many jobs as one worker does; their ids."""

    async def run(manager, count):
        return [job.id if (job := await manager.fetch_job(["siwei"], None)) else None for _ in range(count)]

    return lambda count: managed(lambda manager: run(manager, count))


def test_timers_that_wait_are_not_looked_at(owner_url):
    with psycopg.connect(owner_url.replace("+psycopg", ""), autocommit=True) as db:
        db.execute("set session_replication_role = replica")  # without their events: only the jobs are looked at
        db.execute(WAITING)
        db.execute("vacuum analyze procrastinate_jobs")
        (pages,) = db.execute("select relpages from pg_class where relname = 'procrastinate_jobs'").fetchone()
        for statement in FETCHES:
            plan = db.execute(
                f"explain (analyze, buffers, costs off, timing off) {statement}",
                {"queues": ["siwei"], "worker_id": None},
            )
            read = next(line for (line,) in plan if "Buffers:" in line)
            assert sum(map(int, re.findall(r"(?:hit|read)=(\d+)", read))) < pages / 4, read


def test_neither_what_is_due_nor_what_is_for_now_waits_for_all_of_the_other(put, fetch):
    due, fresh = [put(60), put(30), put(20)], [put(), put()]
    assert fetch(6) == [due[0], fresh[0], due[1], fresh[1], due[2], None]


def test_a_job_that_another_worker_takes_is_passed_over(owner_url, put, fetch):
    taken, free = put(60), put(30)
    with psycopg.connect(owner_url.replace("+psycopg", "")) as db:
        db.execute("select from procrastinate_jobs where id = %s for update", [taken])
        assert fetch(2) == [free, None]
    assert fetch(1) == [taken]


def test_jobs_left_as_done_long_ago_are_forgotten_and_no_other(managed, put, sql):
    old, new, failed, waiting = put(), put(), put(), put()
    for status, id in (("succeeded", old), ("succeeded", new), ("failed", failed)):
        sql("update procrastinate_jobs set status = 'doing' where id = %s", id)
        sql("update procrastinate_jobs set status = %s::procrastinate_job_status where id = %s", status, id)
    for id in (old, failed, waiting):
        sql("update procrastinate_events set at = now() - interval '2 days' where job_id = %s", id)
    managed(lambda manager: manager.forget(24))
    assert sql("select id from procrastinate_jobs order by id") == [(new,), (failed,), (waiting,)]
