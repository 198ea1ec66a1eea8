"""`python -m tests.nodes`, as root: an installation on several machines loses some, and is brought to a new schema.

Two web servers and two workers in network namespaces of their own, on one database, behind a balancer, under load.
Prints what was done and every violation; exit code 1 when there is one.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from engine import SYSTEM, SourceFile
from engine.store import schema
from tests.bench.site import CLERK, DATABASE, HISTORY_KEY, PASSWORD, Site, open_site
from tests.faults.invariants import violations
from tests.nodes import load, network
from tests.nodes.balancer import SITE, Balancer
from tests.nodes.network import HUB, Node
from tests.nodes.relay import open_door

PEOPLE = 4
DRAIN_SECONDS = 8
"""Longer than a balancer needs to notice, also on a machine that is busy with other things."""
TO_FINISH_SECONDS = 120.0
MIGRATION = '''"""What a rolling restart brings: a column more, while work goes on"""
from alembic import op
revision, down_revision, branch_labels, depends_on = "of_tomorrow", "{head}", None, None
def upgrade():
    op.execute("set local lock_timeout = '5s'")
    op.execute("alter table process_instance add column of_tomorrow text")
'''


@dataclass
class Run:
    """One installation, and what happens to it."""

    site: Site
    nodes: dict[str, Node]
    balancer: Balancer
    calm: float
    phase: str = "calm"
    seen: load.Seen = field(default_factory=load.Seen)
    shares: dict[str, int] = field(default_factory=dict)
    """What each node did: requests answered, timers fired."""
    began: float = field(default_factory=time.monotonic)

    @contextmanager
    def during(self, phase: str) -> Iterator[None]:
        """Name what goes on now; afterwards a moment of calm."""
        print(f"{time.monotonic() - self.began:5.0f} s  {phase}", file=sys.stderr, flush=True)
        self.phase = phase
        yield
        self.phase = "calm"
        time.sleep(self.calm)

    def restarted(self, name: str) -> None:
        """Start a node again and wait until it takes part."""
        self.nodes[name].start()
        if self.nodes[name].command == "web":
            self.balancer.wait_until_ready(name)


def main() -> None:
    """Run all of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.nodes", description=__doc__)
    parser.add_argument("--calm", type=float, default=4.0, help="seconds of undisturbed work between two faults")
    parser.add_argument("--rounds", type=int, default=1, help="how often every fault happens")
    options = parser.parse_args()
    if os.geteuid():
        sys.exit("network namespaces need root")
    with open_site() as site, _installation(site, options.calm) as run:
        crowd = load.Crowd(_browsers(run), lambda: _open_tasks(site), run.seen)
        try:
            time.sleep(options.calm)
            for _ in range(options.rounds):
                _faults(run)
            _rolling_restart(run)
        finally:
            ended = crowd.finish(lambda: not _open_cases(site), TO_FINISH_SECONDS)
        found = _judge(run, ended)
    _print(run, found)
    sys.exit(1 if found else 0)


def _faults(run: Run) -> None:
    """Each kind of node is killed, and cut off."""
    with run.during("a web server is killed"):
        run.nodes["web1"].kill()
        time.sleep(run.calm)
        run.restarted("web1")
    with run.during("a worker is killed"):
        run.nodes["work1"].kill()
        time.sleep(run.calm)
        run.restarted("work1")
    for name, what in (("web2", "a web server is cut off"), ("work2", "a worker is cut off")):
        with run.during(what):
            run.nodes[name].cut_off()
            time.sleep(run.calm * 3)
            run.nodes[name].join_again()
            run.balancer.wait_until_ready("web1", "web2")


def _rolling_restart(run: Run) -> None:
    """The schema first, then one node after the other."""
    with run.during("rolling restart"):
        _migrate(run.site.owner_url)
        for name, node in run.nodes.items():
            node.stop()
            run.restarted(name)


def _migrate(url: str) -> None:
    """Bring the database to a schema that is newer than the code of the nodes."""
    with tempfile.TemporaryDirectory() as folder:
        scripts = Path(folder) / "migrations"
        shutil.copytree(schema.MIGRATIONS, scripts)
        (scripts / "versions" / "9999_of_tomorrow.py").write_text(MIGRATION.replace("{head}", schema.head()))
        kept, schema.MIGRATIONS = schema.MIGRATIONS, scripts
        try:
            schema.upgrade(url)
        finally:
            schema.MIGRATIONS = kept


@contextmanager
def _installation(site: Site, calm: float) -> Iterator[Run]:
    site.engine.repository.deploy(
        [SourceFile("errand.bpmn", load.diagram(CLERK).encode())], actor=SYSTEM, force_now=True
    )
    nodes = {name: _node(site, name, number) for number, name in enumerate(("web1", "web2", "work1", "work2"))}
    with network.network(nodes):
        open_door(HUB, site.address.socket_folder)
        balancer = Balancer({name: node.address for name, node in nodes.items() if node.command == "web"})
        try:
            for node in nodes.values():
                node.start()
            balancer.wait_until_ready("web1", "web2")
            yield Run(site, nodes, balancer, calm)
        except Exception:
            for node in nodes.values():
                print(f"--- {node.name}: {node.log.read_text()[-1500:]}", file=sys.stderr)
            raise
        finally:
            balancer.close()


