"""Accounts of people: making one, helping somebody who lost the password, stopping one."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash, redirect, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from engine.errors import InvalidFields
from webapp.admin import bp
from webapp.admin.people import AccountForm, Page, person_page
from webapp.services import actor, engine


@bp.post("/admin/people/<person_id>/account")
def add_account(person_id: str) -> Page:
    """Make an account; its first password is shown this once."""
    form = AccountForm(prefix="account-")
    if not form.validate():
        return person_page(person_id, account=form), 422
    try:
        password = engine().accounts.add_account(person_id, form.username.data, actor=actor())
    except InvalidFields as error:
        form.refuse(error)
        return person_page(person_id, account=form), 422
    return person_page(person_id, secret={"text": password, "about": _FIRST})


@bp.post("/admin/people/<person_id>/account/<act>")
def account_act(person_id: str, act: str) -> Page:
    """One of the acts on an account: link, password, unlock, enable, disable, sign-out."""
    if act == "link":
        token = engine().accounts.reset_link(person_id, actor=actor())
        return person_page(
            person_id, secret={"text": url_for("auth.reset", link=token, _external=True), "about": _LINK}
        )
    if act == "password":
        password = engine().accounts.temporary_password(person_id, actor=actor())
        return person_page(person_id, secret={"text": password, "about": _FIRST})
    acts = _acts()
    if act not in acts:
        abort(404)
    run, done = acts[act]
    try:
        run(person_id)
    except InvalidFields:
        flash(_("不能停用自己的帳號，請由其他管理者處理。"), "error")
    else:
        flash(done, "success")
    return redirect(url_for("admin.person", person_id=person_id), 303)


_FIRST = _l("臨時密碼，只顯示這一次；請親自交給本人，第一次登入時必須更改。")
_LINK = _l("一次性重設連結，只顯示這一次，三十分鐘內有效；請親自交給本人。")


def _acts() -> dict[str, tuple[Callable[[str], object], str]]:
    accounts, who = engine().accounts, actor()
    return {
        "unlock": (lambda person: accounts.unlock(person, actor=who), _("已解除鎖定。")),
        "enable": (lambda person: accounts.set_enabled(person, True, actor=who), _("帳號已啟用。")),
        "disable": (
            lambda person: accounts.set_enabled(person, False, actor=who),
            _("帳號已停用，登入都已結束。"),
        ),
        "sign-out": (lambda person: accounts.sign_out_everywhere(person, actor=who), _("此人的登入都已結束。")),
    }
