"""A full inbox by chance: whichever way it is read, and whatever was done before, it is what the plain query finds."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from engine import SYSTEM, InboxQuery
from engine.store import pending_queries
from tests.engine.services.diagrams import FOR_LABOR, process, user_task

CASES = 24
QUESTIONS = 40
READERS = ("tsai", "chief")

_HEADER = {
    "speed": ("最速件", "速件", "普通件", None),
    "source": ("議會", "民眾", None),
    "handler": ({"id": "tsai", "label": "蔡承辦"}, {"id": "wang", "label": "王小明"}, None),
    "lead_agency": ({"id": "works", "label": "工務局"}, {"id": "health", "label": "衛生局"}, None),
    "applicant_agency": ({"id": "works", "label": "工務局"}, None),
    "security_class": ("普通", "普通", "密"),
    "subject": ("路樹倒塌", "路燈不亮", "路樹修剪"),
}
_ASKED = {
    "process": ("pair", "none"),
    "speed": ("最速件", "普通件"),
    "source": ("議會", "民眾", "沒有"),
    "handler": ("tsai", "wang"),
    "agency": ("works", "health"),
    "security_class": ("普通", "密"),
    "element": ("work", "check"),
}
_SORTS = ("due", "due", "due", "created", "subject", "speed", "task", "priority")

PAIR = process(
    "pair",
    '<bpmn:startEvent id="start"/><bpmn:parallelGateway id="fork"/>'
    + user_task("work", "承辦", f'{FOR_LABOR} camunda:dueDate="=due" camunda:priority="=priority"')
    + user_task("check", "核稿", 'camunda:candidateGroups="labor_chief@aia.labor,labor_handler@aia.labor"')
    + '<bpmn:endEvent id="end"/><bpmn:sequenceFlow id="f0" sourceRef="start" targetRef="fork"/>'
    + "".join(
        f'<bpmn:sequenceFlow id="{id}1" sourceRef="fork" targetRef="{id}"/>'
        f'<bpmn:sequenceFlow id="{id}2" sourceRef="{id}" targetRef="end"/>'
        for id in ("work", "check")
    ),
)
"""Completing one of the two tasks may change what the other is found by."""

_PAST_NEAR = {"NEAR": 2, "NEAR_OTHERWISE": 2, "NARROW": 0, "ALONG": 1, "FURTHER": 1}
_PAST_JOINT = {**_PAST_NEAR, "JOINT": 3, "JOINT_OTHERWISE": 3}
WAYS = {
    "as it is": {},
    "joint": _PAST_NEAR,
    "past joint": _PAST_JOINT,
    "past every bound": {**_PAST_JOINT, "JOINT": 0, "JOINT_OTHERWISE": 0, "BROAD": 0},
}


@pytest.fixture
def by_chance(engine, people, deploy, clock):
    """Cases with two tasks each, of which some were claimed, given back or completed, and some are late."""
    deploy(PAIR)
    chance = Random(1)
    for _ in range(CASES):
        due = clock.now() + timedelta(days=chance.randrange(6)) if chance.random() < 0.8 else None
        case = engine.runtime.start(
            "pair", actor=people["kuo"], variables={"due": due, "priority": chance.randrange(3), **_header(chance)}
        )
        for task in engine.tasks.of_case(case.id, SYSTEM):
            act = chance.choice(("leave", "leave", "claim", "give back", "complete"))
            if act != "leave":
                engine.tasks.claim(task.id, people["tsai"])
            if act == "give back":
                engine.tasks.release(task.id, people["tsai"])
            if act == "complete":
                engine.tasks.complete(task.id, actor=people["tsai"], variables=_header(chance))
        clock.advance(timedelta(minutes=1))
    clock.advance(timedelta(days=2))
    return chance


def _header(chance: Random) -> dict[str, object]:
    return {name: chance.choice(values) for name, values in _HEADER.items()}


def _question(chance: Random) -> dict[str, object]:
    names = chance.sample(sorted(_ASKED), k=chance.randrange(4))
    return {
        "tab": chance.choice(("pending", "pending", "overdue")),
        "sort": chance.choice(_SORTS),
        "descending": chance.random() < 0.5,
        "filters": {name: chance.choice(_ASKED[name]) for name in names},
        "text": chance.choice(("", "", "路樹")),
    }


def test_whichever_way_it_is_read_it_is_what_the_plain_query_finds(engine, people, by_chance, monkeypatch):
    found = 0
    for _ in range(QUESTIONS):
        asked = _question(by_chance)
        reader = people[by_chance.choice(READERS)]
        with engine.lists.tasks(InboxQuery(**asked), reader) as listing:
            expected = [row.task.id for row in listing.rows]
        found += len(expected)
        for way, bounds in WAYS.items():
            with monkeypatch.context() as patched:
                for name, value in bounds.items():
                    patched.setattr(pending_queries, name, value)
                assert _paged(engine, reader, asked) == expected, (way, asked)
    assert found > 3 * QUESTIONS, "most questions find something"


def _paged(engine, reader, asked):
    ids, after = [], None
    while True:
        page = engine.tasks.inbox(reader, InboxQuery(limit=7, after=after, **asked))
        ids += [row.task.id for row in page.rows]
        if (after := page.after) is None:
            return ids


def test_what_a_task_is_found_by_follows_it_and_its_case(engine, by_chance, intruder):
    """Opened, claimed, given back, its case changed by a step beside it: the index knows, and `siwei verify` asks."""
    assert engine.integrity.check() == ()
    free = intruder.execute("select count(*) from user_task where facets is not null").fetchone()[0]
    assert free > CASES // 2, "many tasks have nobody"
    intruder.execute("set session_replication_role = replica")  # past the triggers
    intruder.execute("update process_instance set source = '別處'")
    (breach,) = engine.integrity.check()
    assert (breach.kind, breach.count) == ("offered-otherwise", free)
