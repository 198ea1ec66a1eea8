"""`siwei user`: accounts from the command line, for the first administrator and for emergencies."""

from __future__ import annotations

import click

from engine import SYSTEM
from webapp.cli.common import open_engine


@click.group()
def user() -> None:
    """Accounts: list, add, reset the password, lock out, let in."""


@user.command("list")
def list_users() -> None:
    """Every account with its person and state."""
    with open_engine() as (engine, _):
        people = engine.directory.people()
        accounts = engine.accounts.accounts([person.id for person in people])
    for person in people:
        account = accounts.get(person.id)
        state = "-" if account is None else "enabled" if account.enabled else "disabled"
        click.echo(f"{person.id:<32} {state:<9} {person.name}")


@user.command()
@click.argument("person_id")
@click.argument("username", required=False)
def add(person_id: str, username: str | None) -> None:
    """Give a person an account; prints the first password, which must be changed at sign-in."""
    with open_engine() as (engine, _):
        password = engine.accounts.add_account(person_id, username or person_id, actor=SYSTEM)
    click.echo(f"First password: {password}")


@user.command()
@click.argument("person_id")
def reset(person_id: str) -> None:
    """Give a person a new first password; ends every session of theirs."""
    with open_engine() as (engine, _):
        password = engine.accounts.temporary_password(person_id, actor=SYSTEM)
    click.echo(f"New password: {password}")


@user.command()
@click.argument("person_id")
def disable(person_id: str) -> None:
    """Lock an account out; ends every session of it."""
    _set_enabled(person_id, False)


@user.command()
@click.argument("person_id")
def enable(person_id: str) -> None:
    """Let a locked-out account in again."""
    _set_enabled(person_id, True)


def _set_enabled(person_id: str, enabled: bool) -> None:
    with open_engine() as (engine, _):
        engine.accounts.set_enabled(person_id, enabled, actor=SYSTEM)
    click.echo(f"{person_id}: {'enabled' if enabled else 'disabled'}")
