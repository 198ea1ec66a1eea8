"""Ad-hoc subprocesses: activities in the order in which people, or the engine, take them. BPMN 2.0 §10.3.4, §13.3.5.

What nothing leads to is on offer. Where people work in it, user tasks open at once
(`ordering="Parallel"`) and a task for the subprocess itself says what to do next: another
activity once more, or finish. Where nobody does, the engine does each once, in the order
they are written. It is over when its completion condition holds after an activity, and
without one when everything was done once, or a person finishes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.spiff import events
from engine.spiff.diagram import ACTIVITIES, AD_HOC_FORM, FINISH, Node
from engine.spiff.problems import StepProblem
from engine.spiff.specs.activities import SubProcess, UserTask
from engine.spiff.token import Token
from engine.spiff.xml import child, is_true, text_of

if TYPE_CHECKING:
    from engine.spiff.case import Scope
    from engine.spiff.specs.process import ScopeSpec


class NextTask(UserTask):
    """The task in which a person says how an ad-hoc subprocess goes on. Stands for it on the drawing."""

    is_drawn = False

    def __init__(self, scope: ScopeSpec, node: Node) -> None:
        super().__init__(scope, node, f"{node.id}[next]")
        self.form = AD_HOC_FORM + node.id
        inside = scope.diagram_scope.nodes.values()
        self.people = (node, *(each for each in inside if each.type in ("userTask", "manualTask")))

    def answer(self, token: Token, values: Any) -> None:
        """`decision` is the id of an activity, or `(finish)`."""
        chosen = values.get("decision")
        host = token.workflow.host
        assert host is not None
        token.notes["chosen"] = host.task_spec.checked(chosen)
        super().answer(token, {name: value for name, value in values.items() if name != "decision"})

    def weigh(self, token: Token) -> None:
        """Choosing is not one of the activities."""

    def leave(self, token: Token) -> None:
        host = token.workflow.host
        assert host is not None
        host.task_spec.chosen(host, token.workflow, token.notes["chosen"])


class AdHocSubProcess(SubProcess):
    """Notes of its token: `done` is the library's; `once` are the activities that were completed at least once."""

    rests_inside = False

    def __init__(self, scope: ScopeSpec, node: Node, inner: ScopeSpec, name: str | None = None, **kwargs: Any) -> None:
        super().__init__(scope, node, inner, name, **kwargs)
        element = node.element
        self.sequential = element.get("ordering") == "Sequential"
        self.condition = text_of(child(element, "completionCondition"))
        self.cancels_rest = is_true(element.get("cancelRemainingInstances"), default=True)
        self.offered = [spec for spec in inner.loose if spec.node.type in ACTIVITIES]
        kinds = {node.type for node in inner.diagram_scope.nodes.values()}
        self.next = NextTask(inner, node) if kinds & {"userTask", "manualTask"} else None

    def act(self, token: Token) -> bool | None:
        scope = token.case.open_scope(token, self.inner)
        try:
            events.listen(scope)
        except StepProblem:
            scope.close()
            raise
        token.notes.update(once=[], begun=[])
        for spec in self.inner.loose:
            if spec not in self.offered:
                scope.place(spec)
        if self.next is not None:
            for spec in () if self.sequential else self.offered:
                if isinstance(getattr(spec, "each", spec), UserTask):
                    self._begin(token, scope, spec.bpmn_id)
            scope.place(self.next)
        elif self.sequential:
            self.goes_on(token, scope)
        else:
            for spec in self.offered:
                self._begin(token, scope, spec.bpmn_id)
        if scope.is_idle:
            scope.close()
            return True
        token.case.log.entered(token)
        return None

    def checked(self, chosen: Any) -> str:
        """The choice of a person.

        Raises:
            StepProblem: it is none of those on offer.
        """
        choices = [spec.bpmn_id for spec in self.offered] + ([FINISH] if self.condition is None else [])
        if chosen not in choices:
            raise StepProblem("definition", f"沒有這個選項 (no such choice): {chosen}")
        return str(chosen)

    def chosen(self, host: Token, scope: Scope, choice: str) -> None:
        """Carry out what a person chose."""
        if choice == FINISH:
            self.fulfilled(host, scope)
            return
        self._begin(host, scope, choice)
        if not self.sequential and self.next is not None:
            scope.place(self.next)

    def judge(self, host: Token, token: Token) -> None:
        if token.task_spec.node.type not in ACTIVITIES or "undo" in token.notes or "ends" in host.notes:
            return
        if self.condition is not None and token.case.engine.condition(token, self.condition):
            token.notes["ends"] = True

    def fulfilled(self, host: Token, scope: Scope) -> None:
        """The subprocess is over: at once, or when what runs has come to its end."""
        host.notes["ends"] = True
        if self.cancels_rest:
            scope.clear()
            scope.settle()
        else:
            for token in scope.tokens():
                if token.task_spec is self.next:
                    scope.cancel_token(token)

    def passed(self, host: Token, scope: Scope, token: Token) -> None:
        spec, once = token.task_spec, host.notes["once"]
        if spec.node.type not in ACTIVITIES or spec.loop is not None or spec is self.next:
            return
        if spec.bpmn_id not in once:
            once.append(spec.bpmn_id)
        if "ends" in token.notes or (self.condition is None and self.next is not None and self.all_done(host, scope)):
            self.fulfilled(host, scope)

    def all_done(self, host: Token, scope: Scope) -> bool:
        """Whether everything was done once and nothing runs."""
        busy = [t for t in scope.tokens() if t.task_spec is not self.next and not t.task_spec.listens]
        return not busy and all(spec.bpmn_id in host.notes["once"] for spec in self.offered)

    def goes_on(self, host: Token, scope: Scope) -> bool:
        if "ends" in host.notes:
            return False
        if self.next is not None:
            if self.condition is None and self.all_done(host, scope):
                return False
            scope.place(self.next)
            return True
        if self.sequential:
            for spec in self.offered:
                if spec.bpmn_id not in host.notes["begun"]:
                    self._begin(host, scope, spec.bpmn_id)
                    return True
        if self.condition is not None and self.offered:
            token = scope.place(self.offered[-1])
            token.case.fail(token, StepProblem("condition", "都做完了,完成條件仍不成立 (all done, not complete)."))
            return True
        return False

    def _begin(self, host: Token, scope: Scope, element: str) -> None:
        spec = next(spec for spec in self.offered if spec.bpmn_id == element)
        host.notes["begun"].append(element)
        scope.place(spec)