def _node(site: Site, name: str, number: int) -> Node:
    home = site.home / name
    home.mkdir()
    url = f"postgresql://siwei_app@{HUB}/{DATABASE}"
    environment = {
        **os.environ, "SIWEI_MODE": "test", "SIWEI_HOME": str(home), "HOST": network.address(number), "PORT": "8000",
        "DATABASE_URL": url, "OWNER_DATABASE_URL": url.replace("siwei_app", "siwei_owner"), "PROXY_COUNT": "1",
        "TRUSTED_HOSTS": SITE, "SIWEI_WEB_WORKERS": "2", "SIWEI_SECRET_KEY": "s" * 40,
        "SIWEI_HISTORY_KEY": HISTORY_KEY, "SIWEI_DRAIN_SECONDS": str(DRAIN_SECONDS),
    }  # fmt: skip
    command = "web" if name.startswith("web") else "worker"
    return Node(name, network.address(number), command, environment, home / "node.log")


def _browsers(run: Run) -> list[load.Browser]:
    accounts = run.site.engine.accounts
    sessions = [accounts.sign_in(CLERK, PASSWORD, ip="127.0.0.1", user_agent="nodes").token for _ in range(PEOPLE)]
    return [load.Browser(run.balancer.port, session, run.seen, lambda: run.phase).open() for session in sessions]


def _open_tasks(site: Site) -> list[str]:
    with site.owner() as db:
        rows = db.execute("select id from user_task where state = 'open' order by id limit 20").fetchall()
    return [str(row[0]) for row in rows]


def _open_cases(site: Site) -> int:
    with site.owner() as db:
        row = db.execute("select count(*) from process_instance where status = 'active'").fetchone()
    return int(row[0]) if row else 0


def _judge(run: Run, ended: bool) -> list[str]:
    """Everything that must hold and does not."""
    found = list(run.seen.errors)
    if not ended:
        found.append(f"I3: {_open_cases(run.site)} cases do not end")
    for node in run.nodes.values():
        node.stop()
    with run.site.owner() as db:
        _wait(lambda: not _busy(db), 70)
        found += violations(db, run.site.engine, run.seen.acked)
        row = db.execute("select count(*) from process_instance").fetchone()
    if row is not None and row[0] != run.seen.started:
        found.append(f"F05: {row[0]} cases from {run.seen.started} start forms")
    if again := run.seen.again["rolling restart"]:
        reasons = [f"{times} × {why}" for (phase, why), times in run.seen.reasons.items() if phase == "rolling restart"]
        found.append(f"rolling restart: {again} requests were dropped: {', '.join(reasons)}")
    run.shares = _shares(run)
    if idle := [name for name, times in run.shares.items() if not times]:
        found.append(f"work was not shared: {', '.join(idle)} did nothing")
    return found


def _busy(db) -> bool:  # type: ignore[no-untyped-def]
    """Whether a session of a node that is gone still holds a transaction."""
    row = db.execute(
        "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
        " and state is distinct from 'idle' and backend_type = 'client backend'"
    ).fetchone()
    return bool(row and row[0])


def _wait(done: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not done() and time.monotonic() < deadline:
        time.sleep(0.2)


def _shares(run: Run) -> dict[str, int]:
    """What each node did: requests answered, timers fired."""
    fired = {
        name: node.log.read_text().count('"verb": "timer.fired"')
        for name, node in run.nodes.items()
        if node.command == "worker"
    }
    return {**{name: run.balancer.served[name] for name in run.nodes if name.startswith("web")}, **fired}


def _print(run: Run, found: list[str]) -> None:
    seen = run.seen
    print(f"cases {seen.started}, completions {len(seen.acked)}, starts of nodes ", end="")
    print(", ".join(f"{name} {node.starts}" for name, node in run.nodes.items()))
    print("requests answered and timers fired: " + ", ".join(f"{name} {n}" for name, n in run.shares.items()))
    print(f"{'while':28} {'forms':>6} {'sent again':>11} {'median s':>9} {'longest s':>10}")
    for phase, waits in seen.waits.items():
        ordered = sorted(waits)
        print(f"{phase:28} {len(waits):6} {seen.again[phase]:11} {ordered[len(ordered) // 2]:9.2f} {ordered[-1]:10.2f}")
    for (phase, why), times in seen.reasons.items():
        print(f"sent again while {phase}: {times} × {why}")
    print(f"violations {len(found)}")
    for text in found:
        print(f"  {text}")


if __name__ == "__main__":
    main()
