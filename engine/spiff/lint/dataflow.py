"""Variables that are read before anything has written them.

What may have been written before an element is worked out along the flows, for all names at
once: a name is a bit, a set of names an integer, so that a diagram of thousands of elements
takes a moment. Only what is certain is reported: a name that some path, a parallel branch, a
message or a called process may bring is left alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from engine.spiff import diagram as drawn
from engine.spiff.diagram import Diagram, Flow, Node, Process, Scope
from engine.spiff.functions import FUNCTIONS
from engine.spiff.lint.graphs import components, goes_round
from engine.spiff.lint.report import Report
from engine.spiff.lint.usage import FIXED, OF_REPETITIONS, Use, read_by, usage, written_by
from engine.spiff.xml import tag

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
    """The elements of one process, all scopes together, and what comes after what.

    Beside the elements stand joints, where many lead to many: what any element of a scope may
    be followed by, such as the boundary events of a subprocess.
    """

    process: Process
    nodes: dict[str, Node] = field(default_factory=dict)
    scope_of: dict[str, Scope] = field(default_factory=dict)
    after: dict[str, set[str]] = field(default_factory=dict)
    uses: dict[str, Use] = field(default_factory=dict)
    private: dict[str, frozenset[str]] = field(default_factory=dict)
    """Names that are there inside a repetition, by element."""
    declared: set[str] = field(default_factory=set)
    apart: set[str] = field(default_factory=set)
    """Elements of event subprocesses: they may run at any time while their scope does."""

    def lead(self, name: str, following: Iterable[str]) -> None:
        """Put these behind `name`."""
        self.after.setdefault(name, set()).update(following)


def variables_are_written_first(report: Report) -> None:
    """A variable that an element reads is written by something that can come before it."""
    if report.form_uses is None:
        return
    written = written_by(report)
    callers = _callers(report)
    for diagram, process, scope in report.scopes:
        if scope is process and tag(process.element) == "process":
            web = Web(process)
            _add(report, web, process, frozenset(), apart=False)
            _check(report, diagram, web, written, callers.get(process.id, []))


def _add(report: Report, web: Web, scope: Scope, private: frozenset[str], *, apart: bool) -> None:
    web.declared |= set(scope.declared)
    for node in scope.nodes.values():
        use = usage(report, scope, node)
        web.nodes[node.id], web.scope_of[node.id], web.uses[node.id] = node, scope, use
        web.private[node.id] = private
        if apart:
            web.apart.add(node.id)
        web.lead(node.id, (flow.target for flow in scope.outgoing(node.id)))
        web.lead(node.id, (event.id for event in scope.boundary(node.id)))
        if node.inner is not None:
            mine = private | use.private | (OF_REPETITIONS if node.loop else frozenset())
            _add(report, web, node.inner, mine, apart=apart or node.is_event_subprocess)
            _enter(web, scope, node, node.inner)
    for throwing, landing in scope.links.items():
        web.lead(throwing, (landing,))
    triggered = [node.id for node in scope.nodes.values() if node.is_event_subprocess]
    if triggered:
        _join(web, f"{scope.id} any time", scope.nodes, triggered)


def _enter(web: Web, scope: Scope, node: Node, inner: Scope) -> None:
    """A subprocess begins with its starts; what follows it comes after its ends, its boundary events at any time."""
    outside = [flow.target for flow in scope.outgoing(node.id)]
    web.lead(node.id, (inside for inside in inner.nodes if not inner.incoming(inside)))
    _join(web, f"{node.id} left", (inside for inside in inner.nodes if not inner.outgoing(inside)), outside)
    _join(web, f"{node.id} caught", inner.nodes, (event.id for event in scope.boundary(node.id)))
    if tag(node.element) == "adHocSubProcess":
        _join(web, f"{node.id} in any order", inner.nodes, inner.nodes)


def _join(web: Web, joint: str, before: Iterable[str], following: Iterable[str]) -> None:
    web.lead(joint, following)
    for name in before:
        web.lead(name, (joint,))


def _callers(report: Report) -> dict[str, list[tuple[Process, Node]]]:
    """The call activities that call a process, by its id."""
    found: dict[str, list[tuple[Process, Node]]] = defaultdict(list)
    for process in report.processes.values():
        for node in process.all_nodes():
            if node.type == "callActivity":
                found[node.element.get("calledElement") or ""].append((process, node))
    return found


Written = dict[str, tuple[frozenset[str], bool]]


def _check(report: Report, diagram: Diagram, web: Web, written: Written, callers: list[tuple[Process, Node]]) -> None:
    names = Names()
    writes = {node: names.of(use.writes) | _unknown(names, use, written) for node, use in web.uses.items()}
    begun = _given(web, names, written, callers)
    before = _before(web, writes, begun)
    unknown = [node for node, wrote in writes.items() if wrote & 1]
    doubtful = 0
    for about, node_id, reads, own in _reads(web):
        known = before[node_id] | (writes[node_id] if own else 0)
        if known & 1:
            continue
        for name in sorted(reads - FIXED - web.declared - web.private[node_id]):
            if known & names.of([name]) or doubtful >= MAX_LOOKED_INTO:
                continue
            doubtful += 1
            _doubt(report, diagram, web, about, node_id, name, unknown)


def _unknown(names: Names, use: Use, written: Written) -> int:
    """What comes back from a called process, and names that nobody can tell."""
    if use.gives_back is None:
        return 1 if use.anything else 0
    given, anything = written.get(use.gives_back, (frozenset(), True))
    return names.of(given) | (1 if anything or use.anything else 0)


def _reads(web: Web) -> Iterator[tuple[Node | Flow, str, set[str], bool]]:
    """What is read where: the element or flow, the element it happens at, the names, whether after it has written."""
    for node_id, use in web.uses.items():
        if use.reads:
            yield web.nodes[node_id], node_id, use.reads, False
        for flow_id, names in use.onward.items():
            if names:
                yield web.scope_of[node_id].flows[flow_id], node_id, names, True


def _given(web: Web, names: Names, written: Written, callers: list[tuple[Process, Node]]) -> int:
    """What a case may have when it begins: from those who call the process, or from nobody knows whom."""
    given = 0
    for process, caller in callers:
        passed = drawn.call_mappings(caller, "in")
        given |= names.of(mapping.target for mapping in passed if mapping.target)
        if not passed or any(mapping.all for mapping in passed):
            theirs, anything = written[process.id]
            given |= names.of(theirs) | (1 if anything else 0)
    alone = web.process.properties.get("instantiable") == "false" and not callers
    return given | 1 if alone or not web.process.starts() else given


def _before(web: Web, writes: dict[str, int], begun: int) -> dict[str, int]:
    """For each element, the names that may have been written when it begins.

    Around a loop everything in it may have come before.
    """
    arrived: dict[str, int] = defaultdict(lambda: begun)
    before: dict[str, int] = {}
    for part in components(web.after):
        known = begun
        for name in part:
            known |= arrived[name]
        wrote = 0
        for name in part:
            wrote |= writes.get(name, 0)
        inside = known | wrote if goes_round(part, web.after) else known
        for name in part:
            before[name] = inside
            for following in web.after[name]:
                arrived[following] |= inside | wrote
    return before


def _doubt(
    report: Report, diagram: Diagram, web: Web, about: Node | Flow, at: str, name: str, unknown: list[str]
) -> None:
    """Report a name unless something that writes it may run beside the reader, or nobody can tell."""
    writers = [node for node, use in web.uses.items() if name in use.writes]
    if not writers and not unknown:
        report.add("variable-never-written", diagram, about, variable=name)
        return
    later = _reached(web, at)
    if any(node not in later or node in web.apart or at in web.apart for node in (*writers, *unknown)):
        return
    writer = (writers or unknown)[0]
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


def subjects_are_written(report: Report) -> None:
    """The subject of a case is made of variables that something writes."""
    if report.form_uses is None:
        return
    for diagram, process, scope in report.scopes:
        if scope is process and "caseSubject" in process.properties:
            names, anything = written_by(report)[process.id]
            missing = read_by(process.properties["caseSubject"]) - names - FIXED - FUNCTIONS
            for name in () if anything else sorted(missing):
                report.add("variable-never-written", diagram, process, variable=name)


RULES = [variables_are_written_first, subjects_are_written]
