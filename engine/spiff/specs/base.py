"""What every element on the drawing does: arrive, act, choose its flows, leave.

SpiffWorkflow predicts the tasks behind a token and lets a gateway look for its
partners in that tree; here nothing is predicted and a token's flows are chosen
after its element has worked and before it is left. A problem in either part
leaves the token where it is, so it can be tried again without doing its first
part twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.util.task import TaskState

from engine.spiff import data, undoing
from engine.spiff.diagram import DataFlow, Flow, Node
from engine.spiff.problems import StepProblem
from engine.spiff.token import Token
from engine.spiff.xml import whole_number

if TYPE_CHECKING:
    from engine.spiff.case import Scope
    from engine.spiff.specs.events import CatchEvent
    from engine.spiff.specs.process import ScopeSpec


class FlowNode(BpmnSpecMixin):  # type: ignore[misc]
    """A drawn element. `name` is unique in its scope, `bpmn_id` is the drawn id."""

    waits_in = TaskState.STARTED
    listens = False
    """Listeners do not keep their scope from finishing."""
    sends = False
    """Whether it sends messages or signals."""
    rests = False
    """Whether a token that waits here can stay as it was saved while others move."""
    waits_for_time = False
    """Whether a token here waits for timers and for nothing else."""
    rests_inside = False
    """Whether what runs inside can, too, when all of it rests."""
    is_drawn = True
    is_repeated = False
    """Whether it stands for all turns of an activity."""
    shows = True
    """Whether a token here marks the element on the drawing as active."""
    _wf_spec: ScopeSpec

    def __init__(self, scope: ScopeSpec, node: Node, name: str | None = None, **kwargs: Any) -> None:
        lane = node.lane.name if node.lane else None
        super().__init__(scope, name or node.id, bpmn_name=node.name, lane=lane, **kwargs)
        self.bpmn_id: str = node.id
        self.node = node
        self.flows: tuple[Flow, ...] = ()
        self.arrivals: tuple[Flow, ...] = ()
        self.boundary: tuple[CatchEvent, ...] = ()
        self.start_quantity = whole_number(node.element.get("startQuantity")) or 1
        self.completion_quantity = whole_number(node.element.get("completionQuantity")) or 1
        self.loop: Any = None
        """The multi-instance element this one is one of."""
        self.handler: FlowNode | None = None
        """The activity that compensates this one."""
        self.data: DataFlow | None = None
        self.data_names: frozenset[str] = frozenset()
        """Names of its own data inputs and outputs."""

    # -- the library's hooks ------------------------------------------------------------

    def test(self) -> None:
        """Deployment has checked the drawing already."""

    def _predict(self, my_task: Any, seen: Any = None, looked_ahead: int = 0, mask: int = 0) -> None:
        """No prediction: 2^N tasks for N gateway pairs, and stale ones after each choice."""

    def _update(self, token: Token) -> None:
        if self.arrive(token):
            token._set_state(TaskState.READY)
            token.case.enqueue(token)

    def _run(self, token: Token) -> bool | None:
        if not token.notes.get("done"):
            if self.data is not None and not data.take_in(token, self.data):
                token.notes["lacks"] = True
                return None
            prepared = [(event, event.prepare(token)) for event in self.boundary if event.waits]
            if self.act(token) is None:
                self._attach(token, prepared)
                return None
            token.notes["done"] = True
        if self.data is not None:
            data.give_out(token, self.data)
        elif "items" in token.notes and self.node.data is not None:
            data.pass_on(token, self.node.data)
        self.weigh(token)
        token.notes["flows"] = [flow.id for flow in self.choose(token)]
        return True

    def _on_complete(self, token: Token) -> None:
        scope = token.workflow
        if token.notes.pop("incident", None):
            token.case.log.resolve(token)
        token.case.log.completed(token, token.notes.pop("detail", None))
        if self.boundary:
            scope.detach(token)
        if token.case.definition.compensates:
            undoing.remember(token)
        if self.effect(token) and token.id in scope.tasks:
            self.leave(token)
        if scope.host is not None and not scope.closed:
            scope.host.task_spec.passed(scope.host, scope, token)
        scope._task_completed_notify(token)

    # -- what elements differ in ----------------------------------------------------------

    def arrive(self, token: Token) -> bool:
        """Whether the token may act now; a join says no until its partners are there.

        An activity that needs several tokens to start is a join of them (§10.3, `startQuantity`).
        """
        if self.start_quantity == 1:
            return True
        token._set_state(TaskState.WAITING)
        waiting = [t for t in token.workflow.awake() if t.task_spec is self and t.state == TaskState.WAITING]
        if len(waiting) < self.start_quantity:
            return False
        merge(token, [partner for partner in waiting if partner is not token][: self.start_quantity - 1])
        return True

    def act(self, token: Token) -> bool | None:
        """Do the element's work. True: done. None: it waits for something outside.

        Evaluates first and changes afterwards, so that a `StepProblem` changes nothing.
        """
        return True

    def choose(self, token: Token) -> list[Flow]:
        """The flows that the token leaves by. One of many leaves by none: its loop counts it."""
        if self.loop is not None:
            self.loop.count(token)
            return []
        return choose_implicit(self, token)

    def effect(self, token: Token) -> bool:
        """What happens by leaving, to others. False: the token's own path ends here."""
        return True

    def weigh(self, token: Token) -> None:
        """Let the subprocess around judge whether it is over with this element (ad-hoc subprocesses)."""
        host = token.workflow.host
        if host is not None and self.loop is None:
            host.task_spec.judge(host, token)

    def judge(self, host: Token, token: Token) -> None:
        """What `token`, which is about to leave its element inside `host`, means for this activity."""

    def passed(self, host: Token, scope: Scope, token: Token) -> None:
        """What it means for this activity that `token` has left an element inside it."""

    def goes_on(self, host: Token, scope: Scope) -> bool:
        """Whether the activity begins something more in its scope, where nothing runs any more."""
        return False

    def leave(self, token: Token) -> None:
        """Put a token on each chosen flow's target."""
        if self.loop is not None:
            self.loop.gather(token)
            return
        demand = token.workflow.tasks.get(token.notes.pop("undo", ""))
        if demand is not None:
            demand.task_spec.proceed(demand)
        chosen = token.notes.pop("flows", ())
        for flow in self.flows:
            if flow.id in chosen:
                target = self._wf_spec.task_specs[flow.target]
                for _ in range(self.completion_quantity):
                    token.case.log.flow(token, flow)
                    token.workflow.place(target, parent=token, flow=flow.id)

    def returned(self, token: Token, scope: Scope) -> None:
        """The scope that ran for `token` has finished."""
        token.case.wake(token)

    def _attach(self, token: Token, prepared: list[tuple[CatchEvent, dict[str, Any]]]) -> None:
        for event, notes in prepared:
            waiting = Token(token.workflow, event, token.parent, event.waits_in)
            waiting.notes.update(notes, host=token.id)


def merge(into: Token, partners: list[Token]) -> None:
    """Consume the partners of a join."""
    for partner in partners:
        partner._set_state(TaskState.COMPLETED)
        into.workflow.retire(partner)


def choose_implicit(spec: FlowNode, token: Token) -> list[Flow]:
    """Outgoing flows of an activity or event (BPMN 2.0 §13.2.1, §10.2.1 conditional flows).

    Flows without a condition are taken; those with one when it holds; the default
    one when no other is.
    """
    default = spec.node.default
    if all(flow.condition is None for flow in spec.flows):
        return list(spec.flows)
    chosen = [
        flow
        for flow in spec.flows
        if flow.id != default and (flow.condition is None or token.case.engine.condition(token, flow.condition))
    ]
    return chosen or default_of(spec)


def default_of(spec: FlowNode) -> list[Flow]:
    """The default flow.

    Raises:
        StepProblem: there is none, so the token has nowhere to go.
    """
    found = [flow for flow in spec.flows if flow.id == spec.node.default]
    if not found:
        raise StepProblem("condition", "沒有條件成立,也沒有預設流向 (no condition holds, no default flow).")
    return found
