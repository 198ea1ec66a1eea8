"""Changing a password, and the ways an administrator helps somebody who lost theirs."""

from __future__ import annotations

import secrets

from engine.accounts.base import Session, SignInRefused, digest, random_password, subject_of
from engine.accounts.sessions import Sessions
from engine.errors import InvalidFields, RecordNotFound
from engine.model import Actor
from engine.store import account_queries as queries


class PasswordKeeping(Sessions):
    """New passwords."""

    def change_password(self, person_id: str, *, current: str, new: str, token: str) -> Session:
        """Change one's own password. All other sessions end; this one gets a new token.

        Raises:
            InvalidFields: `current`: `wrong`; `new`: what `password_rules.fault` says, or
                `used` when it is one of the last three, `too-soon` where the rules set a least age.
            SignInRefused: `locked`: too many wrong current passwords.
            SessionEnded: there is no such session any more.
        """
        session, now, until, renewed = self.session(token), self._clock.now(), None, None
        if session.person_id != person_id:
            raise RecordNotFound("This session is somebody else's.")
        with self._store.transaction() as tx:
            account = self._locked_account(tx, person_id)
            if account.locked_until is not None and account.locked_until > now:
                until = account.locked_until
            elif not self._passwords.matches(account.password_hash, current):
                until = self._failed(tx, account, now)
            elif self._is_young(account, now):
                raise InvalidFields({"new": "too-soon"})
            else:
                self._set_password(tx, account, new, now)
                queries.end_sessions(tx, person_id, now, "password")
                renewed = self._open(
                    tx,
                    account,
                    now,
                    ip=session.ip,
                    user_agent=session.user_agent,
                    on_behalf_of=session.on_behalf_of,
                )
        if until is not None:
            raise SignInRefused("locked", until=until)
        if renewed is None:
            raise InvalidFields({"current": "wrong"})
        return renewed

    def reset_link(self, person_id: str, *, actor: Actor) -> str:
        """A one-time token for a link by which the person sets a new password within 30 minutes.

        It is shown to the administrator once and not kept. Earlier links stop working.

        Raises:
            RecordNotFound: no such account.
            NotAllowed: `actor` does not administer the person's unit.
        """
        token, now = secrets.token_urlsafe(32), self._clock.now()
        with self._store.transaction() as tx:
            account = self._administered(tx, actor, person_id)
            queries.add_reset(
                tx,
                {
                    "token_digest": digest(token),
                    "person_id": person_id,
                    "created_by": actor.person_id,
                    "created_at": now,
                    "expires_at": now + self.rules.reset,
                },
            )
            self._log.record(tx, actor, "account.reset-link", subject_of(account))
        return token

    def reset_owner(self, token: str) -> str:
        """The name by which the owner of a one-time link signs in.

        Raises:
            RecordNotFound: the link was used or has run out.
        """
        with self._store.reading() as tx:
            person_id = queries.reset_owner(tx, digest(token), self._clock.now())
            account = queries.account_by_id(tx, person_id) if person_id else None
        if account is None:
            raise RecordNotFound("The link was used or has run out.")
        return account.username

    def reset_password(self, token: str, new: str) -> None:
        """Set a new password by a one-time link. It unlocks the account and ends all sessions.

        Raises:
            RecordNotFound: the link was used or has run out.
            InvalidFields: `new`, as in `change_password`; the link stays good.
        """
        now = self._clock.now()
        with self._store.transaction() as tx:
            person_id = queries.use_reset(tx, digest(token), now)
            if person_id is None:
                raise RecordNotFound("The link was used or has run out.")
            account = self._locked_account(tx, person_id)
            self._set_password(tx, account, new, now)
            queries.end_sessions(tx, person_id, now, "password")
            actor = Actor(person_id, account.name)
            self._log.record(tx, actor, "account.reset-used", subject_of(account))

    def temporary_password(self, person_id: str, *, actor: Actor) -> str:
        """A random password that must be changed at the next sign-in; ends all sessions.

        Raises:
            RecordNotFound: no such account.
            NotAllowed: `actor` does not administer the person's unit.
        """
        password, now = random_password(), self._clock.now()
        with self._store.transaction() as tx:
            account = self._administered(tx, actor, person_id)
            self._store_password(tx, account.person_id, password, now, must_change=True)
            queries.end_sessions(tx, person_id, now, "password")
            self._log.record(tx, actor, "account.temporary-password", subject_of(account))
        return password
