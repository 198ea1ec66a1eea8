"""The inbox: tabs, counts, order, pages, filters, search; and giving work to others."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine import SYSTEM, TABS, InboxQuery, InstanceQuery, SourceFile
from engine.errors import AlreadyClaimed, Invalid, NotAllowed
from engine.store import pending_queries
from tests.engine.services.diagrams import APPROVAL, FOR_LABOR, chain, process, user_task

DUE = process(
    "due",
    chain(
        user_task("work", "受理", f'{FOR_LABOR} camunda:dueDate="=due" camunda:priority="=priority"'),
        user_task("countersign_hr", "人事會辦", 'camunda:candidateGroups="agency_hr@health"'),
        user_task("sign", "科長核定", 'camunda:candidateGroups="labor_chief@aia.labor"'),
        ids=("work", "countersign_hr", "sign"),
    ),
    name="限辦流程",
)


@pytest.fixture
def start(engine, deploy, people, clock):
    deploy(DUE)

    def run(days: int | None = None, priority: int = 50, **variables):
        due = clock.now() + timedelta(days=days) if days is not None else None
        case = engine.runtime.start(
            "due", actor=people["kuo"], variables={"due": due, "priority": priority, **variables}
        )
        (task,) = engine.tasks.of_case(case.id, SYSTEM)
        return task

    return run


@pytest.fixture(autouse=True)
def empty_inbox(engine, people):
    """Each test begins without open cases."""
    yield
    for case in engine.runtime.find(InstanceQuery(status="active", limit=500), SYSTEM).rows:
        engine.runtime.cancel(case.id, reason="測試結束", actor=SYSTEM)


def inbox(engine, actor, tab="pending", **options):
    return [row.task for row in engine.tasks.inbox(actor, InboxQuery(tab=tab, **options)).rows]


def test_work_wanders_through_the_tabs(engine, people, start):
    task = start(days=3)
    assert [t.id for t in inbox(engine, people["tsai"])] == [task.id] == [t.id for t in inbox(engine, people["wang"])]
    engine.tasks.claim(task.id, people["tsai"])
    assert inbox(engine, people["tsai"]) == inbox(engine, people["wang"]) == []
    assert [t.id for t in inbox(engine, people["tsai"], "mine")] == [task.id]
    engine.tasks.complete(task.id, actor=people["tsai"], variables={})
    assert [t.id for t in inbox(engine, people["tsai"], "done", sort="closed")] == [task.id]
    (countersign,) = inbox(engine, people["yang"])
    engine.tasks.claim(countersign.id, people["yang"])
    assert [t.element_id for t in inbox(engine, people["yang"], "countersign")] == ["countersign_hr"]
    engine.tasks.complete(countersign.id, actor=people["yang"], variables={})
    (sign,) = inbox(engine, people["chief"])
    engine.tasks.claim(sign.id, people["chief"])
    assert [t.element_id for t in inbox(engine, people["chief"], "approval")] == ["sign"]
    assert engine.tasks.counts(people["chief"]) == {**dict.fromkeys(TABS, 0), "approval": 1}


def test_overdue_work_stands_in_its_tab(engine, people, start, clock):
    early, _ = start(days=1), start(days=5)
    clock.advance(timedelta(days=2))
    assert [t.id for t in inbox(engine, people["tsai"], "overdue")] == [early.id]
    assert engine.tasks.counts(people["tsai"])["overdue"] == 1


def test_pages_follow_each_other_without_gap_or_repetition(engine, people, start):
    tasks = [start(days=days) for days in (5, 1, 3, None, 3, 2, 3)]
    by_due = sorted(tasks, key=lambda t: (t.due_at is None, t.due_at, t.id))
    for descending in (False, True):
        wanted = [t.id for t in (reversed(by_due) if descending else by_due)]
        seen, after = [], None
        while True:
            page = engine.tasks.inbox(people["tsai"], InboxQuery(limit=2, after=after, descending=descending))
            seen += [row.task.id for row in page.rows]
            if page.after is None:
                break
            after = page.after
        assert seen == wanted


@pytest.mark.parametrize("sort", ["due", "created", "subject", "business_key", "speed", "task", "sent_by", "priority"])
@pytest.mark.parametrize("descending", [False, True])
def test_every_order_pages_through_everything(engine, people, start, sort, descending):
    speeds = ["普通件", None, "最速件", "速件", "速件"]
    made = {start(days=n % 3, priority=n, subject=f"案由{n % 2}", speed=speed).id for n, speed in enumerate(speeds)}
    seen, after = [], None
    while True:
        query = InboxQuery(sort=sort, descending=descending, limit=2, after=after)
        page = engine.tasks.inbox(people["tsai"], query)
        seen += [row.task.id for row in page.rows]
        after = page.after
        if after is None:
            break
    assert len(seen) == len(made)
    assert set(seen) == made


def test_the_order_by_speed_is_that_of_the_offices(engine, people, start):
    for speed in ("普通件", "最速件", "速件"):
        start(days=1, speed=speed)
    rows = engine.tasks.inbox(people["tsai"], InboxQuery(sort="speed")).rows
    assert [row.speed for row in rows] == ["最速件", "速件", "普通件"]


def test_an_unknown_order_or_page_is_refused(engine, people, start):
    start(), start()
    with pytest.raises(Invalid):
        engine.tasks.inbox(people["tsai"], InboxQuery(sort="1; drop table history"))
    key = engine.tasks.inbox(people["tsai"], InboxQuery(limit=1)).after
    for wrong in ("nonsense", "é", "W10", key[:-3], key + "AAAA"):
        with pytest.raises(Invalid):
            engine.tasks.inbox(people["tsai"], InboxQuery(after=wrong))
    with pytest.raises(Invalid):
        engine.tasks.inbox(people["tsai"], InboxQuery(after=key, sort="created"))


def test_filters_narrow_a_tab(engine, people, start):
    fast = start(days=1, speed="最速件", subject="甲案")
    start(days=1, speed="普通件", subject="乙案")
    assert [t.id for t in inbox(engine, people["tsai"], filters={"speed": "最速件"})] == [fast.id]
    assert inbox(engine, people["tsai"], filters={"process": "other"}) == []
    assert len(inbox(engine, people["tsai"], filters={"unknown": "x", "speed": ""})) == 2


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("登革", True), ("登革熱防治", True), ("革防", False), ("防治 陳大文", True), ("防治 林大文", False),
        ("ＰＴ", False), ("due-107", True), ("DUE", True), ("陳大", True), ("郭建宏", True), ("", True), ("陳", True),
        ("'; drop table history; --", False), ("%", False), ("熱，防", True), ("中央經費 5000", True),
        ("不在其中", False), ("0912-345-678", True), ("0912-678-345", False), ("345-67", True), ("678 0912", True),
        ("wang@city.example", True), ("wang@example.city", False),
    ],
)  # fmt: skip
def test_search_finds_substrings_of_two_characters_and_more(engine, people, start, words, found):
    start(subject="登革熱防治人員", detail={
        "names": ["陳大文"], "money": "中央經費5000元", "phone": "0912-345-678", "mail": "wang@city.example",
    })  # fmt: skip
    assert bool(inbox(engine, people["tsai"], text=words)) is found
    cases = engine.runtime.find(InstanceQuery(text=words, status="active"), people["tsai"]).rows
    assert bool(cases) is found


def test_search_finds_who_had_to_do_with_a_case_and_forgets_old_form_data(engine, people, start):
    task = start(subject="臨時案由")
    engine.tasks.claim(task.id, people["tsai"])
    engine.tasks.complete(task.id, actor=people["tsai"], variables={"subject": "改後案由"})
    found = {
        words: bool(engine.runtime.find(InstanceQuery(text=words, status="active"), people["tsai"]).rows)
        for words in ("蔡承辦", "改後", "臨時")
    }
    assert found == {"蔡承辦": True, "改後": True, "臨時": False}


def test_counts_are_exact_to_99(engine, people, deploy):
    deploy(PARALLEL_60)
    for expected in (60, 100):
        engine.runtime.start("sixty", actor=people["kuo"], variables={})
        assert engine.tasks.counts(people["tsai"])["pending"] == expected


PARALLEL_60 = process(
    "sixty",
    '<bpmn:startEvent id="start"/><bpmn:parallelGateway id="fork"/>'
    + "".join(
        f'<bpmn:userTask id="t{n}" name="工作{n}" {FOR_LABOR}/><bpmn:endEvent id="e{n}"/>'
        f'<bpmn:sequenceFlow id="a{n}" sourceRef="fork" targetRef="t{n}"/>'
        f'<bpmn:sequenceFlow id="b{n}" sourceRef="t{n}" targetRef="e{n}"/>'
        for n in range(60)
    )
    + '<bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="fork"/>',
)


def test_a_row_says_how_many_others_are_not_done(engine, people, deploy):
    deploy(PARALLEL_60)
    engine.runtime.start("sixty", actor=people["kuo"], variables={})
    assert engine.tasks.inbox(people["tsai"]).rows[0].waiting_for_others == 59


def test_bulk_claim_says_of_each_whether_it_worked(engine, people, start):
    first, second = start(), start()
    engine.tasks.claim(first.id, people["wang"])
    results = engine.tasks.claim_many([first.id, second.id, second.id], people["tsai"])
    assert [(id, ok) for id, ok, _ in results] == [(first.id, False), (second.id, True)]
    assert isinstance(results[0][2], AlreadyClaimed)


def test_a_supervisor_sees_and_moves_the_work_of_the_unit(engine, people, start):
    one, two = start(days=2), start(days=1)
    engine.tasks.claim(one.id, people["tsai"])
    rows = engine.tasks.unit_work(people["chief"])
    assert [(row.person_name, [r.task.id for r in row.tasks]) for row in rows] == [
        (None, [two.id]), ("蔡承辦", [one.id]),
    ]  # fmt: skip
    assert engine.tasks.unit_work(people["hsu"]) == []
    results = engine.tasks.reassign_many([one.id, two.id], "wang", people["chief"], "蔡員請假")
    assert [ok for _, ok, _ in results] == [True, True]
    assert {t.id for t in inbox(engine, people["wang"], "mine")} == {one.id, two.id}


def test_who_may_not_reassign(engine, people, start):
    task = start()
    engine.tasks.claim(task.id, people["tsai"])
    with pytest.raises(NotAllowed):
        engine.tasks.assign(task.id, "wang", people["wang"], reason="我來")
    with pytest.raises(NotAllowed):
        engine.tasks.assign(task.id, "wang", people["kuo"], reason="給他")
    with pytest.raises(Invalid):
        engine.tasks.assign(task.id, "wang", people["chief"], reason="")
    with pytest.raises(Invalid):
        engine.tasks.assign(task.id, "no-such-person", people["chief"], reason="x")
    assert engine.tasks.assign(task.id, "wang", people["tsai"], reason="業務移交").assignee == "wang"


def test_a_draft_is_the_persons_own_and_goes_with_the_task(engine, people, start):
    task = start()
    engine.tasks.claim(task.id, people["tsai"])
    engine.tasks.save_draft(task.id, people["tsai"], {"opinion": ["寫到一"]})
    engine.tasks.save_draft(task.id, people["tsai"], {"opinion": ["寫到一半"]})
    assert engine.tasks.draft(task.id, people["tsai"])[0] == {"opinion": ["寫到一半"]}
    assert engine.tasks.draft(task.id, people["chief"]) is None
    engine.tasks.complete(task.id, actor=people["tsai"], variables={})
    assert engine.tasks.draft(task.id, people["tsai"]) is None


def test_the_work_of_somebody_who_is_away_stands_in_the_deputys_tab(engine, people, start, clock):
    task = start()
    engine.tasks.claim(task.id, people["tsai"])
    assert inbox(engine, people["wang"], "deputy") == []
    engine.directory.enter_leave(
        "tsai", actor=SYSTEM, starts_at=clock.now() - timedelta(hours=1), ends_at=clock.now() + timedelta(days=1),
        reason="休假", deputy_ids=["wang"],
    )  # fmt: skip
    assert [t.id for t in inbox(engine, people["wang"], "deputy")] == [task.id]
    deputy = engine.directory.actor_for("wang", "tsai")
    engine.tasks.complete(task.id, actor=deputy, variables={})
    entry = engine.history.timeline(task.instance_id, SYSTEM)[-1]
    assert (entry.actor_name, entry.on_behalf_of_name) == ("王小明", "蔡承辦")


def test_a_form_travels_with_the_version(engine, people):
    form = SourceFile("check.form", b'{"type":"default","schemaVersion":19,"id":"check","components":[]}')
    diagram = APPROVAL.replace('id="check" name', 'id="check" camunda:formKey="check" name').replace(
        '"approval"', '"formed"'
    )
    engine.repository.deploy([SourceFile("formed.bpmn", diagram.encode()), form], actor=SYSTEM, force_now=True)
    case = engine.runtime.start("formed", actor=people["kuo"], variables={"headcount": 1})
    (task,) = engine.tasks.of_case(case.id, SYSTEM)
    assert task.form_key == "check"
    assert engine.repository.form(task.definition_id, "check").id == "check"


def test_a_diagram_says_which_tab_a_task_belongs_to(engine, people, deploy):
    said = user_task("sign", "科長核定", FOR_LABOR).replace(
        "/>",
        '><bpmn:extensionElements><camunda:properties><camunda:property name="kind" value="countersign"/>'
        "</camunda:properties></bpmn:extensionElements></bpmn:userTask>",
    )
    deploy(process("said", chain(said, ids=("sign",))))
    case = engine.runtime.start("said", actor=people["kuo"], variables={})
    (task,) = engine.tasks.of_case(case.id, SYSTEM)
    engine.tasks.claim(task.id, people["tsai"])
    assert [t.id for t in inbox(engine, people["tsai"], "countersign")] == [task.id]


BY_DUE = (3, 0, 8, 2, 6, 5, 1, 7, 4)
"""The days in which tasks are due, as they are started."""
_NOT_NEAR = {"NEAR": 1, "NEAR_OTHERWISE": 1, "JOINT": -1, "JOINT_OTHERWISE": -1}
WAYS = {
    "near": {},
    "narrow": {"NEAR": 1, "NEAR_OTHERWISE": 1},
    "further": {**_NOT_NEAR, "NARROW": 0},
    "joint": {"NEAR": 1, "NEAR_OTHERWISE": 1, "NARROW": 0, "FURTHER": 1, "ALONG": 1},
    "broad": {**_NOT_NEAR, "NARROW": 0, "FURTHER": 1},
    "every case": {**_NOT_NEAR, "NARROW": 0, "FURTHER": 1, "BROAD": 0},
    "far along": {**_NOT_NEAR, "NARROW": 0, "FURTHER": 1, "ALONG": 1},
    "far along every case": {**_NOT_NEAR, "NARROW": 0, "FURTHER": 1, "ALONG": 1, "BROAD": 0},
}  # fmt: skip
"""Bounds that let a full inbox be read one way or the other."""


@pytest.fixture
def of_nine(engine, people, start, deploy, clock):
    """Asks for all pages of nine tasks; one more of another unit is none of the reader's."""
    made = {}
    for days in BY_DUE:
        speed, source = "最速件" if days % 3 == 0 else "普通件", "議會" if days % 4 == 1 else "民眾"
        subject = f"{days % 3} 路樹倒塌" if days > 5 else f"{days % 3} 路燈不亮"
        agency = {"lead_agency": {"id": "works", "label": "工務局"}} if days % 2 else {}
        task = start(days=days, priority=days % 4, speed=speed, source=source, subject=subject, **agency)
        made[task.id] = days
        clock.advance(timedelta(minutes=1))
    deploy(
        process("others", chain(user_task("t", "別人的工作", 'camunda:candidateGroups="agency_hr@health"'), ids=("t",)))
    )
    engine.runtime.start(
        "others", actor=people["kuo"], variables={"speed": "最速件", "subject": "0 路樹", "source": "議會"}
    )

    def ask(limit, **options):
        found, after = [], None
        while True:
            page = engine.tasks.inbox(people["tsai"], InboxQuery(limit=limit, after=after, **options))
            found += [made[row.task.id] for row in page.rows]
            after = page.after
            if after is None:
                return found

    return ask


