"""The only way model text is evaluated: FEEL by `engine.feel`, Python in the sandbox.

`ModelEnvironment` is what SpiffWorkflow itself may call; it is as safe as the rest.
`ModelScriptEngine` is made for one step and knows its context.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn

from SpiffWorkflow.bpmn.script_engine.python_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.script_engine.python_environment import BasePythonScriptEngineEnvironment

from engine import codec, dmn, feel
from engine.errors import EngineError, LimitExceeded, ValueRefused
from engine.model import StepContext
from engine.spiff import functions, variables
from engine.spiff.problems import Kind, StepProblem
from engine.spiff.step_time import UNLIMITED
from engine.spiff.token import Token

if TYPE_CHECKING:
    from engine.sandbox import ScriptSandbox
    from engine.spiff.parser import Definition

_USUAL = feel.Budget()


def is_feel(text: str) -> bool:
    """Whether model text is FEEL; the rest is Python."""
    return text.lstrip().startswith("=")


def feel_text(text: str) -> str:
    """The FEEL expression without its `=`."""
    return text.strip().removeprefix("=").strip()


class ModelEnvironment(BasePythonScriptEngineEnvironment):  # type: ignore[misc]
    """Evaluates model text for the library. Changes `context` only after a whole script succeeded."""

    def __init__(self, sandbox: ScriptSandbox) -> None:
        super().__init__()
        self._sandbox = sandbox

    def evaluate(self, expression: str, context: Mapping[str, Any], external_context: Any = None) -> Any:
        names = {**(external_context or {}), **context}
        if is_feel(expression):
            return feel.parse(feel_text(expression)).evaluate(names).value
        return self._sandbox.evaluate(expression, names)

    def execute(self, script: str, context: dict[str, Any], external_context: Any = None) -> bool:
        context.update(self._sandbox.execute(script, {**(external_context or {}), **context}))
        return True

    def call_service(self, context: Any, **kwargs: Any) -> NoReturn:
        raise StepProblem("service", "connectors are called by the worker, after the step is stored")


class ModelScriptEngine(PythonScriptEngine):  # type: ignore[misc]
    """Evaluates model text for tokens, with the variables each of them sees.

    Every way a text can fail comes out as a `StepProblem` with the cause in words.
    `known` are functions that only these texts have.
    """

    time = UNLIMITED
    """When the step must have ended (monotonic seconds): no script begins after it, no expression runs past it."""

    def __init__(
        self,
        sandbox: ScriptSandbox,
        definition: Definition,
        context: StepContext,
        known: Mapping[str, Callable[..., Any]] | None = None,
    ) -> None:
        super().__init__(ModelEnvironment(sandbox))
        self.context = context
        self.started_at: Any = context.now
        self._sandbox = sandbox
        self._definition = definition
        self._functions = {**functions.build(context), **(known or {})}

    # -- what the library calls -----------------------------------------------------------

    def validate(self, expression: str) -> None:
        """Deployment checks texts; the library's own check parses Python only."""

    def evaluate(self, task: Token, expression: str, external_context: Any = None) -> Any:
        return self.value(task, expression, "script", external_context)

    def execute(self, task: Token, script: str, external_context: Any = None) -> bool:
        variables.write(task, self.script(task, script))
        return True

    def call_service(self, task: Token, **kwargs: Any) -> NoReturn:
        raise StepProblem("service", "connectors are called by the worker, after the step is stored")

    def create_task_exec_exception(self, task: Token, script: str, err: Exception) -> Exception:
        """The library's own version hides the cause when it is not text."""
        return StepProblem("script", f"{type(err).__name__}: {err}")

    # -- what our elements call -------------------------------------------------------------

    def initiator(self) -> Any:
        """The person who started the case."""
        return None if self.context.initiator is None else dict(self.context.initiator)

    def names(self, token: Token) -> dict[str, Any]:
        """All names that an expression of this token sees; variables cover the fixed ones."""
        return {
            "initiator": self.initiator(),
            "business_key": self.context.business_key,
            "started_at": self.started_at,
            **variables.visible(token),
        }

    def value(self, token: Token, text: str, kind: Kind, names: Mapping[str, Any] | None = None) -> Any:
        """What an expression gives.

        Args:
            kind: the kind of incident a failure becomes.
            names: variables in place of those the token sees.

        Raises:
            StepProblem: it cannot be read, failed, or gave null because of an error.
        """
        seen = self.names(token)
        if names is not None:
            seen.update(names)
        if not is_feel(text):
            return self._python(text, seen, kind)
        value, errors = self._feel(text, seen, kind)
        if value is None and errors:
            raise StepProblem(kind, f"{'; '.join(errors)}: {text}")
        return value

    def gathered(self, token: Token, text: str, names: Mapping[str, Any] | None = None) -> Any:
        """What an expression gives that gathers answers: a payload, one output of many, a mapping.

        A form drops the fields it hides, so a name that nobody has given is an empty
        field here; whatever fails beyond that is a problem, an entry of a context too.

        Raises:
            StepProblem: it cannot be read or failed, or its value cannot be stored.
        """
        seen = self.names(token)
        if names is not None:
            seen.update(names)
        if not is_feel(text):
            return storable(self._python(text, seen, "script"), text)
        for name in self._expression(text, "script").names:
            seen.setdefault(name, None)
        return self._whole(text, seen)

    def _whole(self, text: str, names: Mapping[str, Any]) -> Any:
        value, errors = self._feel(text, names, "script")
        parts = value.values() if isinstance(value, dict) else [value]
        if errors and any(part is None for part in parts):
            raise StepProblem("script", f"{'; '.join(errors)}: {text}")
        return storable(value, text)

    def condition(self, token: Token, text: str, names: Mapping[str, Any] | None = None) -> bool:
        """Whether a condition holds. A plain null (an empty field) is false.

        Raises:
            StepProblem: null because of an error, or neither true nor false.
        """
        value = self.value(token, text, "condition", names)
        if value is None:
            return False
        if not isinstance(value, bool):
            raise StepProblem("condition", f"條件的值不是真假 (the condition is neither true nor false): {text}")
        return value

    def script(self, token: Token, text: str) -> dict[str, Any]:
        """The variables a script assigns: a FEEL context's entries, or what the Python assigned.

        Raises:
            StepProblem: it failed; nothing was changed.
        """
        if not is_feel(text):
            try:
                self._ensure_time(text)
                names = self.names(token)
                with self.time.elsewhere():
                    assigned = self._sandbox.execute(text, names)
                return dict(storable(assigned, text))
            except EngineError as error:
                raise StepProblem(_kind_of(error, "script"), str(error)) from error
        value = self._whole(text, self.names(token))
        if not isinstance(value, dict):
            raise StepProblem("script", f"指令碼必須是 context (the script must give a context): {text}")
        return value

    def decide(self, token: Token, decision_id: str) -> tuple[dmn.Decision, dict[str, Any]]:
        """A decision taken, and what the history says about it.

        Raises:
            StepProblem: no such decision, no rule matches without a default, or an input fails.
        """
        model = self._definition.decision_model(decision_id)
        if model is None:
            raise StepProblem("definition", f"沒有這個決策 (no such decision): {decision_id}")
        try:
            decision = model.evaluate(decision_id, self.names(token), self._functions, self._budget())
        except (EngineError, feel.FeelLimit) as error:
            raise StepProblem("limit" if isinstance(error, feel.FeelLimit) else "decision", str(error)) from error
        if decision.failed:
            raise StepProblem("decision", f"{decision_id}: {'; '.join(decision.errors)}")
        storable(decision.value, decision_id)
        return decision, dmn.recorded(decision_id, model, decision)

    def argument(self, token: Token, text: str, type_: str) -> Any:
        """A connector's argument: FEEL with `=`, else the text itself."""
        return self.value(token, text, "service") if is_feel(text) else text

    def _python(self, text: str, names: dict[str, Any], kind: Kind) -> Any:
        self._ensure_time(text)
        try:
            with self.time.elsewhere():
                return self._sandbox.evaluate(text, names)
        except EngineError as error:
            raise StepProblem(_kind_of(error, kind), f"{error}: {text}") from error

    def _budget(self) -> feel.Budget:
        """What an expression may spend: less than usual when the step's time is nearly over."""
        left = self.time.left()
        return _USUAL if left >= _USUAL.seconds else feel.Budget(seconds=max(0.0, left))

    def _ensure_time(self, text: str) -> None:
        if self.time.left() < 0:
            raise StepProblem("limit", f"這一步執行時間過長 (the step took too long): {text}")

    def _expression(self, text: str, kind: Kind) -> feel.Expression:
        try:
            return feel.parse(feel_text(text))
        except feel.FeelSyntaxError as error:
            raise StepProblem(kind, f"{error}: {text}") from error

    def _feel(self, text: str, names: Mapping[str, Any], kind: Kind) -> tuple[Any, tuple[str, ...]]:
        try:
            result = self._expression(text, kind).evaluate(names, self._functions, self._budget())
        except feel.FeelLimit as error:
            raise StepProblem("limit", f"{error}: {text}") from error
        return result.value, tuple(result.errors)


def storable(value: Any, text: str) -> Any:
    """The value itself.

    Raises:
        StepProblem: it cannot be stored (a function, a range, NaN, NUL …).
    """
    try:
        codec.encode(value)
    except ValueRefused as refused:
        raise StepProblem("script", f"{refused}: {text}") from refused
    return value


def _kind_of(error: EngineError, kind: Kind) -> Kind:
    return "limit" if isinstance(error, LimitExceeded) else kind
