"""Smaller cases: no second index of the number, no free room for updates that leave the page, full index pages"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

COMPLETED = sa.text("state = 'completed'")


def upgrade() -> None:
    # One unique index, the number first, answers both who asks for a number and who must not give it twice.
    op.create_index(
        "uq_process_instance_business_key_process_key", "process_instance", ["business_key", "process_key"], unique=True
    )
    op.drop_index("uq_process_instance_process_key_business_key", table_name="process_instance")
    op.drop_index("ix_process_instance_business_key", table_name="process_instance")

    # The newest at the end of a person's entries: pages fill up. At the front, each was split in halves.
    op.drop_index("ix_user_task_closed_by", table_name="user_task", postgresql_where=COMPLETED)
    op.create_index(
        "ix_user_task_closed_by",
        "user_task",
        ["closed_by", sa.text("coalesce(closed_at, 'infinity')"), "id"],
        postgresql_where=COMPLETED,
    )

    # Claiming and closing change indexed columns, so the new row gains nothing by lying on the same page.
    op.execute("alter table user_task reset (fillfactor)")


def downgrade() -> None:
    op.execute("alter table user_task set (fillfactor = 80)")
    op.drop_index("ix_user_task_closed_by", table_name="user_task", postgresql_where=COMPLETED)
    op.create_index(
        "ix_user_task_closed_by",
        "user_task",
        ["closed_by", sa.text("closed_at desc"), sa.text("id desc")],
        postgresql_where=COMPLETED,
    )
    op.create_index("ix_process_instance_business_key", "process_instance", ["business_key"])
    op.create_index(
        "uq_process_instance_process_key_business_key", "process_instance", ["process_key", "business_key"], unique=True
    )
    op.drop_index("uq_process_instance_business_key_process_key", table_name="process_instance")
