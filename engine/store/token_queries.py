"""Form tokens with their answers, case numbers, and the server's own time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import text

from engine.store.step_queries import as_json
from engine.store.store import Transaction

_ANSWERED = text("select to_jsonb(n) as answered from idempotency n where n.token = :token")

_RESERVE = text("""
insert into idempotency (token, verb, person_id, at, result) values (:token, :verb, :person_id, :now, 'null')
on conflict do nothing returning token
""")

_SETTLE = text("update idempotency set result = cast(:result as jsonb) where token = :token")

_FORGET = text("delete from idempotency where at < :before")

_REAL_TIME = text("select clock_timestamp()")

_TAKEN = text("""
select exists (select from process_instance where process_key = :key and business_key = :business_key)
""")

_NEXT_NUMBER = text("""
insert into case_counter (prefix, roc_year, last) values (:prefix, :roc_year, 1)
on conflict (prefix, roc_year) do update set last = case_counter.last + 1
returning last
""")


def answered(tx: Transaction, token: str) -> Mapping[str, Any] | None:
    """The record of a used token: `{token, verb, person_id, at, result}`."""
    found: Mapping[str, Any] | None = tx.execute(_ANSWERED, {"token": token}).scalar_one_or_none()
    return found


def reserve(tx: Transaction, token: str, verb: str, person_id: str, now: datetime) -> bool:
    """Take a token before there is a case to lock; False when it was used (waits for a rival to finish)."""
    parameters = {"token": token, "verb": verb, "person_id": person_id, "now": now}
    return tx.execute(_RESERVE, parameters).first() is not None


def settle(tx: Transaction, token: str, result: Any) -> None:
    """Store the answer of a reserved token."""
    tx.execute(_SETTLE, {"token": token, "result": as_json(result)})


def forget(tx: Transaction, before: datetime) -> int:
    """Delete tokens used before a moment; gives how many."""
    return tx.execute(_FORGET, {"before": before}).rowcount


def real_time(tx: Transaction) -> datetime:
    """The database server's own time, whatever clock the engine goes by."""
    moment: datetime = tx.execute(_REAL_TIME).scalar_one()
    return moment


def is_taken(tx: Transaction, key: str, business_key: str) -> bool:
    """Whether a case of the process has this number."""
    return bool(tx.execute(_TAKEN, {"key": key, "business_key": business_key}).scalar_one())


def next_number(tx: Transaction, prefix: str, roc_year: int) -> int:
    """The next case number of a prefix and ROC year; given out once, never again."""
    number: int = tx.execute(_NEXT_NUMBER, {"prefix": prefix, "roc_year": roc_year}).scalar_one()
    return number
