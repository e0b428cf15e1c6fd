"""What notify does: groups warnings into cases, plans who is told, composes messages and sends them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from services.kit.clock import Clock
from services.kit.crash_points import reach
from services.notify.domain.cases import (
    CHANGING,
    Case,
    CaseWarning,
    Decision,
    TimelineEntry,
    case_id_of,
    group_warning,
)
from services.notify.domain.deliveries import (
    ATTEMPTS_MAX,
    MESSAGE_LINES_MAX,
    Delivery,
    Line,
    Message,
    News,
    Outcome,
    Plan,
    Sent,
    State,
    begun,
    ended,
    may_compose_at,
    message_id_of,
    most_severe_first,
    news_of,
    plan_deliveries,
)
from services.notify.domain.machine import Machine
from services.notify.domain.routing import MAIL, Division, Nobody, Recipient, Route, User, route

SENDS_PER_RUN_MAX = 200
UNTOLD_MAX = 20_000


class CaseBook(Protocol):
    """The cases, inside the caller's transaction."""

    def lock(self) -> None:
        """Lets one transaction at a time change cases or tell of them."""
        ...

    def cases_of_warnings(self, warning_ids: Collection[str]) -> dict[str, str]:
        """Warning id to the id of the case that has it."""
        ...

    def load(self, case_ids: Collection[str]) -> dict[str, Case]:
        """The cases that exist of these, with all their warnings."""
        ...

    def save(
        self, cases: Sequence[Case], warnings: Sequence[CaseWarning], entries: Sequence[TimelineEntry]
    ) -> None:
        """Stores cases as they now stand, the warnings that changed, and new entries of their timelines."""
        ...

    def untold(self, limit: int) -> list[Case]:
        """Standing cases that no mail recipient was found for, oldest first."""
        ...

    def set_untold(self, case_ids: Collection[str], untold: bool) -> None:
        """Remembers whether a mail recipient was found."""
        ...


class Directory(Protocol):
    """What notify keeps of users and divisions."""

    def users(self) -> list[User]:
        """All users, those who left too, by login name."""
        ...

    def divisions(self) -> dict[str, Division]:
        """All divisions by code."""
        ...

    def save_users(self, users: Sequence[User]) -> None:
        """Stores users as they now stand."""
        ...

    def replace_divisions(self, divisions: Sequence[Division]) -> None:
        """Stores the divisions in force in place of those before."""
        ...


class DeliveryBook(Protocol):
    """The deliveries that are planned, inside the caller's transaction."""

    def of_cases(self, case_ids: Collection[str]) -> dict[str, list[Delivery]]:
        """All deliveries of these cases, by case."""
        ...

    def add(self, deliveries: Sequence[Delivery]) -> None:
        """Stores new deliveries; one that is known stays as it is."""
        ...

    def withdraw(self, delivery_ids: Collection[str]) -> None:
        """Marks deliveries as not needed any more."""
        ...

    def waiting_recipients(self) -> list[tuple[str, str]]:
        """(channel, recipient) of all deliveries that no message tells yet."""
        ...

    def composed_since(self, channel: str, recipient: str, since: datetime) -> list[datetime]:
        """When messages were composed for them since then."""
        ...

    def waiting_lines(self, channel: str, recipient: str, limit: int) -> dict[str, Line]:
        """Deliveries that no message tells yet, oldest first, each as the line that would tell it."""
        ...

    def compose(self, message: Message, delivery_ids: Collection[str]) -> None:
        """Stores a message that tells of these deliveries."""
        ...


@dataclass(frozen=True)
class Desk:
    """All that handling one event needs, bound to the transaction that applies it."""

    cases: CaseBook
    directory: Directory
    deliveries: DeliveryBook
    announce: Callable[[Sequence[Case], str], None]
    """Appends CasesChanged for these cases, caused by a request, to the stream of cases. Called last."""
    machine: Machine
    channels: tuple[str, ...]


def group_warnings(
    desk: Desk, warnings: Sequence[CaseWarning], request_id: str, now: datetime
) -> Counter[Decision]:
    """Applies one batch of warnings to the cases of their subjects, and plans who is told of what changed."""
    desk.cases.lock()
    places = desk.cases.cases_of_warnings({warning.warning_id for warning in warnings})
    wanted = set(places.values()) | {_case_id(warning) for warning in warnings}
    before = desk.cases.load(wanted)
    after = dict(before)
    touched: dict[tuple[str, str], CaseWarning] = {}
    entries: list[TimelineEntry] = []
    decisions: Counter[Decision] = Counter()
    for warning in warnings:
        for case_id, step in _steps(warning, places, after):
            grouped = group_warning(after.get(case_id), step, desk.machine, now)
            decisions[grouped.decision] += 1
            if grouped.case is None or grouped.decision not in CHANGING:
                continue
            after[case_id] = grouped.case
            touched[case_id, step.warning_id] = step
            places[step.warning_id] = case_id
            entries.extend(grouped.entries)
    changed = [after[case_id] for case_id in sorted({case_id for case_id, _ in touched})]
    if changed:
        desk.cases.save(changed, [touched[key] for key in sorted(touched)], entries)
        _plan(desk, [(before.get(case.case_id), case) for case in changed], request_id, now)
        desk.announce(changed, request_id)
    return decisions


def _case_id(warning: CaseWarning) -> str:
    return case_id_of(warning.subject_kind, warning.subject, warning.division_code)


