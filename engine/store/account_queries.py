"""Accounts, sign-ins, sessions and one-time links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, func, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from engine.store.store import Transaction
from engine.store.tables.accounts import account, password_history, password_reset, sign_in_log, web_session
from engine.store.tables.directory import directory_state, person, role, role_grant


@dataclass(frozen=True)
class AccountRow:
    """An account with what of its person matters here."""

    person_id: str
    name: str
    is_active: bool
    username: str
    password_hash: str | None
    must_change: bool
    is_demo: bool
    failures: int
    locked_until: datetime | None
    password_changed_at: datetime | None
    last_sign_in_at: datetime | None
    used_from: datetime
    disabled_at: datetime | None
    disabled_reason: str | None
    """`administrator`, or `idle`: nobody used it."""
    created_at: datetime


@dataclass(frozen=True)
class SessionRow:
    """A session, and whether its person may still sign in."""

    id: UUID
    person_id: str
    name: str
    is_active: bool
    disabled_at: datetime | None
    must_change: bool
    password_changed_at: datetime | None
    is_demo: bool
    on_behalf_of: str | None
    created_at: datetime
    active_at: datetime
    expires_at: datetime
    ip: str
    user_agent: str
    ended_at: datetime | None
    end_reason: str | None
    directory_state: int | None
    """The number of the directory's state in this moment."""


def _accounts() -> Any:
    columns = [column for column in account.c if column.name != "person_id"]
    return select(account.c.person_id, person.c.name, person.c.is_active, *columns).join(
        person, person.c.id == account.c.person_id
    )


def lock_account(tx: Transaction, *, username: str | None = None, person_id: str | None = None) -> AccountRow | None:
    """An account, its row locked until the transaction ends: failures are counted one after another."""
    statement = _accounts().with_for_update(of=account)
    if username is not None:
        statement = statement.where(account.c.username == username)
    else:
        statement = statement.where(account.c.person_id == person_id)
    row = tx.execute(statement).first()
    return AccountRow(**row._mapping) if row else None


def account_by_id(tx: Transaction, person_id: str) -> AccountRow | None:
    """One account."""
    row = tx.execute(_accounts().where(account.c.person_id == person_id)).first()
    return AccountRow(**row._mapping) if row else None


def accounts_by_id(tx: Transaction, person_ids: Sequence[str]) -> dict[str, AccountRow]:
    """Accounts by person; people without one are left out."""
    rows = tx.execute(_accounts().where(account.c.person_id.in_(person_ids)))
    return {row.person_id: AccountRow(**row._mapping) for row in rows}


def demo_accounts(tx: Transaction) -> tuple[tuple[str, str, str, str | None, str | None], ...]:
    """Demo accounts to be named on the sign-in page: username, name, person, note, English note."""
    columns = (account.c.username, person.c.name, person.c.id, person.c.demo_note, person.c.demo_note_en)
    statement = (
        select(*columns)
        .join(person, person.c.id == account.c.person_id)
        .where(account.c.is_demo, person.c.demo_listed, person.c.is_active, account.c.disabled_at.is_(None))
        .order_by(person.c.created_at, person.c.id)
    )
    rows = tx.execute(statement)
    return tuple((row.username, row.name, row.id, row.demo_note, row.demo_note_en) for row in rows)


def has_demo_accounts(tx: Transaction) -> bool:
    """Whether any demo account is there: production refuses to start then."""
    return tx.execute(select(account.c.person_id).where(account.c.is_demo).limit(1)).first() is not None


def add_account(tx: Transaction, values: Mapping[str, Any]) -> bool:
    """Add an account; False when the person has one or the name is taken."""
    statement = upsert(account).values(**values).on_conflict_do_nothing().returning(account.c.person_id)
    return tx.execute(statement).first() is not None


def change_account(tx: Transaction, person_id: str, values: Mapping[str, Any]) -> None:
    """Set columns of an account."""
    tx.execute(update(account).where(account.c.person_id == person_id).values(**values))


