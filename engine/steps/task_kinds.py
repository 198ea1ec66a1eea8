"""Which tab of the inbox a task belongs to when its diagram does not say: 主辦, 會辦 or 待核.

A diagram says it by the property `kind` of the user task. Without it the words of the
offices decide (domain.md C4 and E): 會辦/會簽 is countersigning, 核/決行/判行/批示 approval.
"""

from __future__ import annotations

import re
from typing import Literal

TaskKind = Literal["handle", "countersign", "approval"]

_COUNTERSIGN = re.compile(r"countersign|consult|會辦|會簽|會核|加會|受會|會商")
_APPROVAL = re.compile(
    r"approv|sign_?off|核定|核章|核可|核准|核示|審核|審定|簽核|覆核|複核|決行|判行|批示|裁示|核稿|陳核|_chief$|_head$|^chief_|^head_"
)


def guess_kind(element_id: str, name: str) -> TaskKind:
    """The kind of a task by its id and name."""
    words = f"{element_id.lower()}\n{name.lower()}"
    if _COUNTERSIGN.search(words):
        return "countersign"
    if any(_APPROVAL.search(part) for part in words.split("\n")):
        return "approval"
    return "handle"