@pytest.mark.parametrize("way", WAYS)
def test_a_full_inbox_is_the_same_whichever_way_it_is_read(of_nine, monkeypatch, way):
    """Which way is gone is a matter of speed: how far was looked decides nothing."""
    for name, value in WAYS[way].items():
        monkeypatch.setattr(pending_queries, name, value)
    filters = (
        ({}, lambda n: True),
        ({"filters": {"speed": "最速件"}}, lambda n: n % 3 == 0),
        ({"filters": {"source": "議會", "speed": "普通件"}}, lambda n: n % 4 == 1 and n % 3),
        ({"filters": {"agency": "works"}}, lambda n: n % 2),
        ({"filters": {"process": "due"}}, lambda n: True),
        ({"filters": {"process": "none"}}, lambda n: False),
        ({"filters": {"security_class": "普通"}}, lambda n: True),
        ({"filters": {"security_class": "密"}}, lambda n: False),
        ({"filters": {"element": "work", "handler": "x"}}, lambda n: False),
        ({"text": "路樹"}, lambda n: n > 5),
        ({"text": "路樹", "filters": {"speed": "最速件"}}, lambda n: n > 5 and n % 3 == 0),
    )
    for options, passes in filters:
        expected = [n for n in range(9) if passes(n)]
        for limit in (2, 9):
            assert of_nine(limit, **options) == expected, (limit, options)
            assert of_nine(limit, descending=True, **options) == expected[::-1], (limit, options)


