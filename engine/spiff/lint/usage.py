"""Which variables each element reads and writes, as far as its drawing says."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from dataclasses import dataclass, field

from engine import feel
from engine.dmn import DecisionModel
from engine.sandbox.names import assigned_names, used_names
from engine.spiff import diagram as drawn
from engine.spiff import timers
from engine.spiff.diagram import Node, Scope
from engine.spiff.environment import feel_text, is_feel
from engine.spiff.functions import FUNCTIONS
from engine.spiff.lint.graphs import components
from engine.spiff.lint.payloads import Payloads
from engine.spiff.lint.report import Report
from engine.spiff.xml import tag, whole_number

FIXED = frozenset(["initiator", "business_key", "started_at"])
OF_REPETITIONS = frozenset(
    ["loopCounter", "nrOfInstances", "nrOfActiveInstances", "nrOfCompletedInstances", "nrOfTerminatedInstances"]
)
PEOPLE = ("assignee", "candidateUsers", "candidateGroups", "dueDate", "followUpDate", "priority")
_BUILT_IN = frozenset([*dir(builtins), "timedelta", "datetime", "date", "math", "json", "re", "decimal"])


@dataclass
class Use:
    """What an element does with variables."""

    reads: set[str] = field(default_factory=set)
    """Taken before it writes."""
    writes: set[str] = field(default_factory=set)
    anything: bool = False
    """Whether it may write names that nobody can tell: a message's payload, a called process's variables."""
    gives_back: str | None = None
    """The process that it calls, when all variables of that come back."""
    private: set[str] = field(default_factory=set)
    """Names that are only there inside it: the item of a repetition."""
    onward: dict[str, set[str]] = field(default_factory=dict)
    """By outgoing flow, what its condition reads; after the element has written."""


def read_by(text: str | None, *, python: bool = False) -> set[str]:
    """The names that a text certainly takes from outside; a text that cannot be read takes none."""
    if not text:
        return set()
    if is_feel(text):
        try:
            return set(feel.parse(feel_text(text)).certain_names)
        except feel.FeelSyntaxError:
            return set()
    return set(used_names(text, expression=True)) - _BUILT_IN if python else set()


def usage(report: Report, scope: Scope, node: Node) -> Use:
    """What `node` reads and writes; looked at once."""
    known: Use | None = report.uses.get(id(node))
    if known is None:
        known = report.uses[id(node)] = _usage(report, scope, node)
    return known


def _usage(report: Report, scope: Scope, node: Node) -> Use:
    use = Use()
    for name in PEOPLE:
        use.reads |= read_by(node.camunda(name))
    if node.type in ("userTask", "manualTask") and node.lane and not any(node.camunda(n) for n in PEOPLE[:3]):
        use.reads |= read_by(node.lane.candidate_groups)
    use.reads |= read_by(node.properties.get("label"))
    _form(report, node, use)
    _work(report, node, use)
    _events(report, scope, node, use)
    _repetition(node, use)
    if node.data is not None:
        use.private |= node.data.names
        use.writes |= {move.target for move in node.data.moves_out} | {name for _, name in _assigned(node)}
        use.reads |= {source for move in node.data.moves_in for source in move.sources}
    for flow in scope.outgoing(node.id):
        use.onward[flow.id] = read_by(flow.condition, python=True)
    known = FIXED | FUNCTIONS | use.private | (OF_REPETITIONS if node.loop else set())
    use.reads -= known
    for names in use.onward.values():
        names -= FIXED | FUNCTIONS
    return use


def _assigned(node: Node) -> Iterator[tuple[str, str]]:
    for move in node.data.moves_out if node.data else ():
        yield from move.assignments


def _form(report: Report, node: Node, use: Use) -> None:
    key = node.camunda("formKey") or node.camunda("formRef")
    if not key:
        return
    form = None if report.form_uses is None else report.form_uses.get(key)
    if form is None:
        use.anything = True
        return
    use.writes |= form.writes
    if node.type != "startEvent":
        use.reads |= form.reads
    if node.type == "startEvent" and node.camunda("initiator"):
        use.writes.add(node.camunda("initiator") or "")


def _work(report: Report, node: Node, use: Use) -> None:
    if node.type == "scriptTask":
        _script(drawn.script_of(node) or "", use)
    elif node.type == "businessRuleTask":
        _decision(report, node, use)
    elif node.type == "serviceTask":
        _, parameters, result = drawn.connector(node)
        use.reads |= {name for parameter in parameters for name in read_by(parameter.value)}
        use.writes |= {result} if result else set()
    elif node.type == "callActivity":
        _call(node, use)


def _script(text: str, use: Use) -> None:
    if not is_feel(text):
        assigned = set(assigned_names(text))
        use.reads |= set(used_names(text)) - assigned - _BUILT_IN
        use.writes |= assigned
        return
    use.reads |= read_by(text)
    try:
        keys = feel.parse(feel_text(text)).keys
    except feel.FeelSyntaxError:
        keys = None
    if keys is None:
        use.anything = True
    else:
        use.writes |= keys


def _decision(report: Report, node: Node, use: Use) -> None:
    called = drawn.decision_id(node)
    model = report.decisions.get(called or "")
    if called is None or model is None:
        use.anything = True
        return
    use.reads |= model.free_names(called)
    into = node.camunda("resultVariable")
    use.writes |= {into} if into else {called, *model.output_names(called)}


def _call(node: Node, use: Use) -> None:
    passed, returned = (drawn.call_mappings(node, name) for name in ("in", "out"))
    for mapping in passed:
        use.reads |= {mapping.source} if mapping.source and not mapping.all else read_by(mapping.expression)
    use.writes |= {mapping.target for mapping in returned if mapping.target}
    if not returned or any(mapping.all for mapping in returned):
        use.gives_back = node.element.get("calledElement") or ""


def written_by(report: Report) -> dict[str, tuple[frozenset[str], bool]]:
    """For each process all names that it writes, called processes included; and whether it may write others."""
    own: dict[str, set[str]] = {}
    anything: dict[str, bool] = {}
    calls: dict[str, list[str]] = {}
    for process in report.processes.values():
        uses = [usage(report, scope, node) for scope in process.walk() for node in scope.nodes.values()]
        own[process.id] = {name for scope in process.walk() for name in scope.declared}.union(*(u.writes for u in uses))
        calls[process.id] = [use.gives_back for use in uses if use.gives_back is not None]
        anything[process.id] = any(use.anything for use in uses) or not report.processes.keys() >= set(
            calls[process.id]
        )
    found: dict[str, tuple[frozenset[str], bool]] = {}
    for part in reversed(components(calls)):
        below = [found[called] for process in part for called in calls[process] if called in found]
        names = frozenset().union(*(own[process] for process in part), *(names for names, _ in below))
        wild = any(anything[process] for process in part) or any(wild for _, wild in below)
        found.update(dict.fromkeys(part, (names, wild)))
    return found


def names_given(report: Report, model: DecisionModel) -> frozenset[str] | None:
    """The names that a file of decisions finds when a process calls one of them; None when nobody can tell."""
    if report.form_uses is None:
        return None
    written = written_by(report)
    given: set[str] = set()
    nodes = [node for process in report.processes.values() for scope in process.walk() for node in scope.nodes.values()]
    called_processes = {node.element.get("calledElement") for node in nodes if node.type == "callActivity"}
    for process in report.processes.values():
        from_callers = process.id in called_processes or process.properties.get("instantiable") == "false"
        for scope in process.walk():
            for node in scope.nodes.values():
                called = drawn.decision_id(node) if node.type == "businessRuleTask" else None
                if called and report.decisions.get(called) is model:
                    names, anything = written[process.id]
                    if anything or from_callers:
                        return None
                    given |= {*names, *FIXED, *usage(report, scope, node).private, *OF_REPETITIONS}
    return frozenset(given) or None


def _events(report: Report, scope: Scope, node: Node, use: Use) -> None:
    throws = node.type in ("endEvent", "intermediateThrowEvent", "sendTask")
    before_a_case = node.type == "startEvent" and tag(scope.element) == "process"
    for event in node.events:
        if before_a_case and event.kind in ("timer", "conditional"):
            continue  # a rule of its own says what they may read
        if (
            event.kind == "timer" and event.text and timers.as_literal(event.text) is None
        ) or event.kind == "conditional":
            use.reads |= read_by(event.text, python=True)
        elif event.kind in ("message", "signal") and not throws:
            into = node.properties.get("resultVariable")
            brings = Payloads.of(report).names(event)
            use.writes |= {into} if into else brings or set()
            use.anything = use.anything or not (into or brings is not None)
        use.writes |= {name for name in (event.code_variable, event.message_variable) if name}
    if throws:
        use.reads |= read_by(node.properties.get("payload")) | read_by(node.properties.get("businessKey"))


def _repetition(node: Node, use: Use) -> None:
    loop = node.loop
    if loop is None:
        return
    use.private |= {loop.element_variable} if loop.element_variable else set()
    if loop.output_collection:
        use.writes.add(loop.output_collection.removeprefix("=").strip())
    if loop.collection:
        use.reads |= read_by(loop.collection if is_feel(loop.collection) else f"={loop.collection}")
    if loop.cardinality and whole_number(loop.cardinality) is None:
        use.reads |= read_by(loop.cardinality, python=True)
    inside = set(use.writes)
    texts = [loop.completion_condition, loop.loop_condition]
    if node.inner is None:
        texts.append(loop.output_element)
    for text in texts:
        use.reads |= read_by(text, python=True) - inside
