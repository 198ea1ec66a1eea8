"""A balancer as small as one can be: asks each node whether it is ready, sends requests in turn to those that are.

What could not be connected to is tried at the next node; what was sent and got no answer is tried again
only where that can do no harm (GET). Everything else is the client's to repeat, as with any balancer.
"""

from __future__ import annotations

import http.client
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SITE = "siwei.test"
WEB_PORT = 8000
ASKED_EVERY = 0.5
CONNECT_SECONDS = 1.0
ANSWER_SECONDS = 10.0
_FORWARDED = {"Host": SITE, "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1", "X-Forwarded-Host": SITE}

_OWN = ("host", "connection")
"""Headers of a connection, not of a request: each has its own."""


class Balancer:
    """Serves on a free port of this machine."""

    def __init__(self, nodes: Mapping[str, str]) -> None:
        self._nodes = dict(nodes)
        self.ready: Sequence[str] = ()
        self.served: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()
        self._turn = 0
        balancer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.0"

            def do_GET(self) -> None:
                balancer.answer(self)

            do_POST = do_GET

            def log_message(self, format: str, *args: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        self._stopped = threading.Event()
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        for name in nodes:
            threading.Thread(target=self._watch, args=(name,), daemon=True).start()

    def wait_until_ready(self, *names: str, seconds: float = 240) -> None:
        """Wait until these nodes are sent requests."""
        deadline = time.monotonic() + seconds
        while not set(names) <= set(self.ready):
            if time.monotonic() > deadline:
                raise TimeoutError(f"not ready within {seconds} s: {set(names) - set(self.ready)}")
            time.sleep(0.1)

    def close(self) -> None:
        """Stop."""
        self._stopped.set()
        self._server.shutdown()
        self._server.server_close()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Let a node answer one request."""
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        self._turn += 1
        why = "no node is ready"
        ready = list(self.ready)
        for name in ready[self._turn % max(len(ready), 1) :] + ready[: self._turn % max(len(ready), 1)]:
            sent = False
            connection = http.client.HTTPConnection(self._nodes[name], WEB_PORT, timeout=CONNECT_SECONDS)
            try:
                connection.connect()
                connection.sock.settimeout(ANSWER_SECONDS)
                sent = True
                given = {
                    key: value for key, value in request.headers.items() if key.lower() not in ("host", "connection")
                }
                connection.request(request.command, request.path, body or None, {**given, **_FORWARDED})
                answer = connection.getresponse()
                content = answer.read()
            except (OSError, http.client.HTTPException) as error:
                self.failed[name] += 1
                why = f"{name} {'was sent it' if sent else 'was not reached'}: {type(error).__name__}"
                if sent and request.command != "GET":
                    break
                continue
            finally:
                connection.close()
            self.served[name] += 1
            self._pass_on(request, answer.status, answer.headers.items(), content)
            return
        self._pass_on(request, 502, (), why.encode())

    @staticmethod
    def _pass_on(request: BaseHTTPRequestHandler, status: int, headers: object, content: bytes) -> None:
        try:
            request.send_response(status)
            for name, value in headers:  # type: ignore[attr-defined]
                if name.lower() not in ("connection", "content-length", "server", "date"):
                    request.send_header(name, value)
            request.send_header("Content-Length", str(len(content)))
            request.end_headers()
            request.wfile.write(content)
        except OSError:
            return

    def _watch(self, name: str) -> None:
        while not self._stopped.wait(ASKED_EVERY):
            there = self._is_ready(self._nodes[name])
            if there != (name in self.ready):
                self.ready = [*(other for other in self.ready if other != name), *([name] if there else [])]

    @staticmethod
    def _is_ready(address: str) -> bool:
        connection = http.client.HTTPConnection(address, WEB_PORT, timeout=CONNECT_SECONDS * 3)
        try:
            connection.request("GET", "/health/ready", headers=_FORWARDED)
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
