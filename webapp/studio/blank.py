"""What a new file begins with."""

from __future__ import annotations

import json
from xml.sax.saxutils import quoteattr

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"'
    ' xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
    ' xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"'
)


def diagram(key: str, name: str) -> bytes:
    """A process with a start event and nothing else."""
    return (
        f'{_HEAD} id="{key}_definitions" targetNamespace="urn:siwei:{key}">\n'
        f'  <bpmn:process id="{key}" name={quoteattr(name)} isExecutable="true">\n'
        '    <bpmn:startEvent id="begin" camunda:initiator="initiator"/>\n'
        "  </bpmn:process>\n"
        f'  <bpmndi:BPMNDiagram id="{key}_diagram">\n'
        f'    <bpmndi:BPMNPlane id="{key}_plane" bpmnElement="{key}">\n'
        '      <bpmndi:BPMNShape id="begin_shape" bpmnElement="begin">'
        '<dc:Bounds x="180" y="160" width="36" height="36"/></bpmndi:BPMNShape>\n'
        "    </bpmndi:BPMNPlane>\n"
        "  </bpmndi:BPMNDiagram>\n"
        "</bpmn:definitions>\n"
    ).encode()


def table(key: str, name: str) -> bytes:
    """A decision with one input, one output and no rule."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"'
        ' xmlns:dmndi="https://www.omg.org/spec/DMN/20191111/DMNDI/"'
        ' xmlns:dc="http://www.omg.org/spec/DMN/20180521/DC/"'
        f' id="{key}_definitions" name={quoteattr(name)} namespace="urn:siwei:{key}">\n'
        f'  <decision id="{key}" name={quoteattr(name)}>\n'
        f'    <decisionTable id="{key}_table" hitPolicy="UNIQUE">\n'
        f'      <input id="{key}_input" label=""><inputExpression id="{key}_expression" typeRef="string"><text/>'
        "</inputExpression></input>\n"
        f'      <output id="{key}_output" label="" name="result" typeRef="string"/>\n'
        "    </decisionTable>\n"
        "  </decision>\n"
        "  <dmndi:DMNDI><dmndi:DMNDiagram>"
        f'<dmndi:DMNShape dmnElementRef="{key}"><dc:Bounds x="160" y="100" width="180" height="80"/></dmndi:DMNShape>'
        "</dmndi:DMNDiagram></dmndi:DMNDI>\n"
        "</definitions>\n"
    ).encode()


def form(key: str, title: str) -> bytes:
    """A form without a field."""
    content = {"schemaVersion": 19, "type": "default", "id": key, "components": [], "properties": {"title": title}}
    return json.dumps(content, ensure_ascii=False, indent=2).encode()
