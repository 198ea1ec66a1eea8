"""The web as it is served, in processes of its own, and what can be sent to it that is too large."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

from engine.store.embedded import OWNER
from tests.faults.actors import CLERK, HISTORY_KEY
from tests.faults.harness import City
from tests.faults.nursery import ROOT
from webapp.auth.login import COOKIE

PASSWORD = "shared-demo-password-115"
WEB_WORKERS = 2
_CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')
_PIECE = bytes(1 << 20)


@dataclass
class Browser:
    """The clerk's, at the real server."""

    port: int
    cookie: str
    csrf: str = ""

    def open(self) -> Browser:
        """Get the token that forms need."""
        status, headers, body = self.ask("GET", "/help")
        assert status == 200, status
        self.cookie = f"{self.cookie}; {headers.get('Set-Cookie', '').partition(';')[0]}"
        found = _CSRF.search(body.decode())
        assert found is not None
        self.csrf = found.group(1)
        return self

    def ask(self, method: str, path: str, body: str | None = None) -> tuple[int, http.client.HTTPMessage, bytes]:
        """One request: status, headers, body."""
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            headers = {"Cookie": self.cookie}
            if body is not None:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()

    def start(self, process: str) -> str:
        """Send a start form; where the new case is."""
        form = {"token": str(uuid4()), "form_action": "submit", "csrf_token": self.csrf}
        status, headers, body = self.ask("POST", f"/start/{process}", urlencode(form))
        assert status == 303, body[:500]
        return headers["Location"]

    def attach(self, case: str, content: bytes, note: str) -> int:
        """Attach a text file to a case: the status that came back."""
        fields = {"csrf_token": self.csrf, "token": str(uuid4())}
        parts = [
            f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}' for name, value in fields.items()
        ]
        parts.append(
            f'--edge\r\nContent-Disposition: form-data; name="files"; filename="{note}.txt"\r\n'
            "Content-Type: text/plain\r\n\r\n"
        )
        body = "\r\n".join(parts).encode() + content + b"\r\n--edge--\r\n"
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            kind = "multipart/form-data; boundary=edge"
            connection.request("POST", f"{case}/attachments", body, {"Cookie": self.cookie, "Content-Type": kind})
            answer = connection.getresponse()
            answer.read()
            return answer.status

    def upload(self, path: str, megabytes: int, *, declared: bool) -> tuple[int, int]:
        """Send a file as part of a form: the status that came back, and the megabytes that were taken until then."""
        head = (
            b'--edge\r\nContent-Disposition: form-data; name="f.file"; filename="a.pdf"\r\n'
            b"Content-Type: application/pdf\r\n\r\n%PDF-1.7\n"
        )
        length = f"Content-Length: {megabytes << 20}" if declared else "Transfer-Encoding: chunked"
        with socket.create_connection(("127.0.0.1", self.port), 60) as connection:
            connection.sendall(
                f"POST {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {self.cookie}\r\n{length}\r\n"
                "Content-Type: multipart/form-data; boundary=edge\r\nConnection: close\r\n\r\n".encode()
            )
            sent = 0
            connection.settimeout(20)
            with contextlib.suppress(OSError):  # nobody reads on: the answer is there
                for number in range(megabytes):
                    piece = head + _PIECE[len(head) :] if number == 0 else _PIECE
                    connection.sendall(piece if declared else b"%x\r\n%s\r\n" % (len(piece), piece))
                    sent = number + 1
                if not declared:
                    connection.sendall(b"0\r\n\r\n")
            answer = b""
            with contextlib.suppress(OSError):
                answer = connection.recv(4096)
        found = re.match(rb"HTTP/1\.[01] (\d+)", answer)
        return (int(found.group(1)) if found else 0), sent


@dataclass
class Served:
    """The server while it runs."""

    process: subprocess.Popen[bytes]
    log: Path
    port: int
    peaks: dict[int, int] = field(default_factory=dict)
    """The most megabytes each of its processes has held."""

    def workers(self) -> set[int]:
        """The processes that answer."""
        return set(self._children(self.process.pid))

    def look(self) -> None:
        """Note what every process of it has held, those included that its workers have started."""
        for worker in self.workers():
            for pid in (worker, *self._below(worker)):
                with contextlib.suppress(OSError, KeyError):
                    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
                    held = int(dict(line.split(":", 1) for line in lines)["VmHWM"].split()[0]) >> 10
                    self.peaks[pid] = max(held, self.peaks.get(pid, 0))

    def _below(self, pid: int) -> list[int]:
        found = self._children(pid)
        return [*found, *(below for child in found for below in self._below(child))]

    @staticmethod
    def _children(pid: int) -> list[int]:
        with contextlib.suppress(OSError):
            tasks = Path(f"/proc/{pid}/task").iterdir()
            return [int(child) for task in tasks for child in (task / "children").read_text().split()]
        return []


@contextlib.contextmanager
def served(
    city: City, *, conf: str = "python:webapp.gunicorn_conf", log: Path | None = None, **settings: str
) -> Iterator[tuple[Served, Browser]]:
    """The city's web on a free port, and the clerk's browser, signed in; it writes its log to `log`."""
    city.engine.accounts.add_demo_account(CLERK.person_id, CLERK.person_id, PASSWORD)
    session = city.engine.accounts.sign_in(CLERK.person_id, PASSWORD, ip="127.0.0.1", user_agent="faults").token
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ, "SIWEI_MODE": "test", "DATABASE_URL": city.url,
        "OWNER_DATABASE_URL": city.address.url(city.database, OWNER), "PORT": str(port),
        "SIWEI_WEB_WORKERS": str(WEB_WORKERS), "SIWEI_HOME": str(city.folder), "SIWEI_SECRET_KEY": "s" * 40,
        "SIWEI_HISTORY_KEY": HISTORY_KEY.decode(), **settings,
    }  # fmt: skip
    command = [sys.executable, "-m", "gunicorn", "--config", conf, "webapp.wsgi:app"]
    log = log or city.folder / "web.log"
    with log.open("ab") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    try:
        _wait_until_live(port, process, log)
        yield Served(process, log, port), Browser(port, f"{COOKIE}={session}").open()
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_until_live(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError):
            Browser(port, "").ask("GET", "/health/live")
            return
        time.sleep(0.1)
    raise RuntimeError(f"the web did not start: {log.read_text()[-2000:]}")
