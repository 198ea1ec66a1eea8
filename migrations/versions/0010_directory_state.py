"""Who answers to which candidate key is worked out once for each state of the directory, which has a number now"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

APPLICATION = "siwei_app"
WATCHED = {
    "org_unit": "insert or update or delete or truncate",
    "position": "insert or update or delete or truncate",
    "assignment": "insert or update or delete or truncate",
    "role": "insert or update or delete or truncate",
    "role_grant": "insert or update or delete or truncate",
    "person": "update of is_active",
}
"""What `groups_of` reads."""


def upgrade() -> None:
    op.create_table(
        "directory_state",
        sa.Column("is_only", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False, comment="the transaction that changed it last"),
        sa.CheckConstraint("is_only", name=op.f("ck_directory_state_only_one_row")),
        sa.PrimaryKeyConstraint("is_only", name=op.f("pk_directory_state")),
        comment="Which state units, positions, roles and who has them are in: what was read in the same one still holds.",
    )
    op.execute(f"grant select, insert, update, delete on directory_state to {APPLICATION}")
    op.execute(
        """
create function directory_changed() returns trigger language plpgsql set search_path = pg_catalog, public as $$
begin
  insert into directory_state as d (number) values (pg_current_xact_id()::text::bigint)
  on conflict (is_only) do update set number = excluded.number where d.number <> excluded.number;
  return null;
end $$
"""
    )
    op.execute("insert into directory_state (number) values (pg_current_xact_id()::text::bigint)")
    for table, events in WATCHED.items():
        op.execute(f"create trigger directory_changed after {events} on {table} execute function directory_changed()")


def downgrade() -> None:
    for table in WATCHED:
        op.execute(f"drop trigger directory_changed on {table}")
    op.execute("drop function directory_changed()")
    op.drop_table("directory_state")
