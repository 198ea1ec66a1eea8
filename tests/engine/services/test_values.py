"""The pure parts under the services: search words, case header, kinds of tasks, chain, ids."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.history.chain import GENESIS, Entry, Signer, value_digest
from engine.ids import new_id
from engine.model import SYSTEM, Advance, IncidentFact, OpenedTask
from engine.steps.header import EMPTY, read_header
from engine.steps.outcome import Outcome, replayed
from engine.steps.task_kinds import guess_kind
from engine.store.grams import document, query

NOW = datetime(2018, 5, 29, 1, 0, tzinfo=UTC)
SIGNER = Signer(b"k" * 32)


def header(variables, before=EMPTY, **properties):
    return read_header(variables, before, properties=properties, names={"business_key": "TS-1"}, title="流程名")


def test_words_are_two_neighbouring_characters_with_their_places():
    assert document("衛生局 PT-107") == "'衛生':1 '生局':2 'pt':4 '10':6 '07':7"
    assert query("衛生局 pt") == "('衛生' <-> '生局') & ('pt')"


@pytest.mark.parametrize("text", ["", " ", "%", "'; drop table x", "\\", "—「」", "&|!():*"])
def test_no_text_breaks_the_search_syntax(store_words, text):
    store_words(text)


@given(st.text(max_size=60))
def test_any_text_makes_valid_words(text):
    literal = document(text)
    assert literal.count("'") % 2 == 0
    assert all(part.isalnum() for part in literal.split("'")[1::2])


@pytest.fixture
def store_words(store):
    from sqlalchemy import text as sql

    def run(text):
        with store.transaction() as tx:
            tx.execute(
                sql("select cast(:d as tsvector) @@ cast(:q as tsquery)"), {"d": document(text), "q": query(text)}
            )

    return run


def test_full_width_and_capitals_are_found_by_either():
    assert document("ＰＴ１０７") == document("pt107")


def test_the_subject_is_the_variable_else_the_expression_else_the_title():
    assert header({"subject": " 案由 "}, caseSubject='"x"')["subject"] == "案由"
    assert header({"n": 3}, caseSubject='=business_key + " " + string(n)')["subject"] == "TS-1 3"
    assert header({}, caseSubject='"a" + missing')["subject"] == "流程名"
    assert header({}, caseSubject="1 +")["subject"] == "流程名"
    assert header({}, {**EMPTY, "subject": "先前"})["subject"] == "先前"


def test_header_fields_that_cannot_be_read_stay_as_they_were():
    before = {**EMPTY, "due_at": NOW, "speed": "速件"}
    after = header({"due_at": "soon", "speed": 3, "security_class": "機密", "clock": "slow", "handler": 5}, before)
    assert after["due_at"] == NOW
    assert (after["speed"], after["security_class"], after["clock"]) == ("速件", "普通", "running")
    assert (after["handler"], after["handler_label"]) == (None, None)


def test_a_deadline_that_is_a_date_ends_when_the_office_closes():
    assert header({"due_at": date(2018, 6, 1)})["due_at"].isoformat() == "2018-06-01T17:30:00+08:00"
    assert header({"due_at": datetime(2018, 6, 1, 9)})["due_at"].isoformat() == "2018-06-01T09:00:00+08:00"
    assert header({"due_at": None}, {**EMPTY, "due_at": NOW})["due_at"] is None


@pytest.mark.parametrize(
    ("element", "name", "kind"),
    [
        ("countersign_hr", "人事處", "countersign"), ("t1", "會辦主計處", "countersign"),
        ("t2", "科長核定", "approval"),
        ("final_approval", "x", "approval"), ("labor_chief", "複閱", "approval"),
        ("intake_check", "受理", "handle"),
        ("expense", "核銷", "handle"),
    ],
)  # fmt: skip
def test_which_tab_a_task_belongs_to(element, name, kind):
    assert guess_kind(element, name) == kind


def test_each_entry_is_linked_to_the_one_before():
    entries = [Entry("case.started", SYSTEM, NOW, values={"given": {"a": 1}}), Entry("case.ended", SYSTEM, NOW)]
    first, second = SIGNER.link(UUID(int=1), GENESIS, 0, entries, recorded_at=NOW)
    assert (first.seq, second.seq) == (1, 2)
    assert SIGNER.digest(GENESIS, first) == first.digest
    assert SIGNER.digest(first.digest, second) == second.digest
    assert SIGNER.digest(GENESIS, second) != second.digest
    assert value_digest(first.salt, first.body) == first.value_digest
    assert (second.salt, second.body, second.value_digest) == (None, None, None)


def test_the_same_values_have_another_digest_each_time():
    entry = Entry("case.commented", SYSTEM, NOW, values={"text": "同"})
    links = SIGNER.link(UUID(int=1), GENESIS, 0, [entry, entry], recorded_at=NOW)
    assert links[0].value_digest != links[1].value_digest


def test_ids_sort_by_the_time_they_were_made():
    ids = [new_id() for _ in range(2000)]
    milliseconds = [id.int >> 80 for id in ids]
    assert milliseconds == sorted(milliseconds)
    assert len(set(ids)) == 2000
    assert {(id.version, id.variant) for id in ids} == {(7, "specified in RFC 4122")}


def opened(**values) -> Advance:
    return Advance(state=b"", variables={}, opened=(OpenedTask("t", "e", "n", **values),))


def test_who_gets_a_task_that_opens():
    def outcome(advance, *found):
        return Outcome.of(advance, frozenset(found), pool="administrator@")

    named = outcome(opened(assignee="tsai"), "user:tsai")
    assert (named.tasks[0]["assignee"], named.incidents, named.people) == ("tsai", (), {"tsai"})
    gone = outcome(opened(assignee="gone", candidate_groups=("a@b",)), "a@b")
    assert (gone.tasks[0]["assignee"], gone.tasks[0]["candidates"], gone.incidents) == (None, ["a@b"], ())
    lost = outcome(opened(candidate_users=("x",), candidate_groups=("bare",)))
    assert lost.tasks[0]["candidates"] == ["administrator@", "bare@", "user:x"]
    assert "bare@" in lost.incidents[0].message
    unasked = outcome(opened())
    assert (unasked.tasks[0]["candidates"], unasked.incidents) == (["administrator@"], ())


def test_an_incident_of_the_executor_is_not_doubled():
    fact = IncidentFact("t", "e", "n", "assignment", "FEEL gave null")
    advance = Advance(b"", {}, opened=(OpenedTask("t", "e", "n", candidate_groups=("a@b",)),), incidents=(fact,))
    assert Outcome.of(advance, frozenset(), pool="administrator@").incidents == (fact,)


def test_an_answer_is_made_again_from_what_was_stored():
    import orjson

    advance = opened(due_at=NOW + timedelta(days=1), candidate_groups=("a@b",))
    stored = orjson.loads(orjson.dumps(Outcome.of(advance, frozenset({"a@b"}), pool="p").result(UUID(int=1))))
    assert replayed(stored) == advance
