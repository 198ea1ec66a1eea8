"""A page with one form on it, in the real application."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Blueprint, Flask, current_app, g, render_template, request
from flask.testing import FlaskClient
from flask_wtf.csrf import CSRFProtect

from engine import forms
from engine.directory.values import Person
from engine.errors import RecordNotFound
from webapp import taskforms
from webapp.assets import init_assets
from webapp.dates import init_dates
from webapp.i18n import init_i18n, lang
from webapp.rights import PUBLIC, init_rights
from webapp.security import init_security
from webapp.settings import Settings
from webapp.taskforms import DirectoryPicker, TaskForm, answers, page

HERE = Path(__file__).parent
NOW = datetime(2018, 5, 29, 1, tzinfo=UTC)
EVERY_FIELD = (HERE / "every_field.form").read_bytes()


class Directory:
    """A handful of people and units, as the directory service would give them."""

    people = (
        Person("health.wang", "王小明", "Wang", unit_id="health"),
        Person("works.wang", "王小明", "Wang", unit_id="works"),
        Person("health.lin", "林美玲", "Lin", unit_id="health.hr"),
        Person("gone", "已離職", is_active=False, unit_id="health"),
    )

    def units(self) -> list[Any]:
        tree = (
            ("kcg", None, "高雄市政府"),
            ("health", "kcg", "衛生局"),
            ("works", "kcg", "工務局"),
            ("health.hr", "health", "人事室"),
        )
        return [SimpleNamespace(id=unit, parent_id=parent, name=name, name_en=None) for unit, parent, name in tree]

    def person(self, person_id: str) -> Person:
        for person in self.people:
            if person.id == person_id:
                return person
        raise RecordNotFound("No such person.", id=person_id)

    def search_people(self, text: str) -> list[Person]:
        return [person for person in self.people if text in person.name or text in person.id]


@dataclass
class Probe:
    """The form page under test and what came out of it."""

    app: Flask
    definition: forms.FormDefinition
    names: dict[str, Any] = field(default_factory=dict)
    stored: list[tuple[str, bytes, str]] = field(default_factory=list)
    last: TaskForm | None = None
    draft: dict[str, Any] | None = None
    person: str = "health.wang"

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client()

    def use(self, *components: dict[str, Any], **properties: str) -> None:
        """Put another form on the page."""
        body = {"type": "default", "id": "probe", "components": list(components), "properties": properties}
        self.definition = forms.parse(json.dumps(body, ensure_ascii=False).encode(), "probe.form")
        assert not [finding for finding in self.definition.findings if finding.level == "error"], (
            self.definition.findings
        )

    def store(self, name: str, content: bytes, content_type: str) -> dict[str, Any]:
        self.stored.append((name, content, content_type))
        return {"id": f"file-{len(self.stored)}", "label": name, "size": len(content)}

    def post(self, data: dict[str, Any] | None = None, **options: Any) -> Any:
        return self.client.post("/probe", data=data or {}, **options)


@pytest.fixture
def probe() -> Probe:
    app = _application()
    found = Probe(app, forms.parse(EVERY_FIELD, "every_field.form"))
    app.register_blueprint(_page_of(found))
    init_rights(app, [dict.fromkeys(("probe.form", "probe.read", "taskforms.pick"), PUBLIC)])
    return found


def _application() -> Flask:
    """The web application with no other part than forms."""
    app = Flask("webapp")
    app.config.update(SECRET_KEY="k" * 40, WTF_CSRF_ENABLED=False, MAX_CONTENT_LENGTH=50_000_000)
    app.extensions["siwei"] = SimpleNamespace(directory=Directory(), runtime=None)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.do")
    app.jinja_env.globals.update(new_token=lambda: "00000000-0000-0000-0000-000000000001", here="/probe")
    app.before_request(_nobody)
    init_security(app, Settings(mode="test", secret_key="k" * 40))
    init_assets(app)
    init_i18n(app)
    init_dates(app)
    CSRFProtect(app)
    app.register_blueprint(taskforms.bp)
    return app


def _nobody() -> None:
    g.actor = None


def _page_of(probe: Probe) -> Blueprint:
    bp = Blueprint("probe", __name__, template_folder="templates")

    @bp.route("/probe", methods=["GET", "POST"])
    def form() -> Any:
        common: dict[str, Any] = {
            "now": NOW,
            "lang": lang(),
            "scope": probe.person,
            "picker": DirectoryPicker(current_app.extensions["siwei"].directory),
        }
        if request.method == "GET":
            probe.last = TaskForm.opened(probe.definition, probe.names, draft=probe.draft, **common)
            return render_template("probe.html", page=page(probe.last))
        probe.last = TaskForm.posted(
            probe.definition, probe.names, request.form, request.files, store=probe.store, **common
        )
        if probe.last.action == "draft":
            probe.draft = probe.last.draft
            return "", 204
        if not probe.last.submitted:
            return render_template("probe.html", page=page(probe.last))
        if not probe.last.validate().ok:
            return render_template("probe.html", page=page(probe.last)), 422
        return "done"

    @bp.get("/probe/read")
    def read() -> Any:
        masked = "masked" in request.args
        sections = answers(probe.definition, probe.names, now=NOW, lang=lang(), masked=masked)
        return render_template("probe.html", page=SimpleNamespace(title="讀"), sections=sections)

    return bp
