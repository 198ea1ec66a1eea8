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

    Own submission means: they started the case, or the task is to approve what they handed in.

    Raises:
        DeputyConflict: `why` is `own-submission` or `recused`.
    """
    if actor.on_behalf_of is None:
        return
    handed_in = task.kind == "approval" and task.sent_by == actor.person_id
    own = handed_in or case.row["started_by"] == actor.person_id
    if own and case.row["properties"].get(OWN_SUBMISSION) != "allowed":
        raise DeputyConflict(why="own-submission", task=task.name)
    if queries.has_recused(tx, case.id, actor.person_id):
        raise DeputyConflict(why="recused", task=task.name)


def is_recusal(given: Variables) -> bool:
    """Whether an answer says that whoever gives it recuses: by the decision, or by the field `recused`."""
    return given.get("decision") == RECUSE or given.get("recused") is True
