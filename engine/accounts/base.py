"""What the parts of the account service share: limits, values, errors, and the locked account row."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from engine.accounts.password_rules import HISTORY, Passwords, fault
from engine.administration import AdminLog
from engine.clock import TimeSource
from engine.directory.people import ensure_administers_person
from engine.directory.service import DirectoryService
from engine.errors import Invalid, InvalidFields, NotAllowed, RecordNotFound
from engine.model import Actor
from engine.store import Store, Transaction, directory_queries
from engine.store import account_queries as queries
from engine.store.account_queries import AccountRow, SessionRow

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,62}")
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Of temporary passwords: nothing that is read for something else."""


@dataclass(frozen=True)
class AccountRules:
    """Limits; defaults are those of 資通系統防護基準, level 中 (domain D1)."""

    max_failures: int = 5
    lock: timedelta = timedelta(minutes=15)
    idle: timedelta = timedelta(minutes=30)
    idle_warning: timedelta = timedelta(minutes=25)
    absolute: timedelta = timedelta(hours=8)
    reset: timedelta = timedelta(minutes=30)
    max_failures_of_address: int = 100
    """Failed sign-ins from one address within `lock`; offices share an address, so it is not small."""
    idle_account: timedelta | None = timedelta(days=90)
    """An account that nobody signs in to for so long is disabled; None: never."""
    password_min_age: timedelta = timedelta(0)
    """A password one chose oneself is changed again after this time at the earliest."""
    password_max_age: timedelta | None = None
    """A password older than this must be changed; None: no such rule. Both are for agencies that
    資通系統防護基準 obliges to set them; ASVS 5.0 advises against forced changes."""
    touch: timedelta = timedelta(minutes=1)
    """Activity is written down at most this often."""


class SignInRefused(Invalid):
    """Name or password is wrong."""

    status = 422

    def __init__(self, code: str, *, until: datetime | None = None) -> None:
        super().__init__(code=code, until=until)
        self.code = code
        """`wrong`, `locked` or `throttled`; whether an account exists is not told."""
        self.until = until


