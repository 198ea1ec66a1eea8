"""Several people at once: nothing is lost, doubled or half done."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from sqlalchemy import event

from engine import SYSTEM, ProcessEngine, Store
from engine.errors import AlreadyClaimed, Conflict, StaleRevision, StoreUnavailable, TaskNotOpen
from engine.model import CompleteTask
from engine.steps.steps import Act
from tests.engine.conftest import HISTORY_KEY
from tests.engine.services.diagrams import APPROVAL, PARALLEL, THREE


def at_once(*acts):
    """Run the acts at the same moment; results or errors in order."""
    barrier = threading.Barrier(len(acts))

    def run(act):
        barrier.wait()
        try:
            return act()
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_one_of_many_completes_the_others_are_told_who(engine, people, open_task):
    for _ in range(5):
        task = open_task(APPROVAL, assignee="tsai", headcount=1)
        results = at_once(*[lambda t=task: engine.tasks.complete(t.id, actor=people["tsai"], variables={})] * 8)
        refused = [r for r in results if isinstance(r, Exception)]
        assert len(refused) == 7
        assert all(isinstance(r, TaskNotOpen) and r.params["who"] == "蔡承辦" for r in refused)
        verbs = [entry.verb for entry in engine.history.timeline(task.instance_id, SYSTEM)]
        assert verbs.count("task.completed") == 1
        assert engine.history.verify(task.instance_id).intact


def test_one_of_two_claims(engine, people, open_task):
    for _ in range(5):
        task = open_task(APPROVAL, headcount=1)
        results = at_once(
            lambda t=task: engine.tasks.claim(t.id, people["tsai"]),
            lambda t=task: engine.tasks.claim(t.id, people["wang"]),
        )
        assert sorted(type(r).__name__ for r in results) == ["AlreadyClaimed", "UserTask"]
        (loser,) = [r for r in results if isinstance(r, AlreadyClaimed)]
        assert loser.params["who"] in ("蔡承辦", "王小明")


def test_the_same_form_posted_five_times_at_once_has_one_effect_and_one_answer(engine, people, open_task):
    task = open_task(APPROVAL, assignee="tsai", headcount=1)
    results = at_once(
        *[lambda: engine.tasks.complete(task.id, actor=people["tsai"], variables={}, token="posted-5")] * 5
    )
    assert not [r for r in results if isinstance(r, Exception)]
    assert len({r.opened for r in results}) == 1


def test_the_same_start_posted_five_times_at_once_starts_one_case(engine, people, deploy):
    deploy(APPROVAL)
    results = at_once(
        *[lambda: engine.runtime.start("approval", actor=people["kuo"], variables={"headcount": 1}, token="started-5")]
        * 5
    )
    assert not [r for r in results if isinstance(r, Exception)]
    assert len({r.id for r in results}) == 1


def test_twenty_parallel_tasks_of_one_case_join_once(engine, people, deploy):
    deploy(PARALLEL)
    case = engine.runtime.start("parallel", actor=people["kuo"], variables={})
    tasks = engine.tasks.of_case(case.id, SYSTEM)
    engine.tasks.claim_many([task.id for task in tasks], people["tsai"])
    results = []
    for group in (tasks[:7], tasks[7:14], tasks[14:]):
        results += at_once(
            *[lambda t=t: engine.tasks.complete(t.id, actor=people["tsai"], variables={}) for t in group]
        )
    assert not [r for r in results if isinstance(r, Exception)]
    assert [r.ended for r in results].count("completed") == 1
    assert engine.runtime.instance(case.id, people["kuo"]).status == "completed"
    assert engine.history.verify(case.id).intact


def test_case_numbers_are_unique_when_many_start_at_once(engine, people, deploy):
    deploy(APPROVAL)
    results = at_once(*[lambda: engine.runtime.start("approval", actor=people["kuo"], variables={"headcount": 1})] * 8)
    assert len({case.business_key for case in results}) == 8


def test_a_write_without_the_lock_is_fenced_by_the_revision(engine, people, open_task):
    """The revision check alone refuses a step that was worked out on an older state."""
    task = open_task(THREE)
    steps = engine.tasks._steps
    with engine.store.transaction() as late:
        case = steps.load(late, task_id=task.id)
        engine.tasks.complete(task.id, actor=people["tsai"], variables={})
        act = Act("task.completed", people["tsai"], task.element_id, str(task.id))
        with pytest.raises(StaleRevision):
            steps.take(late, case, CompleteTask(str(task.id), {}), act)


def test_a_step_that_fails_at_the_end_leaves_nothing(engine, people, open_task, store):
    task = open_task(APPROVAL, assignee="tsai", headcount=1)
    before = engine.history.timeline(task.instance_id, SYSTEM)

    def fail(connection):
        raise RuntimeError("the power went")

    event.listen(store.engine, "commit", fail)
    try:
        with pytest.raises(RuntimeError):
            engine.tasks.complete(task.id, actor=people["tsai"], variables={}, token="lost-1")
    finally:
        event.remove(store.engine, "commit", fail)
    assert engine.history.timeline(task.instance_id, SYSTEM) == before
    assert engine.tasks.complete(task.id, actor=people["tsai"], variables={}, token="lost-1").closed


def test_a_commit_whose_answer_was_lost_is_looked_up_by_its_token(engine, people, open_task, store):
    """The connection breaks after the server committed: the answer is given all the same, done once."""
    task = open_task(APPROVAL, assignee="tsai", headcount=1)
    real = store.engine.dialect.do_commit
    broken = []

    def commit_then_break(connection):
        real(connection)
        if not broken:
            broken.append(connection)
            connection.driver_connection.close()
            raise psycopg.OperationalError("server closed the connection unexpectedly")

    store.engine.dialect.do_commit = commit_then_break
    try:
        advance = engine.tasks.complete(task.id, actor=people["tsai"], variables={}, token="lost-2")
    finally:
        store.engine.dialect.do_commit = real
    assert broken
    assert [t.element_id for t in advance.opened] == ["approve"]
    verbs = [entry.verb for entry in engine.history.timeline(task.instance_id, SYSTEM)]
    assert verbs.count("task.completed") == 1


def test_waiting_too_long_for_a_case_says_so(people, open_task, engine, database_url, executor, clock):
    task = open_task(APPROVAL, assignee="tsai", headcount=1)
    hasty = ProcessEngine(Store(database_url, lock_seconds=0.05), executor, history_key=HISTORY_KEY, clock=clock)
    try:
        with engine.store.transaction() as tx:
            engine.tasks._steps.lock(tx, task.instance_id)
            with pytest.raises(Conflict, match="changed by somebody"):
                hasty.tasks.complete(task.id, actor=people["tsai"], variables={})
    finally:
        hasty.close()


def test_a_database_that_is_not_there_is_said_plainly():
    store = Store("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(StoreUnavailable), store.transaction():
        pass
    store.close()
