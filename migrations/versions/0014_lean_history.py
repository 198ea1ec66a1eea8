"""An entry of the history is one lean row: its values lie beside their digest, its facts as text, its task's id as one

What was written before stays where and as it is, signed by its digests; nothing is copied, so this takes a moment however
long the history is. `history` is from now on the view that reads both forms alike. It takes rows in the old form, too,
as does `history_value`: for the code before.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

APPLICATION = "siwei_app"
LEAN = ("task", "facts", "salt", "body", "erased_at")

READ = f"""
create view history as
select e.instance_id, e.seq, e.occurred_at, e.recorded_at, e.actor, e.actor_name, e.on_behalf_of, e.on_behalf_of_name,
  e.verb, e.element_id, coalesce(e.task_id, e.task::text) as task_id,
  coalesce(e.params, e.facts::jsonb, '{{}}') as params, e.value_digest, e.digest, coalesce(e.salt, v.salt) as salt,
  coalesce(e.body, v.body) as body, coalesce(e.erased_at, v.erased_at) as erased_at
from history_entry e left join history_value_apart v on v.instance_id = e.instance_id and v.seq = e.seq;

create view history_value as
select instance_id, seq, salt, body, erased_at from history_value_apart
union all
select instance_id, seq, salt, body, erased_at from history_entry where salt is not null or erased_at is not null;

revoke all on history, history_value from {APPLICATION};
grant select, insert on history, history_value to {APPLICATION};
"""  # noqa: S608 - names of this file only

WRITE = """
create function history_as_before() returns trigger language plpgsql set search_path = pg_catalog, public as $$
begin
  insert into history_entry (instance_id, seq, occurred_at, recorded_at, actor, actor_name, on_behalf_of,
    on_behalf_of_name, verb, element_id, task_id, params, value_digest, digest)
  values (new.instance_id, new.seq, new.occurred_at, new.recorded_at, new.actor, new.actor_name, new.on_behalf_of,
    new.on_behalf_of_name, new.verb, new.element_id, new.task_id, new.params, new.value_digest, new.digest);
  return new;
end $$;
create trigger as_before instead of insert on history for each row execute function history_as_before();

create function history_value_as_before() returns trigger language plpgsql set search_path = pg_catalog, public as $$
begin
  insert into history_value_apart (instance_id, seq, salt, body) values (new.instance_id, new.seq, new.salt, new.body);
  return new;
end $$;
create trigger as_before instead of insert on history_value for each row execute function history_value_as_before();
"""

ERASE = """
create or replace function history_erase(p_instance uuid, p_seq integer, p_record integer) returns boolean
language plpgsql security definer set search_path = pg_catalog, public as $$
declare
  found_record record;
  done boolean;
begin
  select h.occurred_at into found_record from public.history h
  where h.instance_id = p_instance and h.seq = p_record and h.verb = 'history.erased'
    and (h.params ->> 'seq')::integer = p_seq;
  if not found then
    raise exception 'an erasure needs its own entry in the history' using errcode = 'insufficient_privilege';
  end if;
  update public.history_entry set salt = null, body = null, erased_at = found_record.occurred_at
  where instance_id = p_instance and seq = p_seq and body is not null;
  done := found;
  update public.history_value_apart set salt = null, body = null, erased_at = found_record.occurred_at
  where instance_id = p_instance and seq = p_seq and erased_at is null;
  return done or found;
end $$;
"""

ERASE_BEFORE = """
create or replace function history_erase(p_instance uuid, p_seq integer, p_record integer) returns boolean
language plpgsql security definer set search_path = pg_catalog, public as $$
declare
  found_record public.history;
begin
  select * into found_record from public.history
  where instance_id = p_instance and seq = p_record and verb = 'history.erased'
    and (params ->> 'seq')::integer = p_seq;
  if not found then
    raise exception 'an erasure needs its own entry in the history' using errcode = 'insufficient_privilege';
  end if;
  update public.history_value set salt = null, body = null, erased_at = found_record.occurred_at
  where instance_id = p_instance and seq = p_seq and erased_at is null;
  return found;
