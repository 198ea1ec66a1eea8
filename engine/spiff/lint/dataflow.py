"""Variables that are read before anything has written them.

What may have been written before an element is worked out along the flows, for all names at
once: a name is a bit, a set of names an integer, so that a diagram of thousands of elements
takes a moment. Only what is certain is reported: a name that some path, a parallel branch, a
message or a called process may bring is left alone.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from engine.spiff import diagram as drawn
from engine.spiff.diagram import Diagram, Flow, Node, Process, Scope
from engine.spiff.lint.report import Report
from engine.spiff.lint.usage import FIXED, OF_REPETITIONS, Use, read_by, usage, written_by
from engine.spiff.xml import is_true, tag

MAX_LOOKED_INTO = 200
"""How many doubtful reads of one process are looked into; after so many its author has enough to do."""


@dataclass
class Names:
    """Names as bits. Bit 0 stands for names that nobody can tell."""

    bits: dict[str, int] = field(default_factory=dict)

    def of(self, names: Iterable[str]) -> int:
        """The set of these names."""
        found = 0
        for name in names:
            found |= self.bits.setdefault(name, 1 << (len(self.bits) + 1))
        return found


@dataclass
class Web:
    """The elements of one process, all scopes together, and what comes after what."""

    process: Process
    nodes: dict[str, Node] = field(default_factory=dict)
    scope_of: dict[str, Scope] = field(default_factory=dict)
    after: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    uses: dict[str, Use] = field(default_factory=dict)
    declared: set[str] = field(default_factory=set)
    apart: set[str] = field(default_factory=set)
    """Elements of event subprocesses: they may run at any time while their scope does."""


def variables_are_written_first(report: Report) -> None:
    """A variable that an element reads is written by something that can come before it."""
    if report.form_uses is None:
        return
    for diagram, process, scope in report.scopes:
        if scope is process and tag(process.element) == "process":
            web = web_of(report, process)
            _check(report, diagram, web)


def web_of(report: Report, process: Process) -> Web:
    """The elements of a process with what they read and write."""
    web = Web(process)
    _add(report, web, process, process, set(), apart=False)
    return web


def _add(report: Report, web: Web, process: Process, scope: Scope, private: set[str], *, apart: bool) -> None:
    web.declared |= set(scope.declared)
    for node in scope.nodes.values():
        use = usage(report, process, scope, node)
        use.reads -= private
        for names in use.onward.values():
            names -= private
        web.nodes[node.id], web.scope_of[node.id], web.uses[node.id] = node, scope, use
        if apart:
            web.apart.add(node.id)
        web.after[node.id] |= {flow.target for flow in scope.outgoing(node.id)}
        web.after[node.id] |= {event.id for event in scope.boundary(node.id)}
        web.after[node.id] |= set(_partners(scope, node))
        if node.inner is not None:
            mine = private | use.private | (set(OF_REPETITIONS) if node.loop else set())
            _add(report, web, process, node.inner, mine, apart=apart or node.is_event_subprocess)
            _enter(web, scope, node)


def _enter(web: Web, scope: Scope, node: Node) -> None:
    """A subprocess begins with its starts; what follows it comes after its ends, its boundary events at any time."""
    inner = node.inner
    assert inner is not None
    web.after[node.id] |= {inside.id for inside in inner.nodes.values() if not inner.incoming(inside.id)}
    outside = web.after[node.id] & set(scope.nodes)
    boundary = {event.id for event in scope.boundary(node.id)}
    for inside in inner.nodes.values():
        web.after[inside.id] |= boundary
        if not inner.outgoing(inside.id):
            web.after[inside.id] |= outside
    if tag(node.element) == "adHocSubProcess":
        loose = set(inner.nodes)
        for name in loose:
            web.after[name] |= loose
    if node.is_event_subprocess:
        for other in scope.nodes:
            if other != node.id:
                web.after[other].add(node.id)


def _partners(scope: Scope, node: Node) -> Iterator[str]:
    """The catching links of a throwing one."""
    names = {event.text for event in node.events if event.kind == "link"}
    if names and node.type == "intermediateThrowEvent":
        for other in scope.nodes.values():
            if other.type == "intermediateCatchEvent" and names & {e.text for e in other.events if e.kind == "link"}:
                yield other.id


def _check(report: Report, diagram: Diagram, web: Web) -> None:
    names = Names()
    writes = {node: names.of(use.writes) | (1 if use.anything else 0) for node, use in web.uses.items()}
    begun = _given(report, web, names)
    before = _before(web, writes, begun)
    written = begun
    for node in writes:
        written |= writes[node]
    doubtful = 0
    for about, node_id, reads, own in _reads(web):
        known = before[node_id] | (writes[node_id] if own else 0)
        if known & 1:
            continue
        for name in sorted(reads - FIXED - web.declared):
            if known & names.of([name]) or doubtful >= MAX_LOOKED_INTO:
                continue
            doubtful += 1
            _doubt(report, diagram, web, about, node_id, name, anything=bool(written & 1))


def _reads(web: Web) -> Iterator[tuple[Node | Flow, str, set[str], bool]]:
    """What is read where: the element or flow, the element it happens at, the names, whether after it has written."""
    for node_id, use in web.uses.items():
        if use.reads:
            yield web.nodes[node_id], node_id, use.reads, False
        for flow_id, names in use.onward.items():
            if names:
                yield web.scope_of[node_id].flows[flow_id], node_id, names, True


def _given(report: Report, web: Web, names: Names) -> int:
    """What a case may have when it begins: from those who call the process, or from nobody knows whom."""
    process = web.process
    given, called = 0, False
    for other in report.processes.values():
        for caller in other.all_nodes():
            if caller.type != "callActivity" or caller.element.get("calledElement") != process.id:
                continue
            called = True
            passed = drawn.call_mappings(caller, "in")
            given |= names.of(mapping.target for mapping in passed if mapping.target)
            if not passed or any(mapping.all for mapping in passed):
                written, anything = written_by(report, other.id, frozenset([process.id]))
                given |= names.of(written) | (1 if anything else 0)
    alone = process.properties.get("instantiable") == "false" and not called
    return given | 1 if alone or not process.starts() else given


def _before(web: Web, writes: dict[str, int], begun: int) -> dict[str, int]:
    """For each element, the names that may have been written when it begins."""
    before = dict.fromkeys(web.nodes, begun)
    ahead = deque(web.nodes)
    waiting = set(web.nodes)
    while ahead:
        node = ahead.popleft()
        waiting.discard(node)
        carried = before[node] | writes[node]
        for following in web.after.get(node, ()):
            if following in before and carried | before[following] != before[following]:
                before[following] |= carried
                if following not in waiting:
                    waiting.add(following)
                    ahead.append(following)
    return before


def _doubt(
    report: Report, diagram: Diagram, web: Web, about: Node | Flow, at: str, name: str, *, anything: bool
) -> None:
    """Report a name unless something that writes it may run beside the reader, or nobody can tell."""
    writers = [node for node, use in web.uses.items() if name in use.writes]
    if not writers and not anything:
        report.add("variable-never-written", diagram, about, variable=name)
        return
    later = _reached(web, at)
    unknown = [node for node, use in web.uses.items() if use.anything]
    if any(node not in later or node in web.apart or at in web.apart for node in (*writers, *unknown)):
        return
    writer = next(iter(writers), None) or unknown[0]
    report.add("variable-read-early", diagram, about, variable=name, writer=web.nodes[writer].name or writer)


def _reached(web: Web, start: str) -> set[str]:
    found: set[str] = set()
    ahead = list(web.after.get(start, ()))
    while ahead:
        node = ahead.pop()
        if node not in found:
            found.add(node)
            ahead += web.after.get(node, ())
    return found


def deadlines_are_kept(report: Report) -> None:
    """A user task has a due date, a timer watches it or what is around it, or the case itself has a deadline."""
    for diagram, process, scope in report.scopes:
        if scope is not process or _has_deadline(report, process):
            continue
        for inner, watched in _watched(process):
            for node in inner.nodes.values():
                if node.type == "userTask" and not (node.camunda("dueDate") or watched or _has_timer(inner, node)):
                    report.add("task-without-deadline", diagram, node)


def _has_deadline(report: Report, process: Process) -> bool:
    """Whether something writes the case's own deadline, `due_at`."""
    return any(
        "due_at" in usage(report, process, scope, node).writes
        for scope in process.walk()
        for node in scope.nodes.values()
    )


