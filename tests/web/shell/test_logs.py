"""Logs are JSON lines."""

from __future__ import annotations

import json
import logging

from webapp.logs import configure_logs
from webapp.settings import Settings


def test_a_message_is_one_line_of_json(capsys, monkeypatch):
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", list(root.handlers))
    monkeypatch.setattr(root, "level", root.level)
    configure_logs(Settings(log_level="warning"))
    logging.getLogger("siwei.test").warning("案件\n逾期")
    logging.getLogger("siwei.test").info("not said")
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    said = json.loads(lines[0])
    assert said["event"] == "案件\n逾期"
    assert said["level"] == "warning"
    assert said["timestamp"].endswith("Z")