class SessionEnded(NotAllowed):
    """The session has ended; sign in again."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)
        self.reason = reason
        """`unknown`, `signed-out`, `everywhere`, `idle`, `absolute`, `disabled`, `password`, `renewed`."""


@dataclass(frozen=True)
class Session:
    """Somebody is signed in."""

    id: UUID
    token: str
    """What the cookie holds; empty where a session is only listed."""
    person_id: str
    name: str
    on_behalf_of: str | None
    must_change: bool
    """Only the page that changes the password may be shown."""
    is_demo: bool
    created_at: datetime
    active_at: datetime
    idle_warning_at: datetime
    idle_at: datetime
    """When the session ends without another act."""
    expires_at: datetime
    """When it ends in any case."""
    ip: str
    user_agent: str


@dataclass(frozen=True)
class DemoAccount:
    """An account to be named on the sign-in page of a demonstration."""

    username: str
    name: str
    person_id: str
    note: str | None
    note_en: str | None


class AccountPart:
    """One part of the account service; `AccountService` puts them together."""

    def __init__(
        self,
        store: Store,
        clock: TimeSource,
        directory: DirectoryService,
        log: AdminLog,
        *,
        passwords: Passwords | None = None,
        rules: AccountRules | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._directory = directory
        self._log = log
        self._passwords = passwords or Passwords()
        self.rules = rules or AccountRules()

    # -- accounts and who may touch them ---------------------------------------------------

    def _locked_account(self, tx: Transaction, person_id: str) -> AccountRow:
        found = queries.lock_account(tx, person_id=person_id)
        if found is None:
            raise RecordNotFound("No such account.", person=person_id)
        return found

    def _administered(self, tx: Transaction, actor: Actor, person_id: str) -> AccountRow:
        self._ensure_administers_person(tx, actor, person_id)
        return self._locked_account(tx, person_id)

    def _ensure_self_or_administrator(self, tx: Transaction, actor: Actor, person_id: str) -> None:
        if actor.person_id != person_id or actor.on_behalf_of:
            self._ensure_administers_person(tx, actor, person_id)

    def _ensure_administers_person(self, tx: Transaction, actor: Actor, person_id: str) -> None:
        person = directory_queries.person_by_id(tx, person_id, self._directory.today())
        if person is None:
            raise RecordNotFound("No such person.", id=person_id)
        ensure_administers_person(tx, actor, person)

    # -- passwords ---------------------------------------------------------------------------

    def _failed(self, tx: Transaction, account: AccountRow, now: datetime) -> datetime | None:
        """Count a wrong password; until when the account is locked by it."""
        failures = account.failures + 1
        until = now + self.rules.lock if failures >= self.rules.max_failures else None
        values = {"failures": 0 if until else failures, "locked_until": until}
        queries.change_account(tx, account.person_id, values)
        return until

    def _set_password(self, tx: Transaction, account: AccountRow, new: str, now: datetime) -> None:
        code = fault(new, username=account.username, name=account.name)
        if code is None and any(self._passwords.matches(old, new) for old in self._last_passwords(tx, account)):
            code = "used"
        if code is not None:
            raise InvalidFields({"new": code})
        self._store_password(tx, account.person_id, new, now, must_change=False)

    def _last_passwords(self, tx: Transaction, account: AccountRow) -> list[str]:
        known = [account.password_hash] if account.password_hash else []
        return [*known, *(old for old in queries.past_passwords(tx, account.person_id) if old not in known)]

    def _store_password(
        self, tx: Transaction, person_id: str, password: str, now: datetime, *, must_change: bool
    ) -> None:
        self._store_hash(tx, person_id, self._passwords.hash(password), now, must_change=must_change)

    def _store_hash(self, tx: Transaction, person_id: str, hashed: str, now: datetime, *, must_change: bool) -> None:
        values = {
            "password_hash": hashed,
            "must_change": must_change,
            "password_changed_at": now,
            "failures": 0,
            "locked_until": None,
        }
        queries.change_account(tx, person_id, values)
        queries.remember_password(tx, person_id, hashed, now, HISTORY)

    def _is_old(self, row: SessionRow) -> bool:
        """Whether the password has to be changed by its age; those of demo accounts never have to."""
        limit, changed = self.rules.password_max_age, row.password_changed_at
        return limit is not None and changed is not None and not row.is_demo and self._clock.now() - changed >= limit

    def _is_young(self, account: AccountRow, now: datetime) -> bool:
        """Whether the password was chosen too short a time ago to be changed again."""
        changed = account.password_changed_at
        return not account.must_change and changed is not None and now - changed < self.rules.password_min_age

    # -- sessions ----------------------------------------------------------------------------

    def _open(
        self,
        tx: Transaction,
        account: AccountRow,
        now: datetime,
        *,
        ip: str,
        user_agent: str,
        on_behalf_of: str | None = None,
    ) -> Session:
        token = secrets.token_urlsafe(32)
        values = {
            "token_digest": digest(token),
            "person_id": account.person_id,
            "on_behalf_of": on_behalf_of,
            "created_at": now,
            "active_at": now,
            "expires_at": now + self.rules.absolute,
            "ip": ip[:64],
            "user_agent": user_agent[:300],
        }
        queries.add_session(tx, values)
        row = queries.session_by_token(tx, digest(token))
        if row is None:
            raise RecordNotFound("The session is gone.")
        return self._session(row, token)

    def _end_by_token(self, tx: Transaction, token: str, reason: str) -> None:
        row = queries.session_by_token(tx, digest(token))
        if row is not None and row.ended_at is None:
            queries.end_session(tx, row.id, self._clock.now(), reason)

    def _session(self, row: SessionRow, token: str, *, active_at: datetime | None = None) -> Session:
        active = max(active_at or row.active_at, row.active_at)
        return Session(
            id=row.id,
            token=token,
            person_id=row.person_id,
            name=row.name,
            on_behalf_of=row.on_behalf_of,
            must_change=row.must_change or self._is_old(row),
            is_demo=row.is_demo,
            created_at=row.created_at,
            active_at=active,
            idle_warning_at=min(active + self.rules.idle_warning, row.expires_at),
            idle_at=min(active + self.rules.idle, row.expires_at),
            expires_at=row.expires_at,
            ip=row.ip,
            user_agent=row.user_agent,
        )


def digest(token: str) -> bytes:
    """What is kept of a secret that a browser or a link holds."""
    return hashlib.sha256(token.encode()).digest()


def random_password() -> str:
    """A temporary password: 16 letters and digits in groups, 79 bits."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))
    return "-".join(groups)


def subject_of(account: AccountRow) -> tuple[str, str, str]:
    """How an account is named in the administrators' log."""
    return ("account", account.person_id, account.name)
