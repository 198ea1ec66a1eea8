"""Migrations and models agree, and the application's role may do what it must and no more."""

from __future__ import annotations

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, create_engine, text

from engine.store.embedded import APPLICATION
from engine.store.schema import downgrade, upgrade
from engine.store.tables import metadata

APPEND_ONLY = sorted(name for name, table in metadata.tables.items() if table.info.get("append_only"))

ENDED, OPEN = (f"00000000-0000-0000-0000-00000000000{number}" for number in (1, 2))
"""Two cases."""


@pytest.fixture
def owner(owner_url):
    engine = create_engine(owner_url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def _ours(obj, name, kind, reflected, compare_to):
    table = getattr(getattr(obj, "table", None), "name", None) or name or ""
    return not table.startswith("procrastinate_")


def test_models_and_migrations_agree(owner):
    context = MigrationContext.configure(
        owner, opts={"compare_type": True, "compare_server_default": True, "include_object": _ours}
    )
    assert compare_metadata(context, metadata) == []


def test_check_constraints_and_comments_agree(owner):
    """Alembic does not compare CHECK constraints; we do, by name."""
    rows = owner.execute(
        text(
            "select conname from pg_constraint join pg_class c on c.oid = conrelid"
            " where contype = 'c' and c.relnamespace = 'public'::regnamespace and c.relname !~ '^procrastinate_'"
        )
    )
    ours = {
        f"ck_{table.name}_{str(constraint.name).removeprefix(f'ck_{table.name}_')}"
        for table in metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }
    assert {row.conname for row in rows} == ours
    assert len(ours) >= 10


def test_down_to_nothing_and_up_again(make_database, database_server):
    url = database_server.url(make_database())
    downgrade(url, "base")
    engine = create_engine(url)
    with engine.connect() as connection:
        left = connection.scalars(
            text(
                "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'S')"
                " and relname <> 'alembic_version'"
            )
        ).all()
    assert left == []
    upgrade(url)
    with engine.connect() as connection:
        assert connection.scalar(text("select count(*) from history")) == 0
    engine.dispose()


def test_calls_that_cases_left_behind_when_they_ended_are_gone(make_database, database_server):
    url = database_server.url(make_database())
    downgrade(url, "0010")
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as db:
        db.execute("set session_replication_role = replica")  # rows of other tables are not what is looked at
        db.execute(
            "insert into service_call (instance_id, task_id, element_id, connector, arguments, asked_at)"
            " select cast(id as uuid), 't', 'ask', 'http', '{}', now() from unnest(%s::text[]) id",
            [[ENDED, OPEN]],
        )
        db.execute("insert into instance_state (instance_id, revision, body) values (%s, 1, '')", [OPEN])
        upgrade(url)
        assert db.execute("select instance_id::text from service_call").fetchall() == [(OPEN,)]


def test_what_was_offered_before_is_found_by_what_it_is(make_database, database_server):
    url = database_server.url(make_database())
    downgrade(url, "0016")
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as db:
        db.execute("set session_replication_role = replica")  # rows of other tables are not what is looked at
        db.execute(
            "insert into process_instance (id, definition_id, process_key, business_key, status, revision, started_at,"
            " started_by, started_by_name, updated_at, subject, source, active_elements, variables, history_length,"
            " history_head) values (%(case)s, gen_random_uuid(), 'p', 'P-1', 'active', 1, now(), '', '', now(), '',"
            " '議會', '{}', '{}', 0, '')",
            {"case": OPEN},
        )
        db.execute(
            "insert into user_task (id, instance_id, element_id, name, state, candidates, created_at, closed_at,"
            " assignee) select gen_random_uuid(), %(case)s, 'work' || n, '', case n when 3 then 'completed' else 'open'"
            " end, '{a@b}', now(), case n when 3 then now() end, case n when 2 then 'tsai' end"
            " from generate_series(1, 3) n",
            {"case": OPEN},
        )
        upgrade(url)
        found = db.execute("select element_id, facets from user_task order by element_id").fetchall()
    free = ["element=work1", "process=p", "source=議會", "security_class=普通"]
    assert found == [("work1", free), ("work2", None), ("work3", None)]


def test_code_that_knows_no_idle_accounts_makes_disables_and_enables_them(database_url):
    with psycopg.connect(database_url.replace("+psycopg", "")) as db:
        db.execute("insert into person (id, name, created_at) values ('former', '舊版', now())")
        db.execute("insert into account (person_id, username, created_at) values ('former', 'former', now())")
        for changed, reason in (("now()", "administrator"), ("null", None)):
            db.execute(f"update account set disabled_at = {changed}")
            assert db.execute("select disabled_reason, used_from = created_at from account").fetchall() == [
                (reason, True)
            ]
        db.execute("update account set disabled_at = now(), disabled_reason = 'idle'")
        assert db.execute("select disabled_reason from account").fetchone() == ("idle",)
        db.rollback()


@pytest.mark.parametrize("table", sorted(metadata.tables))
def test_the_application_has_the_rights_the_table_is_marked_with(owner, table):
    rights = {
        right: owner.scalar(
            text(f"select has_table_privilege('{APPLICATION}', :table, :right)"), {"table": table, "right": right}
        )
        for right in ("SELECT", "UPDATE", "DELETE", "TRUNCATE")
    }
    mutable = table not in APPEND_ONLY
    assert rights == {"SELECT": True, "UPDATE": mutable, "DELETE": mutable, "TRUNCATE": False}
    assert owner.scalar(
        text("select has_any_column_privilege(:role, :table, 'INSERT')"), {"role": APPLICATION, "table": table}
    )


def test_history_is_among_the_append_only_tables():
    assert {"history_entry", "history_value_apart", "history_anchor", "case_read"} <= set(APPEND_ONLY)


def test_a_future_history_table_is_append_only_by_default(owner_url, database_url):
    engine = create_engine(owner_url)
    with engine.begin() as connection:
        connection.execute(text("create table made_later (id int)"))
    with create_engine(database_url).connect() as connection:
        connection.execute(text("insert into made_later values (1)"))
        with pytest.raises(Exception, match="permission denied"):
            connection.execute(text("delete from made_later"))
        connection.invalidate()
    with engine.begin() as connection:
        connection.execute(text("drop table made_later"))
    engine.dispose()


@pytest.mark.parametrize(
    "statement",
    [
        "update history_entry set verb = 'x'",
        "delete from history_entry",
        "truncate history_entry",
        "update history_entry set body = '1'",
        "update history_value_apart set body = '1'",
        "insert into history_entry (erased_at) values (now())",
    ],
)
def test_the_application_cannot_change_history(database_url, statement):
    with (
        psycopg.connect(database_url.replace("+psycopg", "")) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement)


def test_the_application_cannot_choose_the_number_of_an_anchor(database_url):
    with (
        psycopg.connect(database_url.replace("+psycopg", "")) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(
            "insert into history_anchor (id, at, cases, previous, digest) overriding system value"
            " values (1, now(), 0, '', '')"
        )


def test_an_erasure_without_its_entry_is_refused(database_url):
    with (
        psycopg.connect(database_url.replace("+psycopg", "")) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="own entry"),
    ):
        connection.execute("select history_erase(gen_random_uuid(), 1, 2)")


def test_the_application_may_use_the_job_queue(database_url):
    with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
        connection.execute("insert into procrastinate_jobs (task_name, queue_name) values ('t', 'q')")
        connection.execute("update procrastinate_jobs set priority = 1")
        connection.execute("delete from procrastinate_jobs")