def idle_accounts(tx: Transaction, unused_since: datetime, limit: int) -> list[AccountRow]:
    """Accounts that nobody used since then, locked; those that somebody else has locked are left out.

    Demo accounts are not among them, nor are administrators where no administrator used their account:
    somebody must be able to let the others in again.
    """
    administrators = select(role_grant.c.person_id).join(role, role.c.id == role_grant.c.role_id)
    administrators = administrators.where(role.c.id == "administrator")
    used = select(account.c.person_id).where(account.c.used_from >= unused_since, account.c.disabled_at.is_(None))
    somebody_administers = used.where(account.c.person_id.in_(administrators)).correlate(None).exists()
    statement = (
        _accounts()
        .where(account.c.used_from < unused_since, account.c.disabled_at.is_(None), ~account.c.is_demo)
        .where(or_(account.c.person_id.not_in(administrators), somebody_administers))
        .order_by(account.c.used_from)
        .limit(limit)
        .with_for_update(of=account, skip_locked=True)
    )
    return [AccountRow(**row._mapping) for row in tx.execute(statement)]


# -- passwords -----------------------------------------------------------------------


def remember_password(tx: Transaction, person_id: str, password_hash: str, at: datetime, keep: int) -> None:
    """Put a password into the history and let all but the last `keep` go."""
    table = password_history
    tx.execute(insert(table).values(person_id=person_id, password_hash=password_hash, changed_at=at))
    kept = select(table.c.id).where(table.c.person_id == person_id).order_by(table.c.id.desc()).limit(keep)
    tx.execute(delete(table).where(table.c.person_id == person_id, table.c.id.not_in(kept)))


def past_passwords(tx: Transaction, person_id: str) -> tuple[str, ...]:
    """Hashes of the last passwords, the newest first."""
    table = password_history
    statement = select(table.c.password_hash).where(table.c.person_id == person_id).order_by(table.c.id.desc())
    return tuple(tx.execute(statement).scalars())


# -- sign-ins ------------------------------------------------------------------------


def log_sign_in(tx: Transaction, **values: Any) -> None:
    """Write down an attempt to sign in."""
    tx.execute(insert(sign_in_log).values(**values))


def failures_from(tx: Transaction, ip: str, since: datetime) -> int:
    """How many attempts from an address failed since then."""
    table = sign_in_log
    statement = select(func.count()).where(table.c.ip == ip, table.c.at > since, table.c.result != "ok")
    return int(tx.execute(statement).scalar_one())


def failures_of_name(tx: Transaction, username: str, since: datetime) -> int:
    """How many attempts by a name failed since then, whether or not there is such an account."""
    table = sign_in_log
    statement = select(func.count()).where(table.c.username == username, table.c.at > since, table.c.result != "ok")
    return int(tx.execute(statement).scalar_one())


@dataclass(frozen=True)
class SignIn:
    """One attempt to sign in."""

    at: datetime
    username: str
    person_id: str | None
    result: str
    ip: str
    user_agent: str


def sign_ins(tx: Transaction, person_id: str | None, limit: int) -> tuple[SignIn, ...]:
    """The last attempts, of one person or of all."""
    table = sign_in_log
    statement = select(*(column for column in table.c if column.name != "id")).order_by(table.c.id.desc()).limit(limit)
    if person_id is not None:
        statement = statement.where(table.c.person_id == person_id)
    return tuple(SignIn(**row._mapping) for row in tx.execute(statement))


# -- sessions ------------------------------------------------------------------------


def _sessions() -> Any:
    columns = [column for column in web_session.c if column.name not in ("token_digest",)]
    return (
        select(*columns, person.c.name, person.c.is_active)
        .add_columns(account.c.disabled_at, account.c.must_change, account.c.password_changed_at, account.c.is_demo)
        .add_columns(select(directory_state.c.number).scalar_subquery().label("directory_state"))
        .join(person, person.c.id == web_session.c.person_id)
        .join(account, account.c.person_id == web_session.c.person_id)
    )


_SESSION_BY_TOKEN = text(str(_sessions().where(web_session.c.token_digest == bindparam("digest"))))
"""Asked by every request: put together once, then sent as it stands."""


