"""Where a unit is reached: what stands in the head of its letters (domain C5)."""

from __future__ import annotations

from engine.administration import ensure_administers
from engine.directory.base import EMAIL, PHONE, Checks, DirectoryPart, differing
from engine.directory.values import Contact
from engine.model import Actor
from engine.store import contact_queries as queries
from engine.store import directory_changes as changes

_ADDRESS = 200


class Contacts(DirectoryPart):
    """Addresses, telephones and mailboxes of units."""

    def contact(self, unit_id: str) -> Contact:
        """Where a unit is reached: what it has of its own, the rest from the nearest unit above that has it.

        Raises:
            RecordNotFound: no such unit.
        """
        with self._store.reading() as tx:
            self._unit(tx, unit_id)
            chain = queries.contacts(tx, unit_id)
        fields = Contact.__dataclass_fields__
        return Contact(**{name: next(filter(None, (getattr(one, name) for one in chain)), None) for name in fields})

    def own_contact(self, unit_id: str) -> Contact:
        """What is entered for the unit itself.

        Raises:
            RecordNotFound: no such unit.
        """
        with self._store.reading() as tx:
            self._unit(tx, unit_id)
            return queries.contacts(tx, unit_id)[0]

    def set_contact(
        self,
        unit_id: str,
        *,
        actor: Actor,
        address: str | None = None,
        address_en: str | None = None,
        phone: str | None = None,
        fax: str | None = None,
        email: str | None = None,
    ) -> Contact:
        """Say where a unit is reached; an empty field is taken from the unit above.

        Raises:
            RecordNotFound: no such unit.
            InvalidFields: `address`, `address_en` (too-long, characters), `phone`, `fax`, `email` (format).
            NotAllowed: `actor` does not administer the unit.
        """
        checks = Checks()
        values = {
            "address": checks.text("address", address, required=False, limit=_ADDRESS),
            "address_en": checks.text("address_en", address_en, required=False, limit=_ADDRESS),
            "phone": checks.pattern("phone", phone, PHONE, required=False),
            "fax": checks.pattern("fax", fax, PHONE, required=False),
            "email": checks.pattern("email", email, EMAIL, required=False),
        }
        checks.done()
        with self._store.transaction() as tx:
            unit = self._unit(tx, unit_id)
            ensure_administers(actor, unit_id)
            old = differing(queries.contacts(tx, unit_id)[0], values)
            if old:
                changes.change(tx, "unit", unit_id, values)
                after = {name: values[name] for name in old}
                self._log.record(tx, actor, "unit.contact", ("unit", unit_id, unit.name), before=old, after=after)
        return Contact(**values)
