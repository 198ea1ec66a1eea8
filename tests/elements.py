# ruff: noqa: E501 (a row of the table stays in one line)
"""Every element of BPMN 2.0: what it does here, how it looks, and the test that shows it.

`python -m tests.elements docs/elements.md` writes the page. Whether an element runs is not said
here but asked of the engine's registries; `tests/unit/test_elements.py` holds the page to this
table, the table to the registries, and every row to a test that exists.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from engine.spiff.lint.events import STANDARD_AT
from engine.spiff.lint.support import EVENTS_AT
from engine.spiff.parser import RUNNABLE

ROOT = Path(__file__).parents[1]
EVENTS = "tests/engine/spiff/test_events.py::"
ACTIVITIES = "tests/engine/spiff/test_activities.py::"
GATEWAYS = "tests/engine/spiff/test_gateways.py::"
REPEATED = "tests/engine/spiff/test_repetitions.py::"
STARTS = "tests/engine/spiff/test_starts.py::"
TIMERS = "tests/engine/spiff/test_timers.py::"
REFUSED = "tests/unit/spiff/test_lint.py::test_what_the_engine_cannot_run_is_named"
MODELS = "tests/unit/spiff/test_lint.py::test_a_broken_rule_of_the_standard_is_found_at_its_element"
NOTHING = "–"
PASSED = "passed"
WAITS = "waits; then passed"


@dataclass(frozen=True)
class Row:
    """One line of the page. `event` is the kind of event, where the element is one."""

    element: str
    does: str
    test: str
    inbox: str = NOTHING
    history: str = PASSED
    event: str = ""
    note: str = ""
    """What tells two rows of one element apart."""

    @property
    def runs(self) -> bool:
        """Whether the engine runs it, by its own registries."""
        if self.event and self.event != "none":
            return self.event in EVENTS_AT[self.element]
        return self.element in RUNNABLE

    @property
    def shown_by(self) -> str:
        """The test that shows what the row says; of what does not run, the one that sees it refused."""
        return self.test if self.runs else REFUSED


TASKS = (
    Row("userTask", "Asks people: opens a task with form, candidates, due date; goes on when it is completed", ACTIVITIES + "test_an_open_task_says_who_by_when_with_which_form", "a task, in the tab of its kind", "who claimed, decided, for whom, when, with which words and values"),
    Row("manualTask", "The same, for work done elsewhere: a person confirms it", ACTIVITIES + "test_a_manual_task_waits_for_a_person", "a task", "who confirmed it"),
    Row("scriptTask", "FEEL or sandboxed Python; what it gives becomes variables", ACTIVITIES + "test_a_feel_script_gives_variables"),
    Row("businessRuleTask", "Decides by a DMN table or expression; the outputs become variables", ACTIVITIES + "test_a_decision_gives_its_outputs_by_name_and_tells_the_history", history="passed, with the table's rows that held"),
    Row("serviceTask", "Calls a connector after the step is stored, with retries; the answer becomes a variable", ACTIVITIES + "test_a_service_task_asks_for_a_call_and_takes_its_answer", history="the system finished the call, or gave up: an incident"),
    Row("sendTask", "Throws its message, with payload, to one case, several, or a new one", EVENTS + "test_a_send_task_and_an_end_event_throw"),
    Row("receiveTask", "Waits for its message", "tests/engine/spiff/test_element_rows.py::test_a_receive_task_waits_for_its_message", history="waits; the message received"),
    Row("task", "Passes at once: a task without a type is a remark", "tests/engine/spiff/test_element_rows.py::test_an_untyped_task_and_a_bare_throw_event_pass_at_once"),
    Row("callActivity", "Runs another process with variables of its own, mapped in and out", ACTIVITIES + "test_a_called_process_has_variables_of_its_own", "the tasks of the called process", "the called process's steps, in the same case"),
    Row("subProcess", "Runs what is in it, on the variables around it", ACTIVITIES + "test_an_embedded_subprocess_works_on_the_variables_around_it", "the tasks in it", "the steps in it"),
    Row("transaction", "A subprocess that can be cancelled: what was done in it is compensated", "tests/engine/spiff/test_compensation.py::test_a_cancelled_transaction_undoes_and_leaves_by_its_cancel_event", "the tasks in it", "the steps in it"),
    Row("adHocSubProcess", "Work whose order people choose, until its condition holds or somebody ends it", "tests/engine/spiff/test_adhoc.py::test_everything_is_offered_and_over_when_all_was_done", "the tasks in it", "the steps in it"),
)  # fmt: skip
MARKERS = (
    Row("userTask", "One after the other or all at once, for each item of a collection; ends early by its completion condition", REPEATED + "test_one_task_for_each_member_in_parallel", "a task for each, with its label", "each decision by itself", note="multi-instance"),
    Row("userTask", "Again while its condition holds, up to its maximum; asked before or after the turn", REPEATED + "test_a_standard_loop_repeats_while_its_condition_holds", "a task a turn", "each turn by itself", note="standard loop"),
    Row("subProcess", "Runs beside or instead of what is around it when its start event happens", EVENTS + "test_an_interrupting_event_subprocess_stops_everything_else", "the tasks in it", "the steps in it; what was interrupted is cancelled", note="event subprocess"),
)  # fmt: skip
GATEWAY_ROWS = (
    Row("exclusiveGateway", "Takes the first flow whose condition holds, else the default; without any: an incident", GATEWAYS + "test_an_exclusive_gateway_takes_the_first_flow_that_holds", history="passed, with the flow taken"),
    Row("inclusiveGateway", "Takes every flow whose condition holds; waits for all that may still come", GATEWAYS + "test_an_inclusive_gateway_takes_all_that_hold_and_joins_them", history="passed, with the flows taken"),
    Row("parallelGateway", "Takes every flow; waits for one token of each", GATEWAYS + "test_a_parallel_gateway_waits_for_each_flow", history="passed, with the flows taken"),
    Row("eventBasedGateway", "Waits for several events; the first decides, the others are given up", GATEWAYS + "test_the_first_event_behind_an_event_based_gateway_wins", history=WAITS),
    Row("eventBasedGateway", "Begins a case by the first thing that happens behind it: a message, a signal, the clock, a condition", STARTS + "test_the_clock_and_a_condition_may_begin_behind_an_event_based_gateway", history=WAITS, note="instantiating"),
    Row("complexGateway", "Splits as an inclusive one; joins when its activation condition holds", "tests/engine/spiff/test_more_elements.py::test_two_of_three_and_the_late_one_is_swallowed", history="passed, with the flows taken"),
)  # fmt: skip
EVENT_ROWS = (
    Row("startEvent", "Somebody starts a case, with the start form when there is one", EVENTS + "test_the_initiator_is_a_variable_when_the_start_event_says_so", "its page under 起案", "who started the case, with what", "none"),
    Row("startEvent", "A message that belongs to no open case starts one", EVENTS + "test_a_process_starts_by_its_message", history="the case began by its message", event="message"),
    Row("startEvent", "Starts a case at its time; a cycle starts one each turn; each of several timers by itself", STARTS + "test_each_of_several_timers_starts_its_own_cases", history="the system started the case", event="timer"),
    Row("startEvent", "A signal starts a case; in an event subprocess it starts that", "tests/engine/spiff/test_element_rows.py::test_a_signal_starts_a_case", history="the signal received", event="signal"),
    Row("startEvent", "Starts a case when its condition becomes true, and again only after it was false; it asks the date and how many cases run, for there are no variables yet", STARTS + "test_a_condition_starts_a_case_when_it_becomes_true_and_not_again_before_it_was_false", history="the system started the case", event="conditional"),
    Row("startEvent", "In an event subprocess: when its condition becomes true", "tests/engine/spiff/test_element_rows.py::test_an_event_subprocess_starts_when_its_condition_becomes_true", history=PASSED, event="conditional", note="event subprocess"),
    Row("startEvent", "Any of the things that it waits for starts a case", STARTS + "test_a_start_event_may_wait_for_anything_of_several_kinds", history="what began the case", note="multiple"),
    Row("startEvent", "A case begins once all that it waits for has happened; messages belong together by the case number they name", STARTS + "test_a_start_that_needs_both_begins_with_the_second", history="what completed it, with what all of it brought", note="parallel multiple"),
    Row("startEvent", "In an event subprocess: each of several timers starts it by itself", STARTS + "test_each_of_several_timers_starts_the_event_subprocess", history="the timer fired", note="multiple, event subprocess"),
    Row("startEvent", "In an event subprocess: when all that it waits for has happened", STARTS + "test_a_start_of_an_event_subprocess_that_needs_both_waits_for_the_second", history=PASSED, note="parallel multiple, event subprocess"),
    Row("startEvent", "In an event subprocess: catches an error thrown in its scope", EVENTS + "test_an_error_is_caught_by_an_event_subprocess", event="error"),
    Row("startEvent", "In an event subprocess: catches an escalation thrown in its scope", "tests/engine/spiff/test_element_rows.py::test_an_event_subprocess_catches_an_escalation_of_its_scope", event="escalation"),
    Row("startEvent", "In an event subprocess: says how its scope is compensated", "tests/engine/spiff/test_compensation.py::test_its_own_event_subprocess_sees_the_data_it_had", event="compensate"),
    Row("intermediateCatchEvent", "Waits for its message; the payload becomes variables", EVENTS + "test_a_message_is_awaited_and_brings_its_payload", history="waits; the message received", event="message"),
    Row("intermediateCatchEvent", "Waits for its time: a date, a duration, a cycle", TIMERS + "test_when_a_timer_fires", history="waits; the timer fired", event="timer"),
    Row("intermediateCatchEvent", "Waits for its signal", EVENTS + "test_a_signal_reaches_every_catcher_and_is_told_to_others", history="waits; the signal received", event="signal"),
    Row("intermediateCatchEvent", "Waits until its condition is true", EVENTS + "test_a_condition_fires_when_it_becomes_true", history=WAITS, event="conditional"),
    Row("intermediateCatchEvent", "Goes on where the link of its name left off", EVENTS + "test_links_jump", event="link"),
    Row("intermediateThrowEvent", "Passes at once: a milestone", "tests/engine/spiff/test_element_rows.py::test_an_untyped_task_and_a_bare_throw_event_pass_at_once", event="none"),
    Row("intermediateThrowEvent", "Throws its message, with payload", EVENTS + "test_a_thrown_message_says_to_whom_and_what", event="message"),
    Row("intermediateThrowEvent", "Throws its signal to every catcher in every case", EVENTS + "test_a_signal_reaches_every_catcher_and_is_told_to_others", event="signal"),
    Row("intermediateThrowEvent", "Escalates to the nearest catcher around it, and goes on", EVENTS + "test_an_escalation_goes_beside_or_interrupts", event="escalation"),
    Row("intermediateThrowEvent", "Undoes what was done: one activity, or all of its scope, latest first", "tests/engine/spiff/test_compensation.py::test_the_last_is_undone_first", event="compensate"),
    Row("intermediateThrowEvent", "Jumps to the catching link of its name", EVENTS + "test_links_jump", event="link"),
    Row("boundaryEvent", "A message closes the activity, or starts work beside it", EVENTS + "test_a_message_at_the_border_may_come_again_and_again", "an interrupted task goes away", "the message received", "message"),
    Row("boundaryEvent", "After its time closes the activity, or reminds beside it, once or in cycles", EVENTS + "test_an_interrupting_boundary_event_closes_the_task", "an interrupted task goes away", "the timer fired", "timer"),
    Row("boundaryEvent", "A signal closes the activity, or starts work beside it", "tests/engine/spiff/test_element_rows.py::test_a_signal_at_the_border_interrupts_or_goes_beside", "an interrupted task goes away", "the signal received", "signal"),
    Row("boundaryEvent", "When its condition becomes true closes the activity, or starts work beside it", "tests/engine/spiff/test_element_rows.py::test_a_condition_at_the_border_interrupts_when_it_becomes_true", "an interrupted task goes away", PASSED, "conditional"),
    Row("boundaryEvent", "Catches an error out of its activity, the named one before any", EVENTS + "test_the_named_error_is_caught_before_any_error", "an interrupted task goes away", PASSED, "error"),
    Row("boundaryEvent", "Catches an escalation out of its activity", EVENTS + "test_an_escalation_goes_beside_or_interrupts", "an interrupted task goes away", PASSED, "escalation"),
    Row("boundaryEvent", "On a transaction: goes on here after it was cancelled and compensated", "tests/engine/spiff/test_compensation.py::test_a_cancelled_transaction_undoes_and_leaves_by_its_cancel_event", "an interrupted task goes away", PASSED, "cancel"),
    Row("boundaryEvent", "Says which work undoes its activity", "tests/engine/spiff/test_compensation.py::test_only_the_activity_that_is_named", event="compensate"),
    Row("endEvent", "Ends its path; with the last one the case ends", "tests/engine/spiff/test_element_rows.py::test_the_last_end_event_ends_the_case", history="the case ended", event="none"),
    Row("endEvent", "Throws its message, then ends its path", EVENTS + "test_a_send_task_and_an_end_event_throw", event="message"),
    Row("endEvent", "Throws its signal, then ends its path", "tests/engine/spiff/test_element_rows.py::test_an_end_event_throws_its_signal", event="signal"),
    Row("endEvent", "Throws an error to the nearest catcher; caught by nobody, the case ends with it", EVENTS + "test_an_uncaught_error_ends_the_instance", history="passed; the case ended abnormally when nobody caught it", event="error"),
    Row("endEvent", "Escalates, then ends its path", "tests/engine/spiff/test_element_rows.py::test_an_end_event_escalates", event="escalation"),
    Row("endEvent", "Ends its scope with everything that still runs in it", EVENTS + "test_a_terminate_event_ends_its_scope_at_once", "tasks of the scope go away", "passed; what ran is cancelled", "terminate"),
    Row("endEvent", "Cancels the transaction around it: compensates what was done in it", "tests/engine/spiff/test_compensation.py::test_a_cancelled_transaction_undoes_and_leaves_by_its_cancel_event", event="cancel"),
    Row("endEvent", "Compensates, then ends its path", "tests/engine/spiff/test_corners.py::test_an_end_event_undoes_what_was_completed_then_ends_its_path", event="compensate"),
)  # fmt: skip
DRAWN_ONLY = (
    ("participant, messageFlow, collaboration", "Say who talks to whom; messages meet by name. A flow the standard forbids is refused"),
    ("choreography, conversation", "Are documentation; in a process they are refused"),
    ("textAnnotation, group, association", "Are documentation; an association from a compensation event names its handler"),
)  # fmt: skip
_HEAD = """\
# Every element of BPMN 2.0

