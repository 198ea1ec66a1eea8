"""The engine's refusals, and Flask's, as pages in the reader's language."""

from __future__ import annotations

import contextlib
import errno
from datetime import datetime
from typing import Any

from flask import Flask, current_app, g, jsonify, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from engine import errors
from webapp.dates import roc_datetime
from webapp.i18n import lang
from webapp.resuming import answers, carries_answers, resume_page, typed_texts

_TEXTS: dict[type[errors.EngineError], Any] = {
    errors.DefinitionNotFound: _l("沒有這個流程，或沒有這個版本。"),
    errors.InstanceNotFound: _l("沒有這件案件，或不在您可以查看的範圍內。"),
    errors.TaskNotFound: _l("沒有這件工作，或不在您可以查看的範圍內。"),
    errors.NotFound: _l("沒有這筆資料，或不在您可以查看的範圍內。"),
    errors.NotAssignee: _l("請先簽收這件工作，再送出決定。"),
    errors.NotAllowed: _l("您不能做這個動作。"),
    errors.AlreadyClaimed: _l("這件工作已由他人簽收。"),
    errors.TaskNotOpen: _l("這件工作已經完成或取消。"),
    errors.StaleRevision: _l("這件案件剛才已由他人更新。"),
    errors.InstanceEnded: _l("這件案件已經結束。"),
    errors.CaseSuspended: _l("這件案件暫停中，恢復之前不能做這個動作。"),
    errors.CaseNotSuspended: _l("這件案件沒有暫停。"),
    errors.Busy: _l("這件案件正由他人或系統處理，這次送出的內容沒有存入。"),
    errors.Conflict: _l("有人比您早一步完成了這個動作。"),
    errors.InvalidVariables: _l("有欄位需要再看一次。"),
    errors.DeploymentRefused: _l("檔案還不能部署。"),
    errors.ApprovalRequired: _l("新增或修改了程式或連接器，須由另一個帳號核准。"),
    errors.MessageNotCorrelated: _l("沒有案件在等這個訊息。"),
    errors.TooLarge: _l("案件的資料超過 1 MB，這次填寫的內容沒有存入。請縮短文字，長的內容改以附件上傳。"),
    errors.ValueRefused: _l("有一個值無法儲存，請檢查特殊字元或長度。"),
    errors.Invalid: _l("送出的內容有誤。"),
    errors.LimitExceeded: _l("這一步超過了系統的限制，資料沒有改變。"),
    errors.StepFailed: _l("這一步無法執行，資料沒有改變。"),
    errors.StorageFull: _l("系統的儲存空間已滿，這次送出的內容沒有存入。"),
    errors.StoreReadOnly: _l("系統暫時只能查看，不能寫入；這次送出的內容沒有存入。"),
    errors.CommitUnknown: _l("儲存時連線中斷，不確定這次送出的內容是否已經存入。"),
    errors.ListsBusy: _l("有人正在匯出很長的清單，系統一次只處理幾份，好讓其他頁面照常使用。"),
}

_ELSEWHERE = _l("請核對網址或案號；如果應該看得到，請洽承辦單位或系統管理者。")
_ADVICE: dict[type[errors.EngineError], Any] = {
    errors.Busy: _l("請稍候幾秒，回到上一頁再送出一次。"),
    errors.DefinitionNotFound: _ELSEWHERE,
    errors.InstanceNotFound: _ELSEWHERE,
    errors.TaskNotFound: _ELSEWHERE,
    errors.RecordNotFound: _ELSEWHERE,
    errors.CommitUnknown: _l("請稍後回到上一頁再送出一次：已經存入的不會重複，沒有存入的會補上。"),
    errors.StorageFull: _l(
        "請通知系統管理者騰出空間。空間恢復後，回到上一頁再送出一次即可，不會重複；在那之前請先不要關閉填寫中的頁面。"
    ),
    errors.StoreReadOnly: _l("請過幾分鐘回到上一頁再送出一次，不會重複；若持續發生，請通知系統管理者。"),
    errors.ListsBusy: _l("請過一兩分鐘再匯出，或先用搜尋與篩選縮小範圍；短的清單隨時可以匯出。"),
}
_HEADINGS: dict[type[errors.EngineError], Any] = {
    errors.DefinitionNotFound: _l("找不到這個流程"),
    errors.InstanceNotFound: _l("找不到這件案件"),
    errors.TaskNotFound: _l("找不到這件工作"),
    errors.RecordNotFound: _l("找不到這筆資料"),
    errors.Busy: _l("案件正在處理中"),
    errors.ListsBusy: _l("請稍後再匯出"),
    errors.StorageFull: _l("暫時不能儲存"),
    errors.StoreReadOnly: _l("暫時不能儲存"),
    errors.CommitUnknown: _l("儲存時連線中斷"),
}
"""Where that of the status would say something else."""
_RETRY_SECONDS = 30
"""After which programs that were told 503 may ask again."""
NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_NO_WRITING = (errno.EROFS, errno.EIO)

