"""Logs: one JSON object a line on the error stream, times in UTC, no raw line breaks."""

from __future__ import annotations

import logging

import structlog

from engine.watching import REQUEST
from webapp.log_lines import LineHandler
from webapp.settings import Settings


def configure_logs(settings: Settings) -> None:
    """Let every logger of this process write JSON lines from the level of the settings up."""
    before: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        _add_request,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=before,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
    handler = LineHandler()
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    for noisy in ("procrastinate", "httpx", "asyncio"):  # one line a job is more than an operator reads
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))


def _add_request(logger: object, name: str, line: structlog.types.EventDict) -> structlog.types.EventDict:
    """The request, or the job, in which the line was written."""
    if request := REQUEST.get():
        line["request"] = request
    return line
