"""Whether conditions of start events of versions in force held when they were last looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from engine.store.store import Transaction

_COLUMNS = "definition_id, element_id, number, holds, since, problem"

_ALL = text(f"select {_COLUMNS} from start_condition order by definition_id, element_id, number")

_ONE = text(f"""
select {_COLUMNS} from start_condition
where definition_id = :definition_id and element_id = :element_id and number = :number
""")

_LOCK = text(f"{_ONE.text} for update")

_OF_PROCESS = text("""
delete from start_condition c using process_definition d where d.id = c.definition_id and d.key = :key
returning c.element_id, c.number, c.holds
""")

_ARM = text("""
insert into start_condition (definition_id, element_id, number, holds, since)
values (:definition_id, :element_id, :number, :holds, :now)
""")

_NOTE = text("""
update start_condition set holds = :holds, since = :now, problem = :problem
where definition_id = :definition_id and element_id = :element_id and number = :number
""")

_RUNNING = text("select count(*) from process_instance where process_key = :process and ended_at is null")

_STANDING = text("""
select count(*) from process_instance
where process_key = :process and ended_at is null and :element = any(active_elements)
""")


@dataclass(frozen=True)
class StartCondition:
    """A condition of a start event, and what was found when it was last looked at."""

    definition_id: UUID
    element_id: str
    number: int
    """Which of the event's conditions, counted from 0."""
    holds: bool
    since: datetime
    """When `holds` or `problem` became what they are."""
    problem: str | None
    """Why it cannot be worked out, or begins no case."""

    @property
    def key(self) -> tuple[UUID, str, int]:
        """Names it."""
        return self.definition_id, self.element_id, self.number


def every(tx: Transaction) -> list[StartCondition]:
    """All that are watched."""
    return [StartCondition(**row) for row in tx.execute(_ALL).mappings()]


def one(tx: Transaction, key: tuple[UUID, str, int], *, lock: bool = False) -> StartCondition | None:
    """One of them, locked until the transaction ends if asked to; None when it is not watched any more."""
    row = tx.execute(_LOCK if lock else _ONE, _named(key)).mappings().first()
    return StartCondition(**row) if row else None


def disarm_process(tx: Transaction, key: str) -> dict[tuple[str, int], bool]:
    """No version of the process starts by a condition from now on; which of them held, by element and number."""
    return {(row.element_id, row.number): row.holds for row in tx.execute(_OF_PROCESS, {"key": key})}


def arm(tx: Transaction, key: tuple[UUID, str, int], *, holds: bool, now: datetime) -> None:
    """Watch a condition. `holds`: it is known to be true and begins a case only after it was false."""
    tx.execute(_ARM, {**_named(key), "holds": holds, "now": now})


def note(tx: Transaction, key: tuple[UUID, str, int], *, holds: bool, problem: str | None, now: datetime) -> None:
    """Keep what was found."""
    tx.execute(_NOTE, {**_named(key), "holds": holds, "problem": problem, "now": now})


def open_cases(tx: Transaction, process: str, element: str | None) -> int:
    """How many cases of a process run; with an element, how many of them stand there."""
    found: int = tx.execute(
        _RUNNING if element is None else _STANDING, {"process": process, "element": element}
    ).scalar_one()
    return found


def _named(key: tuple[UUID, str, int]) -> dict[str, object]:
    return dict(zip(("definition_id", "element_id", "number"), key, strict=True))
