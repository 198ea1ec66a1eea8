"""Who may edit, deploy, start and view a process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from engine.cases.values import candidate_keys, has_role
from engine.model import Actor

Verb = Literal["edit", "deploy", "start", "view"]
VERBS: tuple[Verb, ...] = ("edit", "deploy", "start", "view")

PROCESS_ROLES = ("process_owner", "administrator")
"""May edit and deploy every process; others only where they were given it."""


def may(
    actor: Actor,
    verb: Verb,
    key: str,
    *,
    grants: Mapping[tuple[str, str], set[str]],
    starters: Sequence[str] = (),
    properties: Mapping[str, str] | None = None,
) -> bool:
    """Whether the actor may do `verb` to process `key`.

    Viewing deployed diagrams is open to all staff (design section 7). Starting is for those
    the grants name, else for those the diagram names, else for everybody; a process that is
    not instantiable is started by other processes only.
    """
    if actor.is_system or verb == "view":
        return True
    granted = grants.get((key, verb), set())
    if verb in ("edit", "deploy"):
        return has_role(actor, *PROCESS_ROLES) or _answers(actor, granted)
    if (properties or {}).get("instantiable") == "false":
        return False
    return _answers(actor, granted or set(starters)) if granted or starters else True


def _answers(actor: Actor, candidates: set[str]) -> bool:
    return not candidates.isdisjoint(candidate_keys(actor))
