"""Files made to hurt: each is refused, or read, with little work and within 100 MB; the work of lint grows as its file.

Each file is linted in a process of its own. Its peak of memory is measured, and its work is counted in calls of
functions, which are as many on every machine; how long it takes is in the table of `make bench`.
"""

from __future__ import annotations

import os
import pickle
import sys
from pathlib import Path

import pytest

from engine.model import SourceFile
from engine.spiff import Executor
from tests.bench.large_model import large_model
from tests.engine.spiff.player import _sandbox
from tests.unit.spiff.hostile_files import HOSTILE, SHAPES, many

CALLS, MEGABYTES = 50_000, 100
"""What a file may cost that is refused: 50,000 calls are some hundredths of a second."""
CALLS_OF = {"subprocesses as deep as may be": 1_000_000}
"""One that is not refused but read, to its limit of depth."""
CALLS_AN_ELEMENT = 1_000
GROWTH = 2.05
"""What grows with the square of its file would cost more: at this size already, however small its part is."""


def measured(content: bytes) -> tuple[set[str], int, float]:
    """The codes found, the calls made and the megabytes more at the peak."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            before, calls = _peak(), _Calls()
            sys.setprofile(calls)
            findings = Executor(_sandbox).lint((SourceFile("x.bpmn", content),), {})
            sys.setprofile(None)
            answer = ({f.code for f in findings}, calls.number, (_peak() - before) / 1024)
            os.write(writing, pickle.dumps(answer))
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    assert answer, "the process that linted it came to an end"
    codes, calls, megabytes = pickle.loads(answer)
    return codes, calls, megabytes


class _Calls:
    """Counts calls of functions, those in C too."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self, frame: object, event: str, argument: object) -> None:
        if event in ("call", "c_call"):
            self.number += 1


def _peak() -> int:
    """Most kilobytes that this process has had at once."""
    status = Path("/proc/self/status").read_text("ascii", "replace")
    return int(status.split("VmHWM:")[1].split()[0])


@pytest.fixture(scope="module", autouse=True)
def warm():
    """Grammars are read once per process; that is not the file's doing."""
    Executor(_sandbox).lint((SourceFile("x.bpmn", large_model(1)),), {})


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_over_with_little_work_and_100_megabytes(name):
    code, content = HOSTILE[name]
    codes, calls, megabytes = measured(content)
    assert code in codes
    assert calls < CALLS_OF.get(name, CALLS)
    assert megabytes < MEGABYTES


def test_a_secret_of_the_machine_does_not_come_into_a_finding():
    content = b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><a>&f;</a>'
    (finding,) = Executor(_sandbox).lint((SourceFile("x.bpmn", content),), {})
    assert "root" not in str(finding)


@pytest.mark.parametrize("name", SHAPES)
def test_twice_as_large_a_file_costs_twice_as_much(name):
    shape, outside = SHAPES[name]
    (_, one, _), (codes, two, _) = (measured(many(shape, times, outside=outside)) for times in (150, 300))
    assert not {"xml-too-many-nodes", "xml-too-large", "xml-malformed"} & codes
    assert one > CALLS
    assert two < GROWTH * one


def test_a_large_file_is_linted_with_so_many_calls_for_each_of_its_elements():
    content = large_model()
    codes, calls, megabytes = measured(content)
    assert not {"xml-too-many-nodes", "xml-too-large", "xml-malformed"} & codes
    assert calls < CALLS_AN_ELEMENT * content.count(b"</")
    assert megabytes < 2 * MEGABYTES


def test_the_large_file_is_as_large_as_it_says():
    assert len(large_model()) > 1_400_000
