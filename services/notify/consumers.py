"""What notify does with the events of others. Plain functions over a connection: both buses call them."""

from __future__ import annotations

from collections.abc import Callable

from mingzhang.event.v1.event_pb2 import Event
from sqlalchemy import Connection

from services.kit.clock import Clock
from services.kit.module import Subscription
from services.notify import messages, usecases
from services.notify.domain.cases import CaseWarning
from services.notify.metrics import Metrics

CONSUMER = "notify"
_NOT_NEEDED = "notify keeps nothing of it"


class Consumers:
    """Handlers over the desk of a transaction."""

    def __init__(
        self, desk_of: Callable[[Connection], usecases.Desk], clock: Clock, metrics: Metrics
    ) -> None:
        self._desk_of = desk_of
        self._clock = clock
        self._metrics = metrics

    def on_warnings_raised(self, connection: Connection, event: Event) -> None:
        """Opens and changes cases, and plans who is told."""
        self._group(connection, event, messages.raised(event.body))

    def on_warnings_retracted(self, connection: Connection, event: Event) -> None:
        """Takes warnings out of their cases; a case without any is retracted."""
        self._group(connection, event, messages.retracted(event.body))

    def _group(self, connection: Connection, event: Event, warnings: list[CaseWarning]) -> None:
        desk = self._desk_of(connection)
        self._metrics.grouped(usecases.group_warnings(desk, warnings, event.request_id, self._clock.now()))

    def on_users_changed(self, connection: Connection, event: Event) -> None:
        """Keeps users, and tells of cases that had found nobody."""
        desk = self._desk_of(connection)
        users = messages.users(event.body)
        self._metrics.routed_late(usecases.keep_users(desk, users, event.request_id, self._clock.now()))

    def on_base_data_changed(self, connection: Connection, event: Event) -> None:
        """Keeps the divisions with their names."""
        usecases.keep_divisions(self._desk_of(connection), messages.divisions(event.body))

    def subscriptions(self) -> tuple[Subscription, ...]:
        """What notify listens to."""
        warnings = {
            "WarningsRaised": self.on_warnings_raised,
            "WarningsRetracted": self.on_warnings_retracted,
        }
        return (
            Subscription(CONSUMER, "rules", ("warnings.*",), dict(warnings)),
            Subscription(CONSUMER, "gateway", ("users",), {"UsersChanged": self.on_users_changed}),
            Subscription(
                CONSUMER,
                "ledger",
                ("base",),
                {"BaseDataChanged": self.on_base_data_changed},
                {"DaysClosed": _NOT_NEEDED},
            ),
        )
