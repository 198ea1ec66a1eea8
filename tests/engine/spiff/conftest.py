"""What the executor's tests share."""

from __future__ import annotations

import pytest

from engine.spiff.token import Token


@pytest.fixture
def built(monkeypatch):
    """How many tokens are built, a list of one number."""
    count = [0]
    original = Token.__init__

    def counted(self, *args, **kwargs):
        count[0] += 1
        original(self, *args, **kwargs)

    monkeypatch.setattr(Token, "__init__", counted)
    return count
