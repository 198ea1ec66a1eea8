"""Changing one's password, and setting one by a one-time link."""

from __future__ import annotations

from flask import flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import PasswordField

from engine.accounts.service import SignInRefused
from engine.errors import InvalidFields, RecordNotFound
from webapp.auth import bp
from webapp.auth.login import set_cookie, token
from webapp.dates import local
from webapp.services import engine
from webapp.site_forms import SiteForm, required


class NewPasswordForm(SiteForm):
    """A new password, typed twice."""

    new = PasswordField(_l("新密碼"), required())
    again = PasswordField(_l("再輸入一次新密碼"), required())

    def agrees(self) -> bool:
        """Whether both are there and the same; notes the fault when not."""
        if not self.validate():
            return False
        if self.new.data != self.again.data:
            self.fail("again", "different")
            return False
        return True


class ChangePasswordForm(NewPasswordForm):
    """The current password as well."""

    current = PasswordField(_l("目前的密碼"), required())


@bp.get("/account/password")
def password() -> str:
    """The page to change one's password."""
    return _page(ChangePasswordForm())


@bp.post("/account/password")
def change_password() -> str | tuple[str, int] | Response:
    """Change one's password; every other session ends."""
    form = ChangePasswordForm()
    if not form.agrees():
        return _page(form), 422
    try:
        session = engine().accounts.change_password(
            g.actor.person_id, current=form.current.data, new=form.new.data, token=token()
        )
    except InvalidFields as error:
        form.refuse(error)
        return _page(form), 422
    except SignInRefused as refused:
        clock = f"{local(refused.until):%H:%M}" if refused.until else ""
        form.form_errors.append(_("連續錯誤五次，帳號已鎖定；請在%(clock)s以後再試。", clock=clock))
        return _page(form), 422
    flash(_("密碼已變更，其他地方的登入都已結束。"), "success")
    return set_cookie(redirect(url_for("shell.home"), 303), session)


@bp.get("/reset/<link>")
def reset(link: str) -> str | tuple[str, int]:
    """The page of a one-time link."""
    return _reset_page(link, NewPasswordForm())


@bp.post("/reset/<link>")
def use_reset(link: str) -> str | tuple[str, int] | Response:
    """Set the password and use the link up."""
    form = NewPasswordForm()
    if not form.agrees():
        return _reset_page(link, form)
    try:
        engine().accounts.reset_password(link, form.new.data)
    except InvalidFields as error:
        form.refuse(error)
        return _reset_page(link, form)
    except RecordNotFound:
        return _reset_page(link, form)
    flash(_("密碼已設定，請用新密碼登入。"), "success")
    return redirect(url_for("auth.sign_in"), 303)


def _page(form: ChangePasswordForm) -> str:
    return render_template("auth/password.html", form=form)


def _reset_page(link: str, form: NewPasswordForm) -> tuple[str, int]:
    try:
        username = engine().accounts.reset_owner(link)
    except RecordNotFound:
        return render_template("auth/reset.html", form=None, username=""), 404
    return render_template("auth/reset.html", form=form, username=username), 422 if form.errors else 200
