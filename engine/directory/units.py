"""Units, their names through time, positions, and the 分層負責明細表."""

from __future__ import annotations

import csv
import io
from datetime import date
from uuid import UUID

from engine.administration import ensure_administers
from engine.directory.base import UNIT_ID, Checks, DirectoryPart, differing
from engine.directory.values import UNIT_TYPES, Authority, Position, Unit, UnitName
from engine.errors import InvalidFields, RecordNotFound
from engine.model import Actor
from engine.store import Transaction
from engine.store import directory_changes as changes
from engine.store import directory_queries as queries

FIRST_DAY = date(2010, 12, 25)
"""The day the present city came into being; the default first day of a unit."""

_AUTHORITY_HEADER = ("公務項目", "公務內容", "第一層", "第二層", "第三層", "第四層", "會辦機關", "備考")
_CELLS = ("", "擬辦", "審核", "核定")


class Units(DirectoryPart):
    """The tree of offices."""

    # -- reading ------------------------------------------------------------------------

    def units(self, *, on: date | None = None, closed: bool = False) -> tuple[Unit, ...]:
        """Units open on a day (today), with the names of that day; `closed`: those that ended too."""
        with self._store.reading() as tx:
            return queries.units(tx, on or self.today(), closed=closed)

    def unit(self, unit_id: str, *, on: date | None = None) -> Unit:
        """One unit with its name of a day, open or closed.

        Raises:
            RecordNotFound: no such unit.
        """
        with self._store.reading() as tx:
            found = queries.unit(tx, unit_id, on or self.today())
        if found is None:
            raise RecordNotFound("No such unit.", id=unit_id)
        return found

    def unit_names(self, unit_id: str) -> tuple[UnitName, ...]:
        """What a unit was called, the latest name first."""
        with self._store.reading() as tx:
            return queries.unit_names(tx, unit_id)

    def subtree(self, unit_id: str) -> tuple[str, ...]:
        """The ids of a unit and all units below it."""
        with self._store.reading() as tx:
            return queries.subtree(tx, unit_id)

    def positions(self, unit_id: str | None = None) -> tuple[Position, ...]:
        """Positions that exist today, of one unit or of all."""
        with self._store.reading() as tx:
            return queries.positions(tx, self.today(), unit_ids=None if unit_id is None else [unit_id])

    def position(self, position_id: UUID) -> Position:
        """One position.

        Raises:
            RecordNotFound: no such position.
        """
        with self._store.reading() as tx:
            return self._position(tx, position_id)

    def authorities(self, unit_id: str) -> tuple[Authority, ...]:
        """The lines of a unit's 分層負責明細表 in force today."""
        with self._store.reading() as tx:
            return queries.authorities(tx, self.today(), [unit_id])

    # -- units ----------------------------------------------------------------------------

    def add_unit(
        self,
        unit_id: str,
        *,
        actor: Actor,
        name: str,
        parent_id: str | None,
        type: str = "section",
        name_en: str | None = None,
        short_name: str | None = None,
        doc_prefix: str | None = None,
        oid: str | None = None,
        sort: int = 0,
        valid_from: date = FIRST_DAY,
    ) -> Unit:
        """Add a unit below another.

        Raises:
            InvalidFields: `id` (format, taken), `name`, `short_name`, `type`, `parent_id` (unknown) …
            NotAllowed: `actor` does not administer the parent.
        """
        checks = Checks()
        values = {
            "id": checks.pattern("id", unit_id, UNIT_ID),
            "parent_id": parent_id or None,
            "type": checks.one_of("type", type, UNIT_TYPES),
            "oid": checks.text("oid", oid, required=False),
            "sort": sort,
            "valid_from": valid_from,
        }
        names = _names(checks, name, name_en, short_name, doc_prefix)
        checks.done()
        with self._store.transaction() as tx:
            changes.lock_directory(tx)
            self._ensure_parent(tx, actor, parent_id or None)
            if queries.unit(tx, unit_id, self.today()) is not None:
                raise InvalidFields({"id": "taken"})
            changes.add(tx, "unit", values)
            changes.set_unit_name(tx, {"unit_id": unit_id, "valid_from": valid_from, **names})
            subject = ("unit", unit_id, str(names["name"]))
            self._log.record(tx, actor, "unit.add", subject, after={**values, **names})
            made = self._unit(tx, unit_id)
        self.forget_names()
        return made

    def change_unit(
        self,
        unit_id: str,
        *,
        actor: Actor,
        parent_id: str | None,
        type: str,
        oid: str | None = None,
        sort: int = 0,
        valid_from: date | None = None,
    ) -> Unit:
        """Move a unit or change what it is; its name is changed by `rename_unit`.

        Raises:
            RecordNotFound: no such unit.
            InvalidFields: `parent_id` (unknown, below itself), `type`.
            NotAllowed: `actor` does not administer the unit and its new parent.
        """
        checks = Checks()
        checks.one_of("type", type, UNIT_TYPES)
        oid = checks.text("oid", oid, required=False)
        checks.done()
        with self._store.transaction() as tx:
            changes.lock_directory(tx)
            before = self._unit(tx, unit_id)
            ensure_administers(actor, unit_id)
            if (parent_id or None) != before.parent_id:
                self._ensure_parent(tx, actor, parent_id or None)
                if parent_id in queries.subtree(tx, unit_id):
                    raise InvalidFields({"parent_id": "below-itself"})
            values = {
                "parent_id": parent_id or None,
                "type": type,
                "oid": oid,
                "sort": sort,
                "valid_from": valid_from or before.valid_from,
            }
            old = differing(before, values)
            if old:
                changes.change(tx, "unit", unit_id, values)
                after = {name: values[name] for name in old}
                self._log.record(tx, actor, "unit.change", ("unit", unit_id, before.name), before=old, after=after)
            return self._unit(tx, unit_id)

    def rename_unit(
        self,
        unit_id: str,
        *,
        actor: Actor,
        name: str,
        valid_from: date,
        name_en: str | None = None,
        short_name: str | None = None,
        doc_prefix: str | None = None,
    ) -> Unit:
        """Give a unit a name from a day on; before that day it keeps the one it had.

        Raises:
            RecordNotFound: no such unit.
            InvalidFields: `name`, `short_name` …
            NotAllowed: `actor` does not administer the unit.
        """
        checks = Checks()
        names = _names(checks, name, name_en, short_name, doc_prefix)
        checks.done()
        with self._store.transaction() as tx:
            before = self._unit(tx, unit_id)
            ensure_administers(actor, unit_id)
            changes.set_unit_name(tx, {"unit_id": unit_id, "valid_from": valid_from, **names})
            after = {**names, "valid_from": valid_from}
            old = {field: getattr(before, field) for field in names}
            self._log.record(tx, actor, "unit.rename", ("unit", unit_id, before.name), before=old, after=after)
            renamed = self._unit(tx, unit_id)
        self.forget_names()
        return renamed

    def close_unit(self, unit_id: str, *, actor: Actor, last_day: date) -> None:
        """End a unit; its cases keep it.

        Raises:
            RecordNotFound: no such unit.
            InvalidFields: `last_day`: `in-use` (units or people are still in it then) or `order`.
            NotAllowed: `actor` does not administer the unit.
        """
        with self._store.transaction() as tx:
            changes.lock_directory(tx)
            before = self._unit(tx, unit_id)
            ensure_administers(actor, unit_id)
            if last_day < before.valid_from:
                raise InvalidFields({"last_day": "order"})
            if changes.open_children(tx, unit_id, last_day):
                raise InvalidFields({"last_day": "in-use"})
            changes.change(tx, "unit", unit_id, {"valid_to": last_day})
            subject = ("unit", unit_id, before.name)
            self._log.record(tx, actor, "unit.close", subject, after={"valid_to": last_day})

    # -- positions --------------------------------------------------------------------------

    def add_position(
        self,
        unit_id: str,
        *,
        actor: Actor,
        title: str,
        title_en: str | None = None,
        layer: int = 4,
        is_head: bool = False,
        valid_from: date = FIRST_DAY,
    ) -> Position:
        """Add a title to a unit; several people may hold it.

        Raises:
            RecordNotFound: no such unit.
            InvalidFields: `title` (required, taken), `layer`.
            NotAllowed: `actor` does not administer the unit.
        """
        checks = Checks()
        values = _position(checks, title, title_en, layer, is_head)
        checks.done()
        with self._store.transaction() as tx:
            unit = self._unit(tx, unit_id)
            ensure_administers(actor, unit_id)
            made = changes.add_with_id(tx, "position", {**values, "unit_id": unit_id, "valid_from": valid_from})
            if made is None:
                raise InvalidFields({"title": "taken"})
            subject = ("position", str(made), f"{unit.name} {values['title']}")
            self._log.record(tx, actor, "position.add", subject, after={**values, "unit_id": unit_id})
            return self._position(tx, made)

    def change_position(
        self,
        position_id: UUID,
        *,
        actor: Actor,
        title: str,
        title_en: str | None = None,
        layer: int = 4,
        is_head: bool = False,
    ) -> Position:
        """Change a title, its layer, or whether it heads the unit.

        Raises:
            RecordNotFound: no such position.
            InvalidFields: `title` (required, taken), `layer`.
            NotAllowed: `actor` does not administer the unit.
        """
        checks = Checks()
        values = _position(checks, title, title_en, layer, is_head)
        checks.done()
        with self._store.transaction() as tx:
            before = self._position(tx, position_id)
            ensure_administers(actor, before.unit_id)
            same = queries.position_by_title(tx, before.unit_id, str(values["title"]))
            if same is not None and same.id != position_id:
                raise InvalidFields({"title": "taken"})
            old = differing(before, values)
            if old:
                changes.change(tx, "position", position_id, values)
                subject = ("position", str(position_id), before.title)
                after = {name: values[name] for name in old}
                self._log.record(tx, actor, "position.change", subject, before=old, after=after)
            return self._position(tx, position_id)

    def close_position(self, position_id: UUID, *, actor: Actor, last_day: date) -> None:
        """Give a position up.

        Raises:
            RecordNotFound: no such position.
            InvalidFields: `last_day`: somebody still holds it then (`in-use`).
            NotAllowed: `actor` does not administer the unit.
        """
        with self._store.transaction() as tx:
            before = self._position(tx, position_id)
            ensure_administers(actor, before.unit_id)
            if changes.holders_after(tx, position_id, last_day):
                raise InvalidFields({"last_day": "in-use"})
            changes.change(tx, "position", position_id, {"valid_to": max(last_day, before.valid_from)})
            subject = ("position", str(position_id), before.title)
            self._log.record(tx, actor, "position.close", subject, after={"valid_to": last_day})

    # -- 分層負責明細表 -----------------------------------------------------------------------

    def import_authorities(self, unit_id: str, content: bytes, *, actor: Actor, valid_from: date) -> int:
        """Replace a unit's table from a CSV with the columns of domain C2; how many lines it has.

        Raises:
            RecordNotFound: no such unit.
            InvalidFields: `file`: `encoding`, `header`, or `line-N` for the first line that is wrong.
            NotAllowed: `actor` does not administer the unit.
        """
        rows = _authority_rows(content)
        with self._store.transaction() as tx:
            unit = self._unit(tx, unit_id)
            ensure_administers(actor, unit_id)
            changes.replace_authorities(tx, unit_id, rows, valid_from)
            subject = ("authority", unit_id, unit.name)
            self._log.record(tx, actor, "authority.import", subject, after={"lines": len(rows), "from": valid_from})
        return len(rows)

    # -- inside -------------------------------------------------------------------------------

    def _position(self, tx: Transaction, position_id: UUID) -> Position:
        found = queries.position_by_id(tx, position_id)
        if found is None:
            raise RecordNotFound("No such position.", id=str(position_id))
        return found

    def _ensure_parent(self, tx: Transaction, actor: Actor, parent_id: str | None) -> None:
        if parent_id is None:
            if not actor.is_system:
                raise InvalidFields({"parent_id": "required"})
            return
        parent = queries.unit(tx, parent_id, self.today())
        if parent is None or (parent.valid_to is not None and parent.valid_to < self.today()):
            raise InvalidFields({"parent_id": "unknown"})
        ensure_administers(actor, parent_id)