def add_session(tx: Transaction, values: Mapping[str, Any]) -> UUID:
    """Open a session."""
    made: UUID = tx.execute(insert(web_session).values(**values).returning(web_session.c.id)).scalar_one()
    return made


def session_by_token(tx: Transaction, token_digest: bytes) -> SessionRow | None:
    """The session a cookie names, ended or not."""
    row = tx.execute(_SESSION_BY_TOKEN, {"digest": token_digest}).first()
    return SessionRow(**row._mapping) if row else None


def open_sessions(tx: Transaction, person_id: str, now: datetime, idle_since: datetime) -> tuple[SessionRow, ...]:
    """A person's sessions that could still be used, the latest used first."""
    columns = web_session.c
    statement = (
        _sessions()
        .where(
            columns.person_id == person_id,
            columns.ended_at.is_(None),
            columns.expires_at > now,
            columns.active_at > idle_since,
        )
        .order_by(columns.active_at.desc())
    )
    return tuple(SessionRow(**row._mapping) for row in tx.execute(statement))


def touch_session(tx: Transaction, session_id: UUID, at: datetime) -> None:
    """The person did something."""
    tx.execute(
        update(web_session)
        .where(web_session.c.id == session_id, web_session.c.ended_at.is_(None), web_session.c.active_at < at)
        .values(active_at=at)
    )


def set_on_behalf_of(tx: Transaction, session_id: UUID, principal: str | None) -> None:
    """Whom the session acts for."""
    tx.execute(update(web_session).where(web_session.c.id == session_id).values(on_behalf_of=principal))


def end_session(tx: Transaction, session_id: UUID, at: datetime, reason: str) -> bool:
    """End one session; False when it had ended."""
    columns = web_session.c
    statement = update(web_session).where(columns.id == session_id, columns.ended_at.is_(None))
    return bool(tx.execute(statement.values(ended_at=at, end_reason=reason)).rowcount)


def end_sessions(tx: Transaction, person_id: str, at: datetime, reason: str, *, but: UUID | None = None) -> int:
    """End a person's sessions, all but one; how many."""
    columns = web_session.c
    statement = update(web_session).where(columns.person_id == person_id, columns.ended_at.is_(None))
    if but is not None:
        statement = statement.where(columns.id != but)
    return int(tx.execute(statement.values(ended_at=at, end_reason=reason)).rowcount)


def forget_sessions(tx: Transaction, before: datetime) -> int:
    """Delete sessions that ended or ran out before then; how many. What was signed in is told by the log."""
    columns = web_session.c
    over = func.coalesce(columns.ended_at, columns.expires_at) < before
    return tx.execute(delete(web_session).where(over)).rowcount


def forget_resets(tx: Transaction, before: datetime) -> int:
    """Delete one-time links that ran out before then; how many."""
    return tx.execute(delete(password_reset).where(password_reset.c.expires_at < before)).rowcount


# -- one-time links ------------------------------------------------------------------


def add_reset(tx: Transaction, values: Mapping[str, Any]) -> None:
    """Keep a one-time link; the ones handed out before stop working."""
    table = password_reset
    tx.execute(
        update(table)
        .where(table.c.person_id == values["person_id"], table.c.used_at.is_(None))
        .values(used_at=values["created_at"])
    )
    tx.execute(insert(table).values(**values))


def reset_owner(tx: Transaction, token_digest: bytes, now: datetime) -> str | None:
    """Whose password an unused link that has not run out resets."""
    columns = password_reset.c
    statement = select(columns.person_id).where(
        columns.token_digest == token_digest, columns.used_at.is_(None), columns.expires_at > now
    )
    owner: str | None = tx.execute(statement).scalar()
    return owner


def use_reset(tx: Transaction, token_digest: bytes, now: datetime) -> str | None:
    """Use a link up; whose password it resets, None when it was used or has run out."""
    columns = password_reset.c
    statement = (
        update(password_reset)
        .where(columns.token_digest == token_digest, columns.used_at.is_(None), columns.expires_at > now)
        .values(used_at=now)
        .returning(columns.person_id)
    )
    owner: str | None = tx.execute(statement).scalar()
    return owner
