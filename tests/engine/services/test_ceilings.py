"""How much each verb asks of the database: one commit, and statements under a ceiling that was measured."""

from __future__ import annotations

import pytest

from engine import InboxQuery, InstanceQuery
from tests.engine.services.diagrams import APPROVAL, WAITING

CEILINGS = {
    "start": 11, "claim": 6, "release": 6, "assign": 9, "complete": 6, "cancel": 6, "comment": 6, "correlate": 8,
    "instance": 1, "variables": 2, "find": 1, "get": 1, "task variables": 1, "inbox": 1, "counts": 2, "next": 1,
    "timeline": 2, "save draft": 2, "unit work": 1, "diagram": 3, "verify": 1,
}  # fmt: skip
LOOKS = {
    "variables", "find", "get", "task variables", "inbox", "counts", "next", "timeline", "unit work", "diagram",
    "verify", "instance",
}  # fmt: skip
"""Those that only look: no transaction, so nothing to commit."""


@pytest.fixture
def task(engine, open_task):
    return open_task(APPROVAL, headcount=1)


@pytest.fixture
def waiting(engine, people, open_task):
    task = open_task(WAITING, assignee="tsai")
    engine.tasks.complete(task.id, actor=people["tsai"], variables={})
    return engine.runtime.instance(task.instance_id, people["tsai"])


@pytest.fixture
def acts(engine, people, task, waiting):
    """Each verb: what must be before it, and the act itself."""
    tsai, kuo, case = people["tsai"], people["kuo"], task.instance_id
    tasks, runtime = engine.tasks, engine.runtime

    def nothing():
        return None

    def claimed():
        return tasks.claim(task.id, tsai)

    def start():
        return runtime.start("approval", actor=kuo, variables={"headcount": 2}, token=f"start {case}")

    def complete():
        return tasks.complete(task.id, actor=tsai, variables={"a": 1}, token=f"complete {case}")

    return {
        "start": (nothing, start),
        "claim": (nothing, claimed),
        "release": (claimed, lambda: tasks.release(task.id, tsai)),
        "assign": (claimed, lambda: tasks.assign(task.id, "wang", people["chief"], "請假")),
        "complete": (claimed, complete),
        "cancel": (nothing, lambda: runtime.cancel(case, reason="撤案", actor=kuo, token=f"cancel {case}")),
        "comment": (nothing, lambda: runtime.comment(case, "意見", tsai)),
        "correlate": (
            nothing, lambda: runtime.correlate("resolved", business_key=waiting.business_key, variables={}),
        ),
        "instance": (nothing, lambda: runtime.instance(case, tsai)),
        "variables": (nothing, lambda: runtime.variables(case, tsai)),
        "diagram": (nothing, lambda: runtime.diagram_state(case, tsai)),
        "find": (nothing, lambda: runtime.find(InstanceQuery(text="進用"), tsai)),
        "get": (nothing, lambda: tasks.get(task.id, tsai)),
        "task variables": (nothing, lambda: tasks.variables(task.id, tsai)),
        "inbox": (nothing, lambda: tasks.inbox(tsai)),
        "next": (nothing, lambda: tasks.following(task.id, tsai, InboxQuery())),
        "counts": (nothing, lambda: tasks.counts(tsai)),
        "unit work": (nothing, lambda: tasks.unit_work(people["chief"])),
        "timeline": (nothing, lambda: engine.history.timeline(case, tsai)),
        "verify": (nothing, lambda: engine.history.verify(case)),
        "save draft": (claimed, lambda: tasks.save_draft(task.id, tsai, {})),
    }  # fmt: skip


@pytest.mark.parametrize("verb", sorted(CEILINGS))
def test_a_verb_stays_under_its_ceiling(acts, count_statements, verb):
    before, act = acts[verb]
    before()
    with count_statements() as counted:
        act()
    assert 0 < len(counted.statements) <= CEILINGS[verb], counted.statements
    assert counted.commits == (verb not in LOOKS)
