"""What background work keeps for its next round, once for all processes: counts for monitors, where the watchdog is"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

APPLICATION = "siwei_app"
STUCK = sa.text("kind = 'stuck' and resolved_at is null")


def upgrade() -> None:
    op.create_table(
        "upkeep",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", postgresql.JSONB(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="when somebody took it up last"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_upkeep")),
        comment="What background work keeps for its next round.",
    )
    op.execute(f"grant select, insert, update, delete on upkeep to {APPLICATION}")
    op.create_index("ix_incident_stuck", "incident", ["id"], postgresql_where=STUCK)


def downgrade() -> None:
    op.drop_index("ix_incident_stuck", table_name="incident", postgresql_where=STUCK)
    op.drop_table("upkeep")
