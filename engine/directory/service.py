"""The directory: units, positions, people, what they may do, who stands in (domain C1).

Every change is one transaction, checks what it is given (`InvalidFields`: a code for each
field) and whether the actor administers the unit concerned, and leaves an entry in the
administrators' log. Rights are asked of the database each time, never of a cache.
"""

from __future__ import annotations

from engine.directory.candidates import Candidates, split
from engine.directory.contacts import Contacts
from engine.directory.leave import LeaveKeeping
from engine.directory.people import People
from engine.directory.units import Units
from engine.directory.values import (
    Assignment,
    Authority,
    Contact,
    Deputy,
    Grant,
    Leave,
    Person,
    Position,
    Role,
    Unit,
    UnitName,
)


class DirectoryService(Units, Contacts, People, LeaveKeeping, Candidates):
    """Who works where, in which role, and who is meant by a candidate text."""


__all__ = [
    "Assignment",
    "Authority",
    "Contact",
    "Deputy",
    "DirectoryService",
    "Grant",
    "Leave",
    "Person",
    "Position",
    "Role",
    "Unit",
    "UnitName",
    "split",
]
