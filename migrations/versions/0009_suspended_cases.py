"""A case may be suspended: nothing moves it until it is resumed"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SUSPENDED = sa.text("suspended_at is not null")


def upgrade() -> None:
    op.add_column(
        "process_instance",
        sa.Column(
            "suspended_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="since when nothing may move the case; null: it runs",
        ),
    )
    op.create_index("ix_process_instance_suspended", "process_instance", ["id"], postgresql_where=SUSPENDED)


def downgrade() -> None:
    op.drop_index("ix_process_instance_suspended", table_name="process_instance", postgresql_where=SUSPENDED)
    op.drop_column("process_instance", "suspended_at")
