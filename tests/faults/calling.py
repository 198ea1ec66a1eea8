"""Who calls the neighbour: the real worker with the real `http` connector, impatient so that a test has time for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from engine.connectors import ConnectorRegistry, HttpConnector
from engine.connectors import http as http_module
from engine.jobs import JobService, Worker
from engine.jobs import calls as calls_module
from engine.jobs import queue as queue_module
from engine.jobs import worker as worker_module
from tests.engine.services.diagrams import FOR_LABOR, chain, process, user_task
from tests.faults.actors import engine_of

KEY = "asking"
HOST = "neighbour"
TIMEOUT_SECONDS, WHOLE_SECONDS = 0.4, 0.7

ASKING = process(
    KEY,
    chain(
        '<bpmn:serviceTask id="ask" name="查詢"><bpmn:extensionElements>'
        '<spiffworkflow:serviceTaskOperator id="http" resultVariable="told"><spiffworkflow:parameters>'
        f'<spiffworkflow:parameter id="host" type="str" value="{HOST}"/>'
        '<spiffworkflow:parameter id="method" type="str" value="POST"/>'
        '<spiffworkflow:parameter id="path" type="str" value="=kind + &quot;/&quot; + business_key"/>'
        "</spiffworkflow:parameters></spiffworkflow:serviceTaskOperator></bpmn:extensionElements></bpmn:serviceTask>",
        user_task("read", "看結果", FOR_LABOR),
        ids=("ask", "read"),
    ),
)
"""A call to the neighbour, whose path says how it shall misbehave; then a task."""


def caller(spec: Mapping[str, Any], barrier: Any) -> None:
    """The worker. Times are the product's, made shorter by the same factor each; `slower` stretches them."""
    worker_module.HEARTBEAT_SECONDS, worker_module.STALLED_SECONDS = 0.5, 2.0 * spec["slower"]
    worker_module.POLL_SECONDS, worker_module.SWEEP_SECONDS = 0.1, 1.0
    calls_module.LOST_AFTER = timedelta(seconds=3 * spec["slower"])
    http_module._TIMEOUT_SECONDS = TIMEOUT_SECONDS * spec["slower"]
    http_module._WHOLE_SECONDS = WHOLE_SECONDS * spec["slower"]
    queue_module._FIRST_WAIT_SECONDS = 0.02
    engine = engine_of(spec["url"], pool_size=8)
    service = JobService(engine, ConnectorRegistry(HttpConnector(engine.connector_hosts.registered)))
    Worker(spec["url"], service.handle, service.sweep, now=engine.clock.now, concurrency=8).run()
