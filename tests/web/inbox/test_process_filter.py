"""Filtering by process offers what cases can be of: the parts of a process never have cases of their own."""

from __future__ import annotations

import re

import pytest

from engine import SYSTEM
from tests.web.conftest import HANDLER
from webapp.process_files import PROCESSES, deploy_folders


@pytest.mark.parametrize("address", ["/inbox/pending", "/cases"])
def test_parts_of_a_process_are_not_offered(browser, engine, address):
    deploy_folders(engine, [PROCESSES / "visit_inbound"], actor=SYSTEM, approver="tests")
    page = browser(HANDLER).get(address)
    offered = set(re.findall(r'<option value="([^"]*)"', page.text))
    assert "visit_inbound" in offered
    assert not offered & {"visit_arrangement", "visit_closing"}
