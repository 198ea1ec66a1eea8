"""The walk of F20: every form of every page is filled with hostile texts and sent, and what comes back is looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from werkzeug.exceptions import HTTPException

from tests.faults.hostile_answers import Watch
from tests.faults.hostile_texts import MARKED, NAMES, PLAIN, canonical, mark
from tests.faults.hostile_town import Town
from tests.faults.hostile_values import (
    AT_NO_FIELD,
    FILES,
    FIRST,
    FROM_THE_LAST,
    KEPT_TO_ITSELF,
    LAST,
    chosen_for,
    chosen_on,
    good_value,
)
from tests.faults.page_forms import Control, PageForm, encoded, forms_of, links_of

TRIES = 6
"""How often a form is sent until all that it refuses is mended."""
_TEXTS = [*MARKED, *PLAIN]


@dataclass(frozen=True)
class Errand:
    """A form that somebody found on a page, and which view takes it."""

    person: str
    page: str
    form: PageForm
    endpoint: str
    part: str = ""


@dataclass
class Walk:
    """One walk through a town.

    Args:
        offset: which text the first field gets; each next field gets the next one.
        only: endpoints of the forms that are sent; all when there are none.
        good: what fields take in this round, by name; the rest says `good_value`.
    """

    town: Town
    offset: int = 0
    only: frozenset[str] = frozenset()
    good: Mapping[str, str] = field(default_factory=dict)
    watch: Watch = field(default_factory=Watch)
    reached: set[str] = field(default_factory=set)
    taken: set[str] = field(default_factory=set)
    fields: set[tuple[str, str]] = field(default_factory=set)
    viewed: set[str] = field(default_factory=set)
    statuses: Counter[int] = field(default_factory=Counter)
    typed: int = 0

    # -- looking and sending --------------------------------------------------------------

    def get(self, person: str, path: str) -> Any:
        """A page, looked at."""
        client = self.town.client(person)
        return self.watch.asked(f"GET {path[:120]}", lambda: client.get(path, buffered=True))

    def _send(self, errand: Errand, form: PageForm, given: Mapping[str, str], files: Sequence[Any] = ()) -> Any:
        path, client = form.action or errand.page, self.town.client(errand.person)
        body = encoded(form, form.pairs(given), files)
        if form.method == "get":
            query = body["data"].decode()
            answer = self.watch.asked(f"GET {errand.endpoint}", lambda: client.get(f"{path}?{query}", buffered=True))
        else:
            answer = self.watch.asked(f"POST {errand.endpoint}", lambda: client.post(path, **body, buffered=True))
        self.statuses[answer.status_code if answer is not None else 500] += 1
        return answer

    # -- which forms there are --------------------------------------------------------------

    def errands(self, pages: Sequence[tuple[str, str, str]]) -> list[Errand]:
        """Every form of the pages, each kind once; what ends something comes last."""
        found: dict[tuple[str, ...], Errand] = {}
        elsewhere = {only for _, _, only in pages if only}
        for person, page, only in pages:
            answer = self.get(person, page)
            if answer is None or answer.status_code != 200:
                self.watch.fail(f"no page: {page}: {answer is not None and answer.status_code}")
                continue
            for form in forms_of(answer.text):
                endpoint, part = self._view_of(form, page)
                key = (form.method, endpoint, part) if form.method == "post" else (form.method, endpoint, "")
                if (endpoint == only if only else endpoint not in elsewhere) and endpoint in (self.only or {endpoint}):
                    if endpoint in FROM_THE_LAST:
                        found.pop(key, None)
                    found.setdefault(key, Errand(person, page, form, endpoint, part))
        return sorted(found.values(), key=lambda one: (_order(one), not one.form.typed))

    def _view_of(self, form: PageForm, page: str) -> tuple[str, str]:
        """The endpoint that takes a form, and which of its kinds."""
        path = urlsplit(form.action or page).path
        endpoint, arguments = self.town.app.url_map.bind("localhost").match(path, method=form.method.upper())
        return str(endpoint), " ".join(str(arguments[name]) for name in ("act", "verb") if name in arguments)

    def straight(self, person: str, path: str, endpoint: str, fields: Mapping[str, str], *, hostile: str = "") -> Any:
        """Send what a script of the page sends, with a hostile text in one field; what comes of it."""
        token = next(one.value for one in _all(self.get(person, "/help")) if one.name == "csrf_token")
        text, sign = self.next_text()
        given = {**fields, **({hostile: text} if hostile else {})}
        form = PageForm("post", path, False, [Control("csrf_token", "hidden", token)])
        answer = self._send(Errand(person, path, form, endpoint), form, given)
        self.reached.add(endpoint)
        self.fields |= {(endpoint, name) for name in given}
        if answer is not None and answer.status_code in (200, 204, 303):
            self.taken.add(endpoint)
            if sign and hostile:
                self.watch.remember(f"{endpoint}: {hostile}", text, sign)
        return answer

    def tour(self, person: str, start: Sequence[str], most: int) -> None:
        """Look at pages, and at those they lead to: at most so many of each view."""
        waiting, seen, views = list(start), set(start), Counter[str]()
        while waiting:
            path = waiting.pop(0)
            answer = self.get(person, path)
            if answer is None or answer.mimetype != "text/html":
                continue
            for link in links_of(answer.text):
                view = self._view_at(link)
                if link not in seen and view and views[view] < most:
                    seen.add(link)
                    views[view] += 1
                    waiting.append(link)
        self.viewed |= set(views)

    def _view_at(self, link: str) -> str:
        """The view that shows a link of this site, apart by the kind of file or tab; empty for what is no page."""
        parts = urlsplit(link)
        try:
            endpoint, arguments = self.town.app.url_map.bind("localhost").match(parts.path, method="GET")
        except HTTPException:
            return ""
        kind = next((str(arguments[name]) for name in ("kind", "tab") if name in arguments), "")
        tab = parse_qs(parts.query).get("view", [""])[0]
        return "" if parts.netloc or endpoint == "static" else f"{endpoint} {kind} {tab}"

    # -- one form ---------------------------------------------------------------------------

    def run(self, errand: Errand) -> None:
        """Send a form: with hostile texts in its fields until it is taken, then with what cannot be typed forged."""
        if errand.form.method == "get":
            self._search(errand)
            return
        self.reached.add(errand.endpoint)
        if errand.endpoint in LAST:  # others have changed what its page says
            again = self._form_again(errand, self.get(errand.person, errand.page))
            errand = replace(errand, form=again or errand.form)
        self._fill(errand)
        if errand.form.forgeable:
            forged = {name: self.next_text()[0] for name in errand.form.forgeable}
            given = {**self._good(errand.form), **forged}
            answer = self._send(errand, errand.form, given, self._files(errand, hostile=False))
            if answer is not None and answer.status_code == 303 and answer.location.startswith("/"):
                self.get(errand.person, answer.location)

    def _fill(self, errand: Errand) -> None:
        good, chosen = self._good(errand.form), chosen_for(errand.endpoint, self.good)
        texts = {name: self.next_text() for name in good}
        given, form, hostile_file = {name: text for name, (text, _) in texts.items()}, errand.form, True
        self.fields |= {(errand.endpoint, name) for name in [*given, *errand.form.files]}
        for _ in range(TRIES):
            answer = self._send(
                errand, form, {**given, **chosen_on(form, chosen)}, self._files(errand, hostile=hostile_file)
            )
            if answer is None:
                return
            problem, shown = self._verdict(errand, answer)
            if not problem:
                self.taken.add(errand.endpoint)
                self._go_on(errand, answer)
                self._remember(
                    errand, {name: texts[name] for name in given if given[name] == texts[name][0] != good[name]}
                )
                return
            if not given and not errand.form.files:
                return
            again = self._form_again(errand, shown)
            if again is None:
                self.watch.fail(f"typed is lost: {errand.endpoint}: {problem}")
                return
            self._still_there(errand, again, given)
            wrong = {control.name for control in again.controls if control.invalid}
            hostile = {name for name in given if given[name] != good[name]}
            if hostile and not wrong and errand.endpoint not in AT_NO_FIELD:
                self.watch.fail(f"no field says why: {errand.endpoint}: {problem}")
            mended = (hostile & wrong) or hostile
            if not mended and not (hostile_file and errand.form.files):
                break
            hostile_file = bool(mended) and hostile_file
            given.update({name: good[name] for name in mended})
            form = again
        self.watch.fail(f"never taken: {errand.endpoint}: {problem}, {sorted(wrong)}")

    def _go_on(self, errand: Errand, answer: Any) -> None:
        """Forms that are only shown as an answer to another one."""
        if answer.status_code == 200 and answer.mimetype == "text/html":
            for form in forms_of(answer.text):
                endpoint, part = self._view_of(form, errand.page) if form.method == "post" else ("", "")
                if endpoint and endpoint not in self.reached and endpoint not in LAST:
                    self.run(Errand(errand.person, errand.page, form, endpoint, part))

    def paper(self, person: str, page: str, title: str) -> None:
        """A form of a task, whatever it takes: kept as a draft, opened again, sent."""
        forms = [form for form in forms_of(self.get(person, page).text) if form.action.startswith(page) and form.typed]
        if not forms:
            return
        errand = Errand(person, page, forms[0], "inbox.complete")
        given = {control.name: self.next_text()[0] for control in errand.form.typed}
        self.fields |= {(title, name) for name in given}
        draft = self._send(errand, errand.form, {**given, "form_action": "draft"})
        taken = draft is not None and draft.status_code in (302, 303)
        self._still_so(errand, self.get(person, page) if taken else draft, given)
        self._still_so(errand, self._send(errand, errand.form, {**given, "form_action": "submit"}), given)

    def _still_so(self, errand: Errand, answer: Any, given: Mapping[str, str]) -> None:
        again = self._form_again(errand, answer)
        if again is not None:
            self._still_there(errand, again, given)
        elif answer is not None and answer.status_code not in (302, 303):
            self.watch.fail(f"typed is lost: {errand.page}: {answer.status_code}")

    def _search(self, errand: Errand) -> None:
        """A form that only asks: what was typed stands in its boxes again."""
        given = {control.name: self.next_text()[0][:1500] for control in errand.form.typed}
        self.fields |= {(errand.endpoint, name) for name in given}
        answer = self._send(errand, errand.form, given)
        if answer is None or not given:
            return
        again = self._form_again(errand, answer)
        if answer.status_code not in (200, 422) or again is None:
            self.watch.fail(f"typed is lost: {errand.endpoint}: {answer.status_code}")
        else:
            self._still_there(errand, again, given, cut=True)

    def _verdict(self, errand: Errand, answer: Any) -> tuple[str, Any]:
        """Why a form was refused ("" when it was taken), and the page that the person sees then."""
        if answer.status_code in (302, 303):
            shown = self.get(errand.person, answer.location)
            said = self.watch.refusals(shown) if shown is not None else ""
            return said, shown
        if answer.status_code == 200:
            again = self._form_again(errand, answer)
            return ("marked" if again and any(one.invalid for one in again.controls) else ""), answer
        return str(answer.status_code), answer

    def _form_again(self, errand: Errand, answer: Any) -> PageForm | None:
        if answer is None or answer.mimetype != "text/html":
            return None
        wanted = urlsplit(errand.form.action or errand.page).path
        same = [
            form for form in forms_of(answer.text)
            if form.method == errand.form.method and urlsplit(form.action or wanted).path == wanted
        ]  # fmt: skip
        return same[0] if same else None

    def _still_there(self, errand: Errand, again: PageForm, given: Mapping[str, str], *, cut: bool = False) -> None:
        for name, text in given.items():
            controls = [control for control in again.controls if control.name == name]
            if not controls:
                self.watch.fail(f"typed is lost: {errand.endpoint}: the field {name}")
            wanted, there = canonical(text), [canonical(control.value) for control in controls]
            same = wanted in there or (cut and any(one and wanted.startswith(one) for one in there))
            if not same and all(control.kind != "password" for control in controls):
                self.watch.fail(f"typed is changed: {errand.endpoint}: {name}: {there[0][:50]!r} for {wanted[:50]!r}")

    # -- what is typed ------------------------------------------------------------------------

    def next_text(self) -> tuple[str, str]:
        """The next text of the corpus, and its mark."""
        name = _TEXTS[(self.offset + self.typed) % len(_TEXTS)]
        self.typed += 1
        if name in PLAIN:
            return PLAIN[name], ""
        self.watch.marks += 1
        sign = mark(self.watch.marks)
        return MARKED[name] + sign, sign

    def _good(self, form: PageForm) -> dict[str, str]:
        return {control.name: self.good.get(control.name) or good_value(control, self.town) for control in form.typed}

    def _files(self, errand: Errand, *, hostile: bool) -> list[tuple[str, str, bytes]]:
        found = []
        for name in errand.form.files:
            ending, content = FILES.get(errand.endpoint, FILES[""])
            label = list(NAMES.values())[self.typed % len(NAMES)] if hostile else "good"
            self.typed += 1
            found.append((name, f"{label}.{ending}", content))
        return found

    def _remember(self, errand: Errand, texts: Mapping[str, tuple[str, str]]) -> None:
        for name, (text, sign) in texts.items():
            if sign and (errand.endpoint, name) not in KEPT_TO_ITSELF:
                self.watch.remember(f"{errand.endpoint}: {name}", text, sign)


def _all(answer: Any) -> list[Control]:
    return [control for form in forms_of(answer.text) for control in form.controls]


def _order(errand: Errand) -> int:
    if errand.endpoint in FIRST:
        return -1
    return LAST.index(errand.endpoint) + 1 if errand.endpoint in LAST else 0
