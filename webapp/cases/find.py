"""Lists of cases: everything one may see, and one's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import abort, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from engine import SUSPENDED, InstanceQuery, ProcessInstance
from webapp import exports
from webapp.cases import bp
from webapp.cases.words import outcome_text, starter, state_text, waiting_since, where_text
from webapp.dates import TAIPEI, parse_day, span
from webapp.i18n import lang
from webapp.services import actor, engine

SORTS = ("started", "updated", "due", "business_key", "subject", "ended")
SCOPES = {"started": _l("我起案的"), "took_part": _l("我參與過的"), "following": _l("我追蹤的")}
STATES = {
    "active": _l("辦理中"),
    SUSPENDED: _l("暫停中"),
    "completed": _l("已結案"),
    "cancelled": _l("已撤案"),
    "error": _l("異常結束"),
}
CLASSES = {"普通": _l("普通"), "密": _l("密")}
SPEEDS = {"最速件": _l("最速件"), "速件": _l("速件"), "普通件": _l("普通件")}
FILTERS = frozenset(
    [
        "scope",
        "q",
        "process",
        "status",
        "since",
        "until",
        "source",
        "agency",
        "class",
        "speed",
        "overdue",
        "sort",
        "desc",
    ]
)
"""What the address of a list of cases may say."""
_ADVANCED = ("since", "until", "source", "agency", "security_class", "speed")
"""What the fold-out of the filters holds."""
_PAGE = 25


@dataclass(frozen=True)
class CaseList:
    """A question for cases as the address says it."""

    endpoint: str
    scope: str = "visible"
    text: str = ""
    process: str = ""
    status: str = ""
    since: str = ""
    until: str = ""
    source: str = ""
    agency: str = ""
    security_class: str = ""
    speed: str = ""
    overdue: bool = False
    sort: str = "started"
    descending: bool = True
    after: str | None = None
    errors: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, endpoint: str, args: MultiDict[str, str]) -> CaseList:
        """Read an address's query; a date that cannot be read is named in `errors` and left out."""
        scope = args.get("scope", "started" if endpoint == "cases.mine" else "visible")
        sort = args.get("sort", "started")
        return cls(
            endpoint=endpoint,
            scope=scope if endpoint == "cases.mine" and scope in SCOPES else "visible",
            text=args.get("q", "").strip()[:200],
            process=args.get("process", ""),
            status=args.get("status", "") if args.get("status", "") in STATES else "",
            since=args.get("since", "").strip(),
            until=args.get("until", "").strip(),
            source=args.get("source", "").strip()[:100],
            agency=args.get("agency", "").strip()[:100],
            security_class=args.get("class", "") if args.get("class", "") in CLASSES else "",
            speed=args.get("speed", "") if args.get("speed", "") in SPEEDS else "",
            overdue=args.get("overdue") == "1",
            sort=sort if sort in SORTS else "started",
            descending=args.get("desc", "1") == "1",
            after=args.get("after") or None,
            errors={
                name: _("這不是可以讀懂的日期，例如 107/5/29。")
                for name in ("since", "until")
                if args.get(name, "").strip() and parse_day(args[name]) is None
            },
        )

    def query(self, limit: int = _PAGE) -> InstanceQuery:
        """The same as the engine's question."""
        until = parse_day(self.until)
        return InstanceQuery(
            text=self.text,
            scope=self.scope,  # type: ignore[arg-type]
            process_key=self.process or None,
            status=self.status or None,
            filters=self._filters(),
            started_from=_midnight(parse_day(self.since)),
            started_before=_midnight(until + timedelta(days=1)) if until and until < date.max else None,
            sort=self.sort,
            descending=self.descending,
            after=self.after,
            limit=limit,
        )

    def _filters(self) -> dict[str, str]:
        given = {
            "source": self.source,
            "agency": self.agency,
            "security_class": self.security_class,
            "speed": self.speed,
            "overdue": "1" if self.overdue else "",
        }
        return {name: value for name, value in given.items() if value}

    def url(self, endpoint: str | None = None, **more: Any) -> str:
        """Where this list is."""
        given = {
            "scope": self.scope if self.scope not in {"visible", "started"} else None,
            "q": self.text or None,
            "process": self.process or None,
            "status": self.status or None,
            "since": self.since or None,
            "until": self.until or None,
            "source": self.source or None,
            "agency": self.agency or None,
            "class": self.security_class or None,
            "speed": self.speed or None,
            "overdue": "1" if self.overdue else None,
            "sort": self.sort if self.sort != "started" else None,
            "desc": None if self.descending else "0",
            "after": self.after,
        }
        return url_for(endpoint or self.endpoint, **{**given, **more})

    def sorted_url(self, column: str) -> str:
        """This list by another column, or the other way round."""
        turned = not self.descending if self.sort == column else column in {"started", "updated", "ended"}
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
        return bool(self.text or self.process or self.status or self.overdue or self.is_advanced)

    @property
    def is_advanced(self) -> bool:
        """Whether a filter of the fold-out is set: it is open then."""
        return any(getattr(self, name) for name in _ADVANCED)


@bp.get("/cases")
def find() -> Response:
    """Search among all cases this person may see."""
    return _page("cases.find", "cases/find.html")


@bp.get("/cases/mine")
def mine() -> Response:
    """What I started, took part in or follow: where it is now, and for how long."""
    return _page("cases.mine", "cases/mine.html")


@bp.get("/cases/export.<kind>")
def find_export(kind: str) -> Response:
    """The found cases as a file."""
    return _export("cases.find", kind, _("案件"))


@bp.get("/cases/mine/export.<kind>")
def mine_export(kind: str) -> Response:
    """My cases as a file."""
    return _export("cases.mine", kind, _("我的案件"))


def _page(endpoint: str, template: str) -> Response:
    state = CaseList.of(endpoint, request.args)
    page = engine().runtime.find(state.query(), actor())
    body = render_template(
        template,
        state=state,
        page=page,
        scopes=SCOPES,
        states=STATES,
        now=engine().clock.now(),
        processes=[definition for definition in engine().repository.definitions() if not definition.is_part],
        classes=CLASSES,
        speeds=SPEEDS,
        sources=engine().runtime.sources(),
        agencies=[unit for unit in engine().directory.units() if unit.type == "agency"],
    )
    return Response(body, 422 if state.errors else 200, mimetype="text/html")


def _export(endpoint: str, kind: str, name: str) -> Response:
    if kind not in exports.FORMATS:
        abort(404)
    state = replace(CaseList.of(endpoint, request.args), after=None)
    now = engine().clock.now()
    headings = [
        _("案號"),
        _("文號"),
        _("案由"),
        _("流程"),
        _("狀態"),
        _("目前關卡"),
        _("經過時間"),
        _("起案日"),
        _("起案人"),
        _("限辦日"),
        _("結案日"),
        _("結果"),
        _("密等"),
    ]
    with engine().lists.cases(state.query(), actor()) as found:
        rows = (_export_row(case, now) for case in found.rows)
        return exports.answer(kind, f"{name}-{now.astimezone(TAIPEI):%Y%m%d}", headings, rows, found.total)


def _export_row(case: ProcessInstance, now: datetime) -> list[Any]:
    process = case.process_name_en if lang() == "en" and case.process_name_en else case.process_name
    since = waiting_since(case)
    return [
        case.business_key,
        case.doc_no_in or "",
        case.subject,
        process,
        state_text(case),
        where_text(case),
        span(now - since) if since else "",
        case.started_at,
        starter(case),
        case.due_at,
        case.ended_at,
        outcome_text(case.outcome),
        case.security_class,
    ]


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(0), TAIPEI) if day else None
