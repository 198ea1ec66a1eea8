"""Whoever submitted a deployment is told how it was decided: a notice may be about that instead of about a case

What the notices there are hold to is looked at afterwards, while others add some.
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

APPLICATION = "siwei_app"
ABOUT = "ck_notification_about_one_thing"
COMMENT = "the deployment that somebody submitted; null: it is about a case"


def upgrade() -> None:
    # an attempt that was cut off may have left all of it but the last
    op.execute("alter table notification add column if not exists request_id uuid")
    op.execute(f"comment on column notification.request_id is '{COMMENT}'")
    op.execute(f"grant insert (request_id) on notification to {APPLICATION}")
    op.execute("alter table notification alter column instance_id drop not null")
    op.execute(f"alter table notification drop constraint if exists {ABOUT}")
    op.execute(
        f"alter table notification add constraint {ABOUT} check ((instance_id is null) <> (request_id is null)) not valid"
    )
    with op.get_context().autocommit_block():
        op.execute(f"alter table notification validate constraint {ABOUT}")


def downgrade() -> None:
    op.execute("delete from notification where instance_id is null")
    op.execute(f"alter table notification drop constraint {ABOUT}")
    op.execute("alter table notification alter column instance_id set not null")
    op.execute("alter table notification drop column request_id")
