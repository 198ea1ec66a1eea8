"""The next job is found by index however many wait for their day; nothing is left of calls of cases that have ended

Built beside the work that goes on.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

DUE, FRESH, PRIORITY = "ix_job_due", "ix_job_fresh", "procrastinate_jobs_priority_idx_v1"
FOR_A_TIME = sa.text("status = 'todo' and scheduled_at is not null")
FOR_NOW = sa.text("status = 'todo' and scheduled_at is null")
ORDER = [sa.text("priority desc"), "id"]


def upgrade() -> None:
    with op.get_context().autocommit_block():
        _build(DUE, ["scheduled_at", "id"], where=FOR_A_TIME)
        _build(FRESH, ORDER, where=FOR_NOW)
        # Each job lies in one of the two; the index of both together is asked by nobody any more.
        _drop(PRIORITY)

    # Cases that were ended by an earlier version while a connector was being called kept the call.
    op.execute(
        "delete from service_call c where not exists (select from instance_state s where s.instance_id = c.instance_id)"
    )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        _build(PRIORITY, ORDER, where=sa.text("status = 'todo'"))
        _drop(FRESH)
        _drop(DUE)


def _build(name: str, columns: list[Any], *, where: Any) -> None:
    _drop(name)  # what an attempt that was cut off left unfinished
    op.create_index(name, "procrastinate_jobs", columns, postgresql_where=where, postgresql_concurrently=True)


def _drop(name: str) -> None:
    op.drop_index(name, table_name="procrastinate_jobs", if_exists=True, postgresql_concurrently=True)
