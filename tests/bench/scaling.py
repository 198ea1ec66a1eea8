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
from datetime import datetime, timedelta

from engine import SYSTEM, SourceFile
from tests.bench.serving import environment_of, per_second
from tests.bench.site import Site
from tests.bench.table import Row

PROCESSES = (1, 2, 4)
_CASES = 200
_WARM = 20
_PATIENCE = 300
_PROCESS = "automatic"


def scaling(site: Site) -> Iterator[Row]:
    """Completions a second, by processes."""
    cores = len(os.sched_getaffinity(0))
    site.engine.repository.deploy([_diagram()], actor=SYSTEM, approver="bench", force_now=True)
    rates = [_worked(site, count) for count in PROCESSES]
    yield Row(
        f"automatic cases a second (a timer and a connector call each), 1 · 2 · 4 workers on {cores} cores",
        " · ".join(f"{rate:.0f}/s" for rate in rates),
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


def _worked(site: Site, workers: int) -> float:
    """How many cases a second so many workers bring to their end, when all timers are due at one moment."""
    with site.owner() as db:  # what other parts have left to do is not measured here
        db.execute("update procrastinate_jobs set status = 'succeeded' where status = 'todo'")
    with _workers(site, workers):
        began = time.monotonic()
        _start(site, _WARM * workers, site.engine.clock.now())
        a_case = (time.monotonic() - began) / (_WARM * workers)
        _wait_for_end(site)  # every worker has read the diagram by then
        due = site.engine.clock.now() + timedelta(seconds=2 + 1.5 * a_case * _CASES)
        _start(site, _CASES, due)
        if site.engine.clock.now() >= due:
            raise RuntimeError("the timers were due before all cases had been started")
        ended = _wait_for_end(site)
    return _CASES / (ended - due).total_seconds()


def _start(site: Site, cases: int, due: datetime) -> None:
    with site.loading():
        for _ in range(cases):
            site.engine.runtime.start(_PROCESS, actor=site.clerk, variables={"due": due})


def _wait_for_end(site: Site) -> datetime:
    """Wait until no case is open; gives when the last one ended."""
    deadline = time.monotonic() + _PATIENCE
    with site.owner() as db:
        while time.monotonic() < deadline:
            open_cases, ended = db.execute(_ENDED, [_PROCESS]).fetchone() or (0, None)
            if not open_cases and isinstance(ended, datetime):
                return ended
            time.sleep(0.1)
    raise RuntimeError(f"{open_cases} cases were not brought to their end in {_PATIENCE} s")


_ENDED = """
select count(*) filter (where i.status <> 'completed')::int,
  (select max(h.recorded_at) from history h join process_instance p on p.id = h.instance_id
    where p.process_key = max(i.process_key) and h.verb = 'case.ended')
from process_instance i where i.process_key = %s
"""


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
