"""What people do with accounts: be added, sign in and out, change the password."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from services.gateway.domain import (
    ATTEMPTS_WINDOW,
    SESSION_LASTS,
    Session,
    TooManyAttempts,
    User,
    attempt_limits,
    check_password,
    checked,
    readable_password,
    token_hash,
    within,
)
from services.kit.caller import ADMINISTRATOR, Caller, Scope
from services.kit.clock import Clock
from services.kit.errors import Conflict, InvalidInput, NotSignedIn
from services.kit.ids import Ids

FIRST_USER = "admin"


class UserStore(Protocol):
    """Where accounts are kept. Changes of users are told to the other services in the same transaction."""

    def is_empty(self) -> bool:
        """Whether there is no user at all."""
        ...

    def add(
        self, user: User, password_hash: str, request_id: str, before_commit: Callable[[], None] = ...
    ) -> bool:
        """Adds a user; False, and nothing done, if the name is taken. `before_commit` runs inside."""
        ...

    def with_hash(self, name: str) -> tuple[User, str] | None:
        """A user and the hash of the password."""
        ...

    def users(self, scope: Scope, limit: int) -> list[User]:
        """Users of a division subtree, by name."""
        ...

    def change_password(self, name: str, password_hash: str) -> None:
        """Sets a new password and ends all sessions of the user."""
        ...

    def count_attempt(self, subject: str, now: datetime, window: timedelta) -> tuple[int, datetime]:
        """Counts one attempt; how many there are in the running window, and when it ends."""
        ...

    def forget_attempts(self, subject: str) -> None:
        """Starts counting anew."""
        ...

    def open_session(self, token: bytes, name: str, now: datetime, expires_at: datetime) -> None:
        """Keeps the hash of a session's token."""
        ...

    def session(self, token: bytes, now: datetime) -> Session | None:
        """The session of a token's hash, if it runs and the user is active."""
        ...

    def close_session(self, token: bytes) -> None:
        """Ends a session."""
        ...


class FirstPassword(Protocol):
    """Where the generated password of the first user waits until it is changed."""

    def write(self, password: str) -> None:
        """Keeps it, readable by the owner of the process only."""
        ...

    def remove(self) -> None:
        """Forgets it."""
        ...


@dataclass(frozen=True)
class Accounts:
    """What the commands on accounts need."""

    users: UserStore
    passwords: PasswordHasher
    first_password: FirstPassword
    clock: Clock
    ids: Ids


def create_first_administrator(accounts: Accounts) -> bool:
    """Where there is no user: makes `admin` with a generated password that waits in `first_password`."""
    if not accounts.users.is_empty():
        return False
    password = readable_password(accounts.ids.new())
    user = User(FIRST_USER, "系统管理员", (ADMINISTRATOR,), "", must_change_password=True)
    # The file is written inside the transaction: a crash between leaves no user without a known password.
    return accounts.users.add(
        user, accounts.passwords.hash(password), "", lambda: accounts.first_password.write(password)
    )


def add_user(accounts: Accounts, user: User, password: str, request_id: str) -> User:
    """Adds an account; refuses a taken name, a bad field and a weak password."""
    checked(user)
    check_password(password, user.name)
    if not accounts.users.add(user, accounts.passwords.hash(password), request_id):
        raise Conflict(
            "gateway.user_exists",
            f"用户名 {user.name} 已存在",
            f"user {user.name} exists",
            {"user": user.name},
        )
    return user


def add_user_for(accounts: Accounts, caller: Caller, user: User, password: str) -> User:
    """Adds an account on behalf of an administrator, inside of what that one may see."""
    caller.require(ADMINISTRATOR)
    return add_user(accounts, within(checked(user), caller.scope), password, caller.request_id)


def sign_in(accounts: Accounts, name: str, password: str, address: str) -> tuple[str, Session]:
    """A new session and its token. Unknown user, wrong password and one who left are refused alike."""
    now = accounts.clock.now()
    for subject, attempts_max in attempt_limits(name, address):
        attempts, window_ends = accounts.users.count_attempt(subject, now, ATTEMPTS_WINDOW)
        if attempts > attempts_max:
            raise _too_many(window_ends - now)
    user = _verified(accounts, name, password)
    accounts.users.forget_attempts(attempt_limits(name, address)[-1][0])
    token = accounts.ids.new() + accounts.ids.new()
    session = Session(user, now + SESSION_LASTS)
    accounts.users.open_session(token_hash(token), user.name, now, session.expires_at)
    return token, session


def authenticate(accounts: Accounts, token: str) -> Session:
    """The running session of a token."""
    session = accounts.users.session(token_hash(token), accounts.clock.now()) if token else None
    if session is None:
        raise NotSignedIn("gateway.not_signed_in", "请先登录", "sign in first")
    return session


def sign_out(accounts: Accounts, token: str) -> None:
    """Ends the session of a token."""
    accounts.users.close_session(token_hash(token))


def change_password(accounts: Accounts, user: User, old: str, new: str, address: str) -> None:
    """Sets a new password and ends all sessions of the user. Guesses of the old one count as sign-ins do."""
    now = accounts.clock.now()
    _, (subject, attempts_max) = attempt_limits(user.name, address)
    attempts, window_ends = accounts.users.count_attempt(subject, now, ATTEMPTS_WINDOW)
    if attempts > attempts_max:
        raise _too_many(window_ends - now)
    _verified(accounts, user.name, old)
    check_password(new, user.name)
    if old == new:
        raise InvalidInput(
            "gateway.same_password", "新口令不能与旧口令相同", "the new password is the old one"
        )
    accounts.users.change_password(user.name, accounts.passwords.hash(new))
    accounts.users.forget_attempts(subject)
    if user.name == FIRST_USER:
        accounts.first_password.remove()


def _verified(accounts: Accounts, name: str, password: str) -> User:
    known = accounts.users.with_hash(name)
    if known is None:
        accounts.passwords.hash(password)  # So that an unknown name takes as long as a wrong password.
    elif _matches(accounts.passwords, known[1], password) and known[0].active:
        return known[0]
    raise NotSignedIn(
        "gateway.wrong_password", "用户名或口令不正确", "the user name or the password is wrong"
    )


def _matches(passwords: PasswordHasher, password_hash: str, password: str) -> bool:
    try:
        return passwords.verify(password_hash, password)
    except VerifyMismatchError:
        return False


def _too_many(wait: timedelta) -> TooManyAttempts:
    seconds = max(1, wait // timedelta(seconds=1))
    minutes = -(-seconds // 60)
    return TooManyAttempts(
        "gateway.too_many_attempts",
        f"登录尝试次数过多，请 {minutes} 分钟后再试",
        f"too many sign-in attempts, try again in {minutes} minutes",
        {"retry_after_s": seconds},
    )
