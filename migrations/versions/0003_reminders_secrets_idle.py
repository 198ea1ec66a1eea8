"""Cases remind of their own deadline, secrets of neighbour systems are sealed, idle accounts are known"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

APPLICATION = "siwei_app"
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column(
        "process_instance",
        sa.Column("remind_at", MOMENT, comment="when its people are reminded of the case's deadline next; null: not"),
    )
    op.create_index(
        "ix_process_instance_remind_at",
        "process_instance",
        ["remind_at"],
        postgresql_where=sa.text("remind_at is not null"),
    )
    op.execute(
        "update process_instance set remind_at = due_at where ended_at is null and clock = 'running' and due_at > now()"
    )
    op.create_index(
        "uq_notification_case_once",
        "notification",
        ["person_id", "instance_id", "kind", sa.text("(params ->> 'once')")],
        unique=True,
        postgresql_where=sa.text("task_id is null and kind in ('case_due', 'case_overdue')"),
    )

    # What was kept in the clear cannot be sealed here, without the key: such headers have to be typed once more.
    op.drop_column("connector_host", "headers")
    op.add_column(
        "connector_host",
        sa.Column(
            "header_names", sa.ARRAY(sa.Text()), nullable=False, server_default=sa.text("'{}'"), comment="may be shown"
        ),
    )
    op.add_column(
        "connector_host",
        sa.Column("sealed_headers", sa.Text(), comment="names and values, encrypted with a key of the settings"),
    )

    op.add_column(
        "account",
        sa.Column("used_from", MOMENT, comment="idleness counts from here: made, enabled again or last signed in"),
    )
    op.execute("update account set used_from = greatest(created_at, last_sign_in_at)")
    op.alter_column("account", "used_from", nullable=False)
    op.add_column(
        "account",
        sa.Column("disabled_reason", sa.Text(), comment="by an administrator, or because nobody used it"),
    )
    op.execute("update account set disabled_reason = 'administrator' where disabled_at is not null")
    op.create_check_constraint(
        op.f("ck_account_disabled_reason_known"), "account", "disabled_reason in ('administrator', 'idle')"
    )
    op.create_check_constraint(
        op.f("ck_account_disabled_has_reason"), "account", "(disabled_at is null) = (disabled_reason is null)"
    )
    op.create_index(
        "ix_account_used_from",
        "account",
        ["used_from"],
        postgresql_where=sa.text("disabled_at is null and not is_demo"),
    )

    # rights to insert are given by column (0002)
    op.execute(f"grant insert (remind_at) on process_instance to {APPLICATION}")
    op.execute(f"grant insert (header_names, sealed_headers) on connector_host to {APPLICATION}")
    op.execute(f"grant insert (used_from, disabled_reason) on account to {APPLICATION}")


def downgrade() -> None:
    op.drop_index("ix_account_used_from", table_name="account")
    op.drop_constraint(op.f("ck_account_disabled_has_reason"), "account")
    op.drop_constraint(op.f("ck_account_disabled_reason_known"), "account")
    op.drop_column("account", "disabled_reason")
    op.drop_column("account", "used_from")
    op.drop_column("connector_host", "sealed_headers")
    op.drop_column("connector_host", "header_names")
    op.add_column(
        "connector_host",
        sa.Column("headers", postgresql.JSONB(), nullable=False, server_default=sa.text("'{}'")),
    )
    op.alter_column("connector_host", "headers", server_default=None)
    op.drop_index("uq_notification_case_once", table_name="notification")
    op.drop_index("ix_process_instance_remind_at", table_name="process_instance")
    op.drop_column("process_instance", "remind_at")
