"""Connectors: how mail leaves, and the hosts that processes may call."""

from __future__ import annotations

from flask import current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import BooleanField, StringField, TextAreaField

from engine.errors import InvalidFields
from webapp.operate import bp
from webapp.rights import may_open
from webapp.services import actor, engine
from webapp.site_forms import SiteForm, at_most, required

Page = str | tuple[str, int] | Response


class HostForm(SiteForm):
    """A host and what is sent along with every request to it."""

    base_url = StringField(
        _l("網址"),
        [*required(), at_most(500)],
        description=_l("例如 https://api.example.gov.tw/v1；不含帳號、密碼與問號。"),
    )
    headers = TextAreaField(
        _l("標頭"),
        [at_most(20_000)],
        description=_l("一行一個，例如 Authorization: Bearer …。存檔後不會再顯示。"),
    )
    allow_private = BooleanField(_l("允許內部網路的位址"))

    def pairs(self) -> dict[str, str] | None:
        """The headers as typed; None (with an error at the field) when a line is none."""
        found: dict[str, str] = {}
        for line in (self.headers.data or "").splitlines():
            name, colon, value = line.partition(":")
            if line.strip() and not (colon and name.strip() and value.strip()):
                self.fail("headers", "header-line")
                return None
            if line.strip():
                found[name.strip()] = value.strip()
        return found


class NewHostForm(HostForm):
    """A host that is not registered yet."""

    name = StringField(
        _l("名稱"), [*required(), at_most(40)], description=_l("英文小寫、數字與連字號；流程圖用這個名稱。")
    )


class ChangeHostForm(HostForm):
    """A registered host; its headers stay unless they are to be replaced."""

    replace_headers = BooleanField(_l("以上面的內容取代現有的標頭（空白即全部刪除）"))


@bp.get("/operate/connectors")
def connectors() -> str:
    """Mail, and the registered hosts."""
    return _page(NewHostForm())


@bp.post("/operate/connectors")
def add_host() -> Page:
    """Register a host."""
    form = NewHostForm()
    if form.validate() and (headers := form.pairs()) is not None:
        try:
            engine().connector_hosts.add(
                form.name.data.strip(),
                base_url=form.base_url.data.strip(),
                headers=headers,
                allow_private=form.allow_private.data,
                actor=actor(),
            )
        except InvalidFields as error:
            form.refuse(error)
        else:
            flash(_("已登錄主機「%(name)s」。", name=form.name.data.strip()), "success")
            return redirect(url_for("operate.connectors"), 303)
    return _page(form), 422


@bp.get("/operate/connectors/<name>")
def host(name: str) -> str:
    """One host, to be changed."""
    found = engine().connector_hosts.host(name, actor())
    form = ChangeHostForm(data={"base_url": found.base_url, "allow_private": found.allow_private})
    return render_template("operate/host.html", host=found, form=form)


@bp.post("/operate/connectors/<name>")
def change_host(name: str) -> Page:
    """Change a host."""
    found = engine().connector_hosts.host(name, actor())
    form = ChangeHostForm()
    if form.validate() and (headers := form.pairs()) is not None:
        try:
            engine().connector_hosts.change(
                name,
                base_url=form.base_url.data.strip(),
                headers=headers if form.replace_headers.data or headers else None,
                allow_private=form.allow_private.data,
                actor=actor(),
            )
        except InvalidFields as error:
            form.refuse(error)
        else:
            flash(_("已更新主機「%(name)s」。", name=name), "success")
            return redirect(url_for("operate.connectors"), 303)
    return render_template("operate/host.html", host=found, form=form), 422


@bp.post("/operate/connectors/<name>/remove")
def remove_host(name: str) -> Response:
    """Forget a host."""
    engine().connector_hosts.remove(name, actor=actor())
    flash(_("已移除主機「%(name)s」；指名它的流程會停在該步驟。", name=name), "success")
    return redirect(url_for("operate.connectors"), 303)


def _page(form: NewHostForm) -> str:
    return render_template(
        "operate/connectors.html",
        hosts=engine().connector_hosts.hosts(actor()),
        form=form,
        may_change=may_open("operate.add_host"),
        mail=current_app.config["SIWEI"],
    )
