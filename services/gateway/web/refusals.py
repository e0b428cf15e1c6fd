"""The one table between the classes of refusal and HTTP, and what a refusal looks like: a code and two sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
import sqlalchemy.exc
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from services.gateway.domain import LANGUAGES, TooManyAttempts
from services.kit.errors import (
    Conflict,
    InvalidInput,
    MingzhangError,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Refused,
    TooLarge,
    Unavailable,
)
from services.kit.log import logger

STATUS_OF: dict[type[MingzhangError], int] = {
    TooManyAttempts: 429,
    InvalidInput: 422,
    NotFound: 404,
    Conflict: 409,
    Refused: 409,
    TooLarge: 413,
    NotAllowed: 403,
    NotSignedIn: 401,
    Unavailable: 503,
    MingzhangError: 500,
}
FIELDS_TOLD_MAX = 20
SCHEMA = {
    "type": "object",
    "required": ["code", "message", "zh", "en", "details", "request_id"],
    "properties": {
        "code": {"type": "string", "description": "stable, such as gateway.not_signed_in"},
        "message": {"type": "string", "description": "the sentence in the language of the request"},
        "zh": {"type": "string"},
        "en": {"type": "string"},
        "details": {"type": "object", "description": "the values in the sentence"},
        "request_id": {"type": "string"},
    },
}
RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"description": "refused", "content": {"application/json": {"schema": SCHEMA}}}
    for status in ("4XX", "5XX", 422)
}

_log = logger("gateway.web")


def add_handlers(app: FastAPI) -> None:
    """Words everything that an endpoint can raise."""
    app.add_exception_handler(MingzhangError, on_failure)
    app.add_exception_handler(RequestValidationError, on_failure)
    app.add_exception_handler(HTTPException, on_failure)
    app.add_exception_handler(sqlalchemy.exc.OperationalError, on_failure)
    app.add_exception_handler(sqlalchemy.exc.TimeoutError, on_failure)
    app.add_exception_handler(Exception, on_failure)


async def on_failure(request: Request, failure: Exception) -> Response:
    """The answer to a request that failed."""
    refusal = as_refusal(failure, request.state.request_id)
    if status_of(refusal) >= 500:
        _log.error("a request failed", extra={"code": refusal.code, "en": refusal.en})
    return answer(refusal, request)


def as_refusal(failure: Exception, request_id: str) -> MingzhangError:
    """Any failure as a refusal. Nothing of what went wrong inside leaves the process."""
    if isinstance(failure, MingzhangError):
        return failure
    if isinstance(failure, RequestValidationError):
        return _invalid(failure.errors())
    if isinstance(failure, HTTPException):
        return _http(failure.status_code)
    if isinstance(failure, sqlalchemy.exc.OperationalError | sqlalchemy.exc.TimeoutError):
        return Unavailable(
            "kit.database_unavailable", "数据库暂不可用，请稍后再试", "the database does not answer now"
        )
    return MingzhangError(
        "gateway.internal",
        f"系统内部错误，请求编号 {request_id}",
        f"internal error, request {request_id}",
        {"request_id": request_id},
    )


def status_of(refusal: MingzhangError) -> int:
    """The HTTP status of a refusal's nearest class in the table."""
    if refusal.code == "gateway.method":
        return 405
    return next(STATUS_OF[kind] for kind in type(refusal).__mro__ if kind in STATUS_OF)


def answer(refusal: MingzhangError, request: Request) -> Response:
    """The refusal as an HTTP response."""
    body = {
        "code": refusal.code,
        "message": refusal.sentence(language_of(request)),
        "zh": refusal.zh,
        "en": refusal.en,
        "details": refusal.parameters,
        "request_id": request.state.request_id,
    }
    headers = {}
    if "retry_after_s" in refusal.parameters:
        headers["Retry-After"] = refusal.parameters["retry_after_s"]
    return Response(orjson.dumps(body), status_of(refusal), headers, "application/json")


def language_of(request: Request) -> str:
    """The language of the request: what it asks for, else that of the user, else that of the installation."""
    asked = asked_language(request.headers.get("accept-language", ""))
    return asked or getattr(request.state, "language", "zh")


def asked_language(header: str) -> str:
    """ "zh" or "en", whichever an Accept-Language header names first; empty if it names neither."""
    for part in header[:200].split(","):
        language = part.partition(";")[0].strip().lower().partition("-")[0]
        if language in LANGUAGES:
            return language
    return ""


def _invalid(problems: Sequence[Any]) -> InvalidInput:
    """Names the fields; a password or anything else that was sent is not sent back."""
    fields = [
        ".".join(str(part) for part in problem["loc"] if part not in ("body", "query", "path", "header"))
        for problem in problems[:FIELDS_TOLD_MAX]
    ]
    names = ", ".join(dict.fromkeys(name for name in fields if name)) or "body"
    return InvalidInput(
        "gateway.bad_request",
        f"请求内容有误：{names}",
        f"the request is not valid: {names}",
        {"fields": names},
    )


def _http(status: int) -> MingzhangError:
    if status == 404:
        return NotFound("gateway.no_such_page", "没有这个地址", "there is nothing at this address")
    if status == 405:
        return InvalidInput("gateway.method", "该地址不支持此操作", "this address does not take this method")
    if status == 413:
        return TooLarge("gateway.body_too_large", "请求内容过大", "the request is too large")
    return InvalidInput("gateway.bad_request", "请求内容有误", "the request is not valid", {"fields": "body"})
