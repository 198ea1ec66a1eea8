"""Put the engine together from the settings: for the web, the worker and the command line."""

from __future__ import annotations

from datetime import timedelta

from engine import Executor, ProcessEngine, Store, TimeSource
from engine.accounts.service import AccountRules
from engine.jobs import ProcrastinateQueue
from engine.queue import JobQueue
from engine.sandbox import MontySandbox
from webapp.settings import Settings, SettingsError
from webapp.tracing import watch


def assemble(
    settings: Settings, *, clock: TimeSource | None = None, queue: JobQueue | None = None, pool_size: int = 2
) -> ProcessEngine:
    """A process engine over the database the settings name.

    Args:
        clock: the database's own time unless a player sets one.
        queue: Procrastinate's unless a player does the work itself.
        pool_size: database connections kept open; as many again for a moment.

    Raises:
        SettingsError: no database or no history key is set.
    """
    if not settings.database_url:
        raise SettingsError("DATABASE_URL is not set; `siwei up` starts the embedded database and sets it")
    if len(settings.history_key) < 32:
        raise SettingsError("SIWEI_HISTORY_KEY must be set to at least 32 characters")
    return ProcessEngine(
        Store(settings.database_url, pool_size=pool_size),
        Executor(MontySandbox(demand_bwrap=settings.require_bwrap)),
        history_key=settings.history_key.encode(),
        secret_keys=[key.encode() for key in (settings.secret_key, *settings.former_secret_keys) if key],
        account_rules=_account_rules(settings),
        clock=clock,
        queue=queue or ProcrastinateQueue(),
        watch=watch,
    )


def _account_rules(settings: Settings) -> AccountRules:
    return AccountRules(
        idle_account=_days(settings.idle_account_days),
        password_min_age=_days(settings.password_min_days) or timedelta(0),
        password_max_age=_days(settings.password_max_days),
    )


def _days(count: int) -> timedelta | None:
    """None for 0: no such limit."""
    return timedelta(days=count) if count else None
