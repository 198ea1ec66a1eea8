"""Everybody's own choice: notices by mail or not, and in which language."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import BooleanField
from wtforms.fields import SelectChoice

from webapp.i18n import HTML_LANG, LANGUAGES
from webapp.operate import bp
from webapp.services import actor, engine
from webapp.site_forms import ChoiceField, SiteForm

Page = str | tuple[str, int] | Response


class NoticeForm(SiteForm):
    """Mail on or off, and its language."""

    mail = BooleanField(_l("通知也寄電子郵件給我"))
    mail_lang = ChoiceField(
        _l("電子郵件的語言"),
        choices=[SelectChoice(key, name, {"lang": HTML_LANG[key]}) for key, name in LANGUAGES.items()],
    )


@bp.get("/notifications/settings")
def notice_settings() -> str:
    """What I have chosen."""
    mail, lang = engine().notifications.preference(actor())
    return _page(NoticeForm(data={"mail": mail, "mail_lang": lang}))


@bp.post("/notifications/settings")
def save_notice_settings() -> Page:
    """Store my choice."""
    form = NoticeForm()
    if not form.validate():
        return _page(form), 422
    engine().notifications.set_preference(actor(), mail=form.mail.data, lang=form.mail_lang.data)
    flash(_("通知設定已儲存。"), "success")
    return redirect(url_for("operate.notice_settings"), 303)


def _page(form: NoticeForm) -> str:
    person = engine().directory.person(actor().person_id)
    return render_template("operate/notice_settings.html", form=form, email=person.email)
