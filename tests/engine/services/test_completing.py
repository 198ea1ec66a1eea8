"""Completing a task: what is promised to the person who presses the button."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from engine import SYSTEM, InboxQuery
from engine.errors import AlreadyClaimed, NotAllowed, NotAssignee, TaskNotFound, TaskNotOpen
from tests.engine.services.diagrams import APPROVAL, SCRIPTED, THREE


def test_completing_a_task_opens_the_next_one(engine, people, open_task):
    check = open_task(APPROVAL, assignee="tsai", headcount=3)
    advance = engine.tasks.complete(check.id, actor=people["tsai"], variables={"opinion": "符合"})
    assert [task.element_id for task in advance.opened] == ["approve"]
    assert [task.id for task in advance.closed] == [str(check.id)]
    assert engine.tasks.get(check.id, people["tsai"]).state == "completed"


def test_the_last_completion_ends_the_case(engine, people, open_task):
    check = open_task(APPROVAL, assignee="tsai", headcount=3)
    advance = engine.tasks.complete(check.id, actor=people["tsai"], variables={})
    approve = engine.tasks.claim(UUID_of(advance), people["chief"])
    advance = engine.tasks.complete(approve.id, actor=people["chief"], variables={"decision": "agree"})
    assert advance.ended == "completed"
    case = engine.runtime.instance(check.instance_id, people["chief"])
    assert (case.status, case.is_open, case.open_tasks) == ("completed", False, ())
    assert engine.runtime.variables(case.id, people["chief"])["decision"] == "agree"


def UUID_of(advance):
    from uuid import UUID

    return UUID(advance.opened[0].id)


def test_a_failing_script_keeps_the_answer_and_leaves_an_incident(engine, people, open_task):
    task = open_task(SCRIPTED, assignee="tsai")  # no `days`: the script fails
    advance = engine.tasks.complete(task.id, actor=people["tsai"], variables={"opinion": "好"})
    assert [fact.element_id for fact in advance.incidents] == ["count"]
    with pytest.raises(TaskNotOpen):  # the answer is in; it cannot be given twice
        engine.tasks.complete(task.id, actor=people["tsai"], variables={"opinion": "好"})
    assert engine.runtime.variables(task.instance_id, people["tsai"])["opinion"] == "好"
    (incident,) = engine.incidents.incidents(people["operator"]).rows
    advance = engine.incidents.retry(incident.id, variables={"days": 4}, actor=people["operator"])
    assert [task.element_id for task in advance.opened] == ["after"]
    assert engine.runtime.variables(task.instance_id, people["tsai"])["total"] == 8
    assert not engine.runtime.instance(task.instance_id, people["tsai"]).has_incident


def test_only_who_claimed_it_completes_it(engine, people, open_task):
    task = open_task(APPROVAL, headcount=1)
    with pytest.raises(NotAssignee):
        engine.tasks.complete(task.id, actor=people["tsai"], variables={})
    engine.tasks.claim(task.id, people["wang"])
    with pytest.raises(NotAssignee) as refused:
        engine.tasks.complete(task.id, actor=people["tsai"], variables={})
    assert refused.value.params["who"] == "王小明"


def test_a_task_of_another_unit_is_not_there(engine, people, open_task):
    task = open_task(APPROVAL, assignee="tsai", headcount=1)
    for act in (
        lambda: engine.tasks.get(task.id, people["yang"]),
        lambda: engine.tasks.claim(task.id, people["yang"]),
        lambda: engine.tasks.complete(task.id, actor=people["yang"], variables={}),
        lambda: engine.tasks.variables(task.id, people["yang"]),
        lambda: engine.tasks.get(uuid4(), people["yang"]),
        lambda: engine.tasks.complete(uuid4(), actor=people["yang"], variables={}),
    ):
        with pytest.raises(TaskNotFound):
            act()


def test_who_was_slower_is_told_who_was_faster_and_when(engine, people, open_task, clock):
    task = open_task(APPROVAL, headcount=1)
    engine.tasks.claim(task.id, people["tsai"])
    with pytest.raises(AlreadyClaimed) as refused:
        engine.tasks.claim(task.id, people["wang"])
    assert (refused.value.params["who"], refused.value.params["at"]) == ("蔡承辦", clock.now())
    engine.tasks.complete(task.id, actor=people["tsai"], variables={})
    with pytest.raises(TaskNotOpen) as refused:
        engine.tasks.claim(task.id, people["wang"])
    assert (refused.value.params["who"], refused.value.params["at"]) == ("蔡承辦", clock.now())


def test_the_same_form_twice_has_one_effect_and_the_same_answer(engine, people, open_task):
    task = open_task(APPROVAL, assignee="tsai", headcount=1)
    first = engine.tasks.complete(task.id, actor=people["tsai"], variables={"n": 1}, token="form-1")
    again = engine.tasks.complete(task.id, actor=people["tsai"], variables={"n": 1}, token="form-1")
    assert (again.opened, again.closed, again.ended) == (first.opened, first.closed, first.ended)
    verbs = [entry.verb for entry in engine.history.timeline(task.instance_id, people["tsai"])]
    assert verbs.count("task.completed") == 1


def test_a_token_of_somebody_else_is_refused(engine, people, open_task):
    task = open_task(APPROVAL, assignee="tsai", headcount=1)
    engine.tasks.complete(task.id, actor=people["tsai"], variables={}, token="form-2")
    with pytest.raises(NotAllowed):
        engine.tasks.complete(task.id, actor=people["wang"], variables={}, token="form-2")


def test_claiming_releasing_and_giving_twice_by_the_same_form_happen_once(engine, people, open_task):
    task = open_task(APPROVAL, headcount=1)
    for _time in range(2):
        assert engine.tasks.claim(task.id, people["tsai"], token="take").assignee == "tsai"
    for _time in range(2):
        assert engine.tasks.release(task.id, people["tsai"], token="back").assignee is None
    engine.tasks.claim(task.id, people["tsai"], token="again")
    for _time in range(2):
        assert engine.tasks.assign(task.id, "wang", people["tsai"], "出差", token="give").assignee == "wang"
    assert engine.tasks.claim(task.id, people["tsai"], token="take").assignee == "wang", "done before: nothing happens"
    verbs = [entry.verb for entry in engine.history.timeline(task.instance_id, people["wang"])]
    assert verbs[1:] == ["task.claimed", "task.released", "task.claimed", "task.reassigned"]


def test_a_token_is_good_for_one_thing_done_by_one_person(engine, people, open_task):
    one, other = open_task(APPROVAL, headcount=1), open_task(APPROVAL, headcount=1)
    engine.tasks.claim(one.id, people["tsai"], token="mine")
    for act in (
        lambda: engine.tasks.claim(other.id, people["tsai"], token="mine"),
        lambda: engine.tasks.release(one.id, people["tsai"], token="mine"),
        lambda: engine.tasks.claim(one.id, people["wang"], token="mine"),
        lambda: engine.tasks.complete(one.id, actor=people["tsai"], variables={}, token="mine"),
        lambda: engine.runtime.comment(one.instance_id, "好", people["tsai"], token="mine"),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_what_was_refused_has_not_used_up_the_token(engine, people, open_task):
    task = open_task(APPROVAL, assignee="wang", headcount=1)
    with pytest.raises(NotAssignee):
        engine.tasks.release(task.id, people["tsai"], token="later")
    engine.tasks.assign(task.id, "tsai", people["wang"], "請假")
    assert engine.tasks.release(task.id, people["tsai"], token="later").assignee is None


def test_the_same_token_at_the_same_moment_has_one_effect(engine, people, open_task):
    task = open_task(APPROVAL, assignee="tsai", headcount=1)
    say = lambda _n: engine.runtime.comment(task.instance_id, "同時", people["tsai"], token="at once")  # noqa: E731
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(say, range(4)))
    assert len({comment.id for comment in said}) == 1
    assert len(engine.runtime.comments(task.instance_id, people["tsai"])) == 1


def test_complete_takes_at_most_eight_statements_and_one_commit(engine, people, open_task, count_statements):
    task = open_task(THREE, assignee=None)
    advance = engine.tasks.complete(task.id, actor=people["tsai"], variables={"a": 1})
    with count_statements() as counted:
        engine.tasks.complete(UUID_of(advance), actor=people["tsai"], variables={"b": 2}, token="form-3")
    assert counted.commits == 1
    assert 4 <= len(counted.statements) <= 8, counted.statements


def test_a_released_task_is_offered_again(engine, people, open_task):
    task = open_task(APPROVAL, assignee="tsai", headcount=1)
    assert task.id not in offered(engine, people["wang"])
    engine.tasks.release(task.id, people["tsai"])
    assert task.id in offered(engine, people["wang"])
    assert engine.tasks.claim(task.id, people["wang"]).assignee == "wang"


def offered(engine, actor):
    return {row.task.id for row in engine.tasks.inbox(actor, InboxQuery(limit=500)).rows}


def test_the_system_sees_everything(engine, open_task):
    task = open_task(APPROVAL, headcount=1)
    assert engine.tasks.get(task.id, SYSTEM).name == "受理審查"
