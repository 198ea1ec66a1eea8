"""Background work: the queue steps put jobs in, the workers that drain it, what is done with each job."""

from engine.jobs.queue import MAX_ATTEMPTS, ProcrastinateQueue, make_app
from engine.jobs.service import JobService
from engine.jobs.worker import Worker

__all__ = ["MAX_ATTEMPTS", "JobService", "ProcrastinateQueue", "Worker", "make_app"]
