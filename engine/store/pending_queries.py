"""How a page of a very full tab is found: several ways, the cheapest first.

An inbox may offer half a million tasks and a page shows fifty. Which way is quick depends on how many pass its filters
and how many are offered, and no estimate of the planner's is good enough for that. So each way but the last looks at a
bounded number of rows, and says whether what it found is the page; if it is not, the next way is gone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.store.paging import Keyset

NEAR, NEAR_OTHERWISE, FURTHER = 500, 200, 4_000
"""How many of the tasks due first are tried: in the order they are due, in another order, and where no index helps."""
NARROW = 1_000
"""Where a filter leaves no more cases than these, they are looked at one by one."""
JOINT, JOINT_OTHERWISE = 5_000, 1_000
"""Where no more tasks than these are on offer and pass the filters, they are looked at: in the order they are due, in
another order, for which the case of each must be read."""
BROAD = 20_000
"""Where a filter leaves no more cases than these, what is offered is compared with them."""
ALONG = 1_500
"""How many tasks, or cases, are tried along the index of an order."""

_ALL = "limit (select 1000000000)"
"""After a set that ids are compared with, however large: of a limit that it does not know the planner thinks that it
leaves a tenth, so it builds a hash table instead of going through the set for each id."""

_OFFERED_TO = """exists (
  select from candidate c where c.task_id = t.id and c.claimable and c.candidate = any(cast(:keys as text[]))
)"""
_FREE_OFFER = """
  select t.id, t.instance_id, coalesce(t.due_at, 'infinity') as due_at from user_task t
  where t.state = 'open' and t.assignee is null and t.candidates && cast(:keys as text[])
    and t.facets @> cast(:facets as text[])
