"""The way into operations: what needs somebody, as numbers."""

from __future__ import annotations

from flask import render_template

from webapp.operate import bp, words
from webapp.rights import may_open
from webapp.services import actor, engine


@bp.get("/operate")
def index() -> str:
    """Open incidents, tasks in the pool, failed jobs, workers."""
    facts = {}
    if may_open("operate.incidents"):
        monitor = engine().monitor
        workers = monitor.workers(actor())
        facts = {
            "incidents": engine().incidents.count(actor()),
            "queue": monitor.queue(actor()),
            "unstartable": monitor.start_problems(actor()),
            "alive": sum(worker.is_alive for worker in workers),
        }
    if may_open("operate.pool"):
        facts["pool"] = len(engine().monitor.pool(actor()))
    return render_template("operate/index.html", words=words, **facts)
