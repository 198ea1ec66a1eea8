"""The `http` connector: registered hosts only, public addresses only, one bounded answer."""

from __future__ import annotations

import contextlib
import gzip
import json
import time
import tracemalloc
from decimal import Decimal

import pytest

from engine.connectors import HttpConnector, RegisteredHost
from engine.connectors import http as http_module
from engine.errors import ConnectorError
from tests.engine.connectors.fakes import http_server


def connector(port: int, *, allow_private: bool = True, **hosts: RegisteredHost) -> HttpConnector:
    registered = RegisteredHost(
        "records", f"http://records.test:{port}/api", {"X-Key": "secret"}, allow_private=allow_private
    )
    return HttpConnector(lambda: {"records": registered, **hosts}, resolve=lambda host, port: ["127.0.0.1"])


def answer_json(value: object, status: int = 200):  # type: ignore[no-untyped-def]
    def answer(request, body):  # type: ignore[no-untyped-def]
        content = json.dumps(value).encode()
        request.send_response(status)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        request.wfile.write(content)

    return answer


def test_the_request_carries_key_headers_host_and_body():
    seen = {}

    def answer(request, body):  # type: ignore[no-untyped-def]
        seen.update(path=request.path, headers=dict(request.headers), body=json.loads(body))
        answer_json({"number": 12.5})(request, body)

    with http_server(answer) as port:
        result = connector(port).call(
            {"host": "records", "path": "/file", "method": "post", "query": {"year": 107}, "body": {"案號": "PT-1"}},
            key="task-1",
        )
    assert result == {"status": 200, "body": {"number": Decimal("12.5")}}
    assert seen["path"] == "/api/file?year=107"
    assert seen["headers"]["Idempotency-Key"] == "task-1"
    assert seen["headers"]["X-Key"] == "secret"
    assert seen["headers"]["Host"] == f"records.test:{port}"
    assert seen["body"] == {"案號": "PT-1"}


@pytest.mark.parametrize(
    ("arguments", "retryable"),
    [({"host": "unknown"}, False), ({"host": "records", "method": "TRACE"}, False)],
)
def test_what_is_not_registered_is_refused(arguments, retryable):
    with pytest.raises(ConnectorError) as caught:
        connector(1).call(arguments, key="k")
    assert caught.value.retryable is retryable


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "192.168.0.9", "0.0.0.0"])
def test_inside_addresses_are_refused(address):
    host = RegisteredHost("x", "http://evil.test/")
    connector = HttpConnector(lambda: {"x": host}, resolve=lambda host, port: ["93.184.216.34", address])
    with pytest.raises(ConnectorError) as caught:
        connector.call({"host": "x"}, key="k")
    assert caught.value.params["address"] == address
    assert not caught.value.retryable


@pytest.mark.parametrize(("status", "retryable"), [(404, False), (302, False), (429, True), (500, True)])
def test_only_a_failing_host_is_tried_again(status, retryable):
    with http_server(answer_json({}, status)) as port, pytest.raises(ConnectorError) as caught:
        connector(port).call({"host": "records"}, key="k")
    assert caught.value.retryable is retryable


def test_a_host_that_is_down_may_be_tried_again():
    with pytest.raises(ConnectorError) as caught:
        connector(9).call({"host": "records"}, key="k")
    assert caught.value.retryable


def test_an_answer_without_end_is_cut_off():
    def answer(request, body):  # type: ignore[no-untyped-def]
        request.send_response(200)
        request.end_headers()
        try:
            for _ in range(40):
                request.wfile.write(b"x" * 50_000)
        except OSError:
            pass

    with http_server(answer) as port, pytest.raises(ConnectorError) as caught:
        connector(port).call({"host": "records"}, key="k")
    assert not caught.value.retryable


def test_a_small_packed_answer_is_unpacked():
    def answer(request, body):  # type: ignore[no-untyped-def]
        assert request.headers["Accept-Encoding"] == "gzip, deflate"
        content = gzip.compress(b"[107]")
        request.send_response(200)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Encoding", "gzip")
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        request.wfile.write(content)

    with http_server(answer) as port:
        assert connector(port).call({"host": "records"}, key="k")["body"] == [107]


@pytest.mark.parametrize(("encoding", "content"), [("br", b"x"), ("gzip", b"not packed at all")])
def test_an_answer_that_cannot_be_unpacked_is_refused(encoding, content):
    def answer(request, body):  # type: ignore[no-untyped-def]
        request.send_response(200)
        request.send_header("Content-Encoding", encoding)
        request.end_headers()
        request.wfile.write(content)

    with http_server(answer) as port, pytest.raises(ConnectorError) as caught:
        connector(port).call({"host": "records"}, key="k")
    assert not caught.value.retryable


def test_a_packed_answer_is_not_unpacked_further_than_the_limit():
    bomb = gzip.compress(bytes(50_000_000))

    def answer(request, body):  # type: ignore[no-untyped-def]
        request.send_response(200)
        request.send_header("Content-Encoding", "gzip")
        request.end_headers()
        with contextlib.suppress(OSError):
            request.wfile.write(bomb)

    with http_server(answer) as port:
        tracemalloc.start()
        with pytest.raises(ConnectorError, match="1 MB"):
            connector(port).call({"host": "records"}, key="k")
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 20_000_000


@pytest.mark.parametrize("part", ["headers", "body"])
def test_a_host_that_drips_is_cut_off(part, monkeypatch):
    monkeypatch.setattr(http_module, "_WHOLE_SECONDS", 0.3)

    def answer(request, body):  # type: ignore[no-untyped-def]
        request.send_response(200)
        if part == "body":
            request.end_headers()
        try:
            for number in range(3000):
                request.wfile.write(b"x" if part == "body" else b"X-%d: 1\r\n" % number)
                request.wfile.flush()
                time.sleep(0.01)
        except OSError:
            pass

    with http_server(answer) as port, pytest.raises(ConnectorError) as caught:
        connector(port).call({"host": "records"}, key="k")
    assert caught.value.retryable
