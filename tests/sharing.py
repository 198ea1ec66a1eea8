"""Which tests go to the same worker of a distributed run: those that share what is dear to make.

xdist's own groups are named in the nodes' ids, which pytest has closed to plugins since 9.2 (with xdist 3.8 the mark
`xdist_group` is passed over in silence); here the file decides. Files come in their order, so that what takes longest,
the browser's journeys, is begun first.
"""

from __future__ import annotations

import zlib
from typing import Any

from xdist.scheduler import LoadScopeScheduling

APART = ("tests/unit/", "tests/engine/spiff/", "tests/processes/", "tests/conformance/test_", "tests/upgrade/")
"""Files whose tests share nothing: each may run anywhere."""
SPLIT = {"tests/browser/test_pages.py": 4, "tests/web/studio/test_violations.py": 2}
"""Files whose tests share only what every worker has anyway, and that would keep one busy for too long."""


def group_of(nodeid: str) -> str:
    """The name of the group that a test belongs to, by its node id."""
    path = nodeid.partition("::")[0]
    if path.startswith(APART):
        return nodeid
    if path in SPLIT:
        return f"{path}-{zlib.crc32(nodeid.encode()) % SPLIT[path]}"
    return path


class BySharing(LoadScopeScheduling):
    """Hands out groups of tests, in the order in which they were found."""

    def __init__(self, config: Any, log: Any = None) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)
