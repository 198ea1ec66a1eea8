"""Who may see a case: the one rule, for pages, lists, search, files and exports (design section 7).

People who have or had a task in it or to whom an open one is offered; their supervisors
(heads of a unit above); the registrar of the owning unit; control and audit. A
confidential case (密): only the people it names, and the ethics officers.
"""

from __future__ import annotations

from typing import Any

from engine.cases.values import candidate_keys, effective_person, has_role
from engine.model import Actor

SEES_ALL = ("control_officer", "auditor")
SEES_CONFIDENTIAL = ("ethics_officer",)

_NAMED = """
    select p.instance_id, true as named from participation p where p.person_id = :seer
    union all
    select c.instance_id, true from candidate c where c.candidate = any(cast(:seer_keys as text[]))
"""

_SUPERVISED = """
    union all
    select p.instance_id, false from participation p where p.unit_id in (select id from supervised)
    union all
    select c.instance_id, false from candidate c where c.unit_id in (select id from supervised)
"""

_REGISTERED = """
    union all
    select r.id, false from process_instance r where r.owning_unit = any(cast(:seer_registers as text[]))
"""

UNITS = """
supervised as (
  select id from org_unit where id = any(cast(:seer_heads as text[]))
  union
  select u.id from org_unit u join supervised s on u.parent_id = s.id
)
"""
"""A CTE, to stand after `with recursive` of every statement that uses `visible`."""


def visible(actor: Actor, case: str = "i") -> tuple[str, dict[str, Any]]:
    """The condition under which `actor` may see the case in table alias `case`, with its parameters.

    The statement must define the CTE `UNITS`.
    """
    if actor.is_system:
        return "true", {"seer_heads": []}
    heads = _units(actor, "head")
    registers = _units(actor, "registrar")
    paths = _NAMED + (_SUPERVISED if heads else "") + (_REGISTERED if registers else "")
    parameters: dict[str, Any] = {
        "seer": effective_person(actor),
        "seer_keys": candidate_keys(actor),
        "seer_heads": heads,
    }
    if registers:
        parameters["seer_registers"] = registers
    condition = (
        f"exists (select from ({paths}) seen where seen.instance_id = {case}.id"
        f" and (seen.named or {case}.security_class <> '密'))"
    )
    if has_role(actor, *SEES_ALL):
        condition = f"({case}.security_class <> '密' or {condition})"
    if has_role(actor, *SEES_CONFIDENTIAL):
        condition = f"({case}.security_class = '密' or {condition})"
    return condition, parameters


def _units(actor: Actor, role: str) -> list[str]:
    prefix = f"{role}@"
    return sorted(group[len(prefix) :] for group in actor.groups if group.startswith(prefix) and group != prefix)
