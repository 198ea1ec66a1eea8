"""The database's owner, for what only an intruder or an accident does."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest


@pytest.fixture
def sql_owner(owner_url):
    """Run one statement as the owner of the tables."""

    def run(statement: str, *parameters: Any) -> None:
        with psycopg.connect(owner_url.replace("+psycopg", ""), autocommit=True) as db:
            db.execute(statement, parameters)

    return run
