"""One id through a request, its steps and the jobs they cause: in every line of the log, and told to who asked."""

from __future__ import annotations

import logging
import re
import time
import uuid

from flask import Flask, Response, g, request

from engine.watching import REQUEST, StepSeen
from webapp.metrics import count_step

HEADER = "X-Request-ID"
_FORM = re.compile(r"[A-Za-z0-9_-]{8,64}")
_requests = logging.getLogger("siwei.requests")
_steps = logging.getLogger("siwei.steps")


def init_tracing(app: Flask) -> None:
    """Give every request of `app` its id: the one a proxy gave it, else a new one."""
    app.before_request(_begin)
    app.after_request(_end)
    app.teardown_request(lambda error: REQUEST.set(""))


def watch(step: StepSeen) -> None:
    """A step is stored: one line that names case and entry, beside the request that is known already."""
    count_step(step)
    _steps.info(
        "step",
        extra={
            "case": str(step.case),
            "entry": step.seq,
            "verb": step.verb,
            "process_key": step.process_key,
            "element": step.element_id,
            "task": step.task_id,
        },
    )


def _begin() -> None:
    given = request.headers.get(HEADER, "")
    REQUEST.set(given if _FORM.fullmatch(given) else uuid.uuid4().hex)
    g.request_id = REQUEST.get()
    g.asked_at = time.perf_counter()


def _end(response: Response) -> Response:
    if "request_id" not in g:
        return response
    response.headers[HEADER] = g.request_id
    if request.endpoint != "static" and not (request.endpoint or "").startswith(("health.", "metrics.")):
        actor = g.get("actor")
        _requests.info(
            "request",
            extra={
                "method": request.method,
                "route": request.endpoint,
                "status": response.status_code,
                "ms": round((time.perf_counter() - g.asked_at) * 1000, 1),
                "person": actor.person_id if actor else None,
            },
        )
    return response
