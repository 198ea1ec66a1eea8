"""The reference: SpiffWorkflow as it comes, saved as JSON after each step and loaded before the next.

What everybody who begins with the library writes first. It runs in the same process on the
same machine as what is measured against it, so that the noise of the machine cancels.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.script_engine.python_environment import BasePythonScriptEngineEnvironment
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.spiff.parser.process import SpiffBpmnParser
from SpiffWorkflow.spiff.serializer.config import SPIFF_CONFIG
from SpiffWorkflow.util.task import TaskState


class _Plain(BasePythonScriptEngineEnvironment):
    """Python's own eval, as the library uses it; for the diagrams of this folder only."""

    def evaluate(self, expression: str, context: Any, external_context: Any = None) -> Any:
        return eval(expression, {"__builtins__": {}}, dict(context))

    def execute(self, script: str, context: Any, external_context: Any = None) -> None:
        raise NotImplementedError("the reference runs no script")


class PlainSpiff:
    """One diagram on the stock engine."""

    def __init__(self, diagram: Path) -> None:
        parser = SpiffBpmnParser()
        parser.add_bpmn_file(str(diagram))
        self._spec = parser.get_spec(diagram.stem)
        self._serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(SPIFF_CONFIG))
        self._engine = PythonScriptEngine(environment=_Plain())

    def start(self) -> str:
        """A new instance, run to its first task, as JSON."""
        workflow = BpmnWorkflow(self._spec, script_engine=self._engine)
        workflow.do_engine_steps()
        return str(self._serializer.serialize_json(workflow))

    def step(self, state: str, data: dict[str, Any]) -> tuple[str, bool]:
        """Load, complete the task that waits, run on, save: the new JSON and whether it has ended."""
        workflow = self._serializer.deserialize_json(state)
        workflow.script_engine = self._engine
        (task,) = workflow.get_tasks(state=TaskState.READY, manual=True)
        task.data.update(data)
        task.run()
        workflow.do_engine_steps()
        return str(self._serializer.serialize_json(workflow)), bool(workflow.is_completed())
