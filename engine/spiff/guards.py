"""What this library version must not be allowed to do, closed at import.

SpiffWorkflow 3.2.0 runs model text with plain `eval`/`exec` in its default
environment, and its tree iterators stop silently at depth 1,000
(threats-and-faults.md section 3). Each guard has a test that fails without it.
"""

from __future__ import annotations

import sys
from typing import Any, NoReturn

from SpiffWorkflow.bpmn.script_engine.python_environment import TaskDataEnvironment
from SpiffWorkflow.bpmn.util.task import BpmnTaskIterator
from SpiffWorkflow.util.task import TaskIterator
from SpiffWorkflow.version import __version__ as version

EXPECTED = "3.2.0"


class UnsafeEngine(RuntimeError):
    """Model text reached the library's own evaluator, which runs anything."""


def _refuse(self: Any, *args: Any, **kwargs: Any) -> NoReturn:
    raise UnsafeEngine("Model text may only run in FEEL or in the sandbox.")


def install() -> None:
    """Close the library's evaluator and lift its depth limit. Safe to call again.

    Raises:
        RuntimeError: the library is not the version these guards were written for.
    """
    if version != EXPECTED:
        raise RuntimeError(f"SpiffWorkflow {EXPECTED} is needed, {version} is installed.")
    TaskDataEnvironment.evaluate = _refuse
    TaskDataEnvironment.execute = _refuse
    for iterator in (TaskIterator, BpmnTaskIterator):
        defaults = iterator.__init__.__defaults__ or ()
        iterator.__init__.__defaults__ = tuple(sys.maxsize if value == 1000 else value for value in defaults)


install()
