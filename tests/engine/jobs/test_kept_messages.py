"""Messages that came long before their case waits for them: however many, none is lost and nobody waits for all."""

from __future__ import annotations

from uuid import UUID

from engine import SYSTEM
from engine.steps.steps import MOST_KEPT
from tests.engine.services.diagrams import LISTENING

MESSAGES = 600
"""More than would fit into one another on Python's stack."""


def test_very_many_messages_that_came_early_are_delivered_in_order(live, begin, work, sql, people):
    case = begin(LISTENING)
    for number in range(1, MESSAGES + 1):
        given = {"number": number, "last": number == MESSAGES}
        live.runtime.correlate("news", business_key=case.business_key, variables=given)
    received = "select count(*) from history where instance_id = %s and verb = 'message.received'"

    (task,) = case.open_tasks
    live.tasks.claim(UUID(str(task["id"])), people["tsai"])
    live.tasks.complete(UUID(str(task["id"])), actor=people["tsai"], variables={})
    assert sql(received, case.id) == [(MOST_KEPT,)], "whoever completes a task does not wait for the rest"

    work()
    assert sql(received, case.id) == [(MESSAGES,)]
    assert live.runtime.instance(case.id, SYSTEM).status == "completed"
    assert live.runtime.variables(case.id, SYSTEM)["number"] == MESSAGES
