"""Who may edit, deploy, start and view which process."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from engine.errors import DefinitionNotFound, Invalid, NotAllowed
from engine.model import Actor, ProcessDefinition
from engine.repository.base import RepositoryPart
from engine.repository.rights import VERBS, Verb, may
from engine.store import definition_queries as queries


class ProcessRights(RepositoryPart):
    """Asks and sets the rights on processes."""

    def may(self, actor: Actor, verb: Verb, key: str) -> bool:
        """Whether the actor may `edit`, `deploy`, `start` or `view` the process."""
        return key in self.allowed(actor, verb, [key])

    def allowed(self, actor: Actor, verb: Verb, keys: Collection[str]) -> frozenset[str]:
        """Those of the processes with which the actor may do this; the same rules as `may`, asked once for all."""
        only = next(iter(keys)) if len(keys) == 1 else None
        with self._store.reading() as tx:
            grants, rules = queries.grants(tx), queries.start_rules(tx, only)
            found = [queries.definition(tx, only)] if only is not None else queries.current(tx)
        properties = {definition.key: definition.properties for definition in found if definition}
        return frozenset(
            key
            for key in keys
            if may(
                actor,
                verb,
                key,
                grants=grants,
                starters=rules[key][0] if key in rules else [],
                properties=properties.get(key, {}),
            )
        )

    def startable(self, actor: Actor) -> list[ProcessDefinition]:
        """The processes the actor may start by hand, by name."""
        with self._store.reading() as tx:
            grants, rules = queries.grants(tx), queries.start_rules(tx)
            found = [
                definition
                for definition in queries.current(tx)
                if rules[definition.key][2]
                and may(
                    actor,
                    "start",
                    definition.key,
                    grants=grants,
                    starters=rules[definition.key][0],
                    properties=definition.properties,
                )
            ]
        return sorted(found, key=lambda definition: definition.name)

    def start_form(self, key: str) -> str | None:
        """The form key of the version in force, for its start page. Raises DefinitionNotFound."""
        with self._store.reading() as tx:
            rules = queries.start_rules(tx, key)
        if key not in rules:
            raise DefinitionNotFound(key=key)
        return rules[key][1]

    def grants(self, key: str) -> dict[str, tuple[str, ...]]:
        """Candidate texts by verb, for the page that sets them."""
        with self._store.reading() as tx:
            found = queries.grants(tx)
        return {verb: tuple(sorted(found.get((key, verb), ()))) for verb in VERBS if verb != "view"}

    def set_grants(self, key: str, verb: Verb, groups: Iterable[str], actor: Actor) -> None:
        """Let exactly these groups do `verb` to the process. For administrators.

        Raises:
            NotAllowed: the actor is no administrator.
            Invalid: a group is no candidate text, or the verb cannot be granted.
        """
        if not actor.is_system and "administrator@" not in actor.groups:
            raise NotAllowed
        wanted = [group.strip() for group in groups if group.strip()]
        wrong = [group for group in wanted if "@" not in group and not group.startswith("user:")]
        if wrong or verb not in VERBS or verb == "view":
            raise Invalid("This is nobody: write role@unit, role@ or user:person.", field="groups", value=wrong[:3])
        with self._store.transaction() as tx:
            before = sorted(queries.grants(tx).get((key, verb), ()))
            queries.set_grants(tx, key, verb, wanted)
            subject, old, new = ("process", key, key), {verb: before}, {verb: sorted(wanted)}
            self._log.record(tx, actor, "process.grants", subject, before=old, after=new)