What each element does here, how it looks in the inbox and in the history of a case, and the test that shows it. *Passed*
means: the drawing marks it and the flow behind it, and the entry of the step that ran it keeps it
(`tests/web/cases/test_pages.py::test_the_drawing_marks_the_token_and_the_passed_path`); an element that waits is
marked while it does. What goes wrong in an automatic element is an incident with its cause
(`tests/engine/services/test_incidents.py::test_an_incident_says_what_failed_and_why`). What does not run is
refused before it is deployed, by name: [the rules](lint.md). What each may carry is in
[the reference](diagrams.md#elements).

All of them also run together, in random models that are compared step by step with a small interpreter of the
standard's token rules (`tests/conformance/bpmn/test_models.py::test_engine_and_reference_agree`; `make models` plays
10,000, makes what disagrees small and writes it to `build/models`).

The page is generated from the engine's registries and the table in `tests/elements.py`: `python -m tests.elements
docs/elements.md`.

"""


def rows() -> Iterator[Row]:
    """All rows."""
    yield from (*TASKS, *MARKERS, *GATEWAY_ROWS, *EVENT_ROWS)


def page() -> str:
    """The page as Markdown."""
    parts = [
        _HEAD,
        _table("Tasks and subprocesses", TASKS),
        _table("Markers", MARKERS),
        _table("Gateways", GATEWAY_ROWS),
        _table("Events", EVENT_ROWS),
        "## Drawn for people\n\n| Element | Here |\n|---|---|\n",
        "".join(f"| {name} | {says} |\n" for name, says in DRAWN_ONLY),
        f"\nShown by `{MODELS}`.\n",
    ]
    return "".join(parts)


def _table(title: str, listed: tuple[Row, ...]) -> str:
    lines = [f"## {title}", "", "| Element | Does | Inbox | History | Shown by |", "|---|---|---|---|---|"]
    for row in listed:
        kind = ", ".join(filter(None, (row.event, row.note)))
        name = f"{row.element} ({kind})" if kind else row.element
        if row.runs:
            lines.append(f"| {name} | {row.does} | {row.inbox} | {row.history} | `{row.shown_by}` |")
        else:
            lines.append(f"| {name} | **Does not run yet**: refused before it is deployed | – | – | `{row.shown_by}` |")
    return "\n".join(lines) + "\n\n"


@cache
def names_of_tests(path: str) -> frozenset[str]:
    """The test functions of a file."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def demanded() -> set[tuple[str, str]]:
    """Every element, and every event at every place, that the standard has: what the table must hold."""
    return {(element, kind) for element, kinds in STANDARD_AT.items() for kind in kinds}


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), "utf-8")
