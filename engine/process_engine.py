"""The process engine: puts the parts together and holds the services.

    engine = ProcessEngine(Store(url), Executor(MontySandbox()), history_key=key, queue=ProcrastinateQueue())
    engine.runtime.start("petition", actor=actor, variables={…})

A web application and a worker each make one; they share nothing but the database.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.accounts.service import AccountRules, AccountService
from engine.administration import AdminLog
from engine.calendar.deadlines import DeadlineService
from engine.calendar.service import CalendarService
from engine.cases.incidents import IncidentService
from engine.cases.listing import ListingService
from engine.cases.machine import MachineService
from engine.cases.migrating import MigrationService
from engine.cases.runtime import RuntimeService
from engine.cases.searches import SavedSearches
from engine.cases.suspending import SuspensionService
from engine.cases.tasks import TaskService
from engine.cases.watchdog import WatchdogService
from engine.clock import Clock, TimeSource
from engine.connector_hosts import ConnectorHosts
from engine.directory.service import DirectoryService
from engine.history.chain import Signer
from engine.history.readings import CaseReadings
from engine.history.service import HistoryService
from engine.integrity import IntegrityService
from engine.measuring import MeasuringService
from engine.monitor import MonitorService
from engine.notices.service import NotificationService
from engine.queue import JobQueue, NoJobs
from engine.reports import ReportService
from engine.repository.service import RepositoryService
from engine.sealing import Sealer
from engine.spiff import Executor
from engine.steps.candidates import Candidates
from engine.steps.sources import Sources
from engine.steps.steps import Steps
from engine.store import Store
from engine.watching import Watch, nobody


class ProcessEngine:
    """All services over one database.

    Args:
        store: the database, as the application's role.
        executor: runs the diagrams.
        history_key: the secret of the history chains, at least 32 bytes, kept outside the
            database; the same for web, worker and `siwei verify`.
        secret_keys: what seals secrets at rest, the current one first; the history key when
            there are none.
        account_rules: limits of accounts and sessions that differ from the defaults.
        clock: the database's time unless a caller sets one.
        queue: where steps put their jobs; without one they are kept for a player to take.
        watch: told of every step that is stored.

    Raises:
        ValueError: the history key is too short.
    """

    def __init__(
        self,
        store: Store,
        executor: Executor,
        *,
        history_key: bytes,
        secret_keys: Sequence[bytes] = (),
        account_rules: AccountRules | None = None,
        clock: TimeSource | None = None,
        queue: JobQueue | None = None,
        watch: Watch = nobody,
    ) -> None:
        self.store = store
        self.executor = executor
        self.clock: TimeSource = clock or Clock(store)
        self.queue: JobQueue = queue or NoJobs()
        self.admin_log = AdminLog(store, self.clock)
        self.directory = DirectoryService(store, self.clock, self.admin_log)
        self.accounts = AccountService(store, self.clock, self.directory, self.admin_log, rules=account_rules)
        self.calendars = CalendarService(store, self.clock, self.admin_log)
        self.deadlines = DeadlineService(store, self.clock, self.calendars)
        signer = Signer(history_key)
        steps = Steps(
            executor,
            self.clock,
            self.queue,
            signer,
            Sources(),
            self.calendars,
            Candidates(),
            self.deadlines,
            watch,
        )
        self.repository = RepositoryService(store, steps)
        self.runtime = RuntimeService(store, steps)
        self.migration = MigrationService(store, steps)
        self.suspension = SuspensionService(store, steps)
        self.machine = MachineService(store, steps)
        self.tasks = TaskService(store, steps)
        self.lists = ListingService(store, steps, self.tasks)
        self.history = HistoryService(store, steps, signer)
        self.readings = CaseReadings(store)
        self.searches = SavedSearches(store, self.clock)
        self.incidents = IncidentService(store, steps)
        self.watchdog = WatchdogService(store, steps)
        self.notifications = NotificationService(store, self.clock)
        self.connector_hosts = ConnectorHosts(store, self.clock, self.admin_log, Sealer(secret_keys or [history_key]))
        self.monitor = MonitorService(store, self.clock, self.admin_log)
        self.measuring = MeasuringService(store, self.clock)
        self.reports = ReportService(store)
        self.integrity = IntegrityService(store, steps)

    def close(self) -> None:
        """Close every database connection."""
        self.store.close()
