"""A neighbour system that misbehaves in every way a real one does: an HTTP server on loopback.

What it does depends on the path: the kind of misbehaviour, one of `KINDS`. It remembers every request, and
books an effect once a key, as a neighbour does that keeps its side of the bargain.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HUGE = 50_000_000
_PIECE = bytes(50_000)
_DRIP_SECONDS = 0.05
_LONGEST_SECONDS = 60.0


@dataclass(frozen=True)
class Kind:
    """How one kind of call must end, and how often it may and must be asked for."""

    ends: bool
    """In a result; else in an incident."""
    least: int = 1
    most: int = 6


KINDS: Mapping[str, Kind] = {
    "ok": Kind(ends=True),
    "falters": Kind(ends=True, least=3),  # 500 twice, then well
    "late": Kind(ends=True, least=2),  # has its effect, answers when nobody listens any more
    "cut": Kind(ends=True, least=2),  # has its effect, breaks off in the middle of the answer
    "down": Kind(ends=False, least=6),  # 500 for ever
    "silent": Kind(ends=False, least=6),  # takes the request, says nothing
    "drips": Kind(ends=False, least=6),  # a byte now and then, for ever
    "refuses": Kind(ends=False, most=1),  # 404
    "sends away": Kind(ends=False, most=1),  # a redirect to where nobody may go
    "huge": Kind(ends=False, most=1),  # 50 MB
    "bomb": Kind(ends=False, most=1),  # 50 MB, packed into 50 kB
}


@dataclass
class Neighbour:
    """What was asked of it, and what came of it."""

    port: int = 0
    asked: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """The key of each request, by `kind/case`."""
    effects: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Keys that had an effect, by `kind/case`."""
    sent: int = 0
    """Bytes of huge answers that somebody took."""
    astray: int = 0
    """Requests to where the redirect points."""
    closing: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, request: BaseHTTPRequestHandler) -> None:
        """Answer one request the way its kind does."""
        kind, _, case = request.path.strip("/").replace("%20", " ").partition("/")
        if kind not in KINDS:
            self.astray += 1
            return
        key = request.headers["Idempotency-Key"]
        with self.lock:
            self.asked[f"{kind}/{case}"].append(key)
            times = len(self.asked[f"{kind}/{case}"])
            if KINDS[kind].ends and not (kind == "falters" and times < KINDS[kind].least):
                self.effects[f"{kind}/{case}"].add(key)
        with contextlib.suppress(OSError):  # nobody listens any more
            _ANSWERS.get(kind, _well)(self, request, times)


def _well(neighbour: Neighbour, request: BaseHTTPRequestHandler, times: int) -> None:
    _answer(request, 200, json.dumps({"taken": True}).encode())


def _falters(neighbour: Neighbour, request: BaseHTTPRequestHandler, times: int) -> None:
    _answer(request, 500, b"{}") if times < KINDS["falters"].least else _well(neighbour, request, times)


def _late(neighbour: Neighbour, request: BaseHTTPRequestHandler, times: int) -> None:
    if times == 1:
        neighbour.closing.wait(_LONGEST_SECONDS)
    _well(neighbour, request, times)


def _cut(neighbour: Neighbour, request: BaseHTTPRequestHandler, times: int) -> None:
    if times == 1:
        _begin(request, 200, {"Content-Length": "1000"})
        request.wfile.write(b"{")
    else:
        _well(neighbour, request, times)


def _silent(neighbour: Neighbour, request: BaseHTTPRequestHandler, times: int) -> None:
    neighbour.closing.wait(_LONGEST_SECONDS)


def _drips(neighbour: Neighbour, request: BaseHTTPRequestHandler, times: int) -> None:
    _begin(request, 200, {})
    until = time.monotonic() + _LONGEST_SECONDS
    while time.monotonic() < until and not neighbour.closing.wait(_DRIP_SECONDS):
        request.wfile.write(b" ")


def _huge(neighbour: Neighbour, request: BaseHTTPRequestHandler, times: int) -> None:
    _begin(request, 200, {"Content-Length": str(HUGE)})
    for _ in range(HUGE // len(_PIECE)):
        request.wfile.write(_PIECE)
        neighbour.sent += len(_PIECE)


def _bomb(neighbour: Neighbour, request: BaseHTTPRequestHandler, times: int) -> None:
    _begin(request, 200, {"Content-Encoding": "gzip"})
    request.wfile.write(gzip.compress(bytes(HUGE), 1))


_ANSWERS: Mapping[str, Callable[[Neighbour, BaseHTTPRequestHandler, int], None]] = {
    "falters": _falters,
    "late": _late,
    "cut": _cut,
    "down": lambda neighbour, request, times: _answer(request, 500, b"{}"),
    "silent": _silent,
    "drips": _drips,
    "refuses": lambda neighbour, request, times: _answer(request, 404, b"{}"),
    "sends away": lambda neighbour, request, times: _begin(
        request, 302, {"Location": f"http://127.0.0.1:{neighbour.port}/astray", "Content-Length": "0"}
    ),
    "huge": _huge,
    "bomb": _bomb,
}


def _begin(request: BaseHTTPRequestHandler, status: int, headers: Mapping[str, str]) -> None:
    request.send_response(status)
    for name, value in headers.items():
        request.send_header(name, value)
    request.end_headers()


def _answer(request: BaseHTTPRequestHandler, status: int, content: bytes) -> None:
    _begin(request, status, {"Content-Type": "application/json", "Content-Length": str(len(content))})
    request.wfile.write(content)


@contextlib.contextmanager
def misbehaving() -> Iterator[Neighbour]:
    """The neighbour, as long as the block lasts."""
    neighbour = Neighbour()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            neighbour.ask(self)

        do_GET = do_POST

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    neighbour.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield neighbour
    finally:
        neighbour.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
