"""The application role's rights, the way to erase, and the job queue

What is append-only for the application is listed here by name, so that this file
stands alone; a test holds the list against the tables' own marks.
"""

from importlib.resources import files

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APPLICATION = "siwei_app"

APPEND_ONLY = (
    "admin_log",
    "case_read",
    "definition_file",
    "definition_start",
    "deployment",
    "history",
    "history_anchor",
    "history_value",
    "resource",
    "sign_in_log",
)

CREATE_ROLE = f"""
do $$ begin
  if not exists (select from pg_roles where rolname = '{APPLICATION}') then
    create role {APPLICATION} login;
  end if;
exception
  when duplicate_object or unique_violation then null;  -- another database of the cluster was faster
end $$
"""

GRANT = f"""
do $$
declare
  item record;
  columns text;
begin
  for item in
    select c.relname as name from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
  loop
    execute format('grant select on %I to {APPLICATION}', item.name);
    -- an identity column is the database's to fill: rights to insert leave it out
    select string_agg(quote_ident(attname), ', ') into columns from pg_attribute
    where attrelid = format('public.%I', item.name)::regclass and attnum > 0 and not attisdropped
      and attidentity <> 'a';
    if item.name <> 'alembic_version' then
      execute format('grant insert (%s) on %I to {APPLICATION}', columns, item.name);
    end if;
    if item.name <> 'alembic_version' and item.name <> all (array{list(APPEND_ONLY)!r}) then
      execute format('grant update, delete on %I to {APPLICATION}', item.name);
    end if;
  end loop;
end $$
"""  # noqa: S608 - names of this file only

DEFAULTS = f"""
alter default privileges in schema public grant select, insert on tables to {APPLICATION};
alter default privileges in schema public grant usage, select on sequences to {APPLICATION};
grant usage on schema public to {APPLICATION};
grant usage, select on all sequences in schema public to {APPLICATION};
"""

ERASE = f"""
create function history_erase(p_instance uuid, p_seq integer, p_record integer) returns boolean
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
revoke all on function history_erase(uuid, integer, integer) from public;
grant execute on function history_erase(uuid, integer, integer) to {APPLICATION};
"""  # noqa: S608 - names of this file only

QUEUE = f"""
do $$
declare
  item record;
begin
  for item in
    select c.relname as name, c.relkind as kind from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relname like 'procrastinate\\_%' and c.relkind in ('r', 'S')
  loop
    if item.kind = 'r' then
      execute format('grant select, insert, update, delete on %I to {APPLICATION}', item.name);
    else
      execute format('grant usage, select, update on sequence %I to {APPLICATION}', item.name);
    end if;
  end loop;
end $$;
"""  # noqa: S608 - names of this file only

DROP_QUEUE = """
do $$
declare
  item record;
begin
  for item in select c.oid::regclass as name from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relname like 'procrastinate\\_%' and c.relkind = 'r'
  loop
    execute format('drop table %s cascade', item.name);
  end loop;
  for item in select p.oid::regprocedure as name from pg_proc p
    where p.pronamespace = 'public'::regnamespace and p.proname like 'procrastinate\\_%'
  loop
    execute format('drop function %s cascade', item.name);
  end loop;
  for item in select t.oid::regtype as name from pg_type t
    where t.typnamespace = 'public'::regnamespace and t.typname like 'procrastinate\\_%' and t.typtype in ('c', 'e')
  loop
    execute format('drop type if exists %s cascade', item.name);
  end loop;
end $$;
"""


def run(sql: str) -> None:
    """Run SQL as it stands: several statements, no parameters, per cent signs meant literally."""
    op.get_bind().connection.driver_connection.execute(sql)


def upgrade() -> None:
    run(CREATE_ROLE)
    run(DEFAULTS)
    run(GRANT)
    run(ERASE)
    run(files("procrastinate").joinpath("sql/schema.sql").read_text("utf-8"))
    run(QUEUE)


def downgrade() -> None:
    run(DROP_QUEUE)
    run("drop function history_erase(uuid, integer, integer)")
    run(f"revoke all on all tables in schema public from {APPLICATION}")
    run(f"revoke all on all sequences in schema public from {APPLICATION}")
    run(f"alter default privileges in schema public revoke all on tables from {APPLICATION}")
    run(f"alter default privileges in schema public revoke all on sequences from {APPLICATION}")
