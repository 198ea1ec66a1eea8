"""Jobs that were given up are found by themselves, not among all that were done in a day"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

INDEX = "ix_job_failed"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        # what an attempt that was cut off left unfinished
        op.drop_index(INDEX, table_name="procrastinate_jobs", if_exists=True, postgresql_concurrently=True)
        op.create_index(
            INDEX,
            "procrastinate_jobs",
            ["id"],
            postgresql_where=sa.text("status = 'failed'"),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    op.drop_index(INDEX, table_name="procrastinate_jobs")
