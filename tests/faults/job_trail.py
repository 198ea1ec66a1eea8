"""What became of jobs, kept for the harness: a job that is done is deleted, and with it what the queue told of it."""

from __future__ import annotations

import psycopg

_KEEP = """
create table job_trail (job_id bigint, task_name text, args jsonb, type text);
create function trail() returns trigger language plpgsql security definer set search_path = public as $$
begin
  insert into job_trail select id, task_name, args, new.type::text from procrastinate_jobs where id = new.job_id;
  return null;
end $$;
create trigger trail after insert on procrastinate_events for each row execute function trail();
"""


def keep_trail(db: psycopg.Connection) -> None:
    """From now on the table `job_trail` has a row for each event of each job, whatever becomes of the job."""
    db.execute(_KEEP)
