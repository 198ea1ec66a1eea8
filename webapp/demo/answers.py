"""What people write into the forms of the demonstration: placeholders filled in, and judged by the form itself."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from engine import SYSTEM, Actor, forms
from engine import diagram_functions as functions_of
from engine.model import StepContext
from webapp.demo.papers import SAMPLE
from webapp.demo.plans import Group, Plan
from webapp.demo.played import Played, PlayFailed
from webapp.demo.wording import Wording

if TYPE_CHECKING:
    from webapp.demo.player import Player


class Answers:
    """The answers of one group."""

    def __init__(self, player: Player, group: Group, cases: Mapping[UUID, Played], chance: random.Random) -> None:
        self.player, self.engine, self.group = player, player.engine, group
        self.cases, self.random = cases, chance

    def values(
        self,
        plan: Plan,
        definition_id: UUID,
        form_key: str | None,
        given: Mapping[str, Any],
        names: Mapping[str, Any],
        actor: Actor,
        *,
        place: str,
    ) -> dict[str, Any]:
        """The values as the form takes them. Raises PlayFailed when it refuses them."""
        raw = self.worded(plan, names, actor).fill(given)
        if form_key is None:
            return dict(raw)
        form = self.engine.repository.form(definition_id, form_key)
        now = self.player.clock.now()
        functions = functions_of(StepContext(now=now, calendar=self.player.office.calendar))
        result = forms.validate(form, raw, names, now, functions=functions)
        if not result.ok:
            told = {path: [message.code for message in messages] for path, messages in result.errors.items()}
            raise PlayFailed(f"{plan.key}: {place} at {now:%Y-%m-%d %H:%M}: form {form_key} refuses {told}")
        return result.values

    def worded(self, plan: Plan, names: Mapping[str, Any], actor: Actor) -> Wording:
        return Wording(
            now=self.player.clock.now(),
            office=self.player.office,
            names=names,
            number=lambda: self.letter(actor),
            case=self.number_of,
            running=self.running,
            person=self.player.people.person,
            unit=self.player.people.unit,
            file=lambda name: self.engine.runtime.store_file(name, SAMPLE, "application/pdf", actor=actor).value,
        )

    def number_of(self, key: str) -> str:
        if key in self.group.known:
            return self.group.known[key]
        for played in self.cases.values():
            if played.plan.key.rpartition("/")[2] == key:
                return played.number
        raise PlayFailed(f"{self.group.key}: no case {key} yet")

    def running(self, key: str) -> dict[str, Any]:
        """The case as a person picks it out of the running ones."""
        case = self.engine.runtime.by_business_key(self.number_of(key), SYSTEM)
        agency = {"id": case.applicant_agency, "label": case.applicant_agency_label} if case.applicant_agency else None
        return {
            "id": case.business_key, "label": case.subject, "agency": agency, "security_class": case.security_class,
        }  # fmt: skip

    def letter(self, actor: Actor) -> str:
        """A number for a letter: the unit's word, the ROC year, the day, a running number."""
        day = self.player.clock.now()
        number = f"{day.year - 1911:03d}3{day.timetuple().tm_yday:03d}{self.random.randrange(10_000):04d}"
        return f"{self.player.people.letter_prefix(actor.on_behalf_of or actor.person_id)}字第{number}號"
