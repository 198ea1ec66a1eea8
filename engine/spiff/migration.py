"""Moving a running instance to another version of its definition.

A saved state names the elements its tokens stand on. To move it, each name is looked up in the
other version: the same drawn id, or the one it is mapped to. A token moves only to an element of
the same kind in the same place, so that what it waits for still means something; everything that
does not fit is said, and nothing is moved then. Tasks, timers and calls keep their ids, their
people and their times. Events that are new on an activity begin to wait now; those that are gone
wait no more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from engine.model import MigrationProblem
from engine.spiff.case import Case, Scope
from engine.spiff.parser import Definition
from engine.spiff.problems import StepProblem
from engine.spiff.specs.base import FlowNode
from engine.spiff.specs.compensation import Undo
from engine.spiff.specs.complex_gateway import ComplexGateway
from engine.spiff.specs.events import CatchEvent, Listener
from engine.spiff.specs.gateways import InclusiveGateway, ParallelGateway
from engine.spiff.specs.loops import LoopNode
from engine.spiff.specs.process import ScopeSpec
from engine.spiff.token import Token

_NAME = re.compile(r"([^\[(]+)(\[.*\])?")
_JOINS = (ParallelGateway, InclusiveGateway, ComplexGateway)

_SAID = {
    "gone": ("新版沒有這個節點", "the other version has no such element"),
    "kind": ("新版的這個節點是另一種類", "the element is of another kind in the other version"),
    "place": ("新版沒有它所在的子流程", "the other version lacks the subprocess it stands in"),
    "flow": ("新版的匯合閘道接的流向不同", "other flows lead to the gateway in the other version"),
    "undo": ("已完成而可補償的活動,新版無法補償", "what was completed here cannot be compensated in the other version"),
}


@dataclass
class Rewriting:
    """A saved state on its way to another version.

    Args:
        mapping: drawn ids of the old version and what stands for each in the new one; others keep their id.
    """

    old: Definition
    new: Definition
    mapping: Mapping[str, str]
    problems: list[MigrationProblem] = field(default_factory=list)
    stood: dict[str, str] = field(default_factory=dict)
    """Token ids, and the drawn element in the old version."""

    def rewrite(self, state: bytes) -> bytes:
        """The state with the other version's names; of use only when there are no problems."""
        body = orjson.loads(state)
        hosts = {record[0]: record for record in body["t"]}
        scopes: list[tuple[ScopeSpec, ScopeSpec | None]] = [(self.old.root, self.new.root)]
        for record in body["s"]:
            old = self.old.scope(record[1])
            new = self._scope(old, scopes[hosts[record[0]][1]][1], hosts[record[0]])
            scopes.append((old, new))
            if new is not None:
                record[1] = new.name
                if len(record) > 4:
                    self._undoable(record[4], new)
        body["t"] = [kept for record in body["t"] if (kept := self._token(record, *scopes[record[1]])) is not None]
        self._undoable(body.get("f", []), self.new.root)
        body["d"], body["p"] = self.new.digest, self.new.process_id
        return orjson.dumps(body)

    def here(self, element_id: str) -> str:
        """What stands for an element of the old version."""
        return self.mapping.get(element_id, element_id)

    def _scope(self, old: ScopeSpec, around: ScopeSpec | None, host: list[Any]) -> ScopeSpec | None:
        """The scope that stands for one that is open; None where there is none, which its tokens say."""
        if around is None:
            return None
        embedded = old.name.rpartition("/")[2]
        path = f"{around.name}/{self.here(embedded)}" if "/" in old.name else old.name
        try:
            return self.new.scope(path)
        except (KeyError, StepProblem):
            return None

    def _token(self, record: list[Any], old: ScopeSpec, new: ScopeSpec | None) -> list[Any] | None:
        spec: FlowNode = old.task_specs[record[2]]
        self.stood[record[0]] = spec.bpmn_id
        if new is None:
            return self._refuse(record, spec, "place")
        name = self._name(record[2])
        other = new.task_specs.get(name)
        if other is None:
            return None if _only_listens(spec, record) else self._refuse(record, spec, "gone")
        if not _alike(spec, other):
            return self._refuse(record, spec, "kind")
        record[2] = name
        notes = record[6]
        if "entry" in notes:
            notes["entry"] = self.here(notes["entry"])
        for undoable in ("records", "undoable"):  # compensation that runs, or turns that a loop keeps for it
            self._undoable(notes.get(undoable, []), new)
        if isinstance(spec, _JOINS) and not self._same_arrivals(spec, other, notes):
            return self._refuse(record, spec, "flow")
        return record

    def _name(self, name: str) -> str:
        found = _NAME.fullmatch(name)
        return self.here(found[1]) + (found[2] or "") if found else name

    def _same_arrivals(self, spec: FlowNode, other: FlowNode, notes: dict[str, Any]) -> bool:
        """Whether a join waits for the same flows; one that is drawn anew is known by where it comes from."""
        theirs = {flow.id for flow in other.arrivals}
        by_source = {flow.source: flow.id for flow in other.arrivals}
        flows = {flow.id: flow.id if flow.id in theirs else by_source.get(self.here(flow.source))
                 for flow in spec.arrivals}  # fmt: skip
        if len(spec.arrivals) != len(other.arrivals) or set(flows.values()) != theirs:
            return False
        if "flow" in notes:
            notes["flow"] = flows.get(notes["flow"], notes["flow"])
        if "consumed" in notes:
            notes["consumed"] = [flows.get(flow, flow) for flow in notes["consumed"]]
        return True

    def _undoable(self, records: list[dict[str, Any]], scope: ScopeSpec) -> None:
        """Let what can be compensated be found in the other version."""
        for record in records:
            if "turns" in record:
                self._undoable(record["turns"], scope)
            there = scope.task_specs.get(self.here(record["at"]))
            inner = record.get("inner")
            if there is None or (inner is None and "turns" not in record and there.handler is None):
                self.problems.append(_problem(record["at"], "", "undo"))
                continue
            record["at"] = self.here(record["at"])
            if inner:
                inside = getattr(getattr(there, "each", there), "inner", None)
                if inside is None:
                    self.problems.append(_problem(record["at"], there.bpmn_name or "", "undo"))
                else:
                    self._undoable(inner, inside)

    def _refuse(self, record: list[Any], spec: FlowNode, code: str) -> list[Any]:
        if isinstance(spec, Undo):
            said = _problem(self._undone_for(spec, record), "", "undo")
        else:
            said = _problem(spec.bpmn_id, spec.bpmn_name or "", code)
        if said not in self.problems:
            self.problems.append(said)
        return record

    def _undone_for(self, spec: Undo, record: list[Any]) -> str:
        """The drawn element that asked for a compensation; where it did not wait for it, what is around."""
        asked = (self.stood[token_id] for token_id in record[6]["waiting"] if token_id in self.stood)
        around: str = spec._wf_spec.diagram_scope.id
        return next(asked, around)


