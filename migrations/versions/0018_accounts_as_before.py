"""Code that knows no idle accounts (before 0003) may go on beside this one: what it leaves out of an account is filled in

It makes accounts without `used_from`, and disables and enables them without a word about the reason.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("account", "used_from", server_default=sa.text("now()"))
    op.execute(
        """
create function account_as_before() returns trigger language plpgsql set search_path = pg_catalog, public as $$
begin
  new.disabled_reason := case when new.disabled_at is not null then coalesce(new.disabled_reason, 'administrator') end;
  return new;
end $$
"""
    )
    op.execute(
        "create trigger as_before before insert or update of disabled_at on account"
        " for each row execute function account_as_before()"
    )


def downgrade() -> None:
    op.execute("drop trigger as_before on account")
    op.execute("drop function account_as_before()")
    op.alter_column("account", "used_from", server_default=None)
