"""The main menu: what there is, in order, and which of it this person sees."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, g, request, url_for
from flask_babel import lazy_gettext as _l

from webapp.rights import may_open


@dataclass(frozen=True)
class Item:
    """One entry of the menu; shown to whoever may open its page."""

    endpoint: str
    text: object
    icon: str
    key: str = ""
    """Second key of the shortcut `g …`."""


MENU = (
    Item("inbox.home", _l("待辦事項"), "inbox", "i"),
    Item("start.index", _l("起案"), "start", "s"),
    Item("cases.mine", _l("我的案件"), "folder", "m"),
    Item("cases.find", _l("案件查詢"), "search", "f"),
    Item("inbox.unit_work", _l("單位工作"), "people", "u"),
    Item("totals.index", _l("成果統計"), "folder", "t"),
    Item("studio.index", _l("流程一覽"), "flow", "p"),
    Item("operate.index", _l("營運"), "pulse", "o"),
    Item("admin.index", _l("管理"), "gear", "a"),
)


def menu() -> list[Item]:
    """The entries this person may open."""
    return [item for item in MENU if may_open(item.endpoint)]


def is_here(item: Item) -> bool:
    """Whether the page shown belongs to this entry."""
    endpoint = request.endpoint or ""
    if endpoint == item.endpoint:
        return True
    others = {other.endpoint for other in MENU}
    blueprint = item.endpoint.partition(".")[0]
    first = next(other for other in MENU if other.endpoint.startswith(f"{blueprint}."))
    return endpoint not in others and endpoint.startswith(f"{blueprint}.") and first is item


def init_navigation(app: Flask) -> None:
    """Give templates the menu and where they are."""

    @app.context_processor
    def context() -> dict[str, object]:
        return {
            "menu": menu,
            "is_here": is_here,
            "actor": g.get("actor"),
            "here": request.full_path.rstrip("?") if request.method == "GET" else request.path,
            "home_url": url_for("shell.home"),
        }
