"""What the other services tell: put on the live board, for the pages that are open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from mingzhang.event.v1.event_pb2 import Event
from mingzhang.ingest.v1.events_pb2 import ImportsFinished
from mingzhang.notify.v1.events_pb2 import CasesChanged
from mingzhang.rules.v1.events_pb2 import WarningsRaised, WarningsRetracted
from sqlalchemy import Connection

from services.gateway.domain import LiveEvent
from services.gateway.messages import live_case, live_import, live_warnings
from services.kit.clock import Clock, microseconds
from services.kit.module import Subscription

NEWS_FOR = timedelta(minutes=10)
"""What a new or late gateway reads of the past is no news to anybody: it is passed over."""


class Board(Protocol):
    """Where events are put."""

    def post(self, connection: Connection, events: Sequence[LiveEvent], happened_at: datetime) -> None:
        """Puts events on the board, in the caller's transaction."""
        ...


class LiveConsumers:
    """Handlers of events, each inside the inbox transaction."""

    def __init__(self, board: Board, clock: Clock) -> None:
        self._board = board
        self._clock = clock

    def subscriptions(self) -> list[Subscription]:
        """What the gateway listens to."""
        return [
            Subscription("gateway", "ingest", ["imports"], {"ImportsFinished": self.on_imports_finished}),
            Subscription(
                "gateway",
                "rules",
                ["warnings.*"],
                {
                    "WarningsRaised": self.on_warnings_raised,
                    "WarningsRetracted": self.on_warnings_retracted,
                },
            ),
            Subscription("gateway", "notify", ["cases"], {"CasesChanged": self.on_cases_changed}),
        ]

    def on_imports_finished(self, connection: Connection, event: Event) -> None:
        """Imports ended."""
        imports = ImportsFinished.FromString(event.body).imports
        self._post(connection, event, [live_import(finished) for finished in imports])

    def on_warnings_raised(self, connection: Connection, event: Event) -> None:
        """Warnings were raised, or their evidence changed."""
        warnings = WarningsRaised.FromString(event.body).warnings
        self._post(connection, event, live_warnings(warnings))

    def on_warnings_retracted(self, connection: Connection, event: Event) -> None:
        """Warnings no longer hold."""
        warnings = WarningsRetracted.FromString(event.body).warnings
        self._post(connection, event, live_warnings(warnings))

    def on_cases_changed(self, connection: Connection, event: Event) -> None:
        """Cases were opened or changed."""
        cases = CasesChanged.FromString(event.body).cases
        self._post(connection, event, [live_case(case) for case in cases])

    def _post(self, connection: Connection, event: Event, told: Sequence[LiveEvent]) -> None:
        now = self._clock.now()
        if microseconds(now - NEWS_FOR) < event.recorded_at_us:
            self._board.post(connection, told, now)
