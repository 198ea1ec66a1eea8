"""The library's dangerous and lossy defaults are closed by importing our folder."""

from __future__ import annotations

import ast
import inspect
import sys
from pathlib import Path

import pytest
from SpiffWorkflow.bpmn.script_engine.python_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.script_engine.python_environment import TaskDataEnvironment
from SpiffWorkflow.bpmn.util.task import BpmnTaskIterator
from SpiffWorkflow.util.task import TaskIterator

import engine.spiff
from engine.sandbox import MontySandbox
from engine.spiff import guards
from engine.spiff.environment import ModelEnvironment

FOLDER = Path(inspect.getfile(engine.spiff)).parent


def test_the_librarys_own_evaluator_is_closed():
    own = PythonScriptEngine()  # what a workflow gets that was loaded without an engine
    with pytest.raises(guards.UnsafeEngine):
        own.environment.evaluate("1 + 1", {})
    with pytest.raises(guards.UnsafeEngine):
        TaskDataEnvironment().execute("x = 1", {})


def test_another_version_of_the_library_is_refused(monkeypatch):
    monkeypatch.setattr(guards, "version", "3.3.0")
    with pytest.raises(RuntimeError, match=r"3\.2\.0"):
        guards.install()


@pytest.mark.parametrize("iterator", [TaskIterator, BpmnTaskIterator])
def test_the_iterators_have_no_depth_limit(iterator):
    assert inspect.signature(iterator.__init__).parameters["max_depth"].default == sys.maxsize


@pytest.fixture
def environment():
    sandbox = MontySandbox()
    yield ModelEnvironment(sandbox)
    sandbox.close()


def test_what_the_library_may_call_is_as_safe_as_the_rest(environment):
    assert environment.evaluate("=a + 1", {"a": 1}) == 2
    assert environment.evaluate("a + 1", {"a": 1}) == 2
    context = {"a": 1}
    environment.execute("b = a + 1", context)
    assert context == {"a": 1, "b": 2}
    with pytest.raises(Exception, match=r"open|import|name"):
        environment.evaluate("open('/etc/passwd').read()", {})


def test_a_script_that_fails_half_way_changes_nothing(environment):
    context = {"a": 1}
    with pytest.raises(Exception, match=r"division|zero"):
        environment.execute("b = 2\nc = 1 / 0", context)
    assert context == {"a": 1}


def test_unsafe_modules_of_the_library_are_not_imported():
    forbidden = ("SpiffWorkflow.specs.Execute", "SpiffWorkflow.specs.Transform", "SpiffWorkflow.serializer")
    for path in FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert not [name for name in names if name.startswith(forbidden)], path


def test_nothing_in_the_folder_reads_the_machines_clock():
    for path in FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            assert called not in ("datetime.now", "datetime.utcnow", "date.today", "time.time"), path
