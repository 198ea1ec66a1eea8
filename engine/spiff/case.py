"""A running instance: scopes, their variables, and the queue of tokens that can move."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from engine import codec
from engine.spiff.problems import StepProblem
from engine.spiff.resting import SPEC, Record, RestingScope, Tokens
from engine.spiff.token import Token

if TYPE_CHECKING:
    from engine.spiff.environment import ModelScriptEngine
    from engine.spiff.facts import StepLog
    from engine.spiff.parser import Definition
    from engine.spiff.specs.base import FlowNode
    from engine.spiff.specs.process import ScopeSpec

MAX_NESTING = 200
Ended = Literal["completed", "cancelled", "error"]


class _ScopeMixin:
    """What the process instance and the subprocess instances inside it have in common."""

    spec: ScopeSpec
    tasks: Tokens
    data: dict[str, Any]
    case: Case
    host: Token | None
    """The subprocess or call activity token this scope runs for; None for the process instance."""
    own_variables: bool
    """Whether variables written here stay here (a process), or go to the scope around it."""
    local: dict[str, Any]
    """Values of the data objects and properties that are drawn in this subprocess."""
    finished: list[dict[str, Any]]
    """What was completed here and can be compensated, in order; see `engine.spiff.undoing`."""
    closed = False
    order = 0
    """Its place among the scopes of the instance, by when they were opened."""

    def begin(self) -> Token:
        """Make the root token every other token of this scope hangs from."""
        root = Token(self, self.spec.start, None, TaskState.COMPLETED, seq=0)  # type: ignore[arg-type]
        self.task_tree = root
        return root

    def place(self, spec: FlowNode, *, parent: Token | None = None, **notes: Any) -> Token:
        """Put a token on an element and let it move in this step."""
        token = Token(self, spec, parent or self.task_tree)  # type: ignore[arg-type]
        token.notes.update(notes)
        spec._update(token)
        return token

    def tokens(self) -> list[Token]:
        """Open tokens, oldest first; without the root."""
        return [token for token in self.tasks.values() if token.is_open]

    def awake(self) -> list[Token]:
        """The same without those that rest, which nothing but their own answer can move."""
        return [token for token in self.tasks.awake() if token.is_open]

    def retire(self, token: Token) -> None:
        """Forget a finished token; what it has left behind moves up to its parent."""
        if token.id not in self.tasks:
            return
        self.tasks.wake_children(token)
        del self.tasks[token.id]
        parent = token._parent and self.tasks.get(token._parent)
        if parent:
            parent._children.remove(token.id)
        for child in token._children:
            moved = self.tasks.get(child)
            if moved is not None and parent:
                moved.parent = parent
                parent._children.append(child)

    def _task_completed_notify(self, token: Token) -> None:
        self.retire(token)
        self.settle()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is left here but listeners."""
        return not self.tasks.resting and not any(not token.task_spec.listens for token in self.awake())

    def settle(self) -> None:
        """Finish the scope when nothing is left in it but listeners, and its activity begins nothing more."""
        if self.closed or not self.is_idle:
            return
        if self.host is not None and self.host.task_spec.goes_on(self.host, self):  # type: ignore[arg-type]
            return
        self.close()
        self.case.scope_finished(self)  # type: ignore[arg-type]

    def close(self) -> None:
        """Take away whatever still waits here."""
        self.closed = True
        self.completed = True
        self.clear()
        if self.host is not None:
            self.case.subprocesses.pop(self.host.id, None)

    def clear(self, keep: Token | None = None) -> None:
        """Cancel every open token of this scope but `keep`; one that is just leaving its element goes nowhere."""
        for token in list(self.tasks.values()):
            if token is keep or token is self.task_tree:
                continue
            if token.is_open:
                self.cancel_token(token)
            else:
                self.retire(token)

    def cancel_token(self, token: Token) -> None:
        """Cancel a token at once, with all that runs inside it and the events attached to it."""
        if not token.is_open:
            return
        token._set_state(TaskState.CANCELLED)
        for child in token.children:
            if child is not None:
                self.cancel_token(child)
        inner = self.case.subprocesses.get(token.id)
        if inner is not None:
            inner.close()
        self.detach(token)
        self.case.log.cancelled(token)
        self.retire(token)
        demand = self.tasks.get(token.notes.get("undo", ""))
        if demand is not None and demand.is_open:  # the handler is gone: what is left to compensate goes on
            demand.task_spec.proceed(demand)

    def detach(self, host: Token) -> None:
        """Take away the boundary events of an activity that is left."""
        for token in self.awake():
            if token.notes.get("host") == host.id:
                token._set_state(TaskState.CANCELLED)
                self.retire(token)


class SubScope(_ScopeMixin, BpmnSubWorkflow):  # type: ignore[misc]
    """An embedded, called or event subprocess that runs inside an instance."""

    def __init__(self, spec: ScopeSpec, host: Token, *, own_variables: bool) -> None:
        self.host = host
        self.case = host.case
        self.own_variables = own_variables
        self.local = {}
        self.finished = []
        super().__init__(spec, host.id, self.case, deserializing=True)
        self.tasks = Tokens(self)

    def _calculate_depth(self) -> int:
        """One more than the scope around; the library climbs to the top each time."""
        return int(self.parent_workflow.depth) + 1

    @property
    def parent_workflow(self) -> Scope:
        assert self.host is not None
        return self.host.workflow


