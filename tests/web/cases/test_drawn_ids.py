"""Drawn ids only: what the engine makes to run a drawing is told nowhere.

Not in the tables that pages, metrics and reports are read from, not on a page, not when a case is moved to another
version of its process, not by a command.
"""

from __future__ import annotations

import re
from datetime import timedelta

import psycopg
import pytest
from click.testing import CliRunner

from engine import SYSTEM, SourceFile
from tests.engine.spiff.player import bpmn, process, properties
from webapp.cli import main

ADMIN, OPERATOR, PROCESS_OWNER, HANDLER = "aia.it.admin", "aia.it.operator", "aia.it.owner", "aia.labor.handler"
GENERATED = re.compile(r"[\w.-]+\[(?:each|listen|next|undo|reset|link|\d+)\]|\((?:undo|start|ad-hoc|finish)\)")
"""What the engine makes: no id of XML holds a bracket."""
STATE = {"each", "listen", "next", "undo", "reset"}
PEOPLE = 'camunda:candidateGroups="labor_handler@aia.labor"'
TWO = "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"
AGAIN = '<standardLoopCharacteristics loopMaximum="2"/>'
CALL = (
    '<extensionElements><spiffworkflow:serviceTaskOperator id="mail"><spiffworkflow:parameters>'
    '<spiffworkflow:parameter id="to" type="str" value="a@example.org"/>'
    '<spiffworkflow:parameter id="subject" type="str" value="x"/>'
    '<spiffworkflow:parameter id="body" type="str" value="x"/>'
    "</spiffworkflow:parameters></spiffworkflow:serviceTaskOperator></extensionElements>"
)
TIMER = "<timerEventDefinition><timeDuration>P{}D</timeDuration></timerEventDefinition>"
TOP = '<message id="m1" name="drawn_ids_news"/><message id="m2" name="drawn_ids_other"/>'


def user(id: str, more: str = "") -> str:
    return f'<userTask id="{id}" name="工作 {id}" {PEOPLE}>{more}</userTask>'


def sub(id: str, inside: str, *flows: str, marker: str = "", kind: str = "subProcess", attributes: str = "") -> str:
    """A subprocess with a start and an end event of its own; its flows have no ids."""
    lines = "".join(
        f'<sequenceFlow sourceRef="{source}" targetRef="{target}"/>' for source, target in (f.split() for f in flows)
    )
    return f'<{kind} id="{id}" name="部分 {id}" {attributes}>{marker}{inside}{lines}</{kind}>'


def ends(id: str, start: str = "") -> str:
    return f'<startEvent id="{id}_s">{start}</startEvent><endEvent id="{id}_e"/>'


