"""What the fields of the application take, so that a form refused for a hostile text is sent again without it."""

from __future__ import annotations

from collections.abc import Mapping

from engine.calendar.yearly_list import shipped_files
from tests.faults.hostile_town import CLERK, OTHER, PASSWORD, Town
from tests.faults.page_forms import Control, PageForm

_NEW_PASSWORD = "Kaohsiung-harbour-{n}"
_VALUES: Mapping[str, str] = {
    "username": CLERK, "password": PASSWORD, "current": PASSWORD, "new": _NEW_PASSWORD, "again": _NEW_PASSWORD,
    "deputies": OTHER, "standing": OTHER, "leave-deputies": OTHER, "deputies-standing": OTHER, "find": OTHER,
    "first_day": "116/{n}/1", "last_day": "116/{n}/2", "leave-first_day": "116/{n}/1", "leave-last_day": "116/{n}/2",
    "first_time": "08:00", "last_time": "17:00", "leave-first_time": "08:00", "leave-last_time": "17:00",
    "unit-id": "aia.x{n}", "unit-sort": "1", "change-sort": "1", "rename-valid_from": "115/11/23",
    "close-last_day": "116/12/31", "authorities-valid_from": "115/11/23", "closure-day": "116/2/{n}",
    "assign-valid_from": "", "assign-valid_to": "", "grant-valid_from": "", "grant-valid_to": "",
    "id": "x{n}", "email": "a@kcg.example", "contact-email": "a@kcg.example", "account-username": "x{n}",
    "person": OTHER, "base_url": "https://api.example.gov.tw", "headers": "", "name": "x{n}", "key": "x{n}",
    "f.headcount": "3", "f.phone": "07-3368333", "f.email": "a@kcg.example", "f.start_date": "115/11/23",
    "f.end_date": "115/12/23", "f.meeting_at.date": "", "f.meeting_at.time": "", "f.fee.wage": "1",
    "f.fee.insurance": "1", "f.unit": "", "f.handler": "", "f.readers": "", "f.members.0.days": "1",
    "contact-phone": "07-3368333", "contact-fax": "07-3368333", "phone": "07-3368333",
    "try-0": "", "try-1": "", "try-2": "",
    "name-5": "", "name-6": "", "name-7": "", "value-5": "", "value-6": "", "value-7": "",
    "f.opinion": "可行",
    "f.subsidy_doc_no": "府行秘字第1151234567號",
}  # fmt: skip
"""By the name of the field; `{n}` is another number for each round."""

FILES: Mapping[str, tuple[str, bytes]] = {
    "": ("txt", "內容".encode()),
    "admin.preview_year": ("csv", shipped_files()[0].read_bytes()),
    "admin.import_authorities": (
        "csv",
        "公務項目,公務內容,第一層,第二層,第三層,第四層,會辦機關,備考\n公文,一般,,核定,審核,擬辦,,\n".encode(),
    ),
    "studio.upload": ("form", b'{"type": "default", "id": "brought", "components": []}'),
}  # fmt: skip
"""By endpoint: ending and content of a file that is taken."""

_SECRET, _ASKED = "secrets are never shown", "it asks, and is not kept"
KEPT_TO_ITSELF: Mapping[tuple[str, str], str] = {
    **dict.fromkeys([("auth.change_password", name) for name in ("current", "new", "again")], _SECRET),
    **dict.fromkeys([("auth.use_reset", name) for name in ("new", "again")], _SECRET),
    **dict.fromkeys([("auth.enter", name) for name in ("username", "password")], _SECRET),
    **dict.fromkeys([(form, "find") for form in ("inbox.reassign", "inbox.reassign_many")], _ASKED),
    **dict.fromkeys([("studio.decide", f"try-{number}") for number in range(3)], _ASKED),
    **dict.fromkeys([(form, "headers") for form in ("operate.add_host", "operate.change_host")], _SECRET),
    ("admin.add_account", "account-username"): "names to sign in with are kept in small letters",
    ("studio.add_file", "title"): "the walk throws the draft away in which it stands",
}
"""Fields whose text is shown nowhere afterwards, and why."""

FROM_THE_LAST = frozenset({"operate.discard_job"})
"""Of rows that offer several acts: this one is done to the last, the others to the first."""

FIRST = ("studio.submit",)
"""What others would keep from being taken."""

_WHOLE = "a rule of the form as a whole is said above it"
AT_NO_FIELD = {
    "auth.enter": "whether the name or the password is wrong is not told to a stranger",
    "start.begin": _WHOLE,
    "inbox.complete": _WHOLE,
}
"""Forms whose refusal does not stand at a field, and why."""

CHOSEN: Mapping[str, Mapping[str, str]] = {
    "operate.erase": {"sure": "yes"},
    "admin.assign": {"assign-kind": "concurrent"},
    "studio.move": {"case": ""},
    "inbox.reassign_many": {"ids": ""},
    "inbox.claim_many": {"ids": ""},
    "operate.retry_many": {"incident": ""},
}
"""What has to be ticked or chosen for a form to be taken; the first there is where nothing is said."""

LAST: tuple[str, ...] = (
    "admin.close_position",
    "admin.close_unit",
    "studio.reject",
    "studio.approve",
    "studio.submit",
    "studio.discard",
    "inbox.complete",
    "inbox.reassign",
    "cases.cancel",
    "admin.account_act",
    "admin.set_active",
    "auth.act_for",
    "auth.end_session",
    "auth.sign_out_everywhere",
    "auth.change_password",
    "auth.use_reset",
    "auth.enter",
    "auth.sign_out",
)
"""What ends or changes the state of what other forms need, in this order."""


def good_value(control: Control, town: Town) -> str:
    """A text that this control takes."""
    value = _VALUES.get(control.name)
    if value is None:
        return control.value or "甲乙丙"
    return value.replace("{n}", str(town.rounds))


def chosen_for(endpoint: str, given: Mapping[str, str]) -> dict[str, str]:
    """What has to be chosen in a form; `given` by endpoint says what, where it matters."""
    chosen = dict(CHOSEN.get(endpoint, {}))
    return {name: given.get(endpoint, value) for name, value in chosen.items()}


def chosen_on(form: PageForm, wanted: Mapping[str, str]) -> dict[str, str]:
    """The choices that have to be made, as this form offers them."""
    offered = {control.name: control.value for control in reversed(form.controls) if control.name in wanted}
    return {name: wanted[name] or value for name, value in offered.items()}
