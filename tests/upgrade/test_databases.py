"""Backups of earlier versions are restored, brought to this version's schema, and their cases go on to their end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine import (
    SYSTEM,
    Executor,
    InstanceQuery,
    NoJobs,
    ProcessEngine,
    SetClock,
    Store,
    backup,
    diagram_functions,
    forms,
)
from engine.casetest.loading import load_cases
from engine.model import StepContext
from engine.sandbox import MontySandbox
from engine.store.embedded import APPLICATION
from engine.store.schema import head
from tests.faults.nursery import ROOT
from tests.upgrade.half_way import KEPT, PROCESSES, unpacked
from webapp.jobs_setup import make_jobs
from webapp.settings import Settings

BACKUPS = sorted(KEPT.glob("*.backup.xz"))
EXAMPLES = [ROOT / "processes" / name for name in PROCESSES]
MOST_ROUNDS = 100


@pytest.mark.parametrize("kept", BACKUPS, ids=lambda path: path.name.partition(".")[0])
def test_a_backup_of_that_version_is_restored_and_its_cases_end(kept, make_database, database_server, tmp_path):
    path, anchors, name = unpacked(kept, tmp_path), tmp_path / "anchors", make_database("template0")
    manifest, keys, owner = backup.inspect(path), backup.keys_of(path), database_server.url(name)
    assert manifest.cut.schema <= head()
    backup.ensure_fits(manifest, owner, keys["history_key"], anchors)
    backup.restore(path, manifest, owner, anchors)

    sandbox = MontySandbox()
    engine = ProcessEngine(
        Store(database_server.url(name, APPLICATION)),
        Executor(sandbox),
        history_key=keys["history_key"].encode(),
        secret_keys=[keys["secret_key"].encode()],
        clock=SetClock(manifest.cut.at),
        queue=NoJobs(),
    )
    try:
        assert whole(engine) == (manifest.cut.cases, manifest.cut.entries)
        open_before = engine.runtime.find(InstanceQuery(status="active"), SYSTEM).rows
        assert len(open_before) == manifest.cut.cases
        assert left_open(engine, Settings(home=tmp_path, mode="test")) == []
        cases, entries = whole(engine)
        assert cases == manifest.cut.cases
        assert entries > manifest.cut.entries + 5 * cases
    finally:
        engine.close()
        sandbox.close()


def whole(engine):
    """How many cases and entries there are; every chain and every invariant holds."""
    verified = engine.history.verify()
    assert verified.faults == ()
    assert engine.integrity.check() == ()
    return verified.cases, verified.entries


def left_open(engine, settings):
    """Play people, machines and operators until all cases have ended; what of them does not end."""
    jobs, answers = make_jobs(engine, settings), answers_by_task()
    for _ in range(MOST_ROUNDS):
        jobs.run_due(engine.clock.now() + timedelta(days=1))
        for incident in engine.incidents.incidents(SYSTEM).rows:
            engine.incidents.retry(incident.id, variables={"email": "citizen@example.org"}, actor=SYSTEM)
        open_cases = engine.runtime.find(InstanceQuery(status="active"), SYSTEM).rows
        for task in (task for case in open_cases for task in engine.tasks.of_case(case.id, SYSTEM) if task.is_open):
            complete(engine, task, answers[task.process_key, task.element_id])
        if not open_cases:
            break
    return [
        (case.business_key, engine.runtime.diagram_state(case.id, SYSTEM).active, case.has_incident)
        for case in open_cases
    ]


def complete(engine, task, values):
    """One of those it is offered to claims the task where nobody has, and answers."""
    person = task.assignee or min(person for text in task.candidates for person in engine.directory.resolve(text))
    actor = engine.directory.actor_for(person)
    if task.assignee is None:
        engine.tasks.claim(task.id, actor)
    if task.form_key is not None:
        form = engine.repository.form(engine.runtime.instance(task.instance_id, SYSTEM).definition_id, task.form_key)
        now, names = engine.clock.now(), engine.tasks.variables(task.id, actor)
        functions = diagram_functions(StepContext(now=now, calendar=engine.calendars.calendar()))
        values = forms.validate(form, values, names, now, functions=functions).values
    engine.tasks.complete(task.id, actor=actor, variables=values)


def answers_by_task():
    """What the examples answer at each task in the end, by process and task; the first example that does so counts."""
    answers = {}
    for folder in EXAMPLES:
        for case in load_cases(folder):
            given = {step.subject: step.given.get("values", {}) for step in case.steps if step.kind == "task"}
            answers = {(folder.name, task): values for task, values in given.items()} | answers
    return answers


def test_the_databases_of_several_schemas_are_kept(tmp_path):
    assert {backup.inspect(unpacked(kept, tmp_path)).cut.schema for kept in BACKUPS} >= {"0002", "0008"}
