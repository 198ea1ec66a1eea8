"""The next job is found by index however many wait for their day; nothing is left of calls of cases that have ended"""

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
    op.create_index(DUE, "procrastinate_jobs", ["scheduled_at", "id"], postgresql_where=FOR_A_TIME)
    op.create_index(FRESH, "procrastinate_jobs", ORDER, postgresql_where=FOR_NOW)
    # Each job lies in one of the two; the index of both together is asked by nobody any more.
    op.drop_index(PRIORITY, table_name="procrastinate_jobs")

    # Cases that were ended by an earlier version while a connector was being called kept the call.
    op.execute(
        "delete from service_call c where not exists (select from instance_state s where s.instance_id = c.instance_id)"
    )


def downgrade() -> None:
    op.create_index(PRIORITY, "procrastinate_jobs", ORDER, postgresql_where=sa.text("status = 'todo'"))
    op.drop_index(FRESH, table_name="procrastinate_jobs")
    op.drop_index(DUE, table_name="procrastinate_jobs")
