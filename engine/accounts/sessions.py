"""Signing in and out, sessions, and acting for somebody who is away."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from engine.accounts.base import AccountPart, Session, SessionEnded, SignInRefused, digest, subject_of
from engine.errors import NotAllowed, RecordNotFound
from engine.model import Actor
from engine.store import Transaction
from engine.store import account_queries as queries
from engine.store.account_queries import AccountRow, SessionRow
from engine.wording import legible

KEPT = timedelta(days=7)
"""Of a session that is over."""


class Sessions(AccountPart):
    """Who is signed in."""

    def sign_in(
        self, username: str, password: str, *, ip: str, user_agent: str, replaces: str | None = None
    ) -> Session:
        """Open a session.

        The account's row is locked while the password is checked: failures are counted
        one after another whichever process they reach.

        Args:
            replaces: the token the browser held before; that session ends.

        Raises:
            SignInRefused: `wrong` name or password (also for accounts that do not exist or
                are disabled), `locked` after five failures until 15 minutes have passed,
                `throttled` when too many attempts from this address failed.
        """
        username, now = legible(username.strip().lower()[:200]), self._clock.now()
        attempt = {"at": now, "username": username, "ip": ip[:64], "user_agent": user_agent[:300]}
        session = None
        with self._store.transaction() as tx:
            result, account, until = self._judge(tx, username, password, ip[:64], now)
            queries.log_sign_in(tx, **attempt, person_id=account.person_id if account else None, result=result)
            if result == "ok" and account is not None:
                if replaces:
                    self._end_by_token(tx, replaces, "renewed")
                self._succeeded(tx, account, password, now)
                session = self._open(tx, account, now, ip=ip, user_agent=user_agent)
        if session is not None:
            return session
        if result == "throttled":
            raise SignInRefused("throttled", until=until)
        raise SignInRefused("locked" if until else "wrong", until=until)

    def session(self, token: str, *, active: bool = True) -> Session:
        """The session a cookie names.

        Args:
            active: the person did something; False for requests a page makes by itself
                (polling), which keep no session alive.

        Raises:
            SessionEnded: `reason` says why.
        """
        with self._store.reading() as tx:
            row = queries.session_by_token(tx, digest(token))
        return self._going_on(row, token, active=active)

    def signed_in(self, token: str, *, active: bool = True) -> tuple[Session, Actor]:
        """The session a cookie names, and who acts in it: what each request asks first.

        When the leave behind a deputy switch is over, the session is switched back.

        Args:
            active: as `session`.

        Raises:
            SessionEnded: `reason` says why.
        """
        with self._store.reading() as tx:
            row = queries.session_by_token(tx, digest(token))
            actor = self._actor(tx, row) if row is not None and row.is_active else None
        session = self._going_on(row, token, active=active)
        if actor is None:
            with self._store.transaction() as tx:
                queries.set_on_behalf_of(tx, session.id, None)
                actor = self._directory.actor_in(tx, session.person_id)
        return replace(session, on_behalf_of=actor.on_behalf_of), actor

    def sign_out(self, token: str) -> None:
        """End the session a cookie names; nothing happens when it has ended."""
        with self._store.transaction() as tx:
            self._end_by_token(tx, token, "signed-out")

    def sign_out_everywhere(self, person_id: str, *, actor: Actor, but: UUID | None = None) -> int:
        """End all sessions of a person (all but one's own); how many ended.

        Raises:
            RecordNotFound: no such account.
            NotAllowed: neither oneself nor an administrator of the person's unit.
        """
        with self._store.transaction() as tx:
            account = self._locked_account(tx, person_id)
            self._ensure_self_or_administrator(tx, actor, person_id)
            ended = queries.end_sessions(tx, person_id, self._clock.now(), "everywhere", but=but)
            if actor.person_id != person_id:
                self._log.record(tx, actor, "account.sign-out", subject_of(account), after={"sessions": ended})
        return ended

    def sessions(self, person_id: str, *, actor: Actor) -> tuple[Session, ...]:
        """A person's sessions that could still be used, the latest used first.

        Raises:
            NotAllowed: neither oneself nor an administrator of the person's unit.
        """
        now = self._clock.now()
        with self._store.transaction() as tx:
            self._ensure_self_or_administrator(tx, actor, person_id)
            rows = queries.open_sessions(tx, person_id, now, now - self.rules.idle)
        return tuple(self._session(row, "") for row in rows)

    def end_session(self, session_id: UUID, *, actor: Actor) -> None:
        """End one of one's own sessions.

        Raises:
            RecordNotFound: no such open session of this actor.
        """
        now = self._clock.now()
        with self._store.transaction() as tx:
            own = {row.id for row in queries.open_sessions(tx, actor.person_id, now, now - self.rules.idle)}
            if session_id not in own:
                raise RecordNotFound("No such session.", id=str(session_id))
            queries.end_session(tx, session_id, now, "signed-out")

    def forget_ended(self) -> int:
        """Delete sessions that have been over for a week, and links that nobody can use: for a periodic job.

        Until then a browser that comes back is told why its session ended; who signed in when stays in the log.

        Returns:
            How many sessions were deleted.
        """
        before = self._clock.now() - KEPT
        with self._store.transaction() as tx:
            queries.forget_resets(tx, before)
            return queries.forget_sessions(tx, before)

    def act_for(self, token: str, principal_id: str | None) -> Actor:
        """Switch a session to act for somebody who is away (甲代乙), or back with None.

        Raises:
            SessionEnded: there is no such session any more.
            NotAllowed: the person does not stand in for `principal_id` now.
        """
        session = self.session(token)
        with self._store.transaction() as tx:
            actor = self._directory.actor_in(tx, session.person_id, principal_id)
            queries.set_on_behalf_of(tx, session.id, principal_id)
        return actor

    # -- inside -------------------------------------------------------------------------------

    def _going_on(self, row: SessionRow | None, token: str, *, active: bool) -> Session:
        """The session of the row, with what has to be written down about it. Raises SessionEnded."""
        now = self._clock.now()
        if row is None:
            raise SessionEnded("unknown")
        if row.ended_at is not None:
            raise SessionEnded(row.end_reason or "unknown")
        if overdue := self._overdue(row, now):
            with self._store.transaction() as tx:
                queries.end_session(tx, row.id, now, overdue)
            raise SessionEnded(overdue)
        if active and now - row.active_at >= self.rules.touch:
            with self._store.transaction() as tx:
                queries.touch_session(tx, row.id, now)
        return self._session(row, token, active_at=now if active else row.active_at)

    def _actor(self, tx: Transaction, row: SessionRow) -> Actor | None:
        """Who acts in the session; None when it acts for somebody who is back."""
        try:
            return self._directory.actor_in(
                tx, row.person_id, row.on_behalf_of, known_as=row.name, state=row.directory_state
            )
        except NotAllowed:
            return None

    def _judge(
        self, tx: Transaction, username: str, password: str, ip: str, now: datetime
    ) -> tuple[str, AccountRow | None, datetime | None]:
        """The result to write down, the account, and until when trying again is of no use."""
        since = now - self.rules.lock
        if queries.failures_from(tx, ip, since) >= self.rules.max_failures_of_address:
            return "throttled", None, now + self.rules.lock
        account = queries.lock_account(tx, username=username)
        if account is None:
            self._passwords.matches(None, password)
            failures = queries.failures_of_name(tx, username, since) + 1
            return "unknown", None, now + self.rules.lock if failures >= self.rules.max_failures else None
        if account.locked_until is not None and account.locked_until > now:
            return "locked", account, account.locked_until
        if not self._passwords.matches(account.password_hash, password):
            return "wrong", account, self._failed(tx, account, now)
        if account.disabled_at is not None or not account.is_active:
            return "disabled", account, None
        return "ok", account, None

    def _succeeded(self, tx: Transaction, account: AccountRow, password: str, now: datetime) -> None:
        values: dict[str, object] = {"failures": 0, "locked_until": None, "last_sign_in_at": now, "used_from": now}
        if account.password_hash and self._passwords.outdated(account.password_hash):
            values["password_hash"] = self._passwords.hash(password)
        queries.change_account(tx, account.person_id, values)

    def _overdue(self, row: SessionRow, now: datetime) -> str:
        if row.disabled_at is not None or not row.is_active:
            return "disabled"
        if now >= row.expires_at:
            return "absolute"
        return "idle" if now >= row.active_at + self.rules.idle else ""
