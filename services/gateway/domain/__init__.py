"""Users, their sessions, how often a sign-in may be tried, and what of the live events a caller may see."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.kit.caller import ADMINISTRATOR, FINANCE_OFFICER, RULE_AUTHOR, Caller, Scope
from services.kit.errors import InvalidInput, NotAllowed, Refused

ROLES_OF_USERS = (ADMINISTRATOR, FINANCE_OFFICER, RULE_AUTHOR)
LANGUAGES = ("zh", "en")
COUNTRY = "000000"
PASSWORD_LENGTH_MIN = 10
PASSWORD_LENGTH_MAX = 200
SESSION_LASTS = timedelta(hours=12)
ATTEMPTS_WINDOW = timedelta(minutes=15)
ATTEMPTS_PER_USER_MAX = 5
ATTEMPTS_PER_ADDRESS_MAX = 300
"""Sign-ins that succeed count too: hundreds of people may share an address, and a guesser needs more."""
IMPORT, WARNING, CASE = "import", "warning", "case"

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,62}")
_DIVISION = re.compile(r"([0-9]{6})?")
_EMAIL = re.compile(r"([^@\s]+@[^@\s]+)?")
_READABLE = "abcdefghijkmnpqrstuvwxyz23456789"
"""No 0, o, 1 and l: people type first passwords from a screen."""


@dataclass(frozen=True)
class User:
    """A person with an account."""

    name: str
    display_name: str
    roles: tuple[str, ...]
    division: str
    funds: tuple[str, ...] = ()
    email: str = ""
    language: str = "zh"
    active: bool = True
    must_change_password: bool = False

    @property
    def scope(self) -> Scope:
        """What they may see."""
        return Scope(self.division, self.funds)

    def as_caller(self, language: str, request_id: str) -> Caller:
        """The user as the caller of one request, who reads `language` in it."""
        return Caller(self.name, self.roles, self.scope, language or self.language, request_id)


@dataclass(frozen=True)
class Session:
    """A user who signed in, until `expires_at`."""

    user: User
    expires_at: datetime


@dataclass(frozen=True)
class LiveEvent:
    """Something that just happened, as told to open pages. `divisions` are those that it concerns."""

    id: int
    kind: str
    divisions: tuple[str, ...]
    fund: str
    body: bytes
    """JSON."""


class TooManyAttempts(Refused):
    """Too many failed sign-ins of one user or from one address (HTTP 429)."""


def checked(user: User) -> User:
    """The user, refused if a field cannot be taken."""
    problems = {
        "name": _NAME.fullmatch(user.name) is None,
        "display_name": not 1 <= len(user.display_name) <= 100,
        "roles": not user.roles or not set(user.roles) <= set(ROLES_OF_USERS),
        "division": _DIVISION.fullmatch(user.division) is None,
        "email": _EMAIL.fullmatch(user.email) is None or len(user.email) > 200,
        "language": user.language not in LANGUAGES,
    }
    for field, wrong in problems.items():
        if wrong:
            raise InvalidInput(
                "gateway.bad_user",
                f"用户信息“{field}”有误",
                f"the user's {field} is not valid",
                {"field": field},
            )
    return user


def within(user: User, scope: Scope) -> User:
    """The user, refused (NotAllowed) if they would see more than the scope of the one who adds them."""
    scope.narrowed(user.division or COUNTRY)
    if scope.funds and not (user.funds and set(user.funds) <= set(scope.funds)):
        raise NotAllowed(
            "gateway.outside_funds", "资金项不在您的管辖范围内", "these funds are outside of what you may see"
        )
    return user


def check_password(password: str, name: str) -> None:
    """Refuses a password that is too short, too long, or the user's name."""
    if not PASSWORD_LENGTH_MIN <= len(password) <= PASSWORD_LENGTH_MAX or password.lower() == name:
        raise InvalidInput(
            "gateway.weak_password",
            f"口令须为 {PASSWORD_LENGTH_MIN} 至 {PASSWORD_LENGTH_MAX} 个字符，且不能与用户名相同",
            f"a password has {PASSWORD_LENGTH_MIN} to {PASSWORD_LENGTH_MAX} characters, not the user's name",
        )


def readable_password(identity: str) -> str:
    """A password of 20 readable characters (100 bits) out of 32 random hex digits, in groups of five."""
    number = int(identity, 16)
    letters = []
    for _ in range(20):
        number, index = divmod(number, len(_READABLE))
        letters.append(_READABLE[index])
    return "-".join("".join(letters[start : start + 5]) for start in range(0, 20, 5))


def token_hash(token: str) -> bytes:
    """What is kept of a session's token."""
    return hashlib.sha256(token.encode()).digest()


def attempt_limits(name: str, address: str) -> list[tuple[str, int]]:
    """What a sign-in counts against, and how often: the sender's address, then the name (known or not).

    In this order: an address that is refused cannot use up the attempts of one user after the other.
    """
    return [(f"address:{address}", ATTEMPTS_PER_ADDRESS_MAX), (f"user:{name}", ATTEMPTS_PER_USER_MAX)]


def is_visible(event: LiveEvent, caller: Caller) -> bool:
    """Whether a caller may be told. Imports carry no content, so any of their divisions is enough."""
    if caller.scope.funds and event.kind != IMPORT and event.fund not in caller.scope.funds:
        return False
    if event.kind == IMPORT and not {ADMINISTRATOR, FINANCE_OFFICER} & set(caller.roles):
        return False
    return not event.divisions or any(map(caller.scope.sees_division, event.divisions))


def visible(events: Sequence[LiveEvent], caller: Caller) -> list[LiveEvent]:
    """Those of the events that a caller may be told of."""
    return [event for event in events if is_visible(event, caller)]
