"""A full inbox is filtered and ordered by indexes of what is open; completed cases and tasks stand in none of them"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

OPEN = "ended_at is null"
FREE = sa.text("state = 'open' and assignee is null")
CLAIMABLE = sa.text("claimable")
SPEED = sa.text("coalesce(array_position(array['最速件', '速件', '普通件'], speed), 4)")
SENT_BY = sa.text("coalesce(sent_by_name, '')")
CASES = {
    "source": ("source", " and source is not null"),
    "speed": ("speed", " and speed is not null"),
    "lead": ("lead_agency", " and lead_agency is not null"),
    "applicant": ("applicant_agency", " and applicant_agency is not null"),
    "handler": ("handler", " and handler is not null"),
    "confidential": ("security_class", " and security_class <> '普通'"),
    "subject": ("subject", ""),
    "business_key": ("business_key", ""),
}
TASKS = ("created_at", "name", "priority")


def upgrade() -> None:
    op.drop_index("ix_process_instance_open_process", table_name="process_instance")
    for name, (column, further) in {"process": ("process_key", ""), **CASES}.items():
        where = sa.text(OPEN + further)
        op.create_index(f"ix_process_instance_open_{name}", "process_instance", [column, "id"], postgresql_where=where)
    op.create_index(
        "ix_process_instance_open_by_speed",
        "process_instance",
        [SPEED, "id"],
        postgresql_where=sa.text(OPEN),
        postgresql_include=["speed"],
    )
    for column in TASKS:
        op.create_index(f"ix_user_task_free_{column}", "user_task", [column, "id"], postgresql_where=FREE)
    op.create_index(
        "ix_user_task_free_sent_by",
        "user_task",
        [SENT_BY, "id"],
        postgresql_where=FREE,
        postgresql_include=["sent_by_name"],
    )
    # What is offered is compared with cases by this index alone.
    op.drop_index("ix_candidate_inbox", table_name="candidate")
    op.create_index(
        "ix_candidate_inbox",
        "candidate",
        ["candidate", "due_at", "task_id"],
        postgresql_where=CLAIMABLE,
        postgresql_include=["instance_id"],
    )


def downgrade() -> None:
    op.drop_index("ix_candidate_inbox", table_name="candidate")
    op.create_index("ix_candidate_inbox", "candidate", ["candidate", "due_at", "task_id"], postgresql_where=CLAIMABLE)
    for name in ("sent_by", *reversed(TASKS)):
        op.drop_index(f"ix_user_task_free_{name}", table_name="user_task")
    for name in ("by_speed", "process", *CASES):
        op.drop_index(f"ix_process_instance_open_{name}", table_name="process_instance")
    op.create_index(
        "ix_process_instance_open_process", "process_instance", ["process_key"], postgresql_where=sa.text(OPEN)
    )
