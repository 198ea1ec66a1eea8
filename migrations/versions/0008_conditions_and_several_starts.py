"""Conditions start cases, and a start event may need several things to happen first"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

APPLICATION = "siwei_app"
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "start_condition",
        sa.Column("definition_id", sa.Uuid(), nullable=False),
        sa.Column("element_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="which of the event's conditions"),
        sa.Column("holds", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("problem", sa.Text(), nullable=True, comment="why it cannot be worked out, or begins no case"),
        sa.ForeignKeyConstraint(
            ["definition_id"], ["process_definition.id"], name=op.f("fk_start_condition_definition_id")
        ),
        sa.PrimaryKeyConstraint("definition_id", "element_id", "number", name=op.f("pk_start_condition")),
        comment="Whether the condition of a start event of a current version held when it was last looked at.",
    )
    op.create_table(
        "start_arrival",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("process_key", sa.Text(), nullable=False),
        sa.Column("element_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, comment="of the message or signal; else which timer or condition"),
        sa.Column("business_key", sa.Text(), nullable=True, comment="messages of one number belong together"),
        sa.Column("variables", postgresql.JSONB(), nullable=False),
        sa.Column("arrived_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "kind in ('message', 'signal', 'timer', 'conditional')", name=op.f("ck_start_arrival_kind_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_start_arrival")),
        comment="What has happened already of all that a parallel multiple start event needs.",
    )
    op.create_index("ix_start_arrival_process_key_element_id", "start_arrival", ["process_key", "element_id"])
    for table in ("start_condition", "start_arrival"):
        op.execute(f"grant select, insert, update, delete on {table} to {APPLICATION}")


def downgrade() -> None:
    op.drop_index("ix_start_arrival_process_key_element_id", table_name="start_arrival")
    op.drop_table("start_arrival")
    op.drop_table("start_condition")
