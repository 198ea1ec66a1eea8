"""A full inbox is filtered and ordered by indexes of what is open; completed cases and tasks stand in none of them

Built beside the work that goes on; what takes the place of another is built first.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

OPEN = "ended_at is null"
FREE = sa.text("state = 'open' and assignee is null")
CLAIMABLE = sa.text("claimable")
SPEED = sa.text("coalesce(array_position(array['最速件', '速件', '普通件'], speed), 4)")
SENT_BY = sa.text("coalesce(sent_by_name, '')")
CASES = {
    "source": ("source", " and source is not null"),
    "speed": ("speed", " and speed is not null"),
    "lead": ("lead_agency", " and lead_agency is not null"),
    "applicant": ("applicant_agency", " and applicant_agency is not null"),
    "handler": ("handler", " and handler is not null"),
    "confidential": ("security_class", " and security_class <> '普通'"),
    "subject": ("subject", ""),
    "business_key": ("business_key", ""),
}
TASKS = ("created_at", "name", "priority")
OFFERED = ["candidate", "due_at", "task_id"]


def upgrade() -> None:
    with op.get_context().autocommit_block():
        _replace("ix_process_instance_open_process", "process_instance", ["process_key", "id"], where=sa.text(OPEN))
        for name, (column, further) in CASES.items():
            where = sa.text(OPEN + further)
            _build(f"ix_process_instance_open_{name}", "process_instance", [column, "id"], where=where)
        _build(
            "ix_process_instance_open_by_speed",
            "process_instance",
            [SPEED, "id"],
            where=sa.text(OPEN),
            include=["speed"],
        )
        for column in TASKS:
            _build(f"ix_user_task_free_{column}", "user_task", [column, "id"], where=FREE)
        _build("ix_user_task_free_sent_by", "user_task", [SENT_BY, "id"], where=FREE, include=["sent_by_name"])
        # What is offered is compared with cases by this index alone.
        _replace("ix_candidate_inbox", "candidate", OFFERED, where=CLAIMABLE, include=["instance_id"])


def downgrade() -> None:
    with op.get_context().autocommit_block():
        _replace("ix_candidate_inbox", "candidate", OFFERED, where=CLAIMABLE)
        for name in ("sent_by", *reversed(TASKS)):
            _drop(f"ix_user_task_free_{name}", "user_task")
        for name in ("by_speed", *CASES):
            _drop(f"ix_process_instance_open_{name}", "process_instance")
        _replace("ix_process_instance_open_process", "process_instance", ["process_key"], where=sa.text(OPEN))


def _build(name: str, table: str, columns: list[Any], *, where: Any, include: list[str] | None = None) -> None:
    _drop(name, table)  # what an attempt that was cut off left unfinished
    op.create_index(
        name, table, columns, postgresql_where=where, postgresql_include=include or [], postgresql_concurrently=True
    )


def _replace(name: str, table: str, columns: list[Any], *, where: Any, include: list[str] | None = None) -> None:
    _build(f"{name}_anew", table, columns, where=where, include=include)
    _drop(name, table)
    op.execute(f"alter index {name}_anew rename to {name}")


def _drop(name: str, table: str) -> None:
    op.drop_index(name, table_name=table, if_exists=True, postgresql_concurrently=True)
