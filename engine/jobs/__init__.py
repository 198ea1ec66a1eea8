"""Background work: the queue steps put jobs in, the workers that drain it, what is done with each job."""

from engine.jobs.queue import MAX_ATTEMPTS, Handler, ProcrastinateQueue, is_given_up, make_app
from engine.jobs.service import JobService
from engine.jobs.sweeping import Swept
from engine.jobs.worker import Worker

__all__ = [
    "MAX_ATTEMPTS",
    "Handler",
    "JobService",
    "ProcrastinateQueue",
    "Swept",
    "Worker",
    "is_given_up",
    "make_app",
]
