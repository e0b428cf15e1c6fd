"""Inbound bus: what has arrived at the door, for the coverage of days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from mingzhang.event.v1.event_pb2 import Event
from sqlalchemy import Connection

from services.kit.module import Subscription
from services.ledger import messages

CONSUMER = "ledger"
NoteCoverage = Callable[[Connection, Sequence[tuple[str, str, date]]], None]


def imports_of_ingest(note_coverage: NoteCoverage) -> Subscription:
    """Hears which imports ended."""

    def on_imports_finished(connection: Connection, event: Event) -> None:
        note_coverage(connection, messages.covered(event))

    return Subscription(CONSUMER, "ingest", ("imports",), {"ImportsFinished": on_imports_finished})