ORDERS = {
    "created": BY_DUE.index,
    "business_key": BY_DUE.index,
    "subject": lambda n: n % 3,
    "speed": lambda n: n % 3 != 0,
    "priority": lambda n: n % 4,
    "task": lambda n: 0,
    "sent_by": lambda n: 0,
}


@pytest.mark.parametrize("way", ["near", "narrow", "joint", "further", "far along", "far along every case"])
def test_every_order_of_a_full_inbox_is_the_same_whichever_way_it_is_read(of_nine, monkeypatch, way):
    for name, value in WAYS[way].items():
        monkeypatch.setattr(pending_queries, name, value)
    for sort, key in ORDERS.items():
        for options, passes in (
            ({}, lambda n: True),
            ({"filters": {"source": "議會"}}, lambda n: n % 4 == 1),
            ({"text": "路樹"}, lambda n: n > 5),
        ):
            expected = [n for n in range(9) if passes(n)]
            whole = of_nine(9, sort=sort, **options)
            assert sorted(whole) == expected, (sort, options)
            assert [key(n) for n in whole] == sorted(key(n) for n in expected), (sort, options)
            assert of_nine(2, sort=sort, **options) == whole, (sort, options)
            assert of_nine(2, sort=sort, descending=True, **options) == whole[::-1], (sort, options)