def _names(
    checks: Checks, name: str, name_en: str | None, short_name: str | None, doc_prefix: str | None
) -> dict[str, str | None]:
    return {
        "name": checks.text("name", name),
        "name_en": checks.text("name_en", name_en, required=False, limit=200),
        "short_name": checks.text("short_name", short_name or name, limit=40),
        "doc_prefix": checks.text("doc_prefix", doc_prefix, required=False, limit=20),
    }


def _position(
    checks: Checks, title: str, title_en: str | None, layer: int, is_head: bool
) -> dict[str, str | int | bool | None]:
    if not 1 <= layer <= 4:
        checks.fail("layer", "unknown")
    return {
        "title": checks.text("title", title, limit=40),
        "title_en": checks.text("title_en", title_en, required=False),
        "layer": layer,
        "is_head": is_head,
    }


def _authority_rows(content: bytes) -> list[dict[str, str]]:
    for encoding in ("utf-8-sig", "cp950"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise InvalidFields({"file": "encoding"})
    lines = list(csv.reader(io.StringIO(text, newline="")))
    if not lines or tuple(cell.strip() for cell in lines[0]) != _AUTHORITY_HEADER:
        raise InvalidFields({"file": "header"})
    names = ("item", "content", "layer_1", "layer_2", "layer_3", "layer_4", "consulted", "note")
    rows = []
    for number, cells in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        row = dict(zip(names, (cell.strip() for cell in cells), strict=False))
        layers = [row.get(f"layer_{layer}", "") for layer in range(1, 5)]
        if len(cells) != len(names) or not row["item"] or not set(layers) <= set(_CELLS) or layers.count("核定") != 1:
            raise InvalidFields({"file": f"line-{number}"})
        rows.append(row)
    return rows
