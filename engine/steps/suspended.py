"""What a suspended case takes: its end, and the answer of a call that was under way. All else waits."""

from __future__ import annotations

from engine.errors import CaseSuspended
from engine.model import Cancel, Command, FailService, FinishService
from engine.steps.values import Case
from engine.store import Transaction, suspension_queries

CASE_SUSPENDED = "case.suspended"
_TAKEN = (Cancel, FinishService, FailService)


def ensure_may_move(tx: Transaction, case: Case, command: Command) -> None:
    """Raises CaseSuspended when the case is suspended and the command has to wait."""
    if not isinstance(command, _TAKEN):
        ensure_not_suspended(tx, case)


def ensure_not_suspended(tx: Transaction, case: Case) -> None:
    """Raises CaseSuspended; says who suspended the case, when and why."""
    if case.is_suspended:
        said = suspension_queries.last_said(tx, case.id, CASE_SUSPENDED)
        raise CaseSuspended(business_key=case.business_key, said=vars(said) if said else None)
