"""What waits to be claimed is found by who may take it and what it is at once, in one index of what is open

A task that nobody has carries what inboxes are filtered by. Triggers write it, whatever code opens, releases or moves a
task or changes its case, so the code before is served, too. All of it is done beside the work that goes on: each
statement by itself, for none may hold one table and wait for another; what is offered now, a piece at a time.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

INDEX = "ix_user_task_free_offer"
FREE = "state = 'open' and assignee is null"
OF_CASE = ("process_key", "source", "speed", "security_class", "handler", "lead_agency", "applicant_agency")
OF_I, OLD, NEW = (", ".join(f"{of}.{name}" for name in OF_CASE) for of in ("i", "old", "new"))

BY_TRIGGERS = (
    f"""
create or replace function task_facets(element_id text, {", ".join(f"{name} text" for name in OF_CASE)}) returns text[]
language sql immutable parallel safe set search_path = pg_catalog, public as $$
  select array_remove(array[
    'element=' || element_id, 'process=' || process_key, 'source=' || source, 'speed=' || speed,
    'security_class=' || security_class, 'handler=' || handler, 'agency=' || lead_agency, 'agency=' || applicant_agency
  ], null)
$$
""",
    f"""
create or replace function task_offered() returns trigger language plpgsql set search_path = pg_catalog, public as $$
begin
  new.facets := null;
  if new.state = 'open' and new.assignee is null then
    select task_facets(new.element_id, {OF_I}) into new.facets from process_instance i where i.id = new.instance_id;
  end if;
  return new;
end $$
""",  # noqa: S608 - names of this file only
    """
create or replace trigger task_offered before insert on user_task
for each row when (new.state = 'open' and new.assignee is null) execute function task_offered()
""",
    """
create or replace trigger task_offered_anew before update of state, assignee, element_id on user_task
for each row when (
  (old.state = 'open' and old.assignee is null) <> (new.state = 'open' and new.assignee is null)
  or old.element_id <> new.element_id
) execute function task_offered()
""",
    f"""
create or replace function case_offered() returns trigger language plpgsql set search_path = pg_catalog, public as $$
begin
  update user_task set facets = task_facets(element_id, {NEW}) where instance_id = new.id and {FREE};
  return null;
end $$
""",  # noqa: S608 - names of this file only
    f"""
create or replace trigger case_offered after update of {", ".join(OF_CASE)} on process_instance
for each row when (row({OLD}) is distinct from row({NEW})) execute function case_offered()
""",
)

WRITTEN = f"""
update user_task t set facets = task_facets(t.element_id, {OF_I})
from piece, process_instance i where t.id = piece.id and i.id = t.instance_id and t.facets is null
"""  # noqa: S608 - names of this file only
PIECE = sa.text(
    f"""
with piece as (
  select t.created_at, t.id from user_task t
  where {FREE} and (t.created_at, t.id) > (cast(:created_at as timestamptz), cast(:id as uuid))
  order by t.created_at, t.id limit 5000 for update skip locked
), written as ({WRITTEN})
select cast(created_at as text), cast(id as text) from piece order by created_at desc, id desc limit 1
"""  # noqa: S608 - names of this file only
)
LEFT = sa.text(
    f"with piece as (select id from user_task where {FREE} and facets is null limit 1 for update) {WRITTEN}"  # noqa: S608
)
"""One that a step had locked then: waited for alone, so that nobody can wait for us in turn."""


def upgrade() -> None:
    with op.get_context().autocommit_block():
        connection = op.get_bind()
        op.add_column(
            "user_task",
            sa.Column("facets", ARRAY(sa.Text()), comment="what it is filtered by, `source=…`, while nobody has it"),
            if_not_exists=True,
        )
        for statement in BY_TRIGGERS:
            op.execute(statement)
        last: Any = ("-infinity", "00000000-0000-0000-0000-000000000000")
        while last is not None:
            last = connection.execute(PIECE, {"created_at": last[0], "id": last[1]}).one_or_none()
        while connection.execute(LEFT).rowcount:
            pass
        # what an attempt that was cut off left unfinished
        op.drop_index(INDEX, table_name="user_task", if_exists=True, postgresql_concurrently=True)
        op.create_index(
            INDEX,
            "user_task",
            ["candidates", "facets"],
            postgresql_using="gin",
            postgresql_where=sa.text(FREE),
            postgresql_with={"fastupdate": "off"},
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    op.drop_index(INDEX, table_name="user_task")
    op.execute("drop trigger case_offered on process_instance")
    op.execute("drop trigger task_offered_anew on user_task")
    op.execute("drop trigger task_offered on user_task")
    for function in ("case_offered", "task_offered", "task_facets"):
        op.execute(f"drop function {function}")
    op.drop_column("user_task", "facets")
