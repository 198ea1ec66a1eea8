"""Accounts: passwords, sign-in, sessions (threats-and-faults.md sections 7 and 8).

Sessions and failures live in the database, so that a limit holds across processes and
machines. Only digests of cookies, links and passwords are kept. All times come from the
engine's clock.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.accounts.base import (
    USERNAME,
    AccountRules,
    DemoAccount,
    Session,
    SessionEnded,
    SignInRefused,
    random_password,
    subject_of,
)
from engine.accounts.passwords import PasswordKeeping
from engine.administration import ensure_administers
from engine.errors import InvalidFields
from engine.model import SYSTEM, Actor
from engine.store import Transaction, directory_queries
from engine.store import account_queries as queries
from engine.store.account_queries import AccountRow, SignIn

_IDLE_BATCH = 500


class AccountService(PasswordKeeping):
    """Signs people in and out and keeps their accounts; each public method is one transaction."""

    def add_account(self, person_id: str, username: str, *, actor: Actor) -> str:
        """Give a person an account; the temporary password, to be changed at the first sign-in.

        Raises:
            RecordNotFound: no such person.
            InvalidFields: `username` (format, taken), `person_id` (`has-account`).
            NotAllowed: `actor` does not administer the person's unit.
        """
        password = random_password()
        hashed = self._passwords.hash(password)
        with self._store.transaction() as tx:
            self._add(tx, person_id, username, hashed, actor=actor, must_change=True, is_demo=False)
        return password

    def add_demo_accounts(self, usernames: Mapping[str, str], password: str) -> int:
        """Add accounts of a demonstration: one known password, no first change; how many were new.

        Args:
            usernames: the name to sign in by, for each person. People who have an account are passed over.

        Raises:
            RecordNotFound: no such person.
            InvalidFields: `username` (format, taken).
        """
        hashed, added = self._passwords.hash(password), 0
        with self._store.transaction() as tx:
            known = queries.accounts_by_id(tx, list(usernames))
            for person_id, username in usernames.items():
                if person_id not in known:
                    self._add(tx, person_id, username, hashed, actor=SYSTEM, must_change=False, is_demo=True)
                    added += 1
        return added

    def add_demo_account(self, person_id: str, username: str, password: str) -> bool:
        """Add one account of a demonstration. False when it is there already."""
        return self.add_demo_accounts({person_id: username}, password) == 1

    def demo_accounts(self) -> tuple[DemoAccount, ...]:
        """Demo accounts to be named on the sign-in page."""
        with self._store.reading() as tx:
            return tuple(DemoAccount(*row) for row in queries.demo_accounts(tx))

    def has_demo_accounts(self) -> bool:
        """Whether any demo account exists: production refuses to start then."""
        with self._store.reading() as tx:
            return queries.has_demo_accounts(tx)

    def account(self, person_id: str) -> AccountRow | None:
        """A person's account, None without one."""
        with self._store.reading() as tx:
            return queries.account_by_id(tx, person_id)

    def accounts(self, person_ids: list[str]) -> dict[str, AccountRow]:
        """Accounts by person; people without one are left out."""
        with self._store.reading() as tx:
            return queries.accounts_by_id(tx, person_ids)

    def set_enabled(self, person_id: str, enabled: bool, *, actor: Actor) -> None:
        """Disable an account (its sessions end) or let it be used again.

        Raises:
            RecordNotFound: no such account.
            InvalidFields: `enabled`: not one's own account (`oneself`).
            NotAllowed: `actor` does not administer the person's unit.
        """
        if actor.person_id == person_id and not enabled:
            raise InvalidFields({"enabled": "oneself"})
        now = self._clock.now()
        with self._store.transaction() as tx:
            account = self._administered(tx, actor, person_id)
            values: dict[str, object]
            if enabled:
                values = {"disabled_at": None, "disabled_reason": None, "used_from": now}
            else:
                values = {"disabled_at": account.disabled_at or now, "disabled_reason": "administrator"}
            queries.change_account(tx, person_id, values)
            if not enabled:
                queries.end_sessions(tx, person_id, now, "disabled")
            verb = "account.enable" if enabled else "account.disable"
            self._log.record(tx, actor, verb, subject_of(account))

    def disable_idle(self) -> int:
        """Disable accounts that nobody used for 90 days (資通系統防護基準).

        Administrators keep theirs when none of them used it. For a periodic job. An administrator
        can enable an account again; the days then count anew.

        Returns:
            How many were disabled.
        """
        now = self._clock.now()
        if self.rules.idle_account is None:
            return 0
        with self._store.transaction() as tx:
            found = queries.idle_accounts(tx, now - self.rules.idle_account, _IDLE_BATCH)
            for account in found:
                queries.change_account(tx, account.person_id, {"disabled_at": now, "disabled_reason": "idle"})
                queries.end_sessions(tx, account.person_id, now, "disabled")
                after = {"reason": "idle", "used": account.last_sign_in_at}
                self._log.record(tx, SYSTEM, "account.disable", subject_of(account), after=after)
        return len(found)

    def unlock(self, person_id: str, *, actor: Actor) -> None:
        """Forget an account's failures.

        Raises:
            RecordNotFound: no such account.
            NotAllowed: `actor` does not administer the person's unit.
        """
        with self._store.transaction() as tx:
            account = self._administered(tx, actor, person_id)
            queries.change_account(tx, person_id, {"failures": 0, "locked_until": None})
            self._log.record(tx, actor, "account.unlock", subject_of(account))

    def sign_ins(self, *, actor: Actor, person_id: str | None = None, limit: int = 20) -> tuple[SignIn, ...]:
        """The last attempts to sign in, of one person or of all.

        Raises:
            NotAllowed: neither oneself nor an administrator of the person's unit (of the city, for all).
        """
        with self._store.transaction() as tx:
            if person_id is None:
                ensure_administers(actor, *directory_queries.root_units(tx))
            else:
                self._ensure_self_or_administrator(tx, actor, person_id)
            return queries.sign_ins(tx, person_id, limit)

    def _add(
        self,
        tx: Transaction,
        person_id: str,
        username: str,
        password_hash: str,
        *,
        actor: Actor,
        must_change: bool,
        is_demo: bool,
    ) -> None:
        username, now = username.strip().lower(), self._clock.now()
        if not USERNAME.fullmatch(username):
            raise InvalidFields({"username": "format" if username else "required"})
        self._ensure_administers_person(tx, actor, person_id)
        if queries.account_by_id(tx, person_id) is not None:
            raise InvalidFields({"person_id": "has-account"})
        values = {"person_id": person_id, "username": username, "is_demo": is_demo, "created_at": now, "used_from": now}
        if not queries.add_account(tx, values):
            raise InvalidFields({"username": "taken"})
        self._store_hash(tx, person_id, password_hash, now, must_change=must_change)
        account = self._locked_account(tx, person_id)
        self._log.record(tx, actor, "account.add", subject_of(account), after={"username": username, "demo": is_demo})


__all__ = [
    "AccountRow",
    "AccountRules",
    "AccountService",
    "DemoAccount",
    "Session",
    "SessionEnded",
    "SignIn",
    "SignInRefused",
]
