"""An ad-hoc subprocess in the running system: people are asked what to do next, in a form that the engine makes."""

from __future__ import annotations

from engine.model import SYSTEM, SourceFile
from tests.engine.spiff.player import bpmn, process

BODY = (
    '<startEvent id="start"/><endEvent id="end"/><adHocSubProcess id="s" name="會勘準備">'
    '<userTask id="map" name="調圖資" camunda:candidateGroups="registrar@aia.inspection"/>'
    '<userTask id="call" name="聯絡里長" camunda:candidateGroups="registrar@aia.inspection"/></adHocSubProcess>'
)


def test_the_choice_is_a_task_with_the_activities_on_offer_and_people_finish(engine, people):
    drawn = SourceFile("visit.bpmn", bpmn(process(BODY, "start -> s", "s -> end", id="visit")))
    engine.repository.deploy([drawn], actor=SYSTEM, force_now=True)
    definition = engine.repository.definition("visit")
    form = engine.repository.form(definition.id, "(ad-hoc)s")
    (field,) = form.fields
    assert field.key == "decision"
    assert [(option.value, option.label) for option in field.options] == [
        ("map", "調圖資"),
        ("call", "聯絡里長"),
        ("(finish)", "全部完成"),
    ]

    case = engine.runtime.start("visit", actor=people["kuo"], variables={})
    open_now = {task.element_id: task for task in engine.tasks.of_case(case.id, SYSTEM) if task.is_open}
    assert set(open_now) == {"map", "call", "s"}
    assert open_now["s"].form_key == "(ad-hoc)s"
    assert open_now["s"].candidates == open_now["map"].candidates
    who = people["registrar"]
    claimed = engine.tasks.claim(open_now["s"].id, who)
    engine.tasks.complete(claimed.id, actor=who, variables={"decision": "(finish)"})
    assert [task for task in engine.tasks.of_case(case.id, SYSTEM) if task.is_open] == []
