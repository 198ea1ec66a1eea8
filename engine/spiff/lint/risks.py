"""Shapes that run away: branches that multiply, and loops that nothing stops."""

from __future__ import annotations

from engine.spiff.diagram import GATEWAYS, Node, Scope
from engine.spiff.lint.connections import is_ad_hoc
from engine.spiff.lint.graphs import components, goes_round
from engine.spiff.lint.report import Report
from engine.spiff.lint.usage import read_by, usage
from engine.spiff.xml import whole_number

MANY_TOKENS = 64
WAITS = frozenset(["userTask", "manualTask", "receiveTask", "intermediateCatchEvent", "callActivity"])


def branches_are_joined(report: Report) -> None:
    """Parallel branches are joined before they split again, or the tokens double at each gateway.

    An exclusive choice shares a token out among its flows, so that the sum is what may be
    there at once: one split in parallel and merged by an exclusive gateway counts double.
    """
    for diagram, _, scope in report.scopes:
        if is_ad_hoc(scope):
            continue
        tokens, order = _tokens(scope)
        worst = next((node for node in order if tokens[node] >= MANY_TOKENS), None)
        if worst is not None:
            count = int(min(max(tokens.values()), 10**9))
            report.add("parallel-explosion", diagram, scope.nodes[worst], count=f"{count:,}")


def _tokens(scope: Scope) -> tuple[dict[str, float], list[str]]:
    """How many tokens may come out of each element, flows that lead back left out; and the order of elements."""
    order = _forward(scope)
    place = {node: number for number, node in enumerate(order)}
    into: dict[str, list[float]] = {node: [] for node in order}
    out: dict[str, float] = {}
    for name in order:
        node, arrived = scope.nodes[name], into[name]
        joins = node.type in ("parallelGateway", "inclusiveGateway")
        amount = (max(arrived) if joins else sum(arrived)) if arrived else 1.0
        out[name] = min(amount * (whole_number(node.element.get("completionQuantity")) or 1), 1e18)
        flows = [flow for flow in scope.outgoing(name) if flow.target in place]
        shared = len(flows) if flows and _chooses_one(node) else 1
        for flow in flows:
            if place[flow.target] > place[name]:
                into[flow.target].append(out[name] / shared)
        for event in scope.boundary(name):
            if place.get(event.id, 0) > place[name]:
                into[event.id].append(out[name])
    return out, order


def _chooses_one(node: Node) -> bool:
    if node.type in GATEWAYS:
        return node.type in ("exclusiveGateway", "eventBasedGateway")
    return False


def _forward(scope: Scope) -> list[str]:
    """The elements in an order in which every flow leads on, but for those that close a loop."""
    order: list[str] = []
    done: set[str] = set()
    roots = [n for n in scope.nodes if not scope.incoming(n) and scope.nodes[n].attached_to is None] or [*scope.nodes]
    for root in (*roots, *scope.nodes):
        stack = [(root, iter(_next(scope, root)))] if root not in done else []
        done.add(root)
        while stack:
            name, rest = stack[-1]
            following = next((n for n in rest if n not in done and n in scope.nodes), None)
            if following is None:
                order.append(name)
                stack.pop()
            else:
                done.add(following)
                stack.append((following, iter(_next(scope, following))))
    return order[::-1]


def _next(scope: Scope, name: str) -> list[str]:
    return _after(scope, name) + [event.id for event in scope.boundary(name)]


def _after(scope: Scope, name: str) -> list[str]:
    """Where flows lead from here, and a link."""
    return [flow.target for flow in scope.outgoing(name)] + ([scope.links[name]] if name in scope.links else [])


def loops_are_left(report: Report) -> None:
    """A loop passes a person, a timer or a message, or changes what it is left by."""
    for diagram, _, scope in report.scopes:
        quick = {name for name, node in scope.nodes.items() if not _waits(node)}
        for circle in _circles(scope, quick):
            uses = {name: usage(report, scope, scope.nodes[name]) for name in circle}
            written = {variable for use in uses.values() for variable in use.writes}
            asked = {
                variable
                for name in circle
                for flow in scope.outgoing(name)
                for variable in uses[name].onward.get(flow.id, ())
            }
            changes = written & asked or any(use.anything or use.gives_back is not None for use in uses.values())
            if not changes:
                first = next(name for name in scope.nodes if name in circle)
                report.add("loop-unbounded", diagram, scope.nodes[first])


def repetitions_are_left(report: Report) -> None:
    """A standard loop has a maximum, waits for somebody, or changes what its condition reads."""
    for diagram, scope, node in report.nodes():
        if node.loop is None or node.loop.kind != "standard" or node.loop.maximum is not None or _waits(node):
            continue
        asked = read_by(node.loop.loop_condition, python=True)
        uses = [usage(report, scope, node)]
        for inner in node.inner.walk() if node.inner is not None else ():
            uses += [usage(report, inner, each) for each in inner.nodes.values()]
        changes = any(use.anything or use.gives_back is not None or use.writes & asked for use in uses)
        if node.loop.loop_condition and "loopCounter" not in asked and not changes:
            report.add("loop-unbounded", diagram, node)


def _waits(node: Node) -> bool:
    """Whether a token may stay here until something from outside happens."""
    waits = node.type in WAITS and not node.is_link("intermediateCatchEvent")
    return waits or (node.inner is not None and any(_waits(inner) for inner in node.inner.nodes.values()))


def _circles(scope: Scope, among: set[str]) -> list[set[str]]:
    """The loops among these elements."""
    after = {name: _after(scope, name) for name in scope.nodes if name in among}
    return [set(part) for part in components(after) if goes_round(part, after)]


RULES = [branches_are_joined, loops_are_left, repetitions_are_left]
