"""Lists taken out of the real web: too wide, long, two at one time, and by somebody who stops reading."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor

from tests.faults.harness import City, Report, scaled
from tests.faults.serving import Browser, Served
from tests.multiplied import forget_copies, multiply

EXPORT_MB = 32
"""What the server under test lets out: SIWEI_MAX_EXPORT_MB."""
WIDE, LONG = 1600, 6000
"""Rows; some 140 MB of text are wanted in CI, 4 GB with FAULT_SCALE=28."""
_WIDE_TEXT = "陳情" * 15_000
GROWN_MB = 64
"""So much more than before may a process hold for an export, however long."""
_CSV, _ODS = "/cases/mine/export.csv", "/cases/mine/export.ods"


def take_out_too_much(city: City, site: Served, browser: Browser, report: Report) -> None:
    """Wide lists are refused or come whole; nobody's process grows with them."""
    rows = _multiply(city, scaled(WIDE), _WIDE_TEXT)
    site.look()
    before = dict(site.peaks)
    for path in (_CSV, _ODS):
        status, _headers, body = browser.ask("GET", path)
        _count(report, "exports")
        if status not in (200, 422) or (status == 422 and "縮小範圍" not in body.decode()):
            report.violations.append(f"F14: a wide export was answered with {status}")
        if status == 200 and path == _CSV:
            report.violations.append(f"F14: an export of {rows} wide rows was not refused: {len(body) >> 20} MB")
    site.look()
    grown = max(held - before.get(pid, held) for pid, held in site.peaks.items())
    report.counts["export grew by MB"] = max(grown, report.counts.get("export grew by MB", 0))
    if grown > GROWN_MB:
        report.violations.append(f"F14: an export let a process grow by {grown} MB")
    _forget(city)


def take_out_much(city: City, browser: Browser, report: Report) -> None:
    """Long lists come whole; of two at one time one may be put off; who stops reading holds no connection."""
    rows = _multiply(city, LONG, "")
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: browser.ask("GET", _CSV), range(2)))
    for status, _, body in answers:
        _count(report, "exports")
        if status not in (200, 503) or (status == 200 and body.count(b"\n") != rows + 1):
            report.violations.append(f"F14: a long export was answered with {status} and {len(body)} bytes")
        if status == 503 and "請稍後再匯出" not in body.decode():
            report.violations.append("F14: who is to come later is not told so")
    if not any(status == 200 for status, _, _ in answers):
        report.violations.append("F14: two exports kept each other away")
    with socket.create_connection(("127.0.0.1", browser.port), 60) as stopped:
        stopped.sendall(f"GET {_CSV} HTTP/1.1\r\nHost: localhost\r\nCookie: {browser.cookie}\r\n\r\n".encode())
        stopped.recv(512)
        _count(report, "exports")
        if browser.ask("GET", "/inbox/mine")[0] != 200 or _in_transaction(city):
            report.violations.append("F14: somebody who stopped reading holds what others need")
    _forget(city)


def _multiply(city: City, copies: int, subject: str) -> int:
    """How many cases the clerk has then."""
    with city.owner() as db:
        multiply(db, copies, subject)
        db.execute("analyze process_instance")
        row = db.execute("select count(*) from process_instance").fetchone()
        assert row is not None
        return int(row[0])


def _forget(city: City) -> None:
    with city.owner() as db:
        forget_copies(db)


def _in_transaction(city: City) -> int:
    with city.owner() as db:
        row = db.execute(
            "select count(*) from pg_stat_activity where datname = current_database()"
            " and state like 'idle in transaction%'"
        ).fetchone()
        return int(row[0]) if row else 0


def _count(report: Report, what: str) -> None:
    report.counts[what] = report.counts.get(what, 0) + 1
