"""Signing in and out, the own password, and accounts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from services.gateway import usecases
from services.gateway.domain import PASSWORD_LENGTH_MAX, User
from services.gateway.messages import user_as_json
from services.gateway.web.answers import API, PLAIN, UpTo500, told
from services.gateway.web.parts import Parts
from services.gateway.web.visit import COOKIE, FirstVisit, PartsOf, SignedIn, address_of, keep_cookie
from services.kit.caller import ADMINISTRATOR
from services.kit.errors import Unavailable

HASHING_WAIT_S = 10

Name = Annotated[str, Field(max_length=100, pattern=PLAIN)]
Password = Annotated[str, Field(max_length=PASSWORD_LENGTH_MAX)]

router = APIRouter(prefix=API, tags=["accounts"])


class Credentials(BaseModel):
    """A name and a password."""

    user: Name
    password: Password


class NewPassword(BaseModel):
    """The old password and the new one."""

    old_password: Password
    new_password: Password


class NewUser(BaseModel):
    """An account to add."""

    user: Name
    display_name: Name = ""
    roles: list[Literal["administrator", "finance_officer", "rule_author"]] = Field(
        min_length=1, max_length=3
    )
    division_code: str = Field(default="", pattern=r"^([0-9]{6})?$")
    fund_codes: list[Annotated[str, Field(pattern=r"^[A-Z][0-9]{2,4}$")]] = Field(default=[], max_length=200)
    email: str = Field(default="", max_length=200, pattern=PLAIN)
    language: Literal["zh", "en"] = "zh"
    password: Password


@router.post("/login")
def login(request: Request, parts: PartsOf, given: Credentials) -> Response:
    """Signs a browser in: the session is a cookie that no script can read."""
    with _hashing(parts):
        token, session = usecases.sign_in(parts.accounts, given.user, given.password, address_of(request))
    response = told(user_as_json(session.user))
    keep_cookie(response, token, parts)
    return response


@router.post("/tokens", status_code=201)
def open_token(request: Request, parts: PartsOf, given: Credentials) -> Response:
    """Signs a program in: it sends the token as `Authorization: Bearer …` until it expires or is revoked."""
    with _hashing(parts):
        token, session = usecases.sign_in(parts.accounts, given.user, given.password, address_of(request))
    expires_at = session.expires_at.isoformat(timespec="seconds")
    return told({"token": token, "expires_at": expires_at, **user_as_json(session.user)}, 201)


@router.post("/logout", status_code=204)
def logout(visit: FirstVisit) -> Response:
    """Ends the session of the cookie or of the token."""
    usecases.sign_out(visit.parts.accounts, visit.token)
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, path="/")
    return response


@router.get("/me")
def me(visit: FirstVisit) -> Response:
    """Who is signed in."""
    expires_at = visit.session.expires_at.isoformat(timespec="seconds")
    return told({**user_as_json(visit.session.user), "expires_at": expires_at})


@router.put("/me/password", status_code=204)
def change_password(visit: FirstVisit, given: NewPassword) -> Response:
    """Sets a new password. All sessions end; a browser gets a new one at once."""
    accounts, user, address = visit.parts.accounts, visit.session.user, visit.address
    response = Response(status_code=204)
    with _hashing(visit.parts):
        usecases.change_password(accounts, user, given.old_password, given.new_password, address)
        if visit.by_cookie:
            token, _ = usecases.sign_in(accounts, user.name, given.new_password, address)
            keep_cookie(response, token, visit.parts)
    return response


@router.get("/users")
def list_users(visit: SignedIn, limit: UpTo500 = 200) -> Response:
    """Accounts of the administrator's subtree, by name."""
    visit.caller.require(ADMINISTRATOR)
    users = visit.parts.accounts.users.users(visit.caller.scope, limit)
    return told({"users": [user_as_json(user) for user in users]})


@router.post("/users", status_code=201)
def add_user(visit: SignedIn, given: NewUser) -> Response:
    """Adds an account. Its first password is known to two, so it has to be changed at the first sign-in."""
    user = User(
        given.user,
        given.display_name or given.user,
        tuple(dict.fromkeys(given.roles)),
        given.division_code,
        tuple(dict.fromkeys(given.fund_codes)),
        given.email,
        given.language,
        must_change_password=True,
    )
    with _hashing(visit.parts):
        added = usecases.add_user_for(visit.parts.accounts, visit.caller, user, given.password)
    return told(user_as_json(added), 201)


@contextmanager
def _hashing(parts: Parts) -> Iterator[None]:
    if not parts.hashing.acquire(timeout=HASHING_WAIT_S):
        raise Unavailable(
            "gateway.busy", "登录人数过多，请稍后再试", "too many sign-ins at once, try again later"
        )
    try:
        yield
    finally:
        parts.hashing.release()
