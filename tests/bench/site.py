"""Where the bench measures: an own database server, the demo organisation, the bench's diagrams deployed."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import psycopg

from engine import SYSTEM, Actor, Executor, ProcessEngine, SourceFile, Store
from engine.jobs import ProcrastinateQueue
from engine.sandbox import MontySandbox
from engine.store.embedded import APPLICATION, OWNER, EmbeddedServer, ServerAddress
from engine.store.schema import upgrade
from webapp.demo.organisation import load_organisation

HERE = Path(__file__).parent
CLERK = "aia.labor.handler"
PASSWORD = "shared-demo-password-115"
HISTORY_KEY = "the history key of the bench, 32 bytes"
DATABASE = "siwei"
_PAIRS = 10


@dataclass(frozen=True)
class Site:
    """A database with an engine over it."""

    address: ServerAddress
    engine: ProcessEngine
    clerk: Actor
    home: Path

    @property
    def url(self) -> str:
        """The database as the application's role."""
        return self.address.url(DATABASE, APPLICATION)

    @property
    def owner_url(self) -> str:
        """The database as the owner of its tables."""
        return self.address.url(DATABASE, OWNER)

    def owner(self) -> psycopg.Connection:
        """A connection as the owner, each statement on its own."""
        folder = str(self.address.socket_folder)
        return psycopg.connect(host=folder, user=OWNER, dbname=DATABASE, autocommit=True)

    @contextmanager
    def loading(self) -> Iterator[None]:
        """Write without waiting for the disk: for what is only there to be measured against."""
        self._wait_for_disk("off")
        try:
            yield
        finally:
            self._wait_for_disk("on")

    def _wait_for_disk(self, mode: str) -> None:
        with self.owner() as db:
            db.execute(f"alter database {DATABASE} set synchronous_commit = {mode}")  # type: ignore[call-overload]
        self.engine.store.close()  # connections opened from now on go by it

    def start(self, process: str) -> UUID:
        """A new case of a bench diagram; gives its open task, which is the clerk's."""
        case = self.engine.runtime.start(process, actor=self.clerk, variables={})
        return UUID(str(case.open_tasks[0]["id"]))

    def complete(self, task_id: UUID, **variables: object) -> UUID | None:
        """Complete a task; gives the next one of the case."""
        advance = self.engine.tasks.complete(task_id, actor=self.clerk, variables={"opinion": "同意", **variables})
        return UUID(advance.opened[0].id) if advance.opened else None


@contextmanager
def open_site() -> Iterator[Site]:
    """Build the site in a folder of its own, and remove it in the end."""
    home = Path(tempfile.mkdtemp(prefix="siwei-bench-"))
    server = EmbeddedServer(home)
    sandbox = MontySandbox()
    store: Store | None = None
    try:
        address = server.start()
        upgrade(address.url(DATABASE))
        store = Store(address.url(DATABASE, APPLICATION))
        engine = ProcessEngine(store, Executor(sandbox), history_key=HISTORY_KEY.encode(), queue=ProcrastinateQueue())
        site = Site(address, engine, Actor(CLERK, ""), home)
        with site.loading():
            engine.calendars.load_shipped()
            load_organisation(engine, password=PASSWORD)
            for diagram in (diagram_for_clerk("approval3"), diagram_for_clerk("loop"), gateway_pairs()):
                engine.repository.deploy([diagram], actor=SYSTEM, approver="bench", force_now=True)
        yield replace(site, clerk=engine.directory.actor_for(CLERK))
    finally:
        if store is not None:
            store.close()
        sandbox.close()
        server.stop()
        shutil.rmtree(server.base, ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)


def diagram_for_clerk(name: str) -> SourceFile:
    """A diagram of this folder whose tasks all go to the clerk: as drawn they say nobody."""
    text = (HERE / f"{name}.bpmn").read_text()
    text = text.replace("<bpmn:definitions ", '<bpmn:definitions xmlns:camunda="http://camunda.org/schema/1.0/bpmn" ')
    text = text.replace("<bpmn:userTask ", f'<bpmn:userTask camunda:assignee="{CLERK}" ')
    return SourceFile(f"{name}.bpmn", text.encode())


def gateway_pairs(pairs: int = _PAIRS, process: str = "pairs") -> SourceFile:
    """A task, parallel gateway pairs in a row, a task: the stock engine predicts 2^pairs tasks here."""
    nodes = ['<bpmn:startEvent id="start"/>']
    flows: list[tuple[str, str]] = [("start", "before")]
    nodes += [f'<bpmn:userTask id="{id}" name="{id}" camunda:assignee="{CLERK}"/>' for id in ("before", "after")]
    last = "before"
    for number in range(pairs):
        fork, join, branches = f"fork{number}", f"join{number}", (f"a{number}", f"b{number}")
        nodes += [f'<bpmn:parallelGateway id="{id}"/>' for id in (fork, join)]
        nodes += [f'<bpmn:task id="{id}" name="{id}"/>' for id in branches]
        flows += [(last, fork), *((fork, id) for id in branches), *((id, join) for id in branches)]
        last = join
    nodes.append('<bpmn:endEvent id="end"/>')
    flows += [(last, "after"), ("after", "end")]
    drawn = "".join(
        f'<bpmn:sequenceFlow id="f{number}" sourceRef="{a}" targetRef="{b}"/>' for number, (a, b) in enumerate(flows)
    )
    return SourceFile(
        f"{process}.bpmn",
        (
            '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
            'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="d" targetNamespace="http://example.org/bench">'
            f'<bpmn:process id="{process}" name="{process}" isExecutable="true">{"".join(nodes)}{drawn}</bpmn:process>'
            "</bpmn:definitions>"
        ).encode(),
    )


def finish_jobs(db: psycopg.Connection) -> None:
    """What is waiting counts as done, as a worker says it."""
    db.execute(
        "select procrastinate_finish_job_v1(id, 'succeeded', true) from procrastinate_jobs where status = 'todo'"
    )
