"""The forms of a page as a browser sees them: what can be typed where, and the bytes that are sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import lxml.html

TYPED = frozenset({"", "text", "search", "email", "tel", "url", "password", "number", "date", "time", "textarea"})
"""Types of controls that a person types into."""
_BOUNDARY = "----siwei-faults-7e3f"
_NEVER_SENT = frozenset({"submit", "button", "image", "reset"})
Pairs = Sequence[tuple[str, str]]


@dataclass
class Control:
    """One control: `kind` is an input's type, `textarea` or `select`."""

    name: str
    kind: str
    value: str = ""
    checked: bool = True
    options: list[str] = field(default_factory=list)
    invalid: bool = False
    fixed: bool = False

    @property
    def is_typed(self) -> bool:
        """Whether a person types into it."""
        return self.kind in TYPED and not self.fixed


@dataclass
class PageForm:
    """A form and one address it may be sent to; its controls are those of the form wherever they stand on the page."""

    method: str
    action: str
    multipart: bool
    controls: list[Control]

    @property
    def typed(self) -> list[Control]:
        """Controls that are typed into, each name once."""
        return list({control.name: control for control in self.controls if control.is_typed}.values())

    @property
    def forgeable(self) -> list[str]:
        """Names of what nobody types into, apart from the token against forgery."""
        return [
            one.name for one in self.controls if not one.is_typed and one.kind != "file" and one.name != "csrf_token"
        ]

    @property
    def files(self) -> list[str]:
        """Names of the controls that take files."""
        return [control.name for control in self.controls if control.kind == "file"]

    def pairs(self, given: Mapping[str, str]) -> list[tuple[str, str]]:
        """What would be sent: `given` by name, else as it stands on the page; of choices nobody made, the first."""
        sent, chosen = [], {control.name for control in self.controls if control.kind == "radio" and control.checked}
        for control in self.controls:
            if control.name in given:
                continue
            if control.kind == "select" and not control.value:
                control.value = next(filter(None, control.options), "")
            if control.kind == "radio" and control.name not in chosen:
                chosen.add(control.name)
                control.checked = True
            if control.checked and control.kind != "file":
                sent.append((control.name, control.value))
        return [*sent, *given.items()]


def forms_of(page: str) -> list[PageForm]:
    """Every form of a page; a button with an address of its own counts as a form of its own."""
    root = lxml.html.document_fromstring(page)
    found = []
    for element in root.iter("form"):
        method = (element.get("method") or "get").lower()
        inside = [*element.iter("input", "select", "textarea", "button")]
        if name := element.get("id"):
            inside += root.xpath("//*[@form=$name]", name=name)
        controls = [control for one in inside if (control := _control(one)) is not None]
        actions = [element.get("action") or "", *(one.get("formaction") for one in inside if one.get("formaction"))]
        multipart = element.get("enctype") == "multipart/form-data"
        found += [PageForm(method, action, multipart, controls) for action in actions]
    return found


def links_of(page: str) -> list[str]:
    """Where a page leads to, on this site."""
    found = (element.get("href").partition("#")[0] for element in lxml.html.document_fromstring(page).iter("a")
             if element.get("href"))  # fmt: skip
    return [link for link in dict.fromkeys(found) if link.startswith("/")]


def encoded(form: PageForm, pairs: Pairs, files: Iterable[tuple[str, str, bytes]]) -> dict[str, Any]:
    """The body of a request as a browser (or somebody who means harm) writes it; half surrogates as they are."""
    if not form.multipart:
        body = urlencode(pairs, encoding="utf-8", errors="surrogatepass").encode()
        return {"data": body, "content_type": "application/x-www-form-urlencoded"}
    parts = [_part(f'name="{_quoted(name)}"', _bytes(value)) for name, value in pairs]
    parts += [_part(f'name="{_quoted(name)}"; filename="{_quoted(label)}"', body) for name, label, body in files]
    body = b"".join([*parts, f"--{_BOUNDARY}--\r\n".encode()])
    return {"data": body, "content_type": f"multipart/form-data; boundary={_BOUNDARY}"}


def _control(element: Any) -> Control | None:
    name, tag = element.get("name"), element.tag
    kind = (element.get("type") or "").lower() if tag == "input" else tag
    if not name or tag == "button" or kind in _NEVER_SENT or element.get("disabled") is not None:
        return None
    invalid = element.get("aria-invalid") == "true"
    if tag == "textarea":
        return Control(name, kind, (element.text or "").removeprefix("\n"), invalid=invalid)
    if tag == "select":
        options = [option.get("value", option.text or "") for option in element.iter("option")]
        chosen = [option.get("value", "") for option in element.iter("option") if option.get("selected") is not None]
        return Control(name, kind, (chosen or options or [""])[0], options=options, invalid=invalid)
    checked = kind not in ("checkbox", "radio") or element.get("checked") is not None
    fixed = element.get("readonly") is not None or element.get("hidden") is not None
    return Control(name, kind, element.get("value", ""), checked, invalid=invalid, fixed=fixed)


def _part(disposition: str, body: bytes) -> bytes:
    return f"--{_BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n".encode(
        "utf-8", "surrogatepass"
    ) + (body + b"\r\n")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _quoted(name: str) -> str:
    """A name as browsers quote it in a part's head."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
