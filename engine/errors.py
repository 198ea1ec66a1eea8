"""Everything that can go wrong on purpose. One tree; webapp turns it into HTTP.

    EngineError
    ├── NotFound                 (404)
    │   ├── DefinitionNotFound
    │   ├── InstanceNotFound
    │   ├── TaskNotFound
    │   └── RecordNotFound       a unit, person, incident, file …
    ├── NotAllowed               (403)  the actor may not do this
    │   ├── NotAssignee          the task is not this actor's to complete
    │   └── DeputyConflict       a deputy's own submission, or a case they recused from; `why` says which
    ├── Conflict                 (409)  somebody was faster; says who and when
    │   ├── TaskNotOpen
    │   ├── AlreadyClaimed
    │   ├── StaleRevision
    │   ├── InstanceEnded
    │   ├── CaseSuspended        nothing moves it until it is resumed; says why, too
    │   ├── CaseNotSuspended     there is nothing to resume
    │   └── Busy                 the case stayed locked by another step; try again
    ├── Invalid                  (422)  the input is at fault; says where
    │   ├── InvalidVariables     {field: [message code, …]}
    │   ├── InvalidFields        {field: message code} of a record that somebody wants to store
    │   ├── DeploymentRefused    every finding at once
    │   ├── MigrationRefused     a case cannot be moved to another version; every problem at once
    │   ├── ApprovalRequired     a script or connector waits for a second account
    │   ├── MessageNotCorrelated nobody waits for it
    │   └── ValueRefused         a value that cannot be stored (NaN, NUL, …)
    │       └── TooLarge         more than a case may hold
    ├── StepFailed               the engine could not take the step; nothing was stored
    │   └── LimitExceeded        steps, time, nesting, size
    ├── ConnectorError           a connector failed; `retryable` says whether waiting helps
    ├── IntegrityError           saved state or history is not what we wrote
    │   └── SealBroken           a secret at rest that none of the keys opens
    └── StoreUnavailable         (503)  the database cannot be reached, or fails
        ├── StorageFull          a disk is full
        ├── StoreReadOnly        it takes nothing in
        ├── ListsBusy            as many long lists are being taken out as may be
        └── CommitUnknown        the connection was lost while committing

An error's docstring is its default message; `params` holds what it is about.
"""

from __future__ import annotations

from typing import Any


class EngineError(Exception):
    """The engine refused."""

    status = 500

    def __init__(self, message: str | None = None, **params: Any) -> None:
        self.message = message or (type(self).__doc__ or "").splitlines()[0]
        self.params = params
        super().__init__(self.message)

    def __str__(self) -> str:
        about = ", ".join(f"{key}={value}" for key, value in self.params.items() if value is not None)
        cause = f": {self.__cause__}" if self.__cause__ else ""
        return f"{self.message}{f' ({about})' if about else ''}{cause}"


class NotFound(EngineError):
    """There is no such thing, or it is not yours to see."""

    status = 404


class DefinitionNotFound(NotFound):
    """No such process, or no such version of it."""


class InstanceNotFound(NotFound):
    """No such case."""


class TaskNotFound(NotFound):
    """No such task."""


class RecordNotFound(NotFound):
    """No such record."""


class NotAllowed(EngineError):
    """You may not do this."""

    status = 403


class NotAssignee(NotAllowed):
    """Claim the task before you complete it."""


class DeputyConflict(NotAllowed):
    """A deputy must leave this to somebody else."""

    def __init__(self, *, why: str, **params: Any) -> None:
        super().__init__(why=why, **params)
        self.why = why
        """`own-submission` or `recused`."""


class Conflict(EngineError):
    """Somebody else was faster."""

    status = 409


class TaskNotOpen(Conflict):
    """The task was completed or cancelled meanwhile."""


class AlreadyClaimed(Conflict):
    """Somebody else has claimed the task."""


class StaleRevision(Conflict):
    """The case was changed by somebody else meanwhile."""


class InstanceEnded(Conflict):
    """The case has ended."""


class CaseSuspended(Conflict):
    """The case is suspended."""

    def __init__(self, *, said: dict[str, Any] | None = None, **params: Any) -> None:
        super().__init__(**params, **(said or {}))
        self.said = said
        """`who` suspended it, `at` what time and for what `reason`."""


class CaseNotSuspended(Conflict):
    """The case is not suspended."""


class Busy(Conflict):
    """The case is being changed by somebody else; try again in a moment."""


class Invalid(EngineError):
    """The input is not valid."""

    status = 422


class InvalidVariables(Invalid):
    """Some fields need another look."""


class InvalidFields(Invalid):
    """Some fields need another look."""

    def __init__(self, fields: dict[str, str], message: str | None = None, **params: Any) -> None:
        super().__init__(message, fields=", ".join(f"{name}: {code}" for name, code in fields.items()), **params)
        self.fields = fields


class DeploymentRefused(Invalid):
    """The files cannot be deployed."""

    def __init__(self, findings: tuple[Any, ...], message: str | None = None) -> None:
        super().__init__(message, findings=len(findings))
        self.findings = findings


class MigrationRefused(Invalid):
    """The case cannot be moved to the other version as it stands."""

    def __init__(self, problems: tuple[Any, ...]) -> None:
        super().__init__(elements=", ".join(problem.element_id for problem in problems))
        self.problems = problems


class ApprovalRequired(Invalid):
    """A script or connector was added or changed; a second account must approve."""


class MessageNotCorrelated(Invalid):
    """No case waits for this message."""


class ValueRefused(Invalid):
    """A value cannot be stored."""


class TooLarge(ValueRefused):
    """A case cannot hold more than 1 MB of data."""


class StepFailed(EngineError):
    """The engine could not take the step; nothing was stored."""


class LimitExceeded(StepFailed):
    """The step ran over its limit."""


class ConnectorError(EngineError):
    """A connector failed."""

    def __init__(self, message: str | None = None, *, retryable: bool = True, **params: Any) -> None:
        super().__init__(message, **params)
        self.retryable = retryable


class IntegrityError(EngineError):
    """Saved data is not what was written."""


class SealBroken(IntegrityError):
    """A secret cannot be opened."""


class StoreUnavailable(EngineError):
    """The database cannot be reached right now."""

    status = 503


class StorageFull(StoreUnavailable):
    """There is no space left; nothing was stored."""


class StoreReadOnly(StoreUnavailable):
    """The database can only be read right now; nothing was stored."""


class ListsBusy(StoreUnavailable):
    """As many long lists are being taken out as may be at one time."""


class CommitUnknown(StoreUnavailable):
    """The connection was lost while saving; it may or may not have been saved."""
