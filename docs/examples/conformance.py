"""Runs the public BPMN feature cases on the engine, with nothing but its public API: `engine.local`.

    .venv/bin/python docs/examples/conformance.py ../shared/conformance/bpmn/features

The diagrams come from an engine test system: their scripts are marks, their conditions Java.
`translated` makes FEEL of both; a script that waits ten seconds becomes a service task.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

from lxml import etree

from engine.errors import DeploymentRefused, EngineError
from engine.local import LocalCase, LocalEngine
from engine.model import SourceFile

SECOND = timedelta(seconds=1)
QUIET_SECONDS = 120
SCRIPTS = {
    "INCREMENT_INTEGER_VARIABLE_AND_LOG": "={integerVariable: integerVariable + 1}",
    "SET_STRING_DATA": '={data: "String"}',
    "LOG_DATA": '={seen: data = "String"}',
}
MARKS = {"CREATE_MARKER_FILE": "MARKER_exists", "INCREMENT_INTEGER_VARIABLE_AND_LOG": "INCREMENT"}
OPERATOR = (
    '<bpmn2:extensionElements><s:serviceTaskOperator xmlns:s="http://spiffworkflow.org/bpmn/schema/1.0/core" '
    'id="wait"/></bpmn2:extensionElements>'
)


def translated(text: str) -> str:
    """A diagram with FEEL in place of Java conditions and script marks."""
    text = re.sub(r"<!\[CDATA\[(.*?)\]\]>", lambda found: found[1].replace("<", "&lt;"), text, flags=re.DOTALL)
    text = re.sub(
        r"(<bpmn2:(?:conditionExpression|condition|loopCondition)\b[^>]*>)([^<]+)(</)",
        lambda found: f"{found[1]}={_condition(found[2])}{found[3]}",
        text,
    )
    text = re.sub(
        r"<bpmn2:scriptTask((?:(?!</bpmn2:scriptTask>).)*?>)((?:(?!</bpmn2:scriptTask>).)*?)"
        r"<bpmn2:script>WAIT_TEN_SECONDS</bpmn2:script>(.*?)</bpmn2:scriptTask>",
        rf"<bpmn2:serviceTask\1{OPERATOR}\2\3</bpmn2:serviceTask>",
        text,
        flags=re.DOTALL,
    )
    return re.sub(
        r"<bpmn2:script>([^<]*)</bpmn2:script>",
        lambda found: f"<bpmn2:script>{SCRIPTS.get(found[1], '={}')}</bpmn2:script>",
        text,
    )


def _condition(java: str) -> str:
    feel = re.sub(r'test\.contains\("(\w)"\)', r'contains(test, "\1")', java.strip())
    return f"not({feel[1:]})" if feel.startswith("!") else feel


def run(folder: Path, group: str, name: str, case: dict[str, Any]) -> Counter[str]:
    """The marks that one run leaves, after its own time and two quiet minutes."""
    original = (folder / group / f"{name}.bpmn").read_text()
    engine = LocalEngine()
    try:
        ids = engine.deploy(SourceFile(f"{name}.bpmn", translated(original).encode()))
    except DeploymentRefused:
        return Counter(["ERROR_deployment"])
    failed = False
    try:
        for process_id in sorted(ids, key=lambda found: found == name):  # its partner listens before it begins
            engine.start(process_id, case["variables"])
        for second in range(int(max(case["seconds"], 5)) + QUIET_SECONDS):
            engine.wait(SECOND)
            if second == 9:
                _answer(engine)
    except EngineError:
        failed = True
    scripts = {
        script.getparent().get("id"): (script.text or "").strip()
        for script in etree.fromstring(original.encode()).iter("{*}script")
    }
    bag: Counter[str] = Counter(["ERROR_runtime"] if failed else [])
    for one in engine.cases:
        bag += _marks(one, scripts, case["expected"])
    return bag


def _answer(engine: LocalEngine) -> None:
    """The ten seconds of every waiting script are over."""
    for case in engine.cases:
        for call in list(case.calls.values()):
            if case.state == "running" and call.task_id in case.calls:
                case.finish(call.element_id)


def _marks(case: LocalCase, scripts: dict[str, str], expected: list[str]) -> Counter[str]:
    bag: Counter[str] = Counter()
    for element in case.elements:
        text = scripts.get(element, "")
        mark = MARKS.get(text, text)
        if text.startswith("SCRIPT_task") or mark in expected:
            bag[mark] += 1
        if text == "LOG_DATA" and case.variables.get("seen"):
            bag["DATA_correct"] += 1
    if any(incident.kind != "definition" for incident in case.incidents.values()):  # a deadlock is no failed run
        bag["ERROR_runtime"] += 1
    if case.state == "error":
        bag["ERROR_thrownErrorEvent"] += 1
    return bag


def passed(marks: Counter[str], expected: list[str]) -> bool:
    """Whether these are the marks that were expected; `ERROR` stands for either way to fail."""
    if expected == ["ERROR"]:
        return bool(marks) and set(marks) <= {"ERROR_deployment", "ERROR_runtime"}
    return marks == Counter(expected)


def main(folder: Path) -> int:
    """Run every case; gives how many did not pass."""
    failed = ran = 0
    for entry in json.loads((folder / "expectations.json").read_text()):
        for number, case in enumerate(entry["cases"], start=1):
            marks = run(folder, entry["group"], entry["name"], case)
            ran += 1
            if not passed(marks, case["expected"]):
                failed += 1
                print(f"{entry['group']}/{entry['name']}-{number}: {sorted(marks.elements())}, not {case['expected']}")
    print(f"{ran - failed} of {ran} cases passed")
    return failed


if __name__ == "__main__":
    sys.exit(min(main(Path(sys.argv[1])), 1))
