"""A migration may add columns while this version runs: statements that are prepared go on."""

from __future__ import annotations

from uuid import uuid4

import psycopg

from engine import SYSTEM, SourceFile
from tests.engine.services.diagrams import THREE

TIMES = 8
"""After five the driver prepares a statement on its connection."""


def test_every_table_gets_a_column_while_cases_go_on(engine, people, owner_url):
    engine.repository.deploy([SourceFile("three.bpmn", THREE.encode())], actor=SYSTEM, force_now=True)

    def go_through() -> None:
        case = engine.runtime.start("three", actor=people["tsai"], variables={})
        for _ in range(3):
            (task,) = [task for task in engine.tasks.of_case(case.id, people["tsai"]) if task.is_open]
            file = engine.runtime.store_file("a.txt", b"text", "text/plain", people["tsai"])
            engine.runtime.attach(case.id, file.id, people["tsai"])
            engine.runtime.file(file.id, people["tsai"])
            engine.tasks.complete(task.id, actor=people["tsai"], variables={}, token=str(uuid4()))
        engine.history.timeline(case.id, people["tsai"])
        engine.history.verify(case.id)
        engine.notifications.of(people["tsai"])

    for _ in range(TIMES):
        go_through()
    with psycopg.connect(owner_url.replace("+psycopg", ""), autocommit=True) as db:
        for (name,) in db.execute("select tablename from pg_tables where schemaname = 'public'").fetchall():
            if not name.startswith(("procrastinate", "alembic")):
                db.execute(f"alter table {name} add column later text")
    for _ in range(TIMES):
        go_through()