UNDONE = (
    user("paid")
    + '<boundaryEvent id="on_paid" attachedToRef="paid"><compensateEventDefinition id="c1"/></boundaryEvent>'
    + f'<userTask id="refund" name="退費" isForCompensation="true" {PEOPLE}/>'
    + '<association id="as1" associationDirection="One" sourceRef="on_paid" targetRef="refund"/>'
)
BODY = (
    '<startEvent id="start"/><endEvent id="end"/><parallelGateway id="fork"/>'
    + user("many", TWO)
    + f'<boundaryEvent id="late" attachedToRef="many" cancelActivity="false">{TIMER.format(2)}</boundaryEvent>'
    + user("reminded")
    + f'<serviceTask id="calls" name="通知">{CALL}{TWO}</serviceTask>'
    + f'<scriptTask id="failing" name="計算">{TWO}<script>={{x: 1 + "a"}}</script></scriptTask>'
    + sub("inside", ends("inside") + user("turn"), "inside_s turn", "turn inside_e", marker=AGAIN)
    + f'<adHocSubProcess id="visit" name="會勘">{user("map")}{user("ask")}</adHocSubProcess>'
    + sub("before", ends("before") + UNDONE, "before_s paid", "paid before_e")
    + '<intermediateThrowEvent id="undo"><compensateEventDefinition id="c2"/></intermediateThrowEvent>'
    + '<parallelGateway id="three"/>' + user("one") + user("two") + user("third")
    + '<complexGateway id="enough"><activationCondition>=activationCount &gt;= 1</activationCondition></complexGateway>'
    + '<intermediateThrowEvent id="jumps"><linkEventDefinition id="l1" name="on"/></intermediateThrowEvent>'
    + '<intermediateCatchEvent id="lands"><linkEventDefinition id="l2" name="on"/></intermediateCatchEvent>'
    + '<eventBasedGateway id="race"/>'
    + f'<intermediateCatchEvent id="clock">{TIMER.format(9)}</intermediateCatchEvent>'
    + '<intermediateCatchEvent id="post"><messageEventDefinition id="e1" messageRef="tns:m2"/></intermediateCatchEvent>'
    + '<callActivity id="part" name="另一流程" calledElement="drawn_ids_part"/>'
    + '<userTask id="other_tool" name="其他&#10;工具"><extensionElements><zeebe:assignmentDefinition '
    'candidateGroups="labor_handler@aia.labor"/></extensionElements></userTask>'
    + sub("beside", ends("beside", '<messageEventDefinition id="e2" messageRef="m1"/>').replace(
        '<startEvent id="beside_s">', '<startEvent id="beside_s" isInterrupting="false">') + user("told"),
        "beside_s told", "told beside_e", attributes='triggeredByEvent="true"')
    + sub("timed", ends("timed", TIMER.format(30)).replace(
        '<startEvent id="timed_s">', '<startEvent id="timed_s" isInterrupting="false">') + user("slow"),
        "timed_s slow", "slow timed_e", attributes='triggeredByEvent="true"')
)  # fmt: skip
LINES = (
    "start -> fork", "fork -> many", "fork -> calls", "fork -> failing", "fork -> inside", "fork -> visit",
    "fork -> before", "fork -> three", "fork -> jumps", "fork -> race", "fork -> part", "fork -> other_tool",
    "late -> reminded", "before -> undo", "three -> one", "three -> two", "three -> third", "one -> enough",
    "two -> enough", "third -> enough", "race -> clock", "race -> post",
    *(f"{name} -> end" for name in ("many", "calls", "failing", "inside", "visit", "reminded", "undo", "enough")),
    *(f"{name} -> end" for name in ("lands", "clock", "post", "part", "other_tool")),
)  # fmt: skip
PART = process(
    '<startEvent id="part_s"/>' + user("part_u") + '<endEvent id="part_e"/>',
    "part_s -> part_u",
    "part_u -> part_e",
    id="drawn_ids_part",
)
KEY = "drawn_ids"
BROKEN_WAY = process(
    '<startEvent id="start"/>' + user("only") + '<endEvent id="end"/>', "start -> only", "only -> end", id=KEY
)


def drawing(main_process: str) -> SourceFile:
    content = bpmn(TOP, main_process, PART).replace(b"<definitions ", b'<definitions xmlns:tns="t" ', 1)
    return SourceFile(f"{KEY}.bpmn", content)


EVERYTHING = drawing(process(properties(casePrefix="DI", ownerUnit="aia.labor") + BODY, *LINES, id=KEY))
DRAWN = set(re.findall(r'\bid="([^"]+)"', EVERYTHING.content.decode()))


@pytest.fixture(scope="module")
def case(engine, clock):
    """A case that stands on every element that the engine makes something for, after some steps of all kinds."""
    engine.repository.deploy([EVERYTHING], actor=SYSTEM, force_now=True)
    actor = engine.directory.actor_for(HANDLER)
    case = engine.runtime.start(KEY, actor=actor, variables={})
    for element, values in (
        ("one", {}),
        ("paid", {}),
        ("turn", {}),
        ("many", {}),
        ("visit", {"decision": "map"}),
    ):
        task = next(t for t in engine.tasks.of_case(case.id, SYSTEM) if t.is_open and t.element_id == element)
        engine.tasks.claim(task.id, actor)
        engine.tasks.complete(task.id, actor=actor, variables=values)
    engine.runtime.correlate("drawn_ids_news", business_key=case.business_key, variables={})
    clock.advance(timedelta(days=3))
    engine.machine.fire_timers(case.id)
    engine.repository.deploy([drawing(BROKEN_WAY)], actor=SYSTEM, force_now=True)
    return engine.runtime.instance(case.id, SYSTEM)


@pytest.fixture(scope="module")
def tables(owner_url):
    """All texts of all tables, as far as they hold a name that the engine has made: table, column, text."""

    def made() -> list[tuple[str, str, str]]:
        found = []
        with psycopg.connect(owner_url.replace("+psycopg", "")) as db:
            columns = db.execute(
                "select table_name, column_name from information_schema.columns where table_schema = 'public' "
                "and data_type in ('text', 'character varying', 'json', 'jsonb', 'ARRAY', 'USER-DEFINED')"
            ).fetchall()
            assert len(columns) > 100
            for table, column in columns:
                pattern = r"[a-z_]\[(each|listen|next|undo|reset|link|[0-9]+)\]|\((undo|start)\)"
                rows = db.execute(f'select "{column}"::text from "{table}" where "{column}"::text ~ %s', (pattern,))
                found += [(table, column, text) for (text,) in rows]
        return found

    return made


