"""The reference: the token rules of BPMN 2.0 chapter 13, as plainly as they can be written.

Nothing here is fast, saved or shown to anybody. What the standard leaves open (which of
several tokens moves first, which of two catchers gets a message) is decided by `pick`, so
that every outcome the standard allows can be had.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from tests.conformance.bpmn.models import adhoc, dataflow, gateways, happenings, repeating, undoing
from tests.conformance.bpmn.models.expressions import assigned
from tests.conformance.bpmn.models.reading import Event, Flow, Level, Node
from tests.conformance.bpmn.models.state import Arm, Scope, Work

MAX_MOVES = 3_000


SENT = ("message", "signal")
DECIDED = {"b": 1}
"""What the decision of every model gives."""


class EndlessError(Exception):
    """The model runs for ever without waiting for anybody."""


def first(count: int) -> int:
    """The oldest of what could come next."""
    return 0


class Reference:
    """One case. What can be seen of it: `tasks`, `calls`, `arms`, `executed`, `thrown`, `ended`, `stuck`."""

    def __init__(self, processes: Mapping[str, Level], process: str, now: datetime) -> None:
        self.processes = processes
        self.now = now
        self.pick: Callable[[int], int] = first
        self.root = Scope(processes[process], values={})
        self.ready: list[Work] = []
        self.tasks: list[Work] = []
        self.calls: list[Work] = []
        self.lacking: list[Work] = []
        """Activities whose data is not there yet."""
        self.arms: list[Arm] = []
        self.executed: Counter[str] = Counter()
        self.thrown: Counter[tuple[str, str, str]] = Counter()
        """Kind, name and what it brings, in words."""
        self.ended: str | None = None
        self.failed = False
        """Something cannot go on, while other things may."""
        self.stuck = False

    # -- what comes from outside ------------------------------------------------------------

    def start(self, values: dict[str, Any], event: tuple[str, str] | None = None) -> None:
        """Begin the case, by hand or by a message or signal."""
        assert self.root.values is not None
        self.root.values |= values
        happenings.listen(self, self.root)
        if event is None:
            for node in self.root.level.begins:
                self.enter(self.root, node)
        else:
            happenings.begin(self, self.root, *event)
        self.run()

    def complete(self, element: str, nth: int, values: dict[str, Any]) -> None:
        """A person's answer."""
        work = [one for one in self.tasks if one.node.id == element][nth]
        self.tasks.remove(work)
        if work.chooses:
            adhoc.answer(self, work, values)
        else:
            work.write(values)
            self.wake(work)
        self.run()

    def finish_call(self, element: str, nth: int) -> None:
        """A connector's answer."""
        work = [one for one in self.calls if one.node.id == element][nth]
        self.calls.remove(work)
        self.wake(work)
        self.run()

    def fail_call(self, element: str, nth: int, code: str) -> None:
        """A connector's BPMN error, which must be caught."""
        work = [one for one in self.calls if one.node.id == element][nth]
        caught = happenings.throw_error(self, work.scope, code, at=work)
        assert caught
        self.run()

    def message(self, name: str, payload: dict[str, Any]) -> None:
        """A message goes to one catcher."""
        waiting = happenings.waiting(self, "message", name)
        happenings.fire(self, *waiting[self.pick(len(waiting))], payload)
        self.run()

    def signal(self, name: str, payload: dict[str, Any]) -> None:
        """A signal goes to all."""
        happenings.broadcast(self, name, payload)
        self.run()

    def time(self, now: datetime) -> None:
        """Time passes; timers fire in order."""
        self.now = now
        while due := happenings.due(self):
            earliest = min(at for at, _, _ in due)
            ties = [(arm, index) for at, arm, index in due if at == earliest]
            happenings.fire(self, *ties[self.pick(len(ties))])
            self.run()

    def known(self) -> dict[str, Any]:
        """The variables of the case; those of a called process, too, that will hand back all of them."""
        return (self.root.values or {}) | dataflow.handing_back(self.root)

    def throws(self, kind: str, name: str, brings: dict[str, Any]) -> None:
        """Something is thrown that others can see."""
        self.thrown[kind, name, repr(brings)] += 1

    # -- moving -----------------------------------------------------------------------------

    def run(self) -> None:
        """Move tokens until all of them wait."""
        for _ in range(MAX_MOVES):
            if self.ended:
                return
            if self.pick(2):  # a condition may be seen to hold before the next token moves, or after
                happenings.conditions(self)
            if self.ready:
                self.move(self.ready.pop(self.next()))
                happenings.conditions(self)
            elif not happenings.conditions(self) and not self.release():
                self.stuck = self.failed or not (self.ended or self.tasks or self.calls or self.arms)
                return
        raise EndlessError

    def release(self) -> bool:
        """Everything rests: let something go on that has waited for just that. Whether something did."""
        first, then = (dataflow.release, gateways.release) if self.pick(2) else (gateways.release, dataflow.release)
        return first(self) or then(self)

    def next(self) -> int:
        """Which token moves: the oldest; one that sends waits until those who could listen have got to their place."""
        if self.pick is not first:
            return self.pick(len(self.ready))
        quiet = (index for index, work in enumerate(self.ready) if not any(e.kind in SENT for e in _thrown(work)))
        return next(quiet, 0)

    def enter(self, scope: Scope, node: Node, flow: str = "", **more: Any) -> Work:
        """Put a token on a node."""
        work = Work(node, scope, flow, **more)
        scope.works.append(work)
        quantity = int(node.get("startQuantity", "1"))
        if gateways.joins(node) or (quantity > 1 and work.whole is None and not work.finished):
            work.state = "waiting"
            gateways.arrived(self, work, quantity)
        else:
            self.ready.append(work)
        return work

    def wake(self, work: Work) -> None:
        """Its wait is over: it will leave."""
        work.finished = True
        work.state = "ready"
        self.ready.append(work)

    def move(self, work: Work) -> None:
        """Let the node of a token do its work, then leave it."""
        if work.demand is not None and work.demand.work is work:
            undoing.over(self, work.demand)
            return
        if not work.finished and not dataflow.take_in(work):
            work.state = "lacking"
            self.lacking.append(work)
            return
        if not work.finished and not self.does(work):
            work.state = "open"
            return
        self.leave(work)

    def does(self, work: Work) -> bool:
        """Do a node's work; whether it is done already."""
        node, kind = work.node, work.node.kind
        if node.is_activity and node.loop is not None and work.whole is None:
            return self.runs(work, repeating.begin(self, work))
        if kind in ("userTask", "manualTask"):
            self.tasks.append(work)
            return self.runs(work, False)
        if kind == "serviceTask":
            self.calls.append(work)
            return self.runs(work, False)
        if kind in ("scriptTask", "businessRuleTask"):
            script = node.text("script") or ""
            work.write(assigned(script, work.visible()) if kind == "scriptTask" else DECIDED)
            return True
        if kind in ("receiveTask", "intermediateCatchEvent") and node.events and node.events[0].kind != "link":
            happenings.arm(self, Arm("catch", node, work.scope, work))
            return self.runs(work, False)
        if kind == "eventBasedGateway":
            return gateways.race(self, work)
        if kind in ("intermediateThrowEvent", "endEvent"):
            return not undoing.thrown(self, work)
        if kind in ("subProcess", "transaction", "callActivity", "adHocSubProcess"):
            return self.runs(work, self.open(work))
        return True

    def runs(self, work: Work, done: bool) -> bool:
        """Arm the border of an activity that takes time."""
        if not done and work.state != "gone" and work.node.is_activity and work.whole is None:
            for border in work.node.boundary:
                happenings.arm(self, Arm("boundary", border, work.scope, work))
        return done

    def open(self, work: Work) -> bool:
        """Begin what is inside an activity."""
        node = work.node
        if node.kind == "callActivity":
            values = dataflow.handed(node.passed("in"), work.visible())
            work.inner = Scope(self.processes[node.get("calledElement")], work, values)
        else:
            assert node.inner is not None
            work.inner = Scope(node.inner, work)
        happenings.listen(self, work.inner)
        if node.kind == "adHocSubProcess":
            adhoc.begin(self, work, work.inner)
        elif work.entry is not None:
            self.enter(work.inner, work.entry, received=work.received)
        else:
            for begin in work.inner.level.begins:
                self.enter(work.inner, begin)
        return False

    # -- leaving ----------------------------------------------------------------------------

    def leave(self, work: Work) -> None:
        """A node is done: note it, throw what it throws, put tokens on its flows."""
        node, scope = work.node, work.scope
        if work.returned is not None:  # a called process hands back its variables as its activity is completed
            work.write(dataflow.handed(node.passed("out"), work.returned))
        dataflow.pass_on(work)
        if not dataflow.give_out(work):
            work.state, self.failed = "stuck", True
            return
        if node.id and (node.loop is None or work.whole is not None):
            self.executed[node.id] += 1
        ends = adhoc.judge(self, work)
        chosen = [] if work.whole is not None else gateways.choose(work)
        happenings.disarm(self, work)
        undoing.remember(work)
        if node.kind in ("intermediateThrowEvent", "endEvent", "sendTask"):
            happenings.throw(self, work)
        if work.state == "gone":
            return
        self.drop(work)
        if work.whole is not None:
            repeating.gather(self, work)
        else:
            if work.demand is not None:
                undoing.proceed(self, work.demand)
            for _ in range(int(node.get("completionQuantity", "1"))):
                for flow in chosen:
                    self.take(scope, flow)
        if node.kind == "intermediateThrowEvent" and node.events and node.events[0].kind == "link":
            self.enter(scope, happenings.landing(scope, node))
        if work.reset:
            gateways.look_again(self, scope, node)
        adhoc.passed(self, work, ends)
        self.settle(scope)

    def take(self, scope: Scope, flow: Flow) -> None:
        """A token goes along a flow."""
        self.executed[f"~{flow.id}"] += 1
        self.enter(scope, scope.level.nodes[flow.target], flow.id)

    def drop(self, work: Work) -> None:
        """A token is no more."""
        work.state = "gone"
        for held in (work.scope.works, self.ready, self.tasks, self.calls, self.lacking):
            if work in held:
                held.remove(work)

    def settle(self, scope: Scope) -> None:
        """A scope without tokens is done, and so is its activity."""
        if scope.closed or scope.works or (scope.host is not None and adhoc.goes_on(self, scope)):
            return
        self.close(scope)
        host = scope.host
        if host is None:
            self.ended = self.ended or "completed"
        elif host.cancelling:
            self.cancelled(host)
        elif host.state != "gone":
            host.left = undoing.left_behind(scope)
            host.returned = scope.values if not host.reopened else None
            self.wake(host)

    def cancelled(self, host: Work) -> None:
        """All of a cancelled transaction is compensated: it is left by its cancel events."""
        whole = host.whole or host
        for border in whole.node.boundary:
            if border.events[0].kind == "cancel":
                self.enter(whole.scope, border, finished=True)
        self.cancel(whole)
        self.settle(whole.scope)

    def close(self, scope: Scope) -> None:
        """Take away all that is in a scope."""
        scope.closed = True
        self.clear(scope)
        self.arms = [arm for arm in self.arms if arm.scope is not scope]

    def clear(self, scope: Scope, keep: Work | None = None) -> None:
        """Cancel all that runs in a scope; nothing listens there any more."""
        for work in list(scope.works):
            if work is not keep:
                self.cancel(work)
        self.arms = [arm for arm in self.arms if arm.scope is not scope or arm.work is keep is not None]

    def cancel(self, work: Work) -> None:
        """Take a token away, with what runs inside it and what is armed at its border."""
        if work.state == "gone":
            return
        self.drop(work)
        for turn in list(work.turns):
            self.cancel(turn)
        if work.inner is not None:
            self.close(work.inner)
        happenings.disarm(self, work)
        if work.demand is not None and work.demand.work is not work and work.demand.work.state != "gone":
            undoing.proceed(self, work.demand)

    def end(self, how: str) -> None:
        """The case is over."""
        self.ended = how
        self.close(self.root)


def _thrown(work: Work) -> list[Event]:
    return work.node.events if work.node.kind in ("intermediateThrowEvent", "endEvent", "sendTask") else []
