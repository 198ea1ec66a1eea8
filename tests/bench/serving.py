"""Completions over HTTP: the real server, its real workers, the real form; one client, then eight."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from urllib.parse import urlencode
from uuid import UUID, uuid4

from tests.bench.site import CLERK, HISTORY_KEY, PASSWORD, Site
from tests.bench.table import Row, ms, p95
from webapp.auth.login import COOKIE

WEB_WORKERS = 2
CLIENTS = 8
_CASES = 600
_CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Client:
    """A browser in which the clerk has signed in."""

    port: int
    cookie: str
    csrf: str = ""

    def open(self) -> Client:
        """Get the cookie and the token that forms need."""
        _, headers, body = self._ask("GET", "/help")
        given = headers.partition("Set-Cookie: ")[2].partition(";")[0]
        self.cookie = f"{self.cookie}; {given}"
        found = _CSRF.search(body)
        assert found, "the page has a form"
        self.csrf = found.group(1)
        return self

    def complete(self, task_id: UUID) -> None:
        """Post the task's form; the server answers 303 when it is stored."""
        fields = {
            "csrf_token": self.csrf, "token": str(uuid4()), "form_action": "submit", "f.opinion": "同意",
        }  # fmt: skip
        status, _, body = self._ask("POST", f"/tasks/{task_id}", urlencode(fields))
        if status != 303:
            raise RuntimeError(f"the form was answered with {status}: {body[:500]}")

    def live(self) -> None:
        """Ask whether the server lives: the least any request costs."""
        self._ask("GET", "/health/live")

    def _ask(self, method: str, path: str, body: str = "") -> tuple[int, str, str]:
        """Status, headers and body of the answer.

        A bare socket: the client shares the cores with what it measures, and a library's work would be measured, too.
        A connection a request, as a synchronous worker serves it.
        """
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nCookie: {self.cookie}\r\n"
        if body:
            head += f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            connection.sendall(f"{head}Connection: close\r\n\r\n{body}".encode())
            answer = bytearray()
            while part := connection.recv(65536):
                answer += part
        headers, _, content = answer.decode().partition("\r\n\r\n")
        return int(headers.split(" ", 2)[1]), headers, content


def serving(site: Site, cases: int = _CASES) -> Iterator[Row]:
    """Time of one completion, and how many a second with eight clients."""
    with web(site, WEB_WORKERS) as port:
        clients = [_client(site, port) for _ in range(CLIENTS)]
        for task_id in _open_tasks(site, WEB_WORKERS * 10):
            clients[0].complete(task_id)  # every worker has read the diagram by then
        alone = [_timed(clients[0].complete, task_id) for task_id in _open_tasks(site, 60)]
        pulse = [_timed(lambda _: clients[0].live(), None) for _ in range(60)]
        ratio = sorted(alone)[len(alone) // 2] / sorted(pulse)[len(pulse) // 2]
        yield Row(
            "completion over HTTP, one client",
            ms(alone),
            "≤ 8 ms",
            f"{ratio:.1f} × /health/live",
            met=median(alone) <= 8,
        )
        yield Row("  reference: /health/live over HTTP", ms(pulse))
        times, seconds = _together(clients, _open_tasks(site, cases))
        yield Row(
            f"completions a second over HTTP, {WEB_WORKERS} workers, {CLIENTS} clients",
            f"{len(times) / seconds:.0f}/s, p95 {p95(times):.0f} ms",
            "≥ 300/s, p95 ≤ 50 ms",
            met=len(times) / seconds >= 300 and p95(times) <= 50,
        )


def _timed(act, argument: object) -> float:  # type: ignore[no-untyped-def]
    began = time.perf_counter()
    act(argument)
    return (time.perf_counter() - began) * 1000


def _open_tasks(site: Site, count: int) -> list[UUID]:
    with site.loading():
        return [site.start("approval3") for _ in range(count)]


def _together(clients: Sequence[Client], tasks: list[UUID]) -> tuple[list[float], float]:
    """Each client takes the next task until none is left: the times, and the seconds it took."""
    waiting, times, errors = iter(tasks), [], []
    lock = threading.Lock()

    def work(client: Client) -> None:
        while True:
            with lock:
                task_id = next(waiting, None)
            if task_id is None or errors:
                return
            try:
                times.append(_timed(client.complete, task_id))
            except Exception as error:
                errors.append(error)

    threads = [threading.Thread(target=work, args=(client,)) for client in clients]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return times, time.perf_counter() - began


def _client(site: Site, port: int) -> Client:
    session = site.engine.accounts.sign_in(CLERK, PASSWORD, ip="127.0.0.1", user_agent="bench")
    return Client(port, f"{COOKIE}={session.token}").open()


def per_second(site: Site, processes: int, cases: int) -> float:
    """Completions a second over HTTP with so many web processes, eight clients."""
    with web(site, processes) as port:
        clients = [_client(site, port) for _ in range(CLIENTS)]
        for task_id in _open_tasks(site, processes * 10):
            clients[0].complete(task_id)
        times, seconds = _together(clients, _open_tasks(site, cases))
    return len(times) / seconds


@contextmanager
def web(site: Site, processes: int) -> Iterator[int]:
    """The web as it is served in production, on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = environment_of(site, PORT=str(port), SIWEI_WEB_WORKERS=str(processes))
    command = [sys.executable, "-m", "gunicorn", "--config", "python:webapp.gunicorn_conf", "webapp.wsgi:app"]
    log = site.home / "web.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    try:
        _wait_until_live(port, process, log)
        yield port
    except Exception:
        print(log.read_text()[-3000:], file=sys.stderr)
        raise
    finally:
        process.terminate()
        process.wait(timeout=30)


def environment_of(site: Site, **more: str) -> dict[str, str]:
    """What a process of the site is started with."""
    return {
        **os.environ, "SIWEI_MODE": "test", "DATABASE_URL": site.url, "OWNER_DATABASE_URL": site.owner_url,
        "SIWEI_HOME": str(site.home), "SIWEI_SECRET_KEY": "s" * 40, "SIWEI_HISTORY_KEY": HISTORY_KEY, **more,
    }  # fmt: skip


def _wait_until_live(port: int, process: subprocess.Popen[bytes], log) -> None:  # type: ignore[no-untyped-def]
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            Client(port, "").live()
        except OSError:
            time.sleep(0.1)
            continue
        return
    raise RuntimeError(f"the web did not start: {log.read_text()[-2000:]}")
