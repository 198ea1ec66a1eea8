"""Cases that stand in the database before a connector looks for them."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest

from tests.engine.conftest import MORNING

_PROCESS = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="test">
  <bpmn:process id="{key}" name="{key}" isExecutable="true">
    <bpmn:extensionElements><camunda:properties>
      <camunda:property name="casePrefix" value="{prefix}"/>
      <camunda:property name="caseSubject" value="=subject"/>
      <camunda:property name="ownerUnit" value="aia.inspection"/>
    </camunda:properties></bpmn:extensionElements>
    <bpmn:startEvent id="begin" name="開始"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:userTask id="read" name="閱辦" camunda:candidateGroups="registrar@aia.inspection">
      <bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing>
    </bpmn:userTask>
    <bpmn:endEvent id="done" name="結束"><bpmn:incoming>f2</bpmn:incoming></bpmn:endEvent>
    <bpmn:sequenceFlow id="f1" sourceRef="begin" targetRef="read"/>
    <bpmn:sequenceFlow id="f2" sourceRef="read" targetRef="done"/>
  </bpmn:process>
</bpmn:definitions>
"""
_numbers = count(1)


@pytest.fixture
def new_process(engine, deploy, people, clock):
    """A function that deploys one more process; gives the function that begins its cases so many days before today."""

    def make():
        number = next(_numbers)
        key = f"looked_for_{number}"
        deploy(_PROCESS.format(key=key, prefix=f"L{number}-"), name=f"{key}.bpmn")

        def begin(values, days_ago=0):
            clock.set(MORNING - timedelta(days=days_ago))
            case = engine.runtime.start(key, actor=people["registrar"], variables=values)
            clock.set(MORNING)
            return case

        return begin

    return make


@pytest.fixture
def begin(new_process):
    """Begin a case so many days before today. Each test has a process of its own."""
    return new_process()
