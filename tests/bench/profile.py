"""Where the time of one completed task goes: the real application in this process, the clerk's form posted to it."""

from __future__ import annotations

import io
import re
import signal
import sys
import sysconfig
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from tests.bench.serving import environment_of
from tests.bench.site import CLERK, PASSWORD, Site
from tests.bench.table import Row
from tests.counting import counting
from webapp.app import create_app
from webapp.assemble import assemble
from webapp.auth.login import COOKIE
from webapp.settings import Settings

_SHOWN = 14
_ROOT = Path(__file__).parents[2]
_LIBRARIES = sysconfig.get_paths()["purelib"]
_CSRF = re.compile(rb'name="csrf_token" value="([^"]+)"')


def profile(site: Site, cases: int = 300) -> Iterator[Row]:
    """Statements, Python calls and processor time of a request that completes a task, then who uses that time.

    The calls do not depend on the machine or on what else it does. Shares are those of the web's own process, sampled
    each millisecond it works: the module that was at work at that moment. The database's time stands beside.
    """
    settings = Settings.from_environment(environment_of(site))
    engine = assemble(settings)
    try:
        browser = _Browser(create_app(settings, engine), site)
        with site.loading():
            tasks = [site.start("approval3") for _ in range(cases)]
        counted, called, used = tasks[20:21], tasks[21:41], tasks[41:]
        for task in tasks[:20]:  # what a process reads once is read now
            browser.complete(task)
        with counting() as found:
            browser.complete(counted[0])
        yield Row("a completion in the web: SQL statements", str(len(found.statements)))
        yield Row("  Python calls", f"{_calls(browser, called):,.0f}")
        own, theirs, shares = _sampled(browser, used, site)
        yield Row("  processor time: web · database", f"{own:.2f} · {theirs:.2f} ms")
        total = sum(shares.values())
        for name, hits in shares.most_common(_SHOWN):
            yield Row(f"    of the web's: {name}", f"{100 * hits / total:.0f} %")
    finally:
        engine.close()


@dataclass
class _Browser:
    """The clerk, signed in, without a network in between."""

    app: Any
    site: Site
    cookie: str = ""
    csrf: str = ""

    def __post_init__(self) -> None:
        session = self.site.engine.accounts.sign_in(CLERK, PASSWORD, ip="127.0.0.1", user_agent="bench")
        self.cookie = f"{COOKIE}={session.token}"
        _, headers, page = self._ask("GET", "/help")
        self.cookie += "; " + headers["Set-Cookie"].partition(";")[0]
        found = _CSRF.search(page)
        assert found, "the page has a form"
        self.csrf = found.group(1).decode()

    def complete(self, task_id: UUID) -> None:
        fields = {"csrf_token": self.csrf, "token": str(uuid4()), "form_action": "submit", "f.opinion": "同意"}
        status, _, page = self._ask("POST", f"/tasks/{task_id}", urlencode(fields).encode())
        assert status.startswith("303"), (status, page[:300])

    def _ask(self, method: str, path: str, body: bytes = b"") -> tuple[str, dict[str, str], bytes]:
        environ = {
            "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": "", "SERVER_PROTOCOL": "HTTP/1.1",
            "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80", "HTTP_HOST": "127.0.0.1", "REMOTE_ADDR": "127.0.0.1",
            "HTTP_COOKIE": self.cookie, "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body), "wsgi.errors": sys.stderr,
            "wsgi.version": (1, 0), "wsgi.url_scheme": "http", "wsgi.multithread": False,
            "wsgi.multiprocess": True, "wsgi.run_once": False,
        }  # fmt: skip
        got: list[Any] = []
        answer = self.app(environ, lambda status, headers, error=None: got.extend((status, dict(headers))))
        page = b"".join(answer)
        if hasattr(answer, "close"):
            answer.close()
        return got[0], got[1], page


def _calls(browser: _Browser, tasks: list[UUID]) -> float:
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        for task in tasks:
            browser.complete(task)
    finally:
        sys.setprofile(None)
    return calls / len(tasks)


def _sampled(browser: _Browser, tasks: list[UUID], site: Site) -> tuple[float, float, Counter[str]]:
    """Processor time in ms a completion, of the web and of the database; how often who was at work in the web."""
    shares: Counter[str] = Counter()
    past = signal.signal(signal.SIGPROF, lambda number, frame: shares.update([_module(frame)]))
    signal.setitimer(signal.ITIMER_PROF, 0.001, 0.001)
    own, theirs = time.process_time(), _database_ms(site)
    try:
        for task in tasks:
            browser.complete(task)
    finally:
        own, theirs = time.process_time() - own, _database_ms(site) - theirs
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, past)
    return own * 1000 / len(tasks), theirs / len(tasks), shares


def _module(frame: FrameType | None) -> str:
    """A library by its name, our own code by its package, the rest as Python's own."""
    file = frame.f_code.co_filename if frame else ""
    if file.startswith(_LIBRARIES):
        return Path(file).relative_to(_LIBRARIES).parts[0]
    if file.startswith(str(_ROOT)):
        return "/".join(Path(file).relative_to(_ROOT).parts[:2])
    return "Python itself"


def _database_ms(site: Site) -> float:
    """Processor time of the server's processes so far."""
    with site.owner() as db:
        row = db.execute("select pg_backend_pid()").fetchone()
        assert row is not None
        parent = _parent(row[0])
        others = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
        used = [_used_ms(pid) for pid in others if pid != row[0] and _parent(pid) == parent]
    return sum(used)


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:  # it has ended
        return 0


def _used_ms(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e6
    except OSError:
        return 0.0
