"""One case of everything that pages show, made through the engine's services."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from engine import SYSTEM, SourceFile
from tests.browser.site import ADMINISTRATOR, OWNER, REGISTRAR, SECOND_OWNER, Site
from tests.engine.services.diagrams import SCRIPTED
from webapp.operate.mails import mail_folder

HANDLER = "aia.labor.handler"
VERSIONED = "vehicle_withdrawal"
_MAIL = "0123456789abcdef" * 2
_LONG = "人行道地磚破損鬆動，行人易跌倒，請儘速派員修復並說明期程" * 4


@dataclass(frozen=True)
class World:
    """The ids that addresses need."""

    site: Site
    case: Any
    open_task: UUID
    claimed_task: UUID
    suspended_task: UUID
    suspended_case: UUID
    file_id: UUID
    incident_id: UUID
    pending_id: UUID
    turned_down_id: UUID
    decided_task: UUID
    decided_case: UUID
    history: tuple[UUID, int]
    position_id: UUID
    mail: str
    reset: str


def build(site: Site) -> World:
    """Fill the site."""
    engine, who = site.engine, site.actor(REGISTRAR)
    case = site.petition(_LONG)
    claimed = site.open_task(site.petition())
    engine.tasks.claim(claimed, who)
    decided = site.petition("已決定一步的陳情", call_log="已電話說明，陳情人瞭解。")
    decided_task = site.open_task(decided)
    engine.tasks.claim(decided_task, who)
    engine.tasks.complete(decided_task, actor=who, variables={"decision": "new"})
    suspended = site.petition("查核中而暫停的陳情")
    suspended_task = site.open_task(suspended)
    engine.tasks.claim(suspended_task, who)
    engine.suspension.suspend(suspended.id, reason="政風查核中", actor=who)
    for number in range(25):
        site.petition(f"第{number + 1}件陳情")
    file = engine.runtime.store_file("現場照片說明.txt", "地磚破損\n".encode(), "text/plain", actor=who)
    engine.runtime.attach(case.id, file.id, who)
    engine.runtime.comment(case.id, "已電話聯絡陳情人。", who)
    incident = _incident(site)
    entry = engine.history.timeline(incident.instance_id, site.actor(ADMINISTRATOR))[0]
    _versions(site)
    return World(
        site, case, site.open_task(case), claimed, suspended_task, suspended.id, file.id, incident.id,
        _pending(site), _turned_down(site), decided_task, decided.id, (incident.instance_id, entry.seq),
        _position(site), _mail(mail_folder(site.settings)),
        engine.accounts.reset_link("health.handler", actor=site.actor(ADMINISTRATOR)),
    )  # fmt: skip


def _incident(site: Site) -> Any:
    engine = site.engine
    engine.repository.deploy([SourceFile("scripted.bpmn", SCRIPTED.encode())], actor=SYSTEM, force_now=True)
    case = engine.runtime.start("scripted", actor=site.actor(ADMINISTRATOR), variables={"applicant": "王小明"})
    (task,) = engine.tasks.of_case(case.id, SYSTEM)
    engine.tasks.claim(task.id, site.actor(HANDLER))
    engine.tasks.complete(task.id, actor=site.actor(HANDLER), variables={"note": None})
    (found,) = [row for row in engine.incidents.incidents(SYSTEM).rows if row.instance_id == case.id]
    return found


def _pending(site: Site) -> UUID:
    """A change to a script that waits for a second account."""
    changed = SCRIPTED.replace("days * 2", "days * 3")
    waiting = site.engine.repository.submit(
        [SourceFile("scripted.bpmn", changed.encode())], site.actor(OWNER), "多算一倍"
    )
    return waiting.id


def _turned_down(site: Site) -> UUID:
    """One that was turned down."""
    changed = SCRIPTED.replace("days * 2", "days * 4")
    repository = site.engine.repository
    asked = repository.submit([SourceFile("scripted.bpmn", changed.encode())], site.actor(OWNER), "再多算一倍")
    repository.reject(asked.id, site.actor(SECOND_OWNER), "先討論倍數")
    return asked.id


def _versions(site: Site) -> None:
    """Two versions of one process that differ in a diagram, a form and nothing that runs; and a draft."""
    repository, who = site.engine.repository, site.actor(OWNER)
    files = list(repository.files(repository.definition(VERSIONED).id))
    second = [_edited(file) for file in files]
    repository.deploy(second, actor=who, note="名稱更清楚")
    repository.save_draft(VERSIONED, files, who)


def _edited(file: SourceFile) -> SourceFile:
    if file.kind == "bpmn":
        return SourceFile(file.name, file.content.replace("撤".encode(), "撤銷".encode(), 1))
    return (
        SourceFile(file.name, file.content.replace(b'"title"', b'"title_note": "x", "title"', 1))
        if file.kind == "form"
        else file
    )


def _position(site: Site) -> UUID:
    return site.engine.directory.positions()[0].id


def _mail(folder: Any) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{_MAIL}.eml").write_text("From: siwei@localhost\nTo: a@example.org\nSubject: test\n\nhello\n", "utf-8")
    return _MAIL
