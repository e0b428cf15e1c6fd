"""Applies each event of a stream once and in order: its number is stored in the transaction of its effect."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum

from mingzhang.event.v1.event_pb2 import Event
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    MetaData,
    Table,
    Text,
    select,
    text,
    update,
)

from services.kit.crash_points import reach
from services.kit.module import Database, Subscription
from services.kit.rpc.context import in_request

RUN_BYTES_MAX = 1024**2
"""Of the bodies of events that are applied together, unless the first alone is larger."""

metadata = MetaData()
inbox = Table(
    "inbox",
    metadata,
    Column("consumer", Text, primary_key=True),
    Column("emitter", Text, primary_key=True),
    Column("stream", Text, primary_key=True),
    Column("last_seq", BigInteger, nullable=False),
)
_ADD = text("INSERT INTO inbox VALUES (:consumer, :emitter, :stream, 0) ON CONFLICT DO NOTHING")


class Outcome(Enum):
    """What became of a delivered event."""

    APPLIED = "applied"
    PASSED_OVER = "passed_over"  # In its place, but the consumer has no handler for its name.
    KNOWN = "known"  # Delivered again: acknowledge it.
    GAP = "gap"  # Events before it are missing: pull them from the emitter.


class Inbox:
    """The places of one subscription in the streams that it reads."""

    def __init__(self, database: Database, subscription: Subscription) -> None:
        self._database = database
        self._subscription = subscription

    def last_seq(self, stream: str) -> int:
        """The number of the last event applied; 0 for none."""
        with self._database.reading() as connection:
            last = connection.scalar(select(inbox.c.last_seq).where(*self._place(stream)))
        return last or 0

    def apply(self, event: Event) -> Outcome:
        """Applies the event if it is its stream's next one. A handler's exception leaves all as it was."""
        return self.apply_run([event])[0]

    def apply_run(self, events: Sequence[Event]) -> list[Outcome]:
        """Applies, in one transaction, events of one stream from the first on, as many as may go together.

        At least one is dealt with: returns what became of those that were, in order. A handler's exception leaves all
        as it was.
        """
        assert len({event.stream for event in events}) == 1
        with in_request(events[0].request_id), self._database.transaction() as connection:
            last = self._lock(connection, events[0].stream)
            known = next((n for n, event in enumerate(events) if event.stream_seq > last), len(events))
            if known:
                return [Outcome.KNOWN] * known
            if events[0].stream_seq > last + 1:
                return [Outcome.GAP]
            run, work = self._run(events)
            if work is not None:
                work(connection)
            connection.execute(
                update(inbox).where(*self._place(run[0].stream)).values(last_seq=run[-1].stream_seq)
            )
            reach("consumer.before_commit")
        reach("consumer.after_commit")
        return [Outcome.PASSED_OVER if work is None else Outcome.APPLIED] * len(run)

    def _run(self, events: Sequence[Event]) -> tuple[Sequence[Event], Callable[[Connection], None] | None]:
        """The first events that go together, and what applies them."""
        first, together = events[0], self._subscription.together
        if together is None or first.name not in together.names:
            handler = self._subscription.handlers.get(first.name)
            return [first], None if handler is None else lambda connection: handler(connection, first)
        run, size = [first], len(first.body)
        for event in events[1:]:
            size += len(event.body)
            follows = event.stream_seq == run[-1].stream_seq + 1 and event.name in together.names
            if not follows or size > RUN_BYTES_MAX:
                break
            run.append(event)
        return run, lambda connection: together.handler(connection, run)

    def _lock(self, connection: Connection, stream: str) -> int:
        place = select(inbox.c.last_seq).where(*self._place(stream)).with_for_update()
        last = connection.scalar(place)
        if last is None:
            connection.execute(
                _ADD,
                {
                    "consumer": self._subscription.consumer,
                    "emitter": self._subscription.emitter,
                    "stream": stream,
                },
            )
            last = connection.scalar(place)
        return int(last or 0)

    def _place(self, stream: str) -> tuple[ColumnElement[bool], ...]:
        return (
            inbox.c.consumer == self._subscription.consumer,
            inbox.c.emitter == self._subscription.emitter,
            inbox.c.stream == stream,
        )
