"""From the outbox to the bus: one relay per outbox, at least once, in the order of each stream."""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Sequence
from contextlib import suppress

from mingzhang.event.v1.event_pb2 import Event
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from services.kit.bus import Bus
from services.kit.crash_points import reach
from services.kit.database import PostgresDatabase
from services.kit.errors import Unavailable
from services.kit.log import logger
from services.kit.metrics import KitMetrics
from services.kit.streams import event_of

POLL_S = 1.0
RETRY_LAST_S = 5.0
BATCH_EVENTS_MAX = 32
BATCH_BYTES_MAX = 16 * 1024**2
JOIN_S = 10
CHANNEL = "outbox"
_LOCK_KEY = 0x6D7A_6F75_7462  # "mzoutb": one relay per outbox, whichever process holds it.

_log = logger("kit.relay")

# Fair to every stream, bounded in bytes, and by index only: a table that is emptied has no statistics.
_PLAN = "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off"
_WAITING = text(
    """
    SELECT stream, seq, position, name, request_id, recorded_at, body
    FROM (
        SELECT e.*, place, sum(octet_length(e.body)) OVER (ORDER BY place, e.stream)
                           - octet_length(e.body) AS bytes_before
        FROM stream_head AS h
        CROSS JOIN LATERAL (
            SELECT o.seq, row_number() OVER (ORDER BY o.seq) AS place
            FROM outbox AS o WHERE o.stream = h.stream ORDER BY o.seq LIMIT :events_max
        ) AS waiting
        JOIN stream_event AS e ON e.stream = h.stream AND e.seq = waiting.seq
    ) AS measured
    WHERE bytes_before < :bytes_max
    ORDER BY place, stream
    """
)
_MARK = text(
    """
    DELETE FROM outbox AS o
    USING unnest(CAST(:streams AS text[]), CAST(:seqs AS bigint[])) AS sent (stream, seq)
    WHERE o.stream = sent.stream AND o.seq = sent.seq
    """
)


class Relay:
    """Publishes what one outbox holds. Only the holder of the outbox's lock does; the others stand by."""

    def __init__(self, service: str, database: PostgresDatabase, bus: Bus, metrics: KitMetrics) -> None:
        self._service = service
        self._database = database
        self._bus = bus
        self._metrics = metrics
        self._stopping = False
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)
        self._thread = threading.Thread(target=self._run, name=f"relay-{service}", daemon=True)

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def wake(self) -> None:
        """Something was appended here: relays it at once, or tells the process that does."""
        if not self._thread.is_alive():
            self._tell_the_leader()
            return
        with suppress(BlockingIOError):  # A full pipe: it is awake already.
            os.write(self._wake_write, b"w")

    def stop(self) -> None:
        """Ends after the batch in hand."""
        self._stopping = True
        if self._thread.is_alive():
            self.wake()
            self._thread.join(JOIN_S)

    def _run(self) -> None:
        wait_s = 0.1
        while not self._stopping:
            try:
                with self._database.session() as connection:
                    self._stand_by(connection)
                    connection.exec_driver_sql(f"LISTEN {CHANNEL}")
                    connection.exec_driver_sql(_PLAN)
                    wait_s = 0.1
                    self._lead(connection)
            except Exception:  # noqa: BLE001 - whatever fails here, the events must go on some day
                _log.warning("the relay lost its database", exc_info=True, extra={"service": self._service})
                self._sleep(None, wait_s)
                wait_s = min(wait_s * 2, RETRY_LAST_S)

    def _stand_by(self, connection: Connection) -> None:
        while not self._stopping and not connection.scalar(
            text("SELECT pg_try_advisory_lock(:key)"), {"key": _LOCK_KEY}
        ):
            if self._sleep(None, POLL_S):
                connection.exec_driver_sql(f"NOTIFY {CHANNEL}")

    def _lead(self, connection: Connection) -> None:
        wait_s = 0.1
        while not self._stopping:
            events = self._waiting(connection)
            if not events:
                self._sleep(connection, POLL_S)
                continue
            try:
                self._publish(events)
            except Exception as error:  # noqa: BLE001 - whatever a bus raises: what it did not take waits in the outbox
                _log.warning(
                    "the bus took no events",
                    exc_info=not isinstance(error, Unavailable),
                    extra={"service": self._service, "reason": str(error)},
                )
                self._metrics.relay_failures.labels(self._service).inc()
                self._sleep(None, wait_s)
                wait_s = min(wait_s * 2, RETRY_LAST_S)
                continue
            self._mark(connection, events)
            wait_s = 0.1

    def _waiting(self, connection: Connection) -> list[Event]:
        rows = connection.execute(_WAITING, {"events_max": BATCH_EVENTS_MAX, "bytes_max": BATCH_BYTES_MAX})
        return [event_of(self._service, row) for row in rows]

    def _publish(self, events: Sequence[Event]) -> None:
        reach("relay.before_publish")
        self._bus.publish(events)
        reach("relay.after_publish")

    def _mark(self, connection: Connection, events: Sequence[Event]) -> None:
        reach("relay.before_mark")
        connection.execute(
            _MARK, {"streams": [e.stream for e in events], "seqs": [e.stream_seq for e in events]}
        )
        reach("relay.after_mark")
        self._metrics.relayed.labels(self._service).inc(len(events))

    def _sleep(self, connection: Connection | None, timeout_s: float) -> bool:
        """Waits for a wake from here or, given a connection, from elsewhere; True if it came from here."""
        driver = connection.connection.driver_connection if connection is not None else None
        sources = [self._wake_read] if driver is None else [self._wake_read, driver.fileno()]
        # Not select(): it refuses descriptors from 1024 on, and a gateway has that many.
        waiting = select.poll()
        for source in sources:
            waiting.register(source, select.POLLIN)
        ready = {descriptor for descriptor, _ in waiting.poll(timeout_s * 1000)}
        if driver is not None and driver.fileno() in ready:
            driver.pgconn.consume_input()
            while driver.pgconn.notifies():
                pass
        if self._wake_read not in ready:
            return False
        os.read(self._wake_read, 65536)
        return True

    def _tell_the_leader(self) -> None:
        # What was appended is committed: that nobody could be woken costs a poll, and must not look like a failure.
        with suppress(DBAPIError), self._database.session() as connection:
            connection.exec_driver_sql(f"NOTIFY {CHANNEL}")
