"""Whom to tell of a case: down the administrative tree, each with the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.kit.caller import ADMINISTRATOR, FINANCE_OFFICER, Scope
from services.notify.domain.cases import Case

MAIL = "mail"
WEBHOOK = "webhook"
CHANNELS = (MAIL, WEBHOOK)
ENDPOINT = "default"
"""The name of the one endpoint that the configuration can give; never its address."""


@dataclass(frozen=True)
class User:
    """A user as notify may know them. No mail address: they cannot be told by mail."""

    user: str
    display_name: str
    email: str
    division_code: str
    roles: tuple[str, ...]
    language: str = "zh"
    active: bool = True


@dataclass(frozen=True)
class Division:
    """A division of the administrative tree."""

    code: str
    name: str
    level: str
    parent_code: str


class RouteReason(StrEnum):
    """Why a recipient is told."""

    OFFICER = "officer"
    """A finance officer of the case's division."""
    OFFICER_ABOVE = "officer_above"
    """The division has none: one of the next division above that has."""
    PREFECTURE_FOR_RED = "prefecture_for_red"
    ADMINISTRATOR = "administrator"
    """No division above has an officer either."""
    ENDPOINT = "endpoint"
    TOLD_BEFORE = "told_before"
    """They were told that the case was opened, so they are told that it is retracted."""


@dataclass(frozen=True)
class Recipient:
    """Somebody to tell, by which channel, and why them."""

    channel: str
    recipient: str
    reason: RouteReason


class Nobody(StrEnum):
    """Why a case goes to nobody by mail."""

    NOT_MAILED = "blue_is_not_mailed"
    NO_CHANNEL = "mail_is_not_configured"
    NO_OFFICER = "no_officer_and_no_administrator"


@dataclass(frozen=True)
class Route:
    """The recipients of a case in order; `nobody` says why no mail goes out, if none does."""

    recipients: tuple[Recipient, ...]
    nobody: Nobody | None = None


def route(
    case: Case, users: Sequence[User], divisions: Mapping[str, Division], channels: Sequence[str]
) -> Route:
    """The officers of the case's division, or of the next one above that has some; for red also those of the
    prefecture above; the administrators last. The endpoint is told of every case. Blue is not mailed."""
    endpoint = (Recipient(WEBHOOK, ENDPOINT, RouteReason.ENDPOINT),) if WEBHOOK in channels else ()
    if MAIL not in channels:
        return Route(endpoint, Nobody.NO_CHANNEL)
    if case.severity == "blue":
        return Route(endpoint, Nobody.NOT_MAILED)
    reasons: dict[str, RouteReason] = {}
    line = line_above(case.division_code, divisions)
    for place, code in enumerate(line):
        officers = _officers(code, users)
        reason = RouteReason.OFFICER if place == 0 else RouteReason.OFFICER_ABOVE
        reasons.update(dict.fromkeys(officers, reason))
        if officers:
            break
    if case.severity == "red":
        for code in line[1:]:
            if _level(code, divisions) == "prefecture":
                for user in _officers(code, users):
                    reasons.setdefault(user, RouteReason.PREFECTURE_FOR_RED)
    if not reasons:
        reasons = dict.fromkeys(_administrators(case.division_code, users), RouteReason.ADMINISTRATOR)
    mailed = tuple(Recipient(MAIL, user, reasons[user]) for user in sorted(reasons))
    return Route(mailed + endpoint, None if mailed else Nobody.NO_OFFICER)


def line_above(code: str, divisions: Mapping[str, Division]) -> list[str]:
    """A division and those above it, nearest first. A division that is not known goes by its digits."""
    line = [code]
    while len(line) < 8:
        known = divisions.get(line[-1])
        above = known.parent_code if known else _parent_by_digits(line[-1])
        if not above or above in line:
            break
        line.append(above)
    return line


def _parent_by_digits(code: str) -> str:
    if len(code) > 6:
        return code[:6]
    for end in ("00", "0000"):
        above = code[: 6 - len(end)] + end
        if len(code) == 6 and above != code:
            return above
    return ""


def _level(code: str, divisions: Mapping[str, Division]) -> str:
    if code in divisions:
        return divisions[code].level
    return "prefecture" if code.endswith("00") and not code.endswith("0000") else ""


def _officers(code: str, users: Sequence[User]) -> list[str]:
    return [user.user for user in users if _reachable(user, FINANCE_OFFICER) and user.division_code == code]


def _administrators(code: str, users: Sequence[User]) -> list[str]:
    return [
        user.user
        for user in users
        if _reachable(user, ADMINISTRATOR) and Scope(user.division_code).sees_division(code)
    ]


def _reachable(user: User, role: str) -> bool:
    return user.active and bool(user.email) and role in user.roles
