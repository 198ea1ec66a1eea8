"""Many scripts are read in few sessions, and each is judged as if it were alone."""

from __future__ import annotations

import pytest

from engine.sandbox import MontySandbox

SOUND = [f"total_{number} = sum(range({number}))" for number in range(120)]
BROKEN = "match value:\n    case {'a': x, **rest} if x > 1:\n        y = lambda *, a=1, **k: (yield)\n"


@pytest.fixture
def sandbox():
    sandbox = MontySandbox()
    yield sandbox
    sandbox.close()


def test_sound_scripts_need_no_session_of_their_own(sandbox, monkeypatch):
    runs = []
    run = MontySandbox._run
    monkeypatch.setattr(
        MontySandbox, "_run", lambda self, *given, **named: (runs.append(1), run(self, *given, **named))[1]
    )
    sandbox.read_together(SOUND)
    assert [sandbox.check(text) for text in SOUND] == [()] * len(SOUND)
    assert len(runs) == 3


def test_what_is_wrong_is_said_of_the_one_that_is_wrong(sandbox):
    texts = [*SOUND[:3], "import os", "x = (", BROKEN, *SOUND[3:6]]
    alone = [MontySandbox.check(sandbox, text) for text in texts]
    sandbox.read_together(texts)
    assert [sandbox.check(text) for text in texts] == alone
    assert [bool(problems) for problems in alone] == [False] * 3 + [True] * 3 + [False] * 3
