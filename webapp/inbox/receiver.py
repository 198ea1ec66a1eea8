"""Who a task is to go to: chosen from one's own people, or looked up by name or employee number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import request
from flask_babel import gettext as _

from engine.errors import InvalidFields
from engine.wording import MAX_REASON
from webapp.services import engine
from webapp.site_forms import fault_at, text_fault
from webapp.taskforms.directory import DirectoryPicker

FOUND = 20
LOOKED_UP = 100
"""So many characters of what was typed."""


@dataclass(frozen=True)
class Receiver:
    """What the posted form says.

    Attributes:
        person: a person's id; empty when nobody was chosen yet.
        text: what was typed to look somebody up.
        found: whom the text may mean, `{id, label}` each; one of them is then chosen by a radio button.
        searching: the search button was pressed, so nothing is to be done yet.
    """

    person: str = ""
    text: str = ""
    found: tuple[Mapping[str, str], ...] = ()
    searching: bool = False

    def faults(self, reason: str, refusal: InvalidFields | None = None) -> dict[str, str]:
        """What keeps a task from being given to them: texts by the id of the box; `refusal` is what the engine said."""
        missing = _("請說明改分的原因。")
        wrong = {} if reason else {"reason": missing}
        if refusal:
            wrong["person"] = fault_at(refusal, "person")
            wrong["reason"] = text_fault(refusal, "reason", missing=missing, most=MAX_REASON)
        if not self.person:
            wrong["person"] = self._who()
        person = "reassign-find" if self.text else "reassign-person"
        boxes = {"person": person, "reason": "reassign-reason"}
        return {boxes[name]: text for name, text in wrong.items() if text}

    def _who(self) -> str:
        if len(self.found) > 1:
            return _("有多個符合，請選定其中一個。")
        return _("找不到這個人。") if self.text and not self.found else _("請選定要改分給誰。")


def posted_receiver() -> Receiver:
    """Read the form; a typed text that means one person only, or ends in an id in brackets, chooses them."""
    text = request.form.get("find", "").strip()
    chosen = (request.form.get("found") or request.form.get("person") or "").strip()[:100]
    searching = request.form.get("form_action") == "find"
    if not text or (chosen and not searching):
        return Receiver(chosen, text, searching=searching)
    wanted = text.rpartition("（")[2].rstrip("）") if text.endswith("）") else text
    found = tuple(DirectoryPicker(engine().directory).find("person", wanted[:LOOKED_UP], None))[:FOUND]
    only = found[0]["id"] if len(found) == 1 and not searching else ""
    return Receiver(only or chosen, text, found, searching)
