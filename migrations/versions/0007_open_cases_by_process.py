"""Open cases are found by their process: a full inbox filtered by a rare one looks at its cases alone"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

OPEN = sa.text("ended_at is null")


def upgrade() -> None:
    op.create_index("ix_process_instance_open_process", "process_instance", ["process_key"], postgresql_where=OPEN)


def downgrade() -> None:
    op.drop_index("ix_process_instance_open_process", table_name="process_instance", postgresql_where=OPEN)