_DEPUTY = {
    "own-submission": _l("這是您自己提出的案件，不能以代理人身分辦理；請由其他代理人或主管處理。"),
    "recused": _l("您在這件案件已經迴避，不能以代理人身分辦理；請由其他代理人或主管處理。"),
}


def init_errors(app: Flask) -> None:
    """Turn every error into a short page; details go to the log only."""
    app.register_error_handler(errors.EngineError, _engine_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(OSError, _disk_error)
    app.register_error_handler(Exception, _unexpected)


def text_of(error: errors.EngineError) -> str:
    """What went wrong, in the reader's language, without internals."""
    if isinstance(error, errors.DeputyConflict) and error.why in _DEPUTY:
        return str(_DEPUTY[error.why])
    for kind in type(error).__mro__:
        if kind in _TEXTS:
            return str(_TEXTS[kind])
    return title_of(error.status)


def title_of(status: int) -> str:
    """A heading for an HTTP status."""
    return {
        400: _("這個要求無法處理"),
        403: _("您沒有權限"),
        404: _("找不到這一頁"),
        405: _("這個網址不能直接打開"),
        409: _("有人比您早一步"),
        413: _("檔案太大"),
        422: _("送出的內容有誤"),
        429: _("請稍後再試"),
        503: _("系統暫時無法使用"),
    }.get(status, _("系統發生錯誤"))


def advice_for(status: int) -> str:
    """What the reader can do about it."""
    return {
        400: _("網址或送出的內容不完整，沒有任何資料改變；請回到上一頁重新操作。"),
        403: _("這一頁或這個動作不在您的職權內；如需使用，請洽單位主管或系統管理者。"),
        404: _("網址可能有誤，或這筆資料不在您可以查看的範圍內。"),
        405: _("這是送出表單用的網址，沒有任何資料改變；請回到原來的頁面，用畫面上的按鈕操作。"),
        409: _("畫面上的資料已經更新，請看過最新內容再決定。"),
        413: _(
            "一次送出的檔案合計最多%(most)d MB，這次送出的內容沒有存入；請回到上一頁，縮小檔案或分幾次上傳。",
            most=current_app.config["MAX_CONTENT_LENGTH"] >> 20,
        ),
        422: _("請回到上一頁，修正後再送出。"),
        429: _("短時間內要求太多，請過幾分鐘再試。"),
        503: _("資料庫暫時連不上，通常一兩分鐘內恢復。您的資料沒有改變；請稍後重新整理，再送出一次也不會重複。"),
    }.get(status, _("您的資料沒有改變。請稍後再試；若持續發生，請告訴系統管理者發生的時間與頁面。"))


def error_page(status: int, message: str = "", **context: Any) -> Response:
    """The page of an error, or its JSON where JSON was asked for."""
    if request.accept_mimetypes.best == "application/json":
        answer = jsonify(error=message or context.get("heading") or title_of(status), status=status)
        answer.status_code = status
        return answer
    said = {"heading": title_of(status), "advice": advice_for(status), "message": message, "typed": typed_texts()}
    said |= context
    if said["message"] == said["heading"]:
        said["message"] = ""
    page = Response(_drawn(status, said), status, mimetype="text/html")
    if status == 503:
        page.headers["Retry-After"] = str(_RETRY_SECONDS)
    return page


def _drawn(status: int, said: dict[str, Any]) -> str:
    """The page; without bar and menu where these are what cannot be had."""
    g.has_failed = status >= 500
    try:
        return render_template("errors/error.html", status=status, **said)
    except Exception:
        if status < 500 or current_app.testing:
            raise
        current_app.logger.exception("the page of an error cannot be drawn at %s", request.path)
    return current_app.jinja_env.get_template("errors/bare.html").render(status=status, **said)


def _engine_error(error: errors.EngineError) -> Response:
    if error.status >= 500:
        current_app.logger.error("engine error at %s", request.path, exc_info=error)
    context: dict[str, Any] = {}
    if isinstance(error, errors.CaseSuspended):
        context = _suspended(error)
    elif isinstance(error, errors.Conflict):
        context = _who_and_when(error)
    elif isinstance(error, errors.NotAssignee) and error.params.get("who"):
        context = _given_away(str(error.params["who"]))
    for name, texts in (("advice", _ADVICE), ("heading", _HEADINGS)):
        if type(error) in texts:
            context[name] = str(texts[type(error)])
    return error_page(error.status, context.pop("message", text_of(error)), **context)


def _disk_error(error: OSError) -> Response:
    """A disk of this machine that is full or broken: where uploads wait for the database, for one."""
    if error.errno in NO_SPACE:
        return _engine_error(errors.StorageFull(cause=str(error)))
    if error.errno in _NO_WRITING:
        return _engine_error(errors.StoreReadOnly(cause=str(error)))
    return _unexpected(error)


def _given_away(who: str) -> dict[str, Any]:
    """For an answer to a task that somebody else has by now."""
    return {
        "heading": _("這件工作在別人手上"),
        "message": _("現在由%(who)s辦理，您的決定沒有送出。", who=who),
        "advice": _("需要由您辦理時，請對方取消簽收，或請主管改分。"),
    }


def _suspended(error: errors.CaseSuspended) -> dict[str, Any]:
    """For what a case does not take until it is resumed."""
    return {
        "heading": _("案件暫停中"),
        "about": suspended_text(**error.said) if error.said else "",
        "advice": (
            _("您填寫的內容已存成草稿；恢復之後，打開這件工作再送出即可。期限照常計算。")
            if carries_answers()
            else _("恢復之後再做一次即可；期限照常計算。")
        ),
    }


def suspended_text(who: str, at: datetime, reason: str) -> str:
    """Who suspended a case, when and why, as a sentence."""
    return _("%(who)s於%(when)s暫停這件案件。原因：%(reason)s", who=who, when=roc_datetime(at), reason=reason)


def _who_and_when(error: errors.Conflict) -> dict[str, Any]:
    when = error.params.get("at")
    who = error.params.get("who")
    return {"who": who, "when": when if isinstance(when, datetime) else None}


def _csrf_error(error: CSRFError) -> Response:
    current_app.logger.info("csrf refused: %s", error.description)
    signed_in_anew = g.get("actor") is not None and carries_answers()  # in another tab: the form is shown again
    if signed_in_anew and (page := resume_page(request.form["back"], answers())):
        return Response(page, mimetype="text/html")
    return error_page(
        400,
        heading=_("這個表單已經過期"),
        advice=_("這次送出的內容沒有存入。請回到上一頁，重新整理後再填、再送出一次。"),
    )


def _http_error(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return error.get_response()  # type: ignore[return-value]
    if request.url_rule is None and error.code == 400:  # a host that is not ours: no page can be drawn for it
        return Response("Bad Request\n", 400, mimetype="text/plain")
    return error_page(error.code)


def _unexpected(error: Exception) -> Response:
    if current_app.testing:
        raise error
    with contextlib.suppress(Exception):  # whatever is wrong, it may be what says the language
        lang()
    g.setdefault("lang", "zh")
    current_app.logger.error("unexpected error at %s", request.path, exc_info=error)
    return error_page(500)
