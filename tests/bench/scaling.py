"""Several processes on one database: automatic work with 1, 2 and 4 workers, the web with 1, 2 and 4 processes.

All of them, the database and whoever asks share the cores of this machine: the row says how many there are. Beyond
that number nothing can be gained, and nothing should be lost.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import psycopg

from engine import SYSTEM, SourceFile
from tests.bench.serving import environment_of, per_second
from tests.bench.site import Site, finish_jobs
from tests.bench.table import Row

PROCESSES = (1, 2, 4)
_CASES = 400
_PATIENCE = 300
_PROCESS = "automatic"


def scaling(site: Site) -> Iterator[Row]:
    """Completions a second, by processes."""
    cores = len(os.sched_getaffinity(0))
    site.engine.repository.deploy([_diagram()], actor=SYSTEM, approver="bench", force_now=True)
    rates, stopped = zip(*(_worked(site, count) for count in PROCESSES), strict=True)
    incidents = f"; {sum(stopped)} of them stopped with an incident" if any(stopped) else ""
    yield Row(
        f"automatic cases a second (a timer and a connector call each), 1 · 2 · 4 workers on {cores} cores",
        " · ".join(f"{rate:.0f}/s" for rate in rates) + incidents,
        "",
        "",
        " · ".join(f"{rate / rates[0]:.2f}×" for rate in rates),
    )
    served = [per_second(site, count, 160) for count in PROCESSES]
    yield Row(
        f"completions a second over HTTP, 1 · 2 · 4 web processes on {cores} cores",
        " · ".join(f"{rate:.0f}/s" for rate in served),
        "",
        "",
        " · ".join(f"{rate / served[0]:.2f}×" for rate in served),
    )


def _worked(site: Site, workers: int) -> tuple[float, int]:
    """How many cases a second so many workers bring to their end: counted from when all of them are there.

    Besides, how many were stopped by an incident: a step has seconds by the clock, and on a crowded machine may not
    get enough of them.
    """
    with site.owner() as db:  # what other parts have left to do is not measured here
        finish_jobs(db)
    due = site.engine.clock.now()
    with site.loading():
        for _ in range(_CASES):
            site.engine.runtime.start(_PROCESS, actor=site.clerk, variables={"due": due})
    with _workers(site, workers), site.owner() as db:
        before, _, began = _ended(db)
        deadline = time.monotonic() + _PATIENCE
        ended, stopped, at = before, 0, began
        while ended + stopped < _CASES:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{_CASES - ended - stopped} cases were not brought to their end in {_PATIENCE} s")
            time.sleep(0.1)
            ended, stopped, at = _ended(db)
        db.execute("update process_instance set process_key = 'measured' where process_key = %s", [_PROCESS])
    if ended - before < _CASES // 4:
        raise RuntimeError(
            f"{before} of {_CASES} cases had ended before all workers were there, {stopped} were stopped"
        )
    return (ended - before) / (at - began).total_seconds(), stopped


def _ended(db: psycopg.Connection) -> tuple[int, int, datetime]:
    """How many of the cases have ended, how many wait with an incident, and the time of the answer."""
    row = db.execute(
        "select count(*) filter (where status = 'completed')::int, (select count(*)::int from incident x join "
        "process_instance o on o.id = x.instance_id where x.resolved_at is null and o.process_key = %(process)s), "
        "clock_timestamp() from process_instance i where process_key = %(process)s",
        {"process": _PROCESS},
    ).fetchone()
    assert row is not None
    return row[0], row[1], row[2]


@contextmanager
def _workers(site: Site, count: int) -> Iterator[None]:
    command = [sys.executable, "-m", "webapp.cli", "worker"]
    log = site.home / "workers.log"
    with log.open("wb") as output:
        started = [
            subprocess.Popen(command, env=environment_of(site), stdout=output, stderr=output) for _ in range(count)
        ]
    try:
        _wait_until_there(site, started)
        yield
    except Exception:
        print(log.read_text()[-3000:], file=sys.stderr)
        raise
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(timeout=60)


def _wait_until_there(site: Site, started: Sequence[subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + _PATIENCE
    with site.owner() as db:
        while time.monotonic() < deadline and all(process.poll() is None for process in started):
            row = db.execute(
                "select count(*) from procrastinate_workers where last_heartbeat > now() - interval '5 seconds'"
            ).fetchone()
            if row is not None and row[0] >= len(started):
                return
            time.sleep(0.1)
    raise RuntimeError("the workers did not start")


def _diagram() -> SourceFile:
    """A case that waits for a moment, asks a connector and ends: nobody has to do anything."""
    flows = (("start", "wait"), ("wait", "call"), ("call", "end"))
    drawn = "".join(f'<sequenceFlow id="{a}_{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in flows)
    parameters = (("people", "=[]"), ("from", "=date(2026, 1, 5)"), ("until", "=date(2026, 1, 5)"))
    asked = "".join(f'<s:parameter id="{name}" type="str" value="{value}"/>' for name, value in parameters)
    text = (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        'xmlns:s="http://spiffworkflow.org/bpmn/schema/1.0/core" id="d" targetNamespace="http://example.org/bench">'
        f'<process id="{_PROCESS}" name="{_PROCESS}" isExecutable="true"><startEvent id="start"/>'
        '<intermediateCatchEvent id="wait"><timerEventDefinition><timeDate>=due</timeDate></timerEventDefinition>'
        '</intermediateCatchEvent><serviceTask id="call"><extensionElements><s:serviceTaskOperator id="deputies">'
        f"<s:parameters>{asked}</s:parameters></s:serviceTaskOperator></extensionElements></serviceTask>"
        f'<endEvent id="end"/>{drawn}</process></definitions>'
    )
    return SourceFile(f"{_PROCESS}.bpmn", text.encode())
