"""One form, posted several times to the real app: at the same moment, and again after the browser's back button."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import uuid4

from flask import Flask
from flask.testing import FlaskClient

from engine import ProcessEngine
from tests.faults.actors import CLERK, HISTORY_KEY, Notes, engine_of
from webapp import Settings, create_app
from webapp.auth.login import COOKIE

PASSWORD = "shared-demo-password-115"
MOST_AT_ONCE = 5
Client = tuple[FlaskClient, str]
"""A browser of the clerk's, and the token its forms carry."""
_CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')


def post(spec: Mapping[str, Any], barrier: Any) -> None:
    """For each round, start a case with one form and complete its task with another, each posted 1 to 5 times."""
    engine = engine_of(spec["url"], pool_size=MOST_AT_ONCE + 2)
    app = create_app(Settings(mode="test", secret_key="s" * 40, history_key=HISTORY_KEY.decode()), engine)
    app.testing = True
    session = engine.accounts.sign_in(CLERK.person_id, PASSWORD, ip="127.0.0.1", user_agent="faults").token
    clients = [client_of(app, session) for _ in range(MOST_AT_ONCE)]
    chance, notes = random.Random(spec["seed"]), Notes(spec["notes"])
    for number in range(spec["rounds"]):
        times = 1 + chance.randrange(MOST_AT_ONCE)
        _round(clients[:times], engine, notes, spec["process"])
        notes.add(round=number, times=times)


def _round(clients: Sequence[Client], engine: ProcessEngine, notes: Notes, process: str) -> None:
    answers = _posted(clients, f"/start/{process}")
    notes.add(form="start", answers=answers)
    case = answers[0][1].rpartition("/")[2]
    with engine.store.transaction() as tx:
        found = tx.connection.exec_driver_sql(
            "select id from user_task where instance_id = %s and state = 'open'", (case,)
        ).scalar_one()
    engine.tasks.claim(found, CLERK)
    notes.add(form="complete", answers=_posted(clients, f"/tasks/{found}"))


def _posted(clients: Sequence[Client], path: str) -> Sequence[tuple[int, str]]:
    """Post one form by every client at once, then once more: status and place of each answer."""
    form = {"token": str(uuid4()), "form_action": "submit", "f.opinion": "同意"}
    sends = [_sender(client, path, {**form, "csrf_token": csrf}) for client, csrf in clients]
    return [*_at_once(sends), sends[0]()]


def client_of(app: Flask, session: str) -> Client:
    """The clerk's browser at the app, signed in."""
    client = app.test_client()
    client.set_cookie(COOKIE, session)
    found = _CSRF.search(client.get("/help").text)
    assert found is not None
    return client, found.group(1)


def _sender(client: FlaskClient, path: str, form: Mapping[str, str]) -> Callable[[], tuple[int, str]]:
    def send() -> tuple[int, str]:
        answer = client.post(path, data=form)
        return answer.status_code, answer.headers.get("Location", "")

    return send


def _at_once(sends: Sequence[Callable[[], tuple[int, str]]]) -> list[tuple[int, str]]:
    barrier, answers = threading.Barrier(len(sends)), list[tuple[int, str]]()

    def run(send: Callable[[], tuple[int, str]]) -> None:
        barrier.wait(30)
        answers.append(send())

    threads = [threading.Thread(target=run, args=(send,)) for send in sends]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
