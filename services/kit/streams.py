"""A service's own streams: the log that is never lost, and the outbox of what the bus has not had yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from mingzhang.envelope.v1.columns import BYTES_MAX
from mingzhang.event.v1.event_pb2 import Event
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    DateTime,
    LargeBinary,
    MetaData,
    Row,
    Table,
    Text,
    insert,
    select,
    text,
)

from services.kit.clock import Clock, microseconds
from services.kit.database import after_commit
from services.kit.errors import TooLarge
from services.kit.module import Database, NewEvent

BODY_BYTES_MAX = BYTES_MAX + 64 * 1024
"""An envelope of at most 8 MiB, and what stands around it in the body."""
READ_EVENTS_MAX = 64
READ_BYTES_MAX = 12 * 1024**2
"""Of one answer of read_events: below the limit of a gRPC message, and never less than one event."""

metadata = MetaData()
stream_event = Table(
    "stream_event",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("body", LargeBinary, nullable=False),
)
outbox = Table(
    "outbox",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
)
stream_head = Table(
    "stream_head",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("last_seq", BigInteger, nullable=False),
)

# Locks the heads in the order of their names and moves them on, in one statement: no two can deadlock.
_ADVANCE = text(
    """
    INSERT INTO stream_head (stream, last_seq)
    SELECT stream, added
    FROM unnest(CAST(:streams AS text[]), CAST(:added AS bigint[])) AS new (stream, added)
    ORDER BY stream COLLATE "C"
    ON CONFLICT (stream) DO UPDATE SET last_seq = stream_head.last_seq + excluded.last_seq
    RETURNING stream, last_seq
    """
)
_READ = text(
    """
    SELECT stream, seq, position, name, request_id, recorded_at, body
    FROM (
        SELECT *, sum(octet_length(body)) OVER (ORDER BY seq) - octet_length(body) AS bytes_before
        FROM (
            SELECT * FROM stream_event WHERE stream = :stream AND seq >= :from_seq ORDER BY seq LIMIT :limit
        ) AS part
    ) AS measured
    WHERE bytes_before < :bytes_max
    ORDER BY seq
    """
)


class StreamLog:
    """Appends to and reads the streams of one service. Implements kit.module.Streams."""

    def __init__(self, emitter: str, database: Database, clock: Clock, wake: Callable[[], None]) -> None:
        """`wake` is called after the commit of a transaction that appended."""
        self._emitter = emitter
        self._database = database
        self._clock = clock
        self._wake = wake

    def append(
        self, connection: Connection, events: Sequence[NewEvent], *, position: int = 0, request_id: str = ""
    ) -> dict[str, int]:
        """Appends events in the caller's transaction; returns the last number of each stream.

        Holds the heads of the streams until the commit: call it last. Bodies of at most 8 MiB.
        """
        if not events:
            return {}
        for event in events:
            if len(event.body) > BODY_BYTES_MAX:
                raise TooLarge(
                    "stream.body",
                    f"事件超过 {BODY_BYTES_MAX} 字节",
                    f"an event exceeds {BODY_BYTES_MAX} bytes",
                )
        counts = Counter(event.stream for event in events)
        names = sorted(counts)
        recorded_at = self._clock.now()
        heads = connection.execute(_ADVANCE, {"streams": names, "added": [counts[name] for name in names]})
        last = {row.stream: row.last_seq for row in heads}
        following = {name: last[name] - counts[name] + 1 for name in names}
        rows = []
        for event in events:
            rows.append(
                {
                    "stream": event.stream,
                    "seq": following[event.stream],
                    "position": position,
                    "name": event.name,
                    "request_id": request_id,
                    "recorded_at": recorded_at,
                    "body": event.body,
                }
            )
            following[event.stream] += 1
        connection.execute(insert(stream_event), rows)
        connection.execute(insert(outbox), [{"stream": row["stream"], "seq": row["seq"]} for row in rows])
        after_commit(connection, self._wake)
        return last

    def read_events(
        self, stream: str, from_seq: int, limit: int, bytes_max: int = READ_BYTES_MAX
    ) -> tuple[list[Event], int]:
        """At most `limit` (and 64) events from `from_seq` on without a gap, and the newest number (0: none).

        Stops before `bytes_max` bytes of bodies are passed, but never before the first event.
        """
        with self._database.reading() as connection:
            newest = connection.scalar(select(stream_head.c.last_seq).where(stream_head.c.stream == stream))
            if newest is None or newest < from_seq:
                return [], newest or 0
            rows = connection.execute(
                _READ,
                {
                    "stream": stream,
                    "from_seq": max(from_seq, 1),
                    "limit": min(max(limit, 1), READ_EVENTS_MAX),
                    "bytes_max": bytes_max,
                },
            )
            return [event_of(self._emitter, row) for row in rows], newest


def event_of(emitter: str, row: Row[tuple[object, ...]]) -> Event:
    """A row of stream_event as the event that travels."""
    return Event(
        emitter=emitter,
        stream=row.stream,
        stream_seq=row.seq,
        position=row.position,
        name=row.name,
        request_id=row.request_id,
        recorded_at_us=microseconds(row.recorded_at),
        body=bytes(row.body),
    )