def test_what_is_late_is_mine_and_on_offer_in_one_order(engine, people, start, clock, monkeypatch):
    mine, offered, also_mine, _ = start(days=2), start(days=1), start(days=3), start(days=9, speed="最速件")
    for task in (mine, also_mine):
        engine.tasks.claim(task.id, people["tsai"])
    clock.advance(timedelta(days=4))
    assert [t.id for t in inbox(engine, people["tsai"], "overdue")] == [offered.id, mine.id, also_mine.id]
    assert [t.id for t in inbox(engine, people["wang"], "overdue")] == [offered.id]
    first = engine.tasks.inbox(people["tsai"], InboxQuery(tab="overdue", limit=2))
    rest = engine.tasks.inbox(people["tsai"], InboxQuery(tab="overdue", limit=2, after=first.after))
    assert [row.task.id for row in rest.rows] == [also_mine.id]
    filtered = InboxQuery(tab="overdue", filters={"process": "due"}, limit=1)
    assert [row.task.id for row in engine.tasks.inbox(people["tsai"], filtered).rows] == [offered.id]
    for bounds in WAYS.values():
        for name, value in bounds.items():
            monkeypatch.setattr(pending_queries, name, value)
        assert inbox(engine, people["tsai"], "overdue", filters={"speed": "最速件"}) == [], "it is not late yet"
