"""What is answered when something does not work: JSON with one sentence, or a page that has it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException

from posecheck.apps.web.access import GONE, SignInNeededError, caller_of
from posecheck.apps.web.page import page
from posecheck.apps.web.sentences import asked_language, in_language, of_field, with_code
from posecheck.errors import PosecheckError

_WRONG_MAX = 20  # fields that one answer names: a body can have 50,000 that nobody knows
_NO_DATABASE = (
    "The database does not answer at the moment. Nothing was lost; try again in a moment."
)


def add_handlers(app: FastAPI) -> None:
    """Have an application say what goes wrong."""
    app.add_exception_handler(SignInNeededError, _sign_in)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(PosecheckError, _not_possible)
    app.add_exception_handler(RequestValidationError, _not_valid)
    for error in (OperationalError, InterfaceError, PoolTimeoutError):
        app.add_exception_handler(error, _database_gone)


def _sign_in(request: Request, _error: Exception) -> Response:
    there = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/sign-in?then={quote(there)}" if there != "/" else "/sign-in", 303)


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    detail: Any = error.detail
    headers = dict(error.headers or {})
    if isinstance(detail, str):
        return _said(request, error.status_code, detail, headers)
    language = asked_language(request.headers)
    if isinstance(detail, list):
        detail = [{**one, "msg": in_language(one["msg"], language)} for one in detail]
        return JSONResponse({"detail": detail}, error.status_code, headers)
    said = with_code(detail["message"], language)
    detail = {"detail": {**detail, "message": said.pop("detail")}, **said}
    return JSONResponse(detail, error.status_code, headers)


def _not_possible(request: Request, error: Exception) -> Response:
    return _said(request, 422, str(error))


def _not_valid(request: Request, error: Exception) -> Response:
    """Say what is wrong, and not what was sent: it may be no text, no number, or a secret."""
    assert isinstance(error, RequestValidationError)
    if _wants_page(request):
        return _said(request, 422, GONE)
    language = asked_language(request.headers)
    wrong = [
        {"type": found["type"], "loc": found["loc"], "msg": of_field(found, language)}
        for found in error.errors()[:_WRONG_MAX]
    ]
    return Response(json.dumps({"detail": wrong}, default=str), 422, media_type="application/json")


def _database_gone(request: Request, _error: Exception) -> Response:
    return _said(request, 503, _NO_DATABASE, {"Retry-After": "5"})


def _said(
    request: Request, status: int, sentence: str, headers: dict[str, str] | None = None
) -> Response:
    language = asked_language(request.headers)
    if not _wants_page(request):
        return JSONResponse(with_code(sentence, language), status, headers)
    caller = None if status == 503 else caller_of(request, request.app.state.room)
    language = language if caller is None else caller.language
    said = in_language(sentence, language)
    answer = page("refused.html", caller, status=status, language=language, sentence=said)
    answer.headers.update(headers or {})
    return answer


def _wants_page(request: Request) -> bool:
    """Tell whether somebody has opened an address in a browser, and no script or program."""
    return request.method == "GET" and "text/html" in request.headers.get("accept", "")
