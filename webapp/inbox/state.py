"""What list somebody looks at: read from the address, written into addresses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flask import url_for
from werkzeug.datastructures import MultiDict

from engine import TABS, InboxQuery

FILTERS = ("process", "speed", "security_class", "source", "agency")
SORTS = ("due", "created", "subject", "business_key", "speed", "task", "sent_by", "priority", "closed")
PAGE = 25


@dataclass(frozen=True)
class ListState:
    """One tab of the inbox with its search, filters, order and page."""

    tab: str
    text: str = ""
    sort: str = "due"
    descending: bool = False
    filters: Mapping[str, str] = field(default_factory=dict)
    after: str | None = None

    @classmethod
    def of(cls, tab: str, args: MultiDict[str, str]) -> ListState:
        """Read an address's query; what is not known falls back to the usual."""
        usual = "closed" if tab == "done" else "due"
        sort = args.get("sort", usual)
        return cls(
            tab=tab if tab in TABS else "mine",
            text=args.get("q", "").strip()[:200],
            sort=sort if sort in SORTS else usual,
            descending=args.get("desc", "1" if tab == "done" else "") == "1",
            filters={name: args[name] for name in FILTERS if args.get(name)},
            after=args.get("after") or None,
        )

    def query(self, limit: int = PAGE) -> InboxQuery:
        """The same as the engine's question."""
        return InboxQuery(
            tab=self.tab,  # type: ignore[arg-type]
            text=self.text,
            sort=self.sort,
            descending=self.descending,
            filters=self.filters,
            after=self.after,
            limit=limit,
        )

    def args(self) -> dict[str, Any]:
        """The query of an address that leads back here; nothing that is usual anyway."""
        usual = ListState.of(self.tab, MultiDict())
        given: dict[str, Any] = dict(self.filters)
        if self.text:
            given["q"] = self.text
        if (self.sort, self.descending) != (usual.sort, usual.descending):
            given["sort"] = self.sort
            given["desc"] = "1" if self.descending else "0"
        if self.after:
            given["after"] = self.after
        return given

    def url(self, endpoint: str = "inbox.show", **more: Any) -> str:
        """Where this list is; `more` goes into the address too."""
        return url_for(endpoint, tab=self.tab, **{**self.args(), **more})

    def task_url(self, task_id: object) -> str:
        """Where one of its tasks opens, with this list beside it."""
        return url_for("inbox.task", task_id=task_id, tab=self.tab, **self.args())

    def sorted_url(self, column: str) -> str:
        """This list by another column, or the other way round."""
        turned = not self.descending if self.sort == column else False
        return replace(self, sort=column, descending=turned, after=None).url()

    def first_url(self) -> str | None:
        """The first page, when this is a later one."""
        return replace(self, after=None).url() if self.after else None

    def next_url(self, after: str | None) -> str | None:
        """The page that begins after key `after`."""
        return replace(self, after=after).url() if after else None

    @property
    def is_narrowed(self) -> bool:
        """Whether a search or filter hides something."""
        return bool(self.text or self.filters)