def _watched(process: Process) -> list[tuple[Scope, bool]]:
    """Each scope, and whether a timer watches all of it."""
    found: list[tuple[Scope, bool]] = [(process, _timed_inside(process))]
    for scope, watched in found:
        found += [
            (node.inner, watched or _has_timer(scope, node) or _timed_inside(node.inner))
            for node in scope.nodes.values()
            if node.inner is not None
        ]
    return found


def _has_timer(scope: Scope, node: Node) -> bool:
    return any(event.kind == "timer" for boundary in scope.boundary(node.id) for event in boundary.events)


def _timed_inside(scope: Scope) -> bool:
    """Whether an event subprocess of the scope starts by a timer."""
    return any(
        node.inner is not None
        and is_true(node.element.get("triggeredByEvent"))
        and any(event.kind == "timer" for start in node.inner.starts() for event in start.events)
        for node in scope.nodes.values()
    )


def subjects_are_written(report: Report) -> None:
    """The subject of a case is made of variables that something writes."""
    if report.form_uses is None:
        return
    for diagram, process, scope in report.scopes:
        if scope is not process or "caseSubject" not in process.properties:
            continue
        uses = [usage(report, process, inner, node) for inner in process.walk() for node in inner.nodes.values()]
        written = {name for use in uses for name in use.writes} | FIXED
        if not any(use.anything for use in uses):
            for name in sorted(read_by(process.properties["caseSubject"]) - written):
                report.add("variable-never-written", diagram, process, variable=name)


RULES = [variables_are_written_first, subjects_are_written, deadlines_are_kept]
