"""The rules that drafts are held against, each with what to do: where a finding leads to."""

from __future__ import annotations

import re
from typing import Any

from flask import render_template
from flask_babel import lazy_gettext as _l

from engine.rules import GROUPS, Rule
from webapp.i18n import lang
from webapp.studio import bp, words

_TITLES: dict[str, Any] = {
    "files": _l("檔案、識別碼與名稱"),
    "flows": _l("流向與閘道"),
    "events": _l("事件"),
    "activities": _l("任務與子流程"),
    "data": _l("資料與協作"),
    "running": _l("引擎執行：支援、算式、人員、風險"),
    "papers": _l("表單、決策表、函稿與檔案組合"),
}
_PLACE = re.compile(r"\{([a-z_]+)\}")


@bp.get("/studio/lint-rules")
def rules() -> str:
    """Every rule, by what it is about."""
    groups = [
        {"id": group, "title": _TITLES[group], "rules": [_shown(rule) for rule in listed]}
        for group, listed in GROUPS.items()
    ]
    return render_template("studio/rules.html", groups=groups, words=words)


def _shown(rule: Rule) -> dict[str, Any]:
    chinese = lang().startswith("zh")
    return {
        "code": rule.code,
        "level": rule.level,
        "says": _blank(rule.zh if chinese else rule.en),
        "remedy": _blank(rule.remedy_zh if chinese else rule.remedy_en),
        "numbers": rule.numbers,
    }


def _blank(text: str) -> str:
    """A sentence with its places left open."""
    return _PLACE.sub("…", text)
