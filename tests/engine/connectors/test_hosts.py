"""Hosts that processes may call: their headers are sealed, bound to the host, and survive a change of key."""

from __future__ import annotations

import psycopg
import pytest

from engine import SYSTEM, ProcessEngine, SetClock
from engine.connectors import HttpConnector
from engine.errors import ConnectorError
from tests.engine.conftest import HISTORY_KEY, MORNING

URL, HEADERS = "https://api.example.gov.tw/v1", {"Authorization": "Bearer geheim"}
OLD, NEW = b"old secret key 71c2", b"new secret key 0be9"


@pytest.fixture
def with_keys(store, executor):
    def make(*keys: bytes) -> ProcessEngine:
        return ProcessEngine(store, executor, history_key=HISTORY_KEY, secret_keys=keys, clock=SetClock(MORNING))

    return make


@pytest.fixture
def db(owner_url):
    with psycopg.connect(owner_url.replace("+psycopg", ""), autocommit=True) as connection:
        yield connection
        connection.execute("delete from connector_host")


def everything(db):
    return str(db.execute("select * from connector_host").fetchall())


def test_headers_are_not_readable_in_the_database(with_keys, db):
    with_keys(OLD).connector_hosts.add("docs", base_url=URL, headers=HEADERS, actor=SYSTEM)
    assert "geheim" not in everything(db)
    assert with_keys(OLD).connector_hosts.registered()["docs"].headers == HEADERS


def test_headers_are_sealed_anew_so_that_a_former_key_may_go(with_keys, db):
    with_keys(OLD).connector_hosts.add("docs", base_url=URL, headers=HEADERS, actor=SYSTEM)
    with_keys(OLD).connector_hosts.add("open", base_url=URL, headers={}, actor=SYSTEM)
    changing = with_keys(NEW, OLD).connector_hosts
    assert changing.registered()["docs"].headers == HEADERS
    assert (changing.reseal(), changing.reseal()) == (1, 0)
    assert with_keys(NEW).connector_hosts.registered()["docs"].headers == HEADERS


def test_a_host_whose_key_is_gone_is_refused_by_name_and_the_others_work(with_keys, db, caplog):
    with_keys(OLD).connector_hosts.add("docs", base_url=URL, headers=HEADERS, actor=SYSTEM)
    with_keys(NEW).connector_hosts.add("maps", base_url=URL, headers=HEADERS, actor=SYSTEM)
    hosts = with_keys(NEW).connector_hosts
    assert hosts.reseal() == 0
    assert hosts.registered()["maps"].headers == HEADERS
    with pytest.raises(ConnectorError, match="enter them again") as refused:
        HttpConnector(hosts.registered).call({"host": "docs"}, key="k")
    assert not refused.value.retryable
    hosts.change("docs", base_url=URL, headers=HEADERS, allow_private=False, actor=SYSTEM)
    assert hosts.registered()["docs"].headers == HEADERS


@pytest.mark.parametrize(
    "tampering",
    [
        "update connector_host set base_url = 'https://evil.example.org' where name = 'docs'",
        "update connector_host set sealed_headers = (select sealed_headers from connector_host where name = 'docs'),"
        " header_names = '{Authorization}' where name = 'other'",
    ],
)
def test_whoever_writes_the_database_cannot_have_the_secret_sent_elsewhere(with_keys, db, caplog, tampering):
    hosts = with_keys(OLD).connector_hosts
    hosts.add("docs", base_url=URL, headers=HEADERS, actor=SYSTEM)
    hosts.add("other", base_url="https://evil.example.org", headers={}, actor=SYSTEM)
    db.execute(tampering)
    sent = {host.base_url: host.headers for host in hosts.registered().values()}
    assert not sent["https://evil.example.org"]
