"""A DMN file to a DecisionModel, with everything that is wrong in it as findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.dmn.findings import Findings
from engine.dmn.graph import DecisionModel, Import
from engine.dmn.nodes import DecisionNode, FunctionNode, InputNode, Node, ServiceNode
from engine.dmn.read_boxed import KINDS, BoxedReader
from engine.dmn.types import Types
from engine.dmn.xml import Element, child, children, local, reference
from engine.feel.errors import FeelSyntaxError

_NAMED = {"inputData", "decision", "businessKnowledgeModel", "decisionService", "variable", "itemComponent",
          "formalParameter", "parameter", "column", "output", "itemDefinition"}  # fmt: skip
_SILENT = {"import", "extensionElements", "description", "DMNDI", "itemDefinition", "artifact", "textAnnotation",
           "association", "group", "knowledgeSource", "elementCollection", "organizationUnit",
           "performanceIndicator"}  # fmt: skip


@dataclass(frozen=True)
class Imported:
    """What a model that imports this one sees of it besides its nodes: names in expressions, and types."""

    names: frozenset[str]
    types: Types


def read(
    root: Element, findings: Findings, imports: Sequence[tuple[Import, Imported]]
) -> tuple[DecisionModel, Imported]:
    """The model in `root`; findings are added, not raised."""
    reader = _Reader(root, findings, imports)
    return reader.read(), Imported(frozenset(_names(root)), reader.types)


class _Reader:
    def __init__(self, root: Element, findings: Findings, imports: Sequence[tuple[Import, Imported]]) -> None:
        self.root = root
        self.namespace = root.get("namespace") or ""
        self.imports = tuple(one for one, _ in imports)
        names = set(_names(root)) | {one.name for one in self.imports if one.name}
        findings.names = frozenset(names.union(*(seen.names for _, seen in imports)))
        self.findings = findings
        definitions = {element.get("name") or "": element for element in children(root, "itemDefinition")}
        self.types = Types(definitions, findings.names, {one.name: seen.types for one, seen in imports})
        self.boxed = BoxedReader(self.findings, self.types)

    def read(self) -> DecisionModel:
        self._check_types()
        nodes: dict[str, Node] = {}
        for element in children(self.root):
            node = self._node(element)
            if node is None:
                continue
            if node.id in nodes:
                self.findings.add("dmn-id", element, f"id「{node.id}」重複", f"the id {node.id!r} is used twice")
            nodes[node.id] = node
        self._check_requirements(nodes)
        for name in sorted(self.types.unknown):
            self.findings.add(
                "dmn-type",
                None,
                f"沒有型別「{name}」，視為任意值",
                f"there is no type {name!r}; taken as any",
                "warning",
            )
        return DecisionModel(
            self.root.get("name") or "", nodes, tuple(self.findings.found), self.types, self.imports, self.findings.file
        )

    def _check_types(self) -> None:
        for name, element in self.types.known.items():
            try:
                self.types.named(name)
            except FeelSyntaxError as error:
                self.types.known[name] = _without_values(element)
                self.findings.add(
                    "dmn-type",
                    element,
                    f"型別「{name}」的允許值：{error.message_zh}",
                    f"allowed values of {name!r}: {error.message_en}",
                )

    def _node(self, element: Element) -> Node | None:
        kind, id_, name = local(element), element.get("id") or element.get("name") or "", element.get("name") or ""
        if kind == "decision":
            return self._decision(element, id_, name)
        if kind == "inputData":
            variable = child(element, "variable")
            type_ = None if variable is None else variable.get("typeRef")
            return InputNode(id_, name, self.types.named(type_))
        if kind == "businessKnowledgeModel":
            return self._function(element, id_, name)
        if kind == "decisionService":
            return self._service(element, id_, name)
        if kind not in _SILENT:
            self.findings.add(
                "dmn-unsupported", element, f"不支援元素「{kind}」", f"the element {kind!r} is not supported"
            )
        return None

    def _decision(self, element: Element, id_: str, name: str) -> Node:
        variable = child(element, "variable")
        type_ = self.types.named(None if variable is None else variable.get("typeRef"))
        variable_name = name if variable is None else variable.get("name") or name
        if child(element, *KINDS) is None:
            zh, en = (
                f"決策「{name}」沒有內容，其值要由外部給",
                f"decision {name!r} has no logic; its value must be given",
            )
            self.findings.add("dmn-no-logic", element, zh, en, "warning")
            return InputNode(id_, variable_name, type_)
        logic = self.boxed.inside(element, name)
        requires = [
            self._local(reference(requirement, inner))
            for requirement in children(element, "informationRequirement")
            for inner in ("requiredDecision", "requiredInput")
        ]
        return DecisionNode(id_, name, variable_name, logic, type_, tuple(filter(None, requires)), self._knows(element))

    def _function(self, element: Element, id_: str, name: str) -> Node:
        logic = child(element, "encapsulatedLogic")
        if logic is None:
            self.findings.add("dmn-no-logic", element, f"「{name}」沒有內容", f"{name!r} has no logic")
            return FunctionNode(id_, name, self.boxed.inside(None, name))
        return FunctionNode(id_, name, self.boxed.function(logic, name), self._knows(element))

    def _service(self, element: Element, id_: str, name: str) -> Node:
        variable = child(element, "variable")

        def referred(kind: str) -> tuple[str, ...]:
            return tuple(self._local((one.get("href") or "").removeprefix("#")) for one in children(element, kind))

        type_ = self.types.named(None if variable is None else variable.get("typeRef"))
        return ServiceNode(
            id_, name, referred("outputDecision"), referred("inputData"), referred("inputDecision"), type_
        )

    def _check_requirements(self, nodes: dict[str, Node]) -> None:
        """Every reference leads somewhere, and no decision requires itself."""
        for node in nodes.values():
            for id_ in _references(node):
                if id_ not in nodes and not self._imported(id_):
                    where = self._element(node.id)
                    self.findings.add(
                        "dmn-requirement", where, f"找不到所需的「{id_}」", f"the required {id_!r} is not there"
                    )
        for node in nodes.values():
            if isinstance(node, DecisionNode) and _reaches(nodes, node.id, node.id):
                self.findings.add(
                    "dmn-cycle",
                    self._element(node.id),
                    f"決策「{node.name}」需要它自己",
                    f"decision {node.name!r} requires itself",
                )

    def _local(self, reference: str) -> str:
        """A reference with our own namespace in front is one within the file."""
        return reference.removeprefix(f"{self.namespace}#") if self.namespace else reference

    def _imported(self, reference: str) -> bool:
        namespace, _, id_ = reference.rpartition("#")
        return any(one.namespace == namespace and id_ in one.model.nodes for one in self.imports)

    def _knows(self, element: Element) -> tuple[str, ...]:
        known = [reference(one, "requiredKnowledge") for one in children(element, "knowledgeRequirement")]
        return tuple(self._local(one) for one in known if one)

    def _element(self, id_: str) -> Element | None:
        return next((element for element in children(self.root) if element.get("id") == id_), None)


def _names(root: Element) -> Iterator[str]:
    for element in root.iter():
        if isinstance(element.tag, str) and local(element) in _NAMED and element.get("name"):
            yield element.get("name")
    for element in root.iter():
        if isinstance(element.tag, str) and element.get("iteratorVariable"):
            yield element.get("iteratorVariable")


def _references(node: Node) -> tuple[str, ...]:
    if isinstance(node, DecisionNode):
        return (*node.requires, *node.knows)
    if isinstance(node, FunctionNode):
        return node.knows
    if isinstance(node, ServiceNode):
        return (*node.outputs, *node.input_data, *node.input_decisions)
    return ()


def _reaches(nodes: dict[str, Node], start: str, goal: str) -> bool:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        node = nodes.get(waiting.pop())
        for id_ in node.requires if isinstance(node, DecisionNode) else ():
            if id_ == goal:
                return True
            if id_ not in seen:
                seen.add(id_)
                waiting.append(id_)
    return False


def _without_values(element: Element) -> Element:
    for values in list(element.iter()):
        if isinstance(values.tag, str) and local(values) == "allowedValues" and values.getparent() is not None:
            values.getparent().remove(values)
    return element
