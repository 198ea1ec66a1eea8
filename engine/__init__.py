"""Siwei's process engine: the public names. Whoever builds on the engine imports from here.

from engine import ProcessEngine, Store
"""

from engine.cases.migrating import MovableCase
from engine.cases.records import (
    Attachment,
    CaseReading,
    ChainFault,
    Comment,
    DiagramState,
    Draft,
    File,
    Incident,
    PastDecision,
    PendingDeployment,
    SavedSearch,
    Verification,
)
from engine.cases.tasks import UNIT_WORK_ROWS
from engine.cases.values import (
    SUSPENDED,
    TABS,
    HistoryEntry,
    InboxQuery,
    InstanceQuery,
    Notification,
    Page,
    ProcessInstance,
    TaskRow,
    UserTask,
    WorkRow,
    effective_person,
    has_role,
    is_for,
    is_open_for,
)
from engine.clock import Clock, SetClock, TimeSource
from engine.model import (
    SYSTEM,
    Actor,
    Advance,
    Deployment,
    Finding,
    MigrationProblem,
    ProcessDefinition,
    SourceFile,
    Variables,
)
from engine.process_engine import ProcessEngine
from engine.queue import JobQueue, JobSpec, NoJobs
from engine.spiff import Executor, ProcessOutline
from engine.spiff.functions import build as diagram_functions
from engine.store import Store

__all__ = [
    "SUSPENDED",
    "SYSTEM",
    "TABS",
    "UNIT_WORK_ROWS",
    "Actor",
    "Advance",
    "Attachment",
    "CaseReading",
    "ChainFault",
    "Clock",
    "Comment",
    "Deployment",
    "DiagramState",
    "Draft",
    "Executor",
    "File",
    "Finding",
    "HistoryEntry",
    "InboxQuery",
    "Incident",
    "InstanceQuery",
    "JobQueue",
    "JobSpec",
    "MigrationProblem",
    "MovableCase",
    "NoJobs",
    "Notification",
    "Page",
    "PastDecision",
    "PendingDeployment",
    "ProcessDefinition",
    "ProcessEngine",
    "ProcessInstance",
    "ProcessOutline",
    "SavedSearch",
    "SetClock",
    "SourceFile",
    "Store",
    "TaskRow",
    "TimeSource",
    "UserTask",
    "Variables",
    "Verification",
    "WorkRow",
    "diagram_functions",
    "effective_person",
    "has_role",
    "is_for",
    "is_open_for",
]
