"""Who may see a case: one rule for pages, lists, search and files."""

from __future__ import annotations

from uuid import UUID

import pytest

from engine import SYSTEM, InboxQuery, InstanceQuery
from engine.errors import InstanceNotFound, RecordNotFound, TaskNotFound
from tests.engine.services.diagrams import APPROVAL

EVERYBODY = [
    "mayor",
    "head",
    "chief",
    "tsai",
    "wang",
    "inspector",
    "registrar",
    "hsu",
    "kuo",
    "yang",
    "control",
    "ethics",
    "auditor",
    "admin",
    "owner",
    "operator",
]


@pytest.fixture
def case(engine, deploy, people):
    """Started by kuo of health; offered to labor_handler@aia.labor; tsai has it; owned by aia.inspection."""
    deploy(APPROVAL)
    case = engine.runtime.start(
        "approval", actor=people["kuo"], variables={"headcount": 3, "reason": "登革熱防治", "applicant": "陳大文"}
    )
    (task,) = engine.tasks.of_case(case.id, SYSTEM)
    engine.tasks.claim(task.id, people["tsai"])
    return case


def who_sees(engine, people, case_id):
    seen = set()
    for name in EVERYBODY:
        try:
            engine.runtime.instance(case_id, people[name])
            seen.add(name)
        except InstanceNotFound:
            continue
    return seen


def test_who_sees_an_ordinary_case(engine, people, case):
    assert who_sees(engine, people, case.id) == {
        "kuo",  # started it
        "tsai", "wang",  # has the task; was offered it
        "hsu", "chief", "head", "mayor",  # heads of their units and above
        "registrar",  # of the owning unit
        "control", "auditor",
    }  # fmt: skip


def test_who_sees_a_confidential_case(engine, people, case):
    (task,) = engine.tasks.of_case(case.id, SYSTEM)
    engine.tasks.complete(task.id, actor=people["tsai"], variables={"security_class": "密"})
    assert who_sees(engine, people, case.id) == {"kuo", "tsai", "chief", "ethics"}, (
        "named people, 科長 by the open task"
    )


def test_lists_and_single_cases_agree(engine, people, case):
    for confidential in (False, True):
        if confidential:
            (task,) = [t for t in engine.tasks.of_case(case.id, SYSTEM) if t.is_open]
            engine.tasks.complete(task.id, actor=people["tsai"], variables={"security_class": "密"})
        allowed = who_sees(engine, people, case.id)
        listed = {
            name
            for name in EVERYBODY
            if case.id in {c.id for c in engine.runtime.find(InstanceQuery(limit=500), people[name]).rows}
        }
        found = {
            name
            for name in EVERYBODY
            if case.id
            in {c.id for c in engine.runtime.find(InstanceQuery(text="登革熱", limit=500), people[name]).rows}
        }
        assert listed == found == allowed


def test_everything_about_a_case_is_closed_to_others(engine, people, case):
    stranger = people["yang"]
    (task,) = engine.tasks.of_case(case.id, SYSTEM)
    for act in (
        lambda: engine.runtime.instance(case.id, stranger),
        lambda: engine.runtime.variables(case.id, stranger),
        lambda: engine.runtime.diagram_state(case.id, stranger),
        lambda: engine.runtime.comments(case.id, stranger),
        lambda: engine.runtime.comment(case.id, "看看", stranger),
        lambda: engine.runtime.attachments(case.id, stranger),
        lambda: engine.runtime.cancel(case.id, reason="亂", actor=stranger),
        lambda: engine.runtime.follow(case.id, stranger),
        lambda: engine.history.timeline(case.id, stranger),
    ):
        with pytest.raises(InstanceNotFound):
            act()
    with pytest.raises(TaskNotFound):
        engine.tasks.get(task.id, stranger)
    assert engine.tasks.of_case(case.id, stranger) == ()


def test_a_file_is_seen_with_its_case(engine, people, case):
    file = engine.runtime.store_file("名單.pdf", b"%PDF-1.7 names", "application/pdf", people["tsai"])
    for name in ("kuo", "chief", "yang"):
        with pytest.raises(RecordNotFound):
            engine.runtime.file(file.id, people[name])
    (task,) = engine.tasks.of_case(case.id, SYSTEM)
    engine.tasks.complete(task.id, actor=people["tsai"], variables={"list": file.value})
    assert engine.runtime.file(file.id, people["kuo"])[1] == b"%PDF-1.7 names"
    assert [a.file.name for a in engine.runtime.attachments(case.id, people["kuo"])] == ["名單.pdf"]
    with pytest.raises(RecordNotFound):
        engine.runtime.file(file.id, people["yang"])


def test_nobody_reads_a_file_by_naming_its_id_in_an_answer(engine, people, case):
    secret = engine.runtime.store_file("密.pdf", b"%PDF-1.7 secret", "application/pdf", people["yang"])
    (task,) = engine.tasks.of_case(case.id, SYSTEM)
    engine.tasks.complete(task.id, actor=people["tsai"], variables={"list": secret.value})
    with pytest.raises(RecordNotFound):
        engine.runtime.file(secret.id, people["tsai"])
    with pytest.raises(RecordNotFound):
        engine.runtime.attach(case.id, secret.id, people["tsai"])


def test_looking_at_a_confidential_case_is_written_down(engine, people, case, owner_url):
    import psycopg

    (task,) = engine.tasks.of_case(case.id, SYSTEM)
    engine.tasks.complete(task.id, actor=people["tsai"], variables={"security_class": "密"})
    engine.runtime.instance(case.id, people["ethics"])
    with psycopg.connect(owner_url.replace("+psycopg", "")) as db:
        rows = db.execute("select person_id, what from case_read where instance_id = %s", [case.id]).fetchall()
    assert rows == [("ethics", "case")]


def test_a_case_stays_visible_to_who_had_a_task_in_it(engine, people, case):
    (task,) = engine.tasks.of_case(case.id, SYSTEM)
    engine.tasks.complete(task.id, actor=people["tsai"], variables={})
    assert "tsai" in who_sees(engine, people, case.id)
    assert "wang" not in who_sees(engine, people, case.id), "the task is not offered any more"


def test_an_unknown_case_and_a_hidden_one_look_the_same(engine, people, case):
    with pytest.raises(InstanceNotFound) as hidden:
        engine.runtime.instance(case.id, people["yang"])
    with pytest.raises(InstanceNotFound) as missing:
        engine.runtime.instance(UUID(int=1), people["yang"])
    assert hidden.value.message == missing.value.message


def test_the_following_tab_shows_what_one_may_see(engine, people, case):
    engine.runtime.follow(case.id, people["wang"])
    query = InboxQuery(tab="following", limit=500)
    assert case.id in {row.task.instance_id for row in engine.tasks.inbox(people["wang"], query).rows}
    (task,) = engine.tasks.of_case(case.id, SYSTEM)
    engine.tasks.complete(task.id, actor=people["tsai"], variables={})
    assert case.id not in {row.task.instance_id for row in engine.tasks.inbox(people["wang"], query).rows}
    assert engine.tasks.counts(people["wang"])["following"] == 0