"""
"""By one index what is on offer and passes the filters."""
_BELONGS: Mapping[str, str] = {
    "pending": f"t.state = 'open' and t.assignee is null and {_OFFERED_TO}",
    "overdue": f"t.state = 'open' and t.due_at < :now and (t.assignee = :me or {_OFFERED_TO})",
}
"""What a task `t` of each of these tabs is like."""
TABS = frozenset(_BELONGS)
"""The tabs that may be very full."""


@dataclass(frozen=True)
class Wanted:
    """What a page shows of a tab."""

    tab: str
    keyset: Keyset
    by_due: bool
    """Whether the order is when tasks are due; which way round, the keyset says."""
    conditions: Sequence[str] = ()
    """Of task `t` and case `i`."""
    sets: Sequence[str] = ()
    """Ids of the open cases that pass one of the conditions each, found and ordered by an index."""
    words: str | None = None
    """The same for the words that are searched for, in no order."""
    faceted: bool = False
    """Whether there is a filter."""

    @property
    def passing(self) -> str:
        """All conditions at once."""
        return " and ".join(self.conditions) or "true"


@dataclass(frozen=True)
class Way:
    """Common table expressions, one of them named `page`, and whether its rows are the page."""

    tables: str
    is_enough: str = "true"


def ways(wanted: Wanted, everything: str) -> Iterator[Way]:
    """The ways to a page, in the order in which they are tried; the last one is always enough.

    Args:
        everything: SQL that finds the page among all tasks, as the planner thinks best.
    """
    if wanted.by_due and not wanted.conditions:
        yield Way(f"page as materialized ({_of_first(wanted, ':limit')})")
        return
    yield _near(wanted, NEAR if wanted.by_due else NEAR_OTHERWISE)
    if wanted.sets or wanted.words:
        yield _narrow(wanted)
    along = not wanted.by_due and wanted.tab == "pending" and wanted.keyset.sort.along
    if along:
        yield _along(wanted)
    if wanted.faceted:
        yield _joint(wanted)
    if wanted.by_due and not wanted.sets:
        yield _near(wanted, FURTHER)
    if wanted.by_due and (wanted.sets or wanted.words):
        yield _broad(wanted)
    elif along:
        yield _far_along(wanted)
    else:
        yield Way(f"page as materialized ({everything})")


def _near(wanted: Wanted, reach: int) -> Way:
    """Try the tasks due first: enough if they fill a page, or are all there are."""
    whole = f"(select count(*) from ({_first(wanted, str(reach))}) n) < {reach}"
    filled = "(select count(*) from page) >= :limit"
    return Way(
        f"page as materialized ({_of_first(wanted, str(reach))})", f"{filled} or {whole}" if wanted.by_due else whole
    )


def _of_first(wanted: Wanted, reach: str) -> str:
    """SQL: those of the tasks due first that pass, each looked at by itself (`offset 0`), until a page is full."""
    way = "desc" if wanted.keyset.descending else "asc"
    order = f"c.due_at {way}, c.task_id {way}" if wanted.by_due else _order(wanted.keyset)
    after = "true" if wanted.by_due else wanted.keyset.condition
    return f"""
      select h.* from ({_first(wanted, reach)}) c cross join lateral (
        {_row(wanted.keyset)} where t.id = c.task_id and {wanted.passing} and {after} offset 0
      ) h
      order by {order} limit :limit
    """


def _row(keyset: Keyset) -> str:
    return f"""
      select t.id, {keyset.columns}, {keyset.sort.expression} as sorted_by, t.instance_id
      from user_task t join process_instance i on i.id = t.instance_id
    """


def _order(keyset: Keyset) -> str:
    """SQL: the order of rows `h`."""
    case = f"h.instance_id {keyset.way}, " if keyset.sort.along == "case" else ""
    return f"h.sorted_by {keyset.way}, {case}h.id {keyset.way}"


def _first(wanted: Wanted, limit: str, of_offered: str = "true", of_mine: str = "true") -> str:
    """SQL: id and due date of the first tasks of a tab by their due date, straight from the index of each key.

    Args:
        of_offered: a condition of candidate `c`.
        of_mine: a condition of task `t`, one of those that are late and the reader's own.
    """
    way = "desc" if wanted.by_due and wanted.keyset.descending else "asc"
    late = " and c.due_at < :now" if wanted.tab == "overdue" else ""
    found = f"""
      select o.task_id, o.due_at from unnest(cast(:keys as text[])) k
      cross join lateral (
        select c.task_id, c.due_at from candidate c where c.candidate = k and c.claimable{late} and {of_offered}
          and {_after_due(wanted, "c.due_at", "c.task_id")}
        order by c.due_at {way}, c.task_id {way} limit {limit}
      ) o
    """
    if wanted.tab == "overdue":
        due = "coalesce(t.due_at, 'infinity')"
        found = f"""
          {found} union (
            select t.id, t.due_at from user_task t
            where t.state = 'open' and t.assignee = :me and t.due_at < :now and {_after_due(wanted, due, "t.id")}
              and {of_mine}
            order by {due} {way}, t.id {way} limit {limit}
          )
        """
    return f"""
      select distinct task_id, due_at from ({found}) f order by due_at {way}, task_id {way} limit {limit}
    """


def _after_due(wanted: Wanted, due: str, task: str) -> str:
    """SQL: that a task comes after the key, where the order is when tasks are due."""
    if not wanted.by_due or wanted.keyset.after is None:
        return "true"
    than = "<" if wanted.keyset.descending else ">"
    return f"({due}, {task}) {than} (cast(:after_key as timestamptz), cast(:after_id as uuid))"


def _narrow(wanted: Wanted) -> Way:
    """Look at the few cases that a filter leaves: enough if one leaves no more than `NARROW`."""
    sets, few = _sets(wanted, NARROW, words=True)
    chosen = [
        f"select id from set{number} where {' and '.join([*(f'not {other}' for other in few[:number]), is_so])}"
        for number, is_so in enumerate(few)
    ]
    page = f"""
      select h.* from ({" union all ".join(chosen)}) n cross join lateral (
        {_row(wanted.keyset)}
        where t.instance_id = n.id and {_BELONGS[wanted.tab]} and {wanted.passing} and {wanted.keyset.condition}
        offset 0
      ) h
      order by {_order(wanted.keyset)} limit :limit
    """
    return Way(f"{sets}, page as materialized ({page})", " or ".join(few))


def _joint(wanted: Wanted) -> Way:
    """Look at what is on offer and passes the filters, found by one index: enough if it is not too much.

    As with words, it is read as far as it is asked for, but planned as if all of it were. Words are looked for in the
    document of each, before anything else of it is read.
    """
    found = _FREE_OFFER
    if wanted.tab == "overdue":
        mine = "user_task t where t.state = 'open' and t.assignee = :me and t.due_at < :now"
        found += f" and t.due_at < :now union all select t.id, t.instance_id, t.due_at from {mine}"
    most = JOINT if wanted.by_due else JOINT_OTHERWISE
    few = f"(select count(*) from few) <= {most}"
    way = wanted.keyset.way
    matching = "(select) m"
    if wanted.words:
        matching = f"lateral (select from ({wanted.words}) w where w.id = n.instance_id offset 0) m"
    page = f"""
      select h.* from (
        select * from few where {few} and {_after_due(wanted, "due_at", "id")} order by due_at {way}, id {way}
      ) n cross join {matching} cross join lateral (
        {_row(wanted.keyset)}
        where t.id = n.id and {_BELONGS[wanted.tab]} and {wanted.passing} and {wanted.keyset.condition}
        offset 0
      ) h
      order by {f"n.due_at {way}, n.id {way}" if wanted.by_due else _order(wanted.keyset)} limit :limit
    """
    tables = f"joint as materialized ({found}), few as materialized (select * from joint limit {most + 1})"
    return Way(f"{tables}, page as materialized ({page})", few)


def _broad(wanted: Wanted) -> Way:
    """Go through what is offered in the order it is due, and compare it with the cases that the filters leave."""
    sets, some, each, every = _compared(wanted, "c.instance_id")
    passing = f"""(
      select {wanted.passing} from user_task t join process_instance i on i.id = t.instance_id where t.id = c.task_id
    )"""
    compared = f"case when {some} then {each} else {every} end"
    mine = f"exists (select from process_instance i where i.id = t.instance_id and {wanted.passing})"
    page = f"""
      select t.id, {wanted.keyset.columns} from ({_first(wanted, ":limit", f"{compared} and {passing}", mine)}) f
      join user_task t on t.id = f.task_id join process_instance i on i.id = t.instance_id
      order by {wanted.keyset.order} limit :limit
    """
    return Way(f"{sets}, page as materialized ({page})")


def _along(wanted: Wanted) -> Way:
    """Go along the index that has the order: enough if the first `ALONG` fill a page, or are all there are."""
    walked = _walked(wanted, "true", f"limit {ALONG}")
    return Way(
        f"page as materialized ({_of_walked(wanted, walked)})",
        f"(select count(*) from page) >= :limit or (select count(*) from ({walked}) n) < {ALONG}",
    )


def _far_along(wanted: Wanted) -> Way:
    """Go all along it, but look only at those among the cases that the filters leave, or among all that is offered."""
    of_case = wanted.keyset.sort.along == "case"
    case, ids = ("i.id", "i.id in (select c.instance_id") if of_case else ("t.instance_id", "t.id in (select c.task_id")
    offered = f"{ids} from candidate c where c.candidate = any(cast(:keys as text[])) and c.claimable {_ALL})"
    if not wanted.sets and not wanted.words:
        walked = _walked(wanted, f"({offered}) is true")
        return Way(f"page as materialized ({_of_walked(wanted, walked)})")
    sets, some, each, every = _compared(wanted, case)
    compared = f"case when {some} then {each} else {offered} and {every} end"
    return Way(f"{sets}, page as materialized ({_of_walked(wanted, _walked(wanted, compared))})")


def _walked(wanted: Wanted, condition: str, limit: str = "") -> str:
    """SQL: tasks, or cases, in the order of their index."""
    keyset = wanted.keyset
    source, ident = "user_task t where t.state = 'open' and t.assignee is null", "t.id"
    after = keyset.condition
    if keyset.sort.along == "case":
        source, ident, after = "process_instance i where i.ended_at is null", "i.id", keyset.condition_of_case
    return f"""
      select {ident}, {keyset.sort.expression} as sorted_by from {source} and {after} and {condition}
      order by {keyset.sort.expression} {keyset.way}, {ident} {keyset.way} {limit}
    """


def _of_walked(wanted: Wanted, walked: str) -> str:
    """SQL: those of a walk that pass, each looked at by itself (`offset 0`), until a page is full."""
    keyset = wanted.keyset
    return f"""
      select h.* from ({walked}) w cross join lateral (
        {_row(keyset)}
        where {"t.instance_id" if keyset.sort.along == "case" else "t.id"} = w.id
          and {_BELONGS[wanted.tab]} and {wanted.passing} and {keyset.condition}
        offset 0
      ) h
      order by w.sorted_by {keyset.way}, w.id {keyset.way}, h.id {keyset.way} limit :limit
    """


def _sets(wanted: Wanted, most: int, *, words: bool) -> tuple[str, list[str]]:
    """SQL: `set0`, `set1`, … of at most one case more than `most`, and of each whether it holds all of its filter.

    What words find is read as far as it is asked for and no further, but planned as if all of it were: a limit would
    have the planner think that it comes upon them soon by reading all documents.
    """
    limit = f"limit {most + 1}"
    tables = [
        f"set{n} as materialized ({found.format(limit=limit)} order by id {limit})"
        for n, found in enumerate(wanted.sets)
    ]
    if wanted.words and words:
        tables.append(f"matching as materialized ({wanted.words})")
        tables.append(f"set{len(tables) - 1} as materialized (select id from matching {limit})")
    number = len(wanted.sets) + bool(wanted.words and words)
    return ", ".join(tables), [f"((select count(*) from set{n}) <= {most})" for n in range(number)]


def _compared(wanted: Wanted, case: str) -> tuple[str, str, str, str]:
    """SQL: sets of cases; whether any of them is small; whether `case` is in each that is; else, whether it passes.

    Where none is small, all cases that pass the first filter are compared with, and all that the words find. That is
    the last resort for words: to read what many documents hold takes long, though not as long as one after the other.
    """
    large = [found.format(limit="") for found in wanted.sets[:1]] + ([wanted.words] if wanted.words else [])
    every = [f"every_case{n} as materialized ({found} {_ALL})" for n, found in enumerate(large)]
    in_every = " and ".join(f"{case} in (select id from every_case{n})" for n in range(len(large)))
    if not wanted.sets:
        return ", ".join(every), "false", "true", in_every
    sets, few = _sets(wanted, BROAD, words=False)
    each = [f"(not {is_so} or {case} in (select id from set{number}))" for number, is_so in enumerate(few)]
    return ", ".join([sets, *every]), f"({' or '.join(few)})", f"({' and '.join(each)})", in_every