def _steps(
    warning: CaseWarning, places: Mapping[str, str], cases: Mapping[str, Case]
) -> list[tuple[str, CaseWarning]]:
    """A warning that changed its division leaves one case and enters another; all others are one step."""
    here, there = _case_id(warning), places.get(warning.warning_id)
    if there is None or there == here:
        return [(here, warning)]
    known = cases[there].warnings[warning.warning_id]
    left = replace(known, standing=False, retracted_because=f"转至区划 {warning.division_code}")
    return [(there, left), (here, warning)]


def _plan(desk: Desk, changes: Sequence[tuple[Case | None, Case]], request_id: str, now: datetime) -> None:
    told = [(after, news) for before, after in changes if (news := news_of(before, after))]
    if not told:
        return
    routes = _Routes(desk)
    earlier = desk.deliveries.of_cases([case.case_id for case, _ in told])
    plans: list[Plan] = []
    untold: dict[bool, list[str]] = {True: [], False: []}
    for case, news in told:
        found = routes.of(case)
        plans.append(
            plan_deliveries(case, news, found.recipients, earlier.get(case.case_id, []), request_id, now)
        )
        untold[bool(case.standing) and found.nobody is Nobody.NO_OFFICER].append(case.case_id)
    desk.deliveries.add([delivery for plan in plans for delivery in plan.create])
    desk.deliveries.withdraw([delivery_id for plan in plans for delivery_id in plan.withdraw])
    for flag, case_ids in untold.items():
        desk.cases.set_untold(case_ids, flag)


class _Routes:
    """Routes of one batch: few divisions and severities come again and again."""

    def __init__(self, desk: Desk) -> None:
        self._users = desk.directory.users()
        self._divisions = desk.directory.divisions()
        self._channels = desk.channels
        self._known: dict[tuple[str, str], Route] = {}

    def of(self, case: Case) -> Route:
        key = (case.division_code, case.severity)
        if key not in self._known:
            self._known[key] = route(case, self._users, self._divisions, self._channels)
        return self._known[key]


def keep_users(desk: Desk, users: Sequence[User], request_id: str, now: datetime) -> int:
    """Keeps users as they now stand, and tells of standing cases for which nobody was found before.

    Returns how many such cases found somebody now.
    """
    desk.cases.lock()
    desk.directory.save_users(users)
    found = 0
    waiting = desk.cases.untold(UNTOLD_MAX)
    routes = _Routes(desk)
    deliveries: list[Delivery] = []
    told: list[str] = []
    for case in waiting:
        mailed: list[Recipient] = [who for who in routes.of(case).recipients if who.channel == MAIL]
        if mailed:
            found += 1
            told.append(case.case_id)
            deliveries.extend(plan_deliveries(case, News.OPENED, mailed, [], request_id, now).create)
    desk.deliveries.add(deliveries)
    desk.cases.set_untold(told, untold=False)
    return found


def keep_divisions(desk: Desk, divisions: Sequence[Division]) -> None:
    """Keeps the divisions in force. An event without any says nothing about them."""
    if divisions:
        desk.directory.replace_divisions(divisions)


def compose_messages(cases: CaseBook, deliveries: DeliveryBook, now: datetime) -> int:
    """Puts what waits for each recipient into one message; returns how many were composed.

    Mails to one person keep a distance that grows with their number in the last hour.
    """
    cases.lock()
    composed = 0
    for channel, recipient in deliveries.waiting_recipients():
        if channel == MAIL:
            recent = deliveries.composed_since(channel, recipient, now - timedelta(hours=1))
            earliest = may_compose_at(recent)
            if earliest is not None and earliest > now:
                continue
        lines = deliveries.waiting_lines(channel, recipient, MESSAGE_LINES_MAX)
        if not lines:
            continue
        message = Message(
            message_id_of(list(lines)),
            channel,
            recipient,
            tuple(most_severe_first(list(lines.values()))),
            now,
            next_attempt_at=now,
        )
        deliveries.compose(message, list(lines))
        composed += 1
    return composed


class PostOffice(Protocol):
    """The messages that wait to be sent. Every call is a transaction of its own."""

    def claim(
        self, channels: Collection[str], now: datetime, begin: Callable[[Message], Message]
    ) -> Message | None:
        """The message of these channels that is due longest, stored as `begin` makes it; None if nothing is
        due.
        """
        ...

    def user(self, name: str) -> User | None:
        """The recipient of a mail."""
        ...

    def record(self, message: Message, now: datetime) -> None:
        """Stores how an attempt ended, unless a later one began meanwhile; one receipt row per delivery if it
        was sent.
        """
        ...


class Sender(Protocol):
    """A channel. It never raises for what the other side or the network does."""

    def send(self, message: Message, user: User | None) -> Sent:
        """Sends a message once; the same message always carries the same identity."""
        ...


def deliver_due(office: PostOffice, senders: Mapping[str, Sender], clock: Clock) -> Counter[Outcome]:
    """Sends what is due, one message after the other. At least once: see Message.doubtful.

    A channel that cannot be reached is left alone until the next run, with all that waits for it.
    """
    outcomes: Counter[Outcome] = Counter()
    channels = set(senders)
    for _ in range(SENDS_PER_RUN_MAX):
        now = clock.now()
        message = office.claim(channels, now, partial(begun, now=now))
        if message is None:
            break
        if message.attempts > ATTEMPTS_MAX:
            office.record(replace(message, state=State.GIVEN_UP, next_attempt_at=None), clock.now())
            continue
        reach("notify.deliver.before_send")
        user = office.user(message.recipient) if message.channel == MAIL else None
        result = senders[message.channel].send(message, user)
        reach("notify.deliver.after_send")
        office.record(ended(message, result, clock.now()), clock.now())
        outcomes[result.outcome] += 1
        if result.outcome is Outcome.UNREACHABLE:
            channels.discard(message.channel)
    return outcomes