def listen_anew(case: Case, rewriting: Rewriting) -> None:
    """Let the events begin to wait that the other version has on top.

    Raises:
        StepProblem: the timer of one gives no time.
    """
    for scope in case.scopes():
        old = _old_scope(rewriting, scope)
        _arm_listeners(scope, {rewriting.here(listener.bpmn_id) for listener in old.listeners} if old else set())
        for token in scope.tokens():
            spec = token.task_spec
            if spec.boundary and _works(token):
                before = old.task_specs.get(_old_name(rewriting, spec.name)) if old else None
                known = {rewriting.here(event.bpmn_id) for event in before.boundary} if before else set()
                fresh = [event for event in spec.boundary if event.waits and event.bpmn_id not in known]
                spec._attach(token, [(event, event.prepare(token)) for event in fresh])


def _arm_listeners(scope: Scope, known: set[str]) -> None:
    if any("entry" in token.notes for token in scope.awake()):  # an event subprocess has taken over, or runs beside
        known = {listener.bpmn_id for listener in scope.spec.listeners if listener.node.interrupting} | known
    root = scope.task_tree
    for listener in scope.spec.listeners:
        if listener.waits and listener.bpmn_id not in known:
            token = Token(scope, listener, root, listener.waits_in)
            token.notes.update(listener.prepare(root))


def _old_scope(rewriting: Rewriting, scope: Scope) -> ScopeSpec | None:
    back = {new: old for old, new in rewriting.mapping.items()}
    path = "/".join(back.get(part, part) for part in scope.spec.name.split("/"))
    try:
        return rewriting.old.scope(path)
    except (KeyError, StepProblem):
        return None


def _old_name(rewriting: Rewriting, name: str) -> str:
    return next((old for old, new in rewriting.mapping.items() if new == name), name)


def _works(token: Token) -> bool:
    """Whether the activity has begun: one that has failed before gets its events when it is tried again."""
    notes = token.notes
    begun = notes.get("open") or notes.get("called") or "arms" in notes or token.id in token.case.subprocesses
    return bool(begun or isinstance(token.task_spec, LoopNode)) and not notes.get("done")


def _only_listens(spec: FlowNode, record: list[Any]) -> bool:
    """Whether nothing is lost when the token goes: an event beside the work, not the work."""
    return isinstance(spec, Listener) or "host" in record[6]


def _alike(spec: FlowNode, other: FlowNode) -> bool:
    if type(spec) is not type(other):
        return False
    if isinstance(spec, CatchEvent):
        kinds, others = ([catch.kind for catch in event.catches] for event in (spec, other))
        return kinds == others and spec.node.parallel_multiple == other.node.parallel_multiple
    if isinstance(spec, LoopNode):
        return bool(spec.characteristics.kind == other.characteristics.kind)
    return True


def _problem(element_id: str, name: str, code: str) -> MigrationProblem:
    zh, en = _SAID[code]
    return MigrationProblem(code, element_id, name, zh, en)
