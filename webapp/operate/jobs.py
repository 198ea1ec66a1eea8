"""The machines: who works, what waits for its time, which calls are out, what was given up."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.monitor import WaitingTimer, WatchedCondition
from webapp.cases.data import element_names
from webapp.operate import bp, words
from webapp.operate.incidents import process_names
from webapp.services import actor, engine

_PAGE = 50


@bp.get("/operate/jobs")
def jobs() -> str:
    """Workers, waiting timers, conditions that start cases, connector calls, failed jobs."""
    offset = max(request.args.get("offset", 0, type=int), 0)
    monitor, who = engine().monitor, actor()
    timers = monitor.timers(who, offset=offset, limit=_PAGE)
    return render_template(
        "operate/jobs.html",
        workers=monitor.workers(who),
        queue=monitor.queue(who),
        calls=monitor.calls(who),
        failed=monitor.failed_jobs(who),
        rows=timers.rows if offset else (*monitor.start_timers(who), *timers.rows),
        conditions=() if offset else monitor.start_conditions(who),
        total=timers.count,
        now=engine().clock.now(),
        drift=engine().clock.drift,
        first=url_for("operate.jobs") if offset else None,
        next=url_for("operate.jobs", offset=offset + _PAGE) if timers.has_more else None,
        names=process_names(),
        step=_step,
        words=words,
    )


def _step(timer: WaitingTimer | WatchedCondition) -> str:
    """The step a timer or condition belongs to, in the reader's language; its id where the author gave no name."""
    return element_names(timer.definition_id).get(timer.element_id) or timer.element_id


@bp.post("/operate/jobs/<int:job_id>/retry")
def retry_job(job_id: int) -> Response:
    """Put a failed job back."""
    engine().monitor.retry_job(job_id, actor())
    flash(_("工作已放回佇列。"), "success")
    return redirect(url_for("operate.jobs"), 303)


@bp.post("/operate/jobs/<int:job_id>/discard")
def discard_job(job_id: int) -> Response:
    """Delete a failed job for good."""
    engine().monitor.discard_job(job_id, actor())
    flash(_("失敗的工作已刪除。"), "success")
    return redirect(url_for("operate.jobs"), 303)
