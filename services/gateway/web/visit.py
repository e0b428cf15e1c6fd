"""Who is at the door: the session behind a request's cookie or bearer token, and the caller that it makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from services.gateway.domain import SESSION_LASTS, Session
from services.gateway.usecases import authenticate
from services.gateway.web.parts import Parts
from services.gateway.web.refusals import asked_language
from services.kit.caller import Caller
from services.kit.errors import NotAllowed

COOKIE = "mingzhang_session"

Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]
Cookie = Annotated[str | None, Depends(APIKeyCookie(name=COOKIE, auto_error=False))]


@dataclass(frozen=True)
class Visit:
    """A request of somebody who signed in."""

    parts: Parts
    session: Session
    caller: Caller
    token: str
    by_cookie: bool
    address: str


def parts_of(request: Request) -> Parts:
    """What the application was built from."""
    parts: Parts = request.app.state.parts
    return parts


def address_of(request: Request) -> str:
    """Where the request comes from."""
    return request.client.host if request.client else ""


def enter_at_first(request: Request, bearer: Bearer, cookie: Cookie) -> Visit:
    """The visit of a request; also of somebody who has to change the password first."""
    parts = parts_of(request)
    token = bearer.credentials if bearer else cookie or ""
    session = authenticate(parts.accounts, token)
    request.state.language = session.user.language
    language = asked_language(request.headers.get("accept-language", ""))
    caller = session.user.as_caller(language, request.state.request_id)
    return Visit(parts, session, caller, token, bearer is None, address_of(request))


def enter(visit: Annotated[Visit, Depends(enter_at_first)]) -> Visit:
    """The visit of a request."""
    if visit.session.user.must_change_password:
        raise NotAllowed(
            "gateway.password_change_required",
            "首次登录请先修改口令",
            "change the first password before anything else",
        )
    return visit


FirstVisit = Annotated[Visit, Depends(enter_at_first)]
SignedIn = Annotated[Visit, Depends(enter)]
PartsOf = Annotated[Parts, Depends(parts_of)]


def keep_cookie(response: Response, token: str, parts: Parts) -> None:
    """Gives the browser its session: no script can read it, and no other site can send it."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(SESSION_LASTS.total_seconds()),
        path="/",
        secure=parts.limits.public_url.startswith("https://"),
        httponly=True,
        samesite="strict",
    )