end $$;
"""

RENAMED = """
lock table {history}, {history_value} in access exclusive mode;
alter table {history} rename to {to_history};
alter table {to_history} rename constraint pk_{history} to pk_{to_history};
alter table {to_history} rename constraint fk_{history}_instance_id to fk_{to_history}_instance_id;
alter table {history_value} rename to {to_value};
alter table {to_value} rename constraint pk_{history_value} to pk_{to_value};
alter table {to_value} rename constraint fk_{history_value}_instance_id_seq to fk_{to_value}_instance_id_seq;
"""

FORTH = {
    "history": "history",
    "history_value": "history_value",
    "to_history": "history_entry",
    "to_value": "history_value_apart",
}
BACK = {
    "history": "history_entry",
    "history_value": "history_value_apart",
    "to_history": "history",
    "to_value": "history_value",
}

AS_BEFORE = """
drop view history;
drop view history_value;
drop function history_as_before();
drop function history_value_as_before();
insert into history_value_apart (instance_id, seq, salt, body, erased_at)
select instance_id, seq, salt, body, erased_at from history_entry where salt is not null or erased_at is not null;
update history_entry set task_id = coalesce(task_id, task::text), params = coalesce(params, facts::jsonb, '{}')
where params is null;
"""


def run(sql: str) -> None:
    """Run SQL as it stands: several statements, no parameters, per cent signs meant literally."""
    op.get_bind().connection.driver_connection.execute(sql)


def upgrade() -> None:
    run(RENAMED.format(**FORTH))
    for column in _lean():
        op.add_column("history_entry", column)
    op.execute(f"grant insert (task, facts, salt, body) on history_entry to {APPLICATION}")
    op.alter_column("history_entry", "params", nullable=True, comment="as facts, of entries written before 0014")
    op.alter_column("history_entry", "task_id", comment="where it is no UUID, and of entries written before 0014")
    op.alter_column("history_entry", "value_digest", comment="salted digest of body")
    op.execute(
        "comment on table history_entry is 'Who did what, when, for whom."
        " The application may only add to it; history_erase() takes a body away.'"
    )
    op.execute(
        "comment on table history_value_apart is"
        " 'The personal part of entries written before 0014. Erased only by history_erase(), never edited.'"
    )
    # A trigger writes each row by itself: the entry may come after its value.
    op.execute(
        "alter table history_value_apart alter constraint fk_history_value_apart_instance_id_seq"
        " deferrable initially deferred"
    )
    run(READ)
    run(WRITE)
    run(ERASE)


def downgrade() -> None:
    run("lock table history_entry, history_value_apart in access exclusive mode")
    run(AS_BEFORE)
    # what waits to be checked would keep the table from being altered
    run("set constraints all immediate")
    op.execute("alter table history_value_apart alter constraint fk_history_value_apart_instance_id_seq not deferrable")
    op.alter_column("history_entry", "params", nullable=False, comment=None)
    op.alter_column("history_entry", "task_id", comment=None)
    op.alter_column("history_entry", "value_digest", comment="salted digest of what lies in history_value")
    op.execute("comment on table history_entry is 'Who did what, when, for whom. The application may only add to it.'")
    op.execute(
        "comment on table history_value_apart is"
        " 'The personal part of an entry. Erased only by history_erase(), never edited.'"
    )
    for name in reversed(LEAN):
        op.drop_column("history_entry", name)
    run(RENAMED.format(**BACK))
    run(ERASE_BEFORE)


def _lean() -> list[sa.Column]:
    return [
        sa.Column("task", sa.Uuid(), comment="the task's id, where it is one"),
        sa.Column("facts", postgresql.JSON(), comment="what is not personal: names, numbers, the elements passed"),
        sa.Column("salt", sa.LargeBinary(), comment="gone with the body, so that a digest cannot be guessed back"),
        sa.Column("body", sa.Text(), comment="canonical JSON: values before and after, decisions; null once erased"),
        sa.Column("erased_at", sa.DateTime(timezone=True)),
    ]
