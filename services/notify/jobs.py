"""What notify does by the clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import Connection

from services.kit.clock import Clock
from services.kit.log import logger
from services.kit.module import Database, Job
from services.notify import usecases
from services.notify.domain.deliveries import Message, Sent
from services.notify.domain.routing import User
from services.notify.metrics import Metrics

DELIVER_INTERVAL_S = 2
"""Also the time in which the news of one import gathers into one message."""

REQUEST_IDS_MAX = 20
_log = logger("notify.deliver")


class DeliverDue:
    """Composes messages from what waits, and sends what is due."""

    def __init__(
        self,
        database: Database,
        desk_of: Callable[[Connection], usecases.Desk],
        office: usecases.PostOffice,
        senders: Mapping[str, usecases.Sender],
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._database = database
        self._desk_of = desk_of
        self._office = office
        self._senders = {channel: _Logged(sender) for channel, sender in senders.items()}
        self._clock = clock
        self._metrics = metrics

    def __call__(self) -> None:
        """One run."""
        with self._database.transaction() as connection:
            desk = self._desk_of(connection)
            composed = usecases.compose_messages(desk.cases, desk.deliveries, self._clock.now())
        self._metrics.composed(composed)
        self._metrics.attempted(usecases.deliver_due(self._office, self._senders, self._clock))

    def job(self) -> Job:
        """The job for the scheduler."""
        return Job("deliver_due", DELIVER_INTERVAL_S, self)


class _Logged:
    """A sender that leaves a line in the log for each attempt, with the requests that caused the news."""

    def __init__(self, sender: usecases.Sender) -> None:
        self._sender = sender

    def send(self, message: Message, user: User | None) -> Sent:
        result = self._sender.send(message, user)
        _log.info(
            "attempt to send a message",
            extra={
                "message_id": message.message_id,
                "channel": message.channel,
                "recipient": message.recipient,
                "attempt": message.attempts,
                "outcome": result.outcome.value,
                "note": result.note,
                "cases": len(message.lines),
                "request_ids": sorted({line.request_id for line in message.lines})[:REQUEST_IDS_MAX],
            },
        )
        return result
