"""`siwei user`: accounts from the command line, for the first administrator and for emergencies."""

from __future__ import annotations

from collections.abc import Iterator

import click

from engine import SYSTEM, ProcessEngine
from engine.directory.values import Person
from webapp.cli.common import fail, open_engine


@click.group()
def user() -> None:
    """Accounts: the first administrator, list, add, reset the password, lock out, let in."""


@user.command("list")
def list_users() -> None:
    """Every account with its person and state."""
    with open_engine() as (engine, _):
        people = list(_everybody(engine))
        accounts = engine.accounts.accounts([person.id for person in people])
    for person in people:
        account = accounts.get(person.id)
        state = "-" if account is None else "disabled" if account.disabled_at else "enabled"
        click.echo(f"{person.id:<32} {state:<9} {person.name}")


def _everybody(engine: ProcessEngine) -> Iterator[Person]:
    """All people, page by page."""
    page = engine.directory.people()
    while page:
        yield from page
        page = engine.directory.people(after=page[-1].id)


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
@click.argument("name")
@click.option("--unit", default="kcg", show_default=True, help="Code of the topmost unit.")
@click.option("--unit-name", default="高雄市政府", show_default=True, help="Its name.")
def first(person_id: str, name: str, unit: str, unit_name: str) -> None:
    """Found an empty installation: roles, calendars, the topmost unit and its administrator.

    Prints the first password, which must be changed at sign-in. Everything else is done on the pages.
    """
    with open_engine() as (engine, _):
        password = found(engine, person_id, name, unit=unit, unit_name=unit_name)
    if password is None:
        fail("There is an administrator already, who adds more on the pages.")
    click.echo(f"First password: {password}")


def found(engine: ProcessEngine, person_id: str, name: str, *, unit: str, unit_name: str) -> str | None:
    """Add the topmost unit and its administrator; gives their first password, None when there is one already.

    What an attempt before left unfinished is used.

    Raises:
        InvalidFields: an id or a name cannot be used.
    """
    directory = engine.directory
    if directory.grants(role_id="administrator", all=True):
        return None
    directory.add_standard_roles()
    engine.calendars.load_shipped()
    if unit not in {known.id for known in directory.units(closed=True)}:
        directory.add_unit(unit, actor=SYSTEM, name=unit_name, parent_id=None, type="city")
    if person_id not in {known.id for known in directory.people(active=None)}:
        directory.add_person(person_id, actor=SYSTEM, name=name)
    directory.grant(person_id, "administrator", unit, actor=SYSTEM)
    return engine.accounts.add_account(person_id, person_id, actor=SYSTEM)


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
