"""Deliveries: who is told what, in which message, when it is tried again, and when it is given up."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.notify.domain.cases import Case, severity_rank
from services.notify.domain.routing import Recipient, RouteReason

BACK_OFF_FIRST_S = 10
BACK_OFF_MAX_S = 3_600
ATTEMPTS_MAX = 32
"""With the back-off above this is about a day."""
LEASE_S = 120
"""How long one attempt may take before another may suppose that it died."""
SPACING_FIRST_S = 5
SPACING_MAX_S = 600
MESSAGE_LINES_MAX = 500
"""More waiting deliveries of one recipient go into the next message."""
TEXT_MAX = 200
"""Length of a receipt or reason that is kept."""


class News(StrEnum):
    """What happened to a case that people are told."""

    OPENED = "opened"
    REOPENED = "reopened"
    SEVERITY_RAISED = "severity_raised"
    RETRACTED = "retracted"


class State(StrEnum):
    """How far a message is, and with it its deliveries."""

    WAITING = "waiting"
    SENDING = "sending"
    """An attempt began. If its lease ends like this, nobody knows whether it arrived."""
    IN_DOUBT = "in_doubt"
    SENT = "sent"
    GIVEN_UP = "given_up"
    WITHDRAWN = "withdrawn"
    """A delivery only: its case was retracted before anybody was told."""


@dataclass(frozen=True)
class Delivery:
    """One recipient to be told one piece of news of one case by one channel."""

    delivery_id: str
    case_id: str
    channel: str
    recipient: str
    reason: str
    route_reason: str
    request_id: str
    created_at: datetime
    message_id: str = ""
    withdrawn: bool = False


@dataclass(frozen=True)
class Plan:
    """The deliveries to create, and those that are not needed any more."""

    create: tuple[Delivery, ...] = ()
    withdraw: tuple[str, ...] = ()


def news_of(before: Case | None, after: Case) -> News | None:
    """What people are told of a change, from the case before and after a batch; None if nothing."""
    stood, stands = bool(before and before.standing), bool(after.standing)
    if stands and not stood:
        return News.OPENED if before is None else News.REOPENED
    if stood and not stands:
        return News.RETRACTED
    if stands and before and severity_rank(after.severity) > severity_rank(before.severity):
        return News.SEVERITY_RAISED
    return None


def plan_deliveries(
    case: Case,
    news: News,
    routed: Sequence[Recipient],
    earlier: Sequence[Delivery],
    request_id: str,
    now: datetime,
) -> Plan:
    """The deliveries of one piece of news.

    Whoever still waits to hear of the case hears of it as it then stands, so a raised severity adds nothing
    for them, and a retraction withdraws what waits. A retraction is told to those who think that the case
    stands.
    """
    live = sorted((d for d in earlier if not d.withdrawn), key=lambda d: (d.created_at, d.delivery_id))
    waiting = {(d.channel, d.recipient) for d in live if not d.message_id}
    if news is News.RETRACTED:
        last_told = {(d.channel, d.recipient): d.reason for d in live if d.message_id}
        routed = [
            Recipient(channel, who, RouteReason.TOLD_BEFORE)
            for (channel, who), reason in last_told.items()
            if reason != News.RETRACTED
        ]
        return Plan(
            tuple(_delivery(case, news, who, request_id, now) for who in routed),
            tuple(d.delivery_id for d in live if not d.message_id),
        )
    new = [who for who in routed if (who.channel, who.recipient) not in waiting]
    return Plan(tuple(_delivery(case, news, who, request_id, now) for who in new))


def _delivery(case: Case, news: News, who: Recipient, request_id: str, now: datetime) -> Delivery:
    parts = (case.case_id, str(case.revision), news.value, who.channel, who.recipient)
    identity = hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:32]
    return Delivery(
        identity, case.case_id, who.channel, who.recipient, news.value, who.reason.value, request_id, now
    )


@dataclass(frozen=True)
class Line:
    """One case inside a message, as it stood when the message was composed. Masks only, no clear personal
    data.
    """

    case_id: str
    reason: str
    severity: str
    title: str
    message: str
    amount_fen: int
    division_code: str
    division_name: str
    subject_kind: str
    subject: str
    warnings: int
    request_id: str


@dataclass(frozen=True)
class Message:
    """What goes out in one piece: its identity is the same in every attempt."""

    message_id: str
    channel: str
    recipient: str
    lines: tuple[Line, ...]
    composed_at: datetime
    state: State = State.WAITING
    attempts: int = 0
    next_attempt_at: datetime | None = None
    doubtful: bool = False
    """An earlier attempt may have arrived."""
    note: str = ""


def message_id_of(delivery_ids: Sequence[str]) -> str:
    """The identity of the message that tells of these deliveries: that of the first of them."""
    return min(delivery_ids)


def most_severe_first(lines: Sequence[Line]) -> list[Line]:
    """The order in which a message lists its cases: what is retracted last."""
    return sorted(
        lines,
        key=lambda line: (
            line.reason == News.RETRACTED,
            -severity_rank(line.severity),
            -line.amount_fen,
            line.case_id,
        ),
    )


def may_compose_at(recent: Sequence[datetime]) -> datetime | None:
    """When the next mail may be written to somebody who got mails at these moments of the last hour; None:
    now.

    The first goes at once, the distance then doubles, so that a long import sends a dozen mails and not
    hundreds.
    """
    if not recent:
        return None
    spacing_s = min(SPACING_MAX_S, SPACING_FIRST_S * 2 ** min(len(recent) - 1, 16))
    return max(recent) + timedelta(seconds=spacing_s)


def next_attempt(attempts: int, now: datetime) -> datetime | None:
    """When to try again after `attempts` tries that did not succeed; None to give up."""
    if attempts >= ATTEMPTS_MAX:
        return None
    wait_s = min(BACK_OFF_MAX_S, BACK_OFF_FIRST_S * 2 ** min(max(attempts - 1, 0), 16))
    return now + timedelta(seconds=wait_s)


class Outcome(StrEnum):
    """How an attempt ended."""

    SENT = "sent"
    NOT_SENT = "not_sent"
    """It certainly did not arrive; trying again may help."""
    UNREACHABLE = "unreachable"
    """The other side does not answer at all: the rest of this channel can wait too."""
    REFUSED = "refused"
    """It certainly did not arrive, and never will."""
    IN_DOUBT = "in_doubt"
    """Nobody knows whether it arrived."""


@dataclass(frozen=True)
class Sent:
    """The outcome of an attempt and what the other side said, or why it failed."""

    outcome: Outcome
    note: str


def begun(message: Message, now: datetime) -> Message:
    """A message whose attempt begins now. One found in the middle of an attempt is in doubt from here on."""
    return replace(
        message,
        state=State.SENDING,
        attempts=message.attempts + 1,
        doubtful=message.doubtful or message.state in (State.SENDING, State.IN_DOUBT),
        next_attempt_at=now + timedelta(seconds=LEASE_S),
    )


def printable(note: str) -> str:
    """What the other side said, fit to be kept and shown: no database takes a NUL, no terminal should get an escape."""
    return "".join(character if character.isprintable() else " " for character in note[:TEXT_MAX])


def ended(message: Message, result: Sent, now: datetime) -> Message:
    """A message after its attempt: sent, waiting for the next, in doubt, or given up."""
    doubtful = message.doubtful or result.outcome is Outcome.IN_DOUBT
    after = replace(message, doubtful=doubtful, note=printable(result.note), next_attempt_at=None)
    if result.outcome is Outcome.SENT:
        return replace(after, state=State.SENT)
    again = None if result.outcome is Outcome.REFUSED else next_attempt(message.attempts, now)
    if again is None:
        return replace(after, state=State.GIVEN_UP)
    return replace(after, state=State.IN_DOUBT if doubtful else State.WAITING, next_attempt_at=again)
