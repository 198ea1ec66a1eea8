"""Load the cases of the demonstration: a whole year, all closed, and the ones that stand open today."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from engine import SYSTEM, NoJobs, ProcessEngine, SetClock
from engine.calendar.working_days import TAIPEI
from engine.connectors import ConnectorRegistry, PastCasesConnector, SimilarCasesConnector
from engine.jobs import ProcrastinateQueue
from engine.queue import JobSpec
from engine.reports import SyntheticCase
from webapp.assemble import assemble
from webapp.demo.office import Office
from webapp.demo.opened import open_groups
from webapp.demo.plans import Group, Plan
from webapp.demo.player import Player, answered
from webapp.demo.year import groups_of_year
from webapp.jobs_setup import make_connectors, make_jobs
from webapp.settings import Settings

INTERRUPTED = "示範資料載入中斷，改以新案重新載入。"

Progress = Callable[[int, int], None]


def load_cases(settings: Settings, *, progress: Progress = lambda done, total: None) -> int:
    """Play every case of the demonstration that is not there yet; gives how many groups were played.

    What was interrupted half-way is cancelled and played again. In the end all that is
    still open is handed to the real worker.

    Raises:
        PlayFailed: a process does not go as the plans of the demonstration expect.
    """
    now = datetime.now(TAIPEI)
    engine = assemble(settings, clock=SetClock(now), queue=NoJobs())
    try:
        office = Office(engine.calendars.calendar())
        year, opened = groups_of_year(office), open_groups(office, now)
        left = missing(engine, year, opened)
        total = len(year) + len(opened)
        done = total - sum(map(len, left))
        progress(done, total)
        looking_back, today = _player_of_the_year(engine), _player_of_today(engine, settings)
        for player, groups_left in zip((looking_back, today), left, strict=True):
            for group in groups_left:
                player.play(group)
                done += 1
                progress(done, total)
        if any(left):
            engine.machine.hand_over(ProcrastinateQueue())
        return sum(map(len, left))
    finally:
        engine.close()


def missing(engine: ProcessEngine, year: list[Group], opened: list[Group]) -> tuple[list[Group], list[Group]]:
    """The groups still to be played.

    They are played in order, so that the last one begun may stand half-way when the loading
    was interrupted: what of it is open is cancelled, and it is played again.
    """
    begun: dict[str, list[SyntheticCase]] = {}
    for case in engine.reports.synthetic_cases():
        if case.status != "cancelled":
            begun.setdefault(case.mark, []).append(case)
    left = [[group for group in groups if group.plans[0].key not in begun] for groups in (year, opened)]
    stuck = [group for group in year if any(_is_open(plan, begun) for plan in group.plans)]
    if left[1] and (known := [group for group in opened if group.plans[0].key in begun]):
        stuck.append(known[-1])
    for group in stuck:
        for mark, cases in begun.items():
            if any(mark == plan.key or mark == group.key or mark.startswith(f"{plan.key}/") for plan in group.plans):
                _cancel(engine, cases)
        left[group.key.startswith("open/")].insert(0, _rest(group, begun))
    return left[0], left[1]


def _rest(group: Group, begun: Mapping[str, list[SyntheticCase]]) -> Group:
    """The group without the cases that have run to their end; the others may still name them."""
    ended = {plan.key: case for plan in group.plans for case in begun.get(plan.key, ()) if case.status == "completed"}
    known = {key.rpartition("/")[2]: case.business_key for key, case in ended.items()}
    return replace(group, plans=tuple(plan for plan in group.plans if plan.key not in ended), known=known)


def _is_open(plan: Plan, begun: Mapping[str, list[SyntheticCase]]) -> bool:
    return any(case.status == "active" for case in begun.get(plan.key, ()))


def _cancel(engine: ProcessEngine, cases: list[SyntheticCase]) -> None:
    for case in cases:
        if case.status == "active":
            engine.runtime.cancel(case.id, reason=INTERRUPTED, actor=SYSTEM)


def _player_of_the_year(engine: ProcessEngine) -> Player:
    """Cases of 107 look up earlier ones, as the registrar would see them; nobody outside is reached."""
    looks_up = ConnectorRegistry(SimilarCasesConnector(engine.store), PastCasesConnector(engine.store))

    def connect(name: str, arguments: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        return looks_up.call(name, arguments, key=key) if name in looks_up else answered(name, arguments, key)

    return Player(engine, connect=connect)


def _player_of_today(engine: ProcessEngine, settings: Settings) -> Player:
    """Cases of today reach out for real: mails go where the installation sends them, people are told."""
    connectors, jobs = make_connectors(engine, settings), make_jobs(engine, settings)

    def connect(name: str, arguments: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        return connectors.call(name, arguments, key=key)

    def tell(job: JobSpec) -> None:
        jobs.handle(job.kind, job.args, 0)

    return Player(engine, connect=connect, tell=tell)
