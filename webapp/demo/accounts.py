"""The accounts of the demonstration, as printed at the start and named on the sign-in page."""

from __future__ import annotations

from webapp.demo.organisation import read_organisation

DEMO_PASSWORD = "siwei-demo-107"  # noqa: S105 - printed on purpose; demo accounts exist in the demonstration only


def greeting() -> str:
    """What `siwei up` prints: the password all demo accounts share, and what each one shows."""
    listed = [person for unit in read_organisation().units for person in unit.people if person.demo]
    width = max(len(person.id) for person in listed)
    lines = [f"Demo accounts (password for all: {DEMO_PASSWORD})"]
    lines += [f"  {person.id:<{width}}  {person.name}  {person.demo}" for person in listed]
    return "\n".join(lines)
