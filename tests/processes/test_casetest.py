"""The player of case files: it says what is wrong, and passes over nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.calendar.yearly_list import shipped_calendar
from engine.casetest import CaseFileError, Report, load_case, run
from engine.spiff import Executor

DIAGRAM = (Path(__file__).parent / "data" / "leave.bpmn").read_text(encoding="utf-8")


def field(kind: str, key: str, **more: object) -> dict[str, object]:
    return {"type": kind, "key": key, "id": f"Field_{key}", "label": key, **more}


@pytest.fixture
def leave(tmp_path: Path) -> Path:
    """A process folder of its own, with its forms beside it."""
    forms = tmp_path / "forms" / "leave"
    forms.mkdir(parents=True)
    choices = [{"label": "同意", "value": "agree"}, {"label": "不同意", "value": "refuse"}]
    for name, fields in {
        "request": [field("number", "days", validate={"required": True, "min": 1}), field("textfield", "email")],
        "approve": [field("radio", "decision", values=choices, validate={"required": True})],
    }.items():
        form = {"type": "default", "id": name, "schemaVersion": 19, "components": fields}
        (forms / f"{name}.form").write_text(json.dumps(form), encoding="utf-8")
    process = tmp_path / "processes" / "leave"
    (process / "cases").mkdir(parents=True)
    (process / "leave.bpmn").write_text(DIAGRAM, encoding="utf-8")
    return process


START = "start: {at: 2018-05-28T09:00:00+08:00, by: mia, values: {days: 2, email: mia@example.org}}\n"


@pytest.fixture
def play(leave: Path, executor: Executor):
    def play(text: str, *, start: str = START, modes: tuple[bool, ...] = (False, True)) -> Report:
        (leave / "cases" / "case.yaml").write_text(f"name: 請假\n{start}{text}", encoding="utf-8")
        return run(leave, leave.parents[1] / "forms", executor, shipped_calendar(), modes=modes)

    return play


def problems(report: Report) -> str:
    return "\n".join(problem for outcome in report.outcomes for problem in outcome.problems)


def test_a_case_that_goes_as_written_passes_in_both_modes(play) -> None:
    report = play(
        "steps:\n- expect: {open: [approve], due: {approve: 2018-05-30}, who: {approve: chief@}, waiting: [late]}\n"
        "- {task: approve, values: {decision: agree}}\n"
        "expect: {ended: completed, end: granted, variables: {days: 2, decision: agree}, visited: [tell], "
        "not_visited: [expired], sent: []}\n"
    )
    assert report.passed, problems(report)
    assert [outcome.restored for outcome in report.outcomes] == [False, True]


@pytest.mark.parametrize(
    ("expect", "said"),
    [
        ("{ended: cancelled}", "expected ended: cancelled, is completed"),
        ("{end: refused}", "expected end event refused"),
        ("{variables: {days: 3}}", "days: expected 3, is 2"),
        ("{visited: [expired]}", "expected to pass expired"),
        ("{not_visited: [tell]}", "expected not to pass tell"),
        ("{sent: [hello]}", "expected messages ['hello']"),
        ("{incident: tell}", "expected incident tell"),
        ("{open: [approve]}", "expected open ['approve']"),
    ],
)
def test_whatever_is_not_as_expected_is_said(play, expect: str, said: str) -> None:
    report = play(f"steps:\n- {{task: approve, values: {{decision: agree}}}}\nexpect: {expect}\n")
    assert not report.passed
    assert said in problems(report)


def test_a_case_may_not_stop_in_the_middle_without_saying_so(play) -> None:
    assert "still open at the end: ['approve']" in problems(play("steps: []\n"))
    assert play("steps: []\nexpect: {open: [approve]}\n").passed


def test_the_clock_fires_timers_on_its_way(play) -> None:
    report = play(
        "steps:\n- {wait: P2D}\n- expect: {open: [approve]}\n- {wait: P2D}\nexpect: {ended: completed, end: expired}\n"
    )
    assert report.passed, problems(report)


def test_the_clock_cannot_go_back(play) -> None:
    assert "cannot go back" in problems(play("steps:\n- {until: 2018-05-01}\n"))


def test_answers_are_judged_by_the_form(play) -> None:
    report = play("steps:\n- {task: approve, values: {decision: perhaps}}\n")
    assert "not-an-option" in problems(report)
    assert "has no field opinion" in problems(play("steps:\n- {task: approve, values: {opinion: x}}\n"))


def test_a_case_may_expect_the_form_to_refuse(play) -> None:
    refused = "steps:\n- {task: approve, refused: [decision], values: {}}\nexpect: {open: [approve]}\n"
    assert play(refused).passed
    taken = "steps:\n- {task: approve, refused: [decision], values: {decision: agree}}\nexpect: {open: [approve]}\n"
    assert "expected errors at ['decision']" in problems(play(taken))


def test_a_start_form_may_be_refused(play) -> None:
    start = "start: {at: 2018-05-28T09:00:00+08:00, by: mia, values: {days: 0}, refused: [days]}\n"
    assert play("steps: []\n", start=start).passed
    assert "nothing to go on with" in problems(play("steps:\n- {wait: P1D}\n", start=start))


def test_a_connector_answers_by_itself_or_as_the_case_says(play) -> None:
    agreed = "steps:\n- {task: approve, values: {decision: agree}}\n"
    answered = agreed + "- {service: mail, result: {sent_to: [mia]}}\nexpect: {variables: {told: {sent_to: [mia]}}}\n"
    assert play(answered).passed
    failed = agreed + "- {service: mail, fail: no route}\nexpect: {ended: null, incident: tell}\n"
    assert play(failed).passed, problems(play(failed))


def test_an_incident_nobody_expects_fails_the_case_even_if_the_case_is_mended_elsewhere(play) -> None:
    start = "start: {at: 2018-05-28T09:00:00+08:00, by: mia, values: {days: 2}}\n"
    report = play(
        "steps:\n- {task: approve, values: {decision: agree}}\n- {service: mail, fail: down}\n"
        "expect: {ended: null, open: []}\n",
        start=start,
    )
    assert "incident at tell" in problems(report)


def test_an_incident_can_be_mended_and_tried_again(play) -> None:
    report = play(
        "steps:\n- {task: approve, values: {decision: agree}}\n- {service: mail, fail: down}\n"
        "- {correct: tell, values: {email: mia@example.net}}\n"
        "expect: {ended: completed, variables: {email: mia@example.net}}\n"
    )
    assert report.passed, problems(report)


def test_a_case_may_begin_at_the_start_event_of_a_timer(leave: Path, play) -> None:
    each_month = (
        '<startEvent id="monthly"><timerEventDefinition><timeCycle '
        'xsi:type="tFormalExpression">R/P1M</timeCycle></timerEventDefinition></startEvent>'
        '<sequenceFlow id="monthly_approve" sourceRef="monthly" targetRef="approve"/>'
    )
    (leave / "leave.bpmn").write_text(DIAGRAM.replace("</process>", f"{each_month}</process>"), "utf-8")
    begun = "start: {at: 2018-05-28T09:00:00+08:00, event: monthly, values: {days: 2}}\n"
    report = play("expect: {open: [approve], visited: [monthly], variables: {days: 2}}\n", start=begun)
    assert not problems(report)
    assert "no such start event" in problems(play("steps: []\n", start=begun.replace("monthly", "yearly")))


def test_the_report_says_what_was_never_reached(play) -> None:
    report = play("steps:\n- {task: approve, values: {decision: refuse}}\nexpect: {end: refused}\n")
    assert report.passed
    assert not report.coverage.complete
    assert report.coverage.percent < 100
    assert ("tell", "通知") in report.coverage.missed_elements
    assert {key for key, _ in report.coverage.missed_flows} == {"f3", "f5", "f6"}
    assert "涵蓋率" in report.text("zh")
    assert "missed: tell" in report.text("en")


def test_errors_of_the_files_fail_the_report(leave: Path, play) -> None:
    (leave / "leave.bpmn").write_text(DIAGRAM.replace("leave/approve", "leave/gone"), encoding="utf-8")
    report = play("steps: []\nexpect: {open: [approve]}\n")
    assert report.findings
    assert not report.passed


@pytest.mark.parametrize(
    "text",
    [
        "name: x\nstart: {at: 2018-05-28}\nsteps: [{tusk: approve}]\n",
        "name: x\nstart: {at: 2018-05-28}\nsteps: [{task: approve, value: {}}]\n",
        "name: x\nstart: {at: 2018-05-28}\nexpect: {finished: true}\n",
        "name: x\nstart: {}\n",
        "start: {at: 2018-05-28}\n",
        "name: x\nstart: {by: mia}\n",
        "- 1\n",
        "name: [\n",
    ],
)
def test_a_case_file_that_nobody_understands_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CaseFileError, match=r"case\.yaml"):
        load_case(path)


def test_yes_is_a_text_and_true_a_truth_value(tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    path.write_text("name: x\nstart: {at: 2018-05-28T09:00:00, values: {a: yes, b: no, c: true, d: 1.10}}\n", "utf-8")
    values = load_case(path).start["values"]
    assert (values["a"], values["b"], values["c"]) == ("yes", "no", True)
    assert str(values["d"]) == "1.10"
    assert load_case(path).starts_at.isoformat() == "2018-05-28T09:00:00+08:00"


def test_a_folder_without_its_diagram_is_refused(tmp_path: Path, executor: Executor) -> None:
    (tmp_path / "leave").mkdir()
    with pytest.raises(CaseFileError, match=r"leave\.bpmn"):
        run(tmp_path / "leave", tmp_path, executor, shipped_calendar())