def test_the_state_holds_all_kinds_of_made_names_and_no_table_that_is_read_does(case, owner_url, tables):
    with psycopg.connect(owner_url.replace("+psycopg", "")) as db:
        (body,) = db.execute("select body from instance_state where instance_id = %s", (case.id,)).fetchone()
    kinds = {kind.decode() for kind in re.findall(rb"\[(\w+)\]\"", bytes(body))}
    assert kinds - {kind for kind in kinds if kind.isdigit()} == STATE
    assert any(kind.isdigit() for kind in kinds)
    assert b"(undo)" in bytes(body)
    assert tables() == []


def test_history_and_what_is_marked_name_what_is_drawn(engine, case):
    timeline = engine.history.timeline(case.id, SYSTEM)
    named = {element for entry in timeline for element in re.findall(r'"element_id": ?"([^"]+)"', str(entry))}
    assert named <= DRAWN
    assert {"many", "inside", "visit", "beside", "before", "refund", "told"} <= set(case.active_elements) <= DRAWN


PAGES = {
    HANDLER: (
        *("/inbox", "/inbox/export.csv", "/notifications", "/cases", "/cases/export.csv", "/unit-work"),
        *("/cases/{case}", "/cases/{case}/print", "/cases/{case}/where", "/cases/{case}/diagram.json"),
    ),
    OPERATOR: ("/operate", "/operate/jobs", "/operate/incidents", "/operate/incidents/{incident}", "/operate/pool"),
    PROCESS_OWNER: (
        *(f"/studio/{KEY}", f"/studio/{KEY}/versions/1/cases?to=2", f"/studio/{KEY}/compare?old=1&new=2"),
        f"/studio/{KEY}/versions/1/current",
    ),
    ADMIN: ("/metrics", "/totals/115", "/totals/115.csv", "/admin/log"),
}


@pytest.mark.parametrize("person", PAGES)
def test_no_page_names_what_is_not_drawn(browser, engine, case, person):
    incident = next(row for row in engine.incidents.incidents(SYSTEM).rows if row.instance_id == case.id)
    open_tasks = [task for task in engine.tasks.of_case(case.id, SYSTEM) if task.is_open] if person == HANDLER else []
    shown = [page.format(case=case.id, incident=incident.id) for page in PAGES[person]]
    seen = browser(person)
    read = 0
    for path in (*shown, *(f"/tasks/{task.id}" for task in open_tasks)):
        answer = seen.get(path)
        read += answer.status_code == 200
        assert answer.status_code in (200, 302, 303, 403, 404), path
        text = answer.text.replace('value="(finish)"', "")  # the answer that ends an ad-hoc subprocess is no element
        assert not GENERATED.search(text), (path, GENERATED.search(text))
    assert read >= len(shown) - 1


def test_moving_a_case_speaks_of_drawn_elements(engine, case):
    owner = engine.directory.actor_for(PROCESS_OWNER)
    (movable,) = engine.migration.check(KEY, 1, 2, owner)
    about = {problem.element_id for problem in movable.problems}
    assert {"many", "inside", "visit", "calls", "failing", "undo"} <= about <= DRAWN
    assert not GENERATED.search(str(movable))
    refused = engine.migration.check(KEY, 1, 2, owner, mapping={"many": "only"})
    assert not GENERATED.search(str(refused))


def test_case_files_and_findings_speak_of_drawn_elements(tmp_path):
    folder = tmp_path / KEY
    (folder / "cases").mkdir(parents=True)
    (folder / EVERYTHING.name).write_bytes(EVERYTHING.content)
    case_file = "name: 只開案\nstart: {at: 2018-01-15T09:00:00+08:00, by: aia.labor.handler, values: {}}\nsteps: []\n"
    (folder / "cases" / "first.yaml").write_text(case_file)
    played = CliRunner().invoke(main, ["test-process", str(folder)])
    assert "inside" in played.output
    assert not GENERATED.search(played.output)
    judged = CliRunner().invoke(main, ["lint", "--json", str(folder)])
    assert not GENERATED.search(judged.output)
