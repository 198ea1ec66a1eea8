"""The way in and out."""

from __future__ import annotations

from flask import flash, g, jsonify, redirect, render_template, request, url_for
from flask import session as cookie
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import HiddenField, PasswordField, StringField

from engine.accounts.service import SignInRefused
from webapp.auth import bp
from webapp.auth.login import address, agent, drop_cookie, is_demo, set_cookie, token
from webapp.dates import local
from webapp.i18n import is_chinese
from webapp.resuming import answers, carries_answers, resume_page, signed_out_text
from webapp.rights import local_or
from webapp.services import engine
from webapp.site_forms import SiteForm, at_most, required


class SignInForm(SiteForm):
    """Name and password."""

    username = StringField(_l("帳號"), required())
    password = PasswordField(_l("密碼"), [*required(), at_most(1000)])
    next = HiddenField()
    kept = HiddenField()


@bp.get("/sign-in")
def sign_in() -> str | Response:
    """The sign-in page; somebody who is signed in goes on at once."""
    if g.actor is not None:
        return redirect(_onward(request.args.get("next")), 303)
    return _page(SignInForm(next=request.args.get("next", "")))


@bp.post("/sign-in")
def enter() -> str | tuple[str, int] | Response:
    """Sign in, and go on to the page that was asked for."""
    form = SignInForm()
    if not form.validate():
        return _page(form), 422
    try:
        session = engine().accounts.sign_in(
            form.username.data, form.password.data, ip=address(), user_agent=agent(), replaces=token() or None
        )
    except SignInRefused as refused:
        form.form_errors.append(_why(refused))
        return _page(form), 422
    _begin_anew()
    if (page := resume_page(form.next.data, form.kept.data or "")) is not None:
        return set_cookie(Response(page, mimetype="text/html"), session)
    _mention_deputies(session.person_id)
    return set_cookie(redirect(_onward(form.next.data), 303), session)


def ask_again() -> Response | None:
    """For a filled-in form from somebody who is signed in no longer: ask who it is and keep what they typed.

    None for any other request. A script is told in words, and its page stays as it is.
    """
    if not carries_answers():
        return None
    if request.headers.get("HX-Request") or request.accept_mimetypes.best == "application/json":
        answer = jsonify(error=signed_out_text(), status=401)
        answer.status_code = 401
        answer.headers["HX-Reswap"] = "none"
        return answer
    return Response(_page(SignInForm(formdata=None, next=request.form["back"], kept=answers())), mimetype="text/html")


@bp.post("/sign-out")
def sign_out() -> Response:
    """End this session."""
    if token():
        engine().accounts.sign_out(token())
    _begin_anew()
    flash(_("您已登出。"), "success")
    return drop_cookie(redirect(url_for("auth.sign_in"), 303))


def _onward(wanted: str | None) -> str:
    return local_or(wanted, lambda: url_for("shell.home"))


def _begin_anew() -> None:
    """Nothing of the signed cookie outlives a change of person but the language."""
    lang = cookie.get("lang")
    cookie.clear()
    g.pop("csrf_token", None)  # of the cleared seed; a page drawn in this answer needs a new one
    if lang:
        cookie["lang"] = lang
        cookie.permanent = True


def _why(refused: SignInRefused) -> str:
    if refused.until is None:
        return _("帳號或密碼不對，請再試一次。連續錯誤五次會鎖定十五分鐘。")
    clock = f"{local(refused.until):%H:%M}"
    if refused.code == "throttled":
        return _("從您的位址登入失敗太多次，請在%(clock)s以後再試。", clock=clock)
    return _("連續錯誤五次，帳號已鎖定；請在%(clock)s以後再試，或請系統管理者解除鎖定。", clock=clock)


def _mention_deputies(person_id: str) -> None:
    principals = engine().directory.principals(person_id)
    if principals:
        names = ("、" if is_chinese() else ", ").join(person.name for person in principals)
        link = {"href": url_for("auth.deputy"), "text": _("前往代理頁面")}
        flash({"text": _("您目前代理%(names)s的職務。", names=names), "links": [link]}, "info")


_ENDED = {
    "idle": _l("您有三十分鐘沒有操作，系統已自動登出；草稿仍然保留。"),
    "absolute": _l("登入已滿八小時，請重新登入；草稿仍然保留。"),
    "everywhere": _l("這個登入已從其他地方結束。"),
    "password": _l("密碼已經變更，請用新密碼登入。"),
    "disabled": _l("這個帳號已停用；如有疑問，請洽系統管理者。"),
}


def _page(form: SignInForm) -> str:
    demo = engine().accounts.demo_accounts() if is_demo() else ()
    return render_template(
        "auth/sign_in.html",
        form=form,
        ended=_ENDED.get(g.get("session_ended", "")),
        demo=demo,
        demo_password=_demo_password() if demo else "",
    )


def _demo_password() -> str:
    from webapp.demo.accounts import DEMO_PASSWORD

    return DEMO_PASSWORD
