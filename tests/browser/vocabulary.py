"""A diagram that holds every extension element there is: made from the descriptors and from what engines read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from lxml import etree

from tests.browser.chromium import PACKAGES

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"
CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
OTHER = "http://example.org/another-tool"
SPIFF_NAMES = frozenset(
    [
        "preScript",
        "postScript",
        "messagePayload",
        "messageVariable",
        "payloadExpression",
        "variableName",
        "category",
        "calledDecisionId",
        "instructionsForEndUser",
        "allowGuest",
        "guestConfirmation",
        "signalButtonLabel",
        "properties",
        "property",
        "taskMetadataValues",
        "taskMetadataValue",
        "unitTests",
        "unitTest",
        "inputJson",
        "expectedOutputJson",
        "serviceTaskOperator",
        "parameters",
        "parameter",
        "retry",
        "processVariableCorrelation",
        "propertyId",
        "expression",
        "isMatchingCorrelation",
    ]
)
"""What SpiffWorkflow's parser and SpiffArena's editor read and write."""
_MODELER = PACKAGES.parent / "src" / "studio" / "spiffworkflow.json"
_CAMUNDA = PACKAGES / "camunda-bpmn-moddle" / "resources" / "camunda.json"


def descriptors() -> dict[str, Mapping[str, Any]]:
    """The two moddle descriptors, by namespace."""
    return {SPIFF: json.loads(_MODELER.read_text("utf-8")), CAMUNDA: json.loads(_CAMUNDA.read_text("utf-8"))}


def names(descriptor: Mapping[str, Any]) -> set[str]:
    """The elements a descriptor can write."""
    return {_tag(type_["name"]) for type_ in _elements(descriptor)}


def _elements(descriptor: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [
        type_
        for type_ in descriptor["types"]
        if not type_.get("isAbstract") and not type_.get("extends") and _is_element(type_, descriptor)
    ]


def _is_element(type_: Mapping[str, Any], descriptor: Mapping[str, Any]) -> bool:
    known = {other["name"]: other for other in descriptor["types"]}
    above = type_.get("superClass", [])
    return "Element" in above or any(name in known and _is_element(known[name], descriptor) for name in above)


def _tag(name: str) -> str:
    return name[0].lower() + name[1:]


def diagram(key: str) -> bytes:
    """A runnable diagram whose one task carries every extension element, and one of a namespace nobody knows."""
    spaces = {"bpmn": BPMN, "spiffworkflow": SPIFF, "camunda": CAMUNDA, "other": OTHER}
    spaces |= {"bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI", "dc": "http://www.omg.org/spec/DD/20100524/DC"}
    root = etree.Element(f"{{{BPMN}}}definitions", nsmap=spaces, id=f"{key}_definitions", targetNamespace="urn:tests")
    process = etree.SubElement(root, f"{{{BPMN}}}process", id=key, name="所有元素", isExecutable="true")
    task = etree.SubElement(process, f"{{{BPMN}}}userTask", id="everything", name="所有元素")
    holder = etree.SubElement(task, f"{{{BPMN}}}extensionElements")
    for namespace, descriptor in descriptors().items():
        known = {type_["name"]: type_ for type_ in descriptor["types"]}
        for type_ in _elements(descriptor):
            _fill(etree.SubElement(holder, f"{{{namespace}}}{_tag(type_['name'])}"), type_, known, namespace, 0)
    unheard = etree.SubElement(holder, f"{{{SPIFF}}}unheardOf", level="3")
    etree.SubElement(unheard, f"{{{SPIFF}}}detail", name="a").text = "還沒有人知道的元素"
    foreign = etree.SubElement(holder, f"{{{OTHER}}}thing", colour="red")
    etree.SubElement(foreign, f"{{{OTHER}}}part").text = "別的工具寫的"
    task.set(f"{{{OTHER}}}mark", "kept")
    plane = etree.SubElement(
        etree.SubElement(root, f"{{{spaces['bpmndi']}}}BPMNDiagram", id="d"),
        f"{{{spaces['bpmndi']}}}BPMNPlane",
        id="p",
        bpmnElement=key,
    )
    shape = etree.SubElement(plane, f"{{{spaces['bpmndi']}}}BPMNShape", id="s", bpmnElement="everything")
    etree.SubElement(shape, f"{{{spaces['dc']}}}Bounds", x="200", y="100", width="100", height="80")
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _fill(
    element: etree._Element, type_: Mapping[str, Any], known: Mapping[str, Any], namespace: str, depth: int
) -> None:
    for above in type_.get("superClass", []):
        if above in known:
            _fill(element, known[above], known, namespace, depth)
    for one in type_.get("properties", []):
        name, kind = one["name"], one["type"]
        if one.get("isAttr"):
            value = {"Boolean": "true", "Integer": "3", "Number": "3"}.get(kind, f"{name} 的值")
            if kind in ("String", "Boolean", "Integer", "Number") and not one.get("default"):
                element.set(name if ":" not in name else name.split(":")[1], value)
        elif one.get("isBody"):
            element.text = "內容 <a> & b"
        elif kind in known and depth < 3 and not known[kind].get("isAbstract"):
            _fill(etree.SubElement(element, f"{{{namespace}}}{_tag(kind)}"), known[kind], known, namespace, depth + 1)


def extensions(xml: bytes) -> list[tuple[Any, ...]]:
    """Every extension element of the one task with all it holds, in one order."""
    root = etree.fromstring(xml)
    task = root.find(f".//{{{BPMN}}}userTask")
    return sorted(_shape(child) for child in task.find(f"{{{BPMN}}}extensionElements"))


def _shape(element: etree._Element) -> tuple[Any, ...]:
    attributes = tuple(sorted(element.attrib.items()))
    return element.tag, attributes, (element.text or "").strip(), tuple(sorted(_shape(child) for child in element))