class Case(_ScopeMixin, BpmnWorkflow):  # type: ignore[misc]
    """A process instance while a step runs."""

    def __init__(self, definition: Definition, engine: ModelScriptEngine, log: StepLog) -> None:
        self.definition = definition
        self.engine = engine
        self.log = log
        self.case = self
        self.host = None
        self.own_variables = True
        self.local = {}
        self.finished = []
        self.queue: deque[Token] = deque()
        self.senders: deque[Token] = deque()
        self.seq = 0
        self.ended: Ended | None = None
        self.started_at: Any = None
        self.subprocesses: dict[str, SubScope] = {}
        self.opened = 0
        self.resting_scopes: dict[str, RestingScope] = {}
        """Subprocesses that nobody has touched in this step, by the token they run for."""
        self._inside: dict[str, str] = {}
        super().__init__(definition.root, definition.scopes, script_engine=engine, deserializing=True)
        self.tasks = Tokens(self)

    def next_seq(self) -> int:
        """A number that grows with each token; survives saves."""
        self.seq += 1
        return self.seq

    # -- looking around -----------------------------------------------------------------

    def scopes(self) -> Iterator[Scope]:
        """Every scope that is open, outer ones first."""
        yield self
        yield from list(self.subprocesses.values())

    def all_tokens(self) -> list[Token]:
        """Open tokens of all scopes, oldest first."""
        while self.resting_scopes:
            for scope in self.scopes():
                scope.tasks.wake_all()
        return sorted((t for scope in self.scopes() for t in scope.tokens()), key=lambda token: token.seq)

    def awake_tokens(self) -> list[Token]:
        """Open tokens of all scopes that do not rest, oldest first."""
        return sorted((t for scope in self.scopes() for t in scope.awake()), key=lambda token: token.seq)

    def resting(self) -> list[tuple[Scope, Record]]:
        """The tokens that rest, with their scopes."""
        return [(scope, record) for scope in self.scopes() for record in scope.tasks.resting.values()]

    def find(self, token_id: str) -> Token | None:
        """The open token with this id."""
        around = [token_id]
        while around[-1] in self._inside:
            around.append(self._inside[around[-1]])
        for host in reversed(around[1:]):
            self.find_awake(host)
        return self.find_awake(token_id)

    def find_awake(self, token_id: str) -> Token | None:
        """The open token with this id, in a scope that does not rest."""
        for scope in self.scopes():
            token: Token | None = scope.tasks.get(token_id)
            if token is not None and token.is_open:
                return token
        return None

    # -- scopes -------------------------------------------------------------------------

    def open_scope(self, host: Token, spec: ScopeSpec, data: dict[str, Any] | None = None) -> SubScope:
        """Start to run a subprocess for `host`; `data` gives it variables of its own.

        Raises:
            StepProblem: nested deeper than 200.
        """
        scope = SubScope(spec, host, own_variables=data is not None)
        if scope.depth > MAX_NESTING:
            raise StepProblem("limit", f"子流程巢狀超過 {MAX_NESTING} 層 (nested deeper than {MAX_NESTING}).")
        if data is not None:
            scope.data.update(data)
        self._enter(scope, host, self.opened + 1)
        return scope

    def restore_scope(self, host: Token, record: Record, order: int) -> SubScope:
        """Open a subprocess as it was saved, still without its tokens. Raises KeyError: there is no such subprocess."""
        _, name, data, *more = record
        scope = SubScope(self.definition.scope(name), host, own_variables=data is not None)
        if data is not None:
            scope.data = codec.decode(data)
        if more:
            scope.local, scope.finished = codec.decode(more[0]), codec.decode(more[1])
        self._enter(scope, host, order)
        return scope

    def _enter(self, scope: SubScope, host: Token, order: int) -> None:
        scope.order = order
        self.opened = max(self.opened, order)
        self.subprocesses[host.id] = scope
        scope.begin()

    def rest_inside(self, host_id: str, record: Record) -> None:
        """Keep a token of a subprocess that rests."""
        self.resting_scopes[host_id].tokens.append(record)
        self._inside[record[0]] = host_id

    def reopen(self, host: Token) -> None:
        """Open the subprocess that rested until `host` was looked up; its tokens go on resting in it, but for timers.

        What is left takes the timers at its border along, and looks for them among those that are built.
        """
        saved = self.resting_scopes.pop(host.id, None)
        if saved is not None:
            scope = self.restore_scope(host, saved.record, saved.order)
            for record in saved.tokens:
                del self._inside[record[0]]
                scope.tasks.rest(record)
            for record in saved.tokens:
                if scope.spec.task_specs[record[SPEC]].waits_for_time:
                    scope.tasks.get(record[0])

    def scope_finished(self, scope: Scope) -> None:
        """The last token of a scope is gone: its activity goes on, or the instance ends."""
        host = scope.host
        if host is None:
            self.ended = self.ended or "completed"
        elif host.is_open:
            host.task_spec.returned(host, scope)

    def stop(self, how: Ended) -> None:
        """End the instance here and now."""
        self.ended = how
        self.close()

    # -- moving -------------------------------------------------------------------------

    def enqueue(self, token: Token) -> None:
        """Let a token move in this step. Who sends waits until those who could listen have got to their place."""
        (self.senders if token.task_spec.sends else self.queue).append(token)

    def next_token(self) -> Token | None:
        """The token whose turn it is."""
        if self.queue:
            return self.queue.popleft()
        return self.senders.popleft() if self.senders else None

    def wake(self, token: Token) -> None:
        """The wait of `token` is over: its element counts as done and is left."""
        token.notes["done"] = True
        token._set_state(TaskState.READY)
        self.enqueue(token)

    def fail(self, token: Token, problem: StepProblem) -> None:
        """Keep a token where it is, with an incident."""
        token.notes["incident"] = {"kind": problem.kind, "message": problem.message}
        self.log.incident(token, problem)

    def update_waiting_tasks(self) -> None:
        """Nothing waits in this way here."""


Scope = Case | SubScope
