"""What a deputy must leave to somebody else: their own submission, and cases they recused from (domain C4)."""

from __future__ import annotations

from engine.cases.values import UserTask
from engine.errors import DeputyConflict
from engine.model import Actor, Variables
from engine.steps.steps import Case
from engine.store import Transaction
from engine.store import task_queries as queries

OWN_SUBMISSION = "deputyOwnSubmission"
"""A property of a process; `allowed` where its office lets deputies act on what they submitted themselves."""
RECUSE = "recuse"
"""The value of a decision menu by which somebody recuses (迴避)."""


def ensure_deputy_may_act(tx: Transaction, case: Case, task: UserTask, actor: Actor) -> None:
    """Check that whoever stands in for somebody may act on this task. Whoever acts for themselves may.

    Own submission means: they started the case, or the task is to approve what they handed in; by their own hand
    for whomever, or by somebody who stood in for them.

    Raises:
        DeputyConflict: `why` is `own-submission` or `recused`.
    """
    if actor.on_behalf_of is None:
        return
    if case.row["properties"].get(OWN_SUBMISSION) != "allowed" and _is_own(tx, case, task, actor.person_id):
        raise DeputyConflict(why="own-submission", task=task.name)
    if queries.has_recused(tx, case.id, actor.person_id):
        raise DeputyConflict(why="recused", task=task.name)


def _is_own(tx: Transaction, case: Case, task: UserTask, person_id: str) -> bool:
    approves = task.kind == "approval"
    if case.row["started_by"] == person_id or (approves and task.sent_by == person_id):
        return True
    return queries.has_handed_in(tx, case.id, person_id, opened=task.created_at if approves else None)


def is_recusal(given: Variables) -> bool:
    """Whether an answer says that whoever gives it recuses: by the decision, or by the field `recused`."""
    return given.get("decision") == RECUSE or given.get("recused") is True
