"""Searches that a person keeps, and who can look up who looked at confidential cases."""

from __future__ import annotations

import pytest

from engine import SYSTEM
from engine.cases import searches
from engine.errors import InstanceNotFound, InvalidFields, NotAllowed, RecordNotFound
from tests.engine.services.diagrams import APPROVAL


def test_a_search_is_kept_under_a_name_and_replaced_by_one_of_the_same_name(engine, people):
    engine.searches.save(people["tsai"], " 路燈\u3000案件 ", {"tab": "mine", "text": "路燈"})
    kept = engine.searches.save(people["tsai"], "路燈 案件", {"tab": "pending", "text": "路燈"})
    assert [(found.name, found.query) for found in engine.searches.of(people["tsai"])] == [
        ("路燈 案件", {"tab": "pending", "text": "路燈"})
    ]
    engine.searches.forget(people["tsai"], kept.id)
    assert engine.searches.of(people["tsai"]) == ()


def test_searches_are_ones_own(engine, people):
    kept = engine.searches.save(people["tsai"], "逾期", {"tab": "overdue"})
    assert engine.searches.of(people["wang"]) == ()
    with pytest.raises(RecordNotFound):
        engine.searches.forget(people["wang"], kept.id)
    assert [found.id for found in engine.searches.of(people["tsai"])] == [kept.id]


@pytest.mark.parametrize(
    ("name", "query", "problem"),
    [
        (" \u200b\n", {}, {"name": "required"}),
        ("長" * (searches.MAX_NAME + 1), {}, {"name": "too-long"}),
        ("大", {"text": "x" * searches.MAX_QUERY_BYTES}, {"query": "too-long"}),
    ],
)
def test_what_cannot_be_kept_is_said_at_its_field(engine, people, name, query, problem):
    with pytest.raises(InvalidFields) as refused:
        engine.searches.save(people["tsai"], name, query)
    assert refused.value.fields == problem


def test_a_person_keeps_fifty_and_may_still_replace_one(engine, people):
    for number in range(searches.MAX_SEARCHES):
        engine.searches.save(people["hsu"], f"第{number}個", {})
    with pytest.raises(InvalidFields) as refused:
        engine.searches.save(people["hsu"], "再一個", {})
    assert refused.value.fields == {"name": "too-many"}
    engine.searches.save(people["hsu"], "第3個", {"text": "新"})


@pytest.fixture
def confidential(engine, deploy, people):
    """A confidential case with a file, offered to its next people."""
    deploy(APPROVAL)
    case = engine.runtime.start("approval", actor=people["kuo"], variables={"headcount": 3})
    (task,) = engine.tasks.of_case(case.id, SYSTEM)
    engine.tasks.claim(task.id, people["tsai"])
    engine.tasks.complete(task.id, actor=people["tsai"], variables={"security_class": "密"})
    return case


def test_every_look_at_a_confidential_case_and_at_its_files_is_written_down(engine, people, confidential):
    file = engine.runtime.store_file("檢舉書.pdf", b"%PDF-1.4 x", "application/pdf", people["kuo"])
    engine.runtime.file(file.id, people["kuo"])  # it belongs to no case yet
    engine.runtime.attach(confidential.id, file.id, people["kuo"])
    engine.runtime.file(file.id, people["chief"])
    engine.runtime.instance(confidential.id, people["ethics"])
    with pytest.raises(InstanceNotFound):
        engine.runtime.instance(confidential.id, people["wang"])
    found = engine.readings.find(people["ethics"], instance_id=confidential.id)
    assert [(look.person_id, look.name, look.what) for look in found] == [
        ("ethics", "趙政風", "case"),
        ("chief", "黃科長", f"file:{file.id}"),
    ]
    assert found[0].business_key == confidential.business_key


def test_looks_are_paged_and_found_by_person(engine, people, confidential):
    for _ in range(3):
        engine.runtime.instance(confidential.id, people["ethics"])
    engine.runtime.instance(confidential.id, people["chief"])
    first = engine.readings.find(people["auditor"], limit=2)
    rest = engine.readings.find(people["auditor"], before=first[-1].id, instance_id=confidential.id)
    assert [look.person_id for look in (*first, *rest)] == ["chief", "ethics", "ethics", "ethics"]
    assert {look.person_id for look in engine.readings.find(people["auditor"], person_id="chief")} == {"chief"}


@pytest.mark.parametrize("person", ["chief", "head", "control", "admin", "kuo"])
def test_the_log_of_looks_is_for_ethics_officers_and_auditors(engine, people, confidential, person):
    with pytest.raises(NotAllowed):
        engine.readings.find(people[person], instance_id=confidential.id)
