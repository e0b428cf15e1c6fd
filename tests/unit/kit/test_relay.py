"""The relay lives on when its database, its bus or its process is not what it should be."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from mingzhang.event.v1.event_pb2 import Event
from prometheus_client import CollectorRegistry
from sqlalchemy import Connection as SqlConnection
from sqlalchemy import text

from services.kit.bus import Receiver
from services.kit.clock import SystemClock
from services.kit.database import PostgresDatabase
from services.kit.metrics import KitMetrics
from services.kit.module import NewEvent
from services.kit.relay import Relay
from services.kit.streams import StreamLog

WAIT_S = 15


@dataclass
class Pigeon:
    """A bus that remembers what it was given, and fails as often as it is told to."""

    events: list[Event] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)

    def publish(self, events: Sequence[Event]) -> None:
        if self.failures:
            raise self.failures.pop()
        self.events.extend(events)

    def subscribe(self, queue: str, emitter: str, stream: str) -> Receiver:
        raise NotImplementedError  # A relay only publishes.

    def start(self) -> None: ...

    def stop(self) -> None: ...


@dataclass
class Emitter:
    """A ledger with its relay."""

    database: PostgresDatabase
    bus: Pigeon
    relay: Relay

    def emit(self, body: bytes) -> None:
        log = StreamLog("ledger", self.database, SystemClock(), self.relay.wake)
        with self.database.transaction() as connection:
            log.append(connection, [NewEvent("base", "BaseDataChanged", body)])

    def relayed(self, count: int) -> list[bytes]:
        """What the bus has once it has so much, or the time is over."""
        deadline = time.monotonic() + WAIT_S
        while len(self.bus.events) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        return [event.body for event in self.bus.events]


@pytest.fixture
def emitter(service_database: Callable[[str], PostgresDatabase]) -> Iterator[Emitter]:
    """An emitter whose relay was not started."""
    database, bus = service_database("ledger"), Pigeon()
    made = Emitter(database, bus, Relay("ledger", database, bus, KitMetrics(CollectorRegistry())))
    yield made
    made.relay.stop()


def test_a_relay_outlives_a_connection_that_breaks_while_it_waits(
    emitter: Emitter, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions: list[SqlConnection] = []
    session = emitter.database.session

    @contextmanager
    def remembered() -> Iterator[SqlConnection]:
        with session() as connection:
            sessions.append(connection)
            yield connection

    monkeypatch.setattr(emitter.database, "session", remembered)
    emitter.relay.start()
    emitter.emit(b"before")
    emitter.relayed(1)
    time.sleep(0.2)  # So that it waits in its connection, as it does nearly always.
    driver = sessions[0].connection.driver_connection
    assert driver is not None
    with socket.socket(fileno=os.dup(driver.fileno())) as wire:
        wire.shutdown(socket.SHUT_RDWR)  # The end without a word, as of a server that was killed.
    time.sleep(0.2)
    emitter.emit(b"after")

    assert emitter.relayed(2) == [b"before", b"after"]


def test_a_relay_outlives_a_bus_that_fails_in_an_unknown_way(emitter: Emitter) -> None:
    emitter.bus.failures.append(RuntimeError("nobody thought of this"))
    emitter.relay.start()
    emitter.emit(b"kept")

    assert emitter.relayed(1) == [b"kept"]


def test_what_is_committed_is_not_reported_as_failed_because_nobody_could_be_woken(
    emitter: Emitter, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = PostgresDatabase("postgresql://nobody@localhost:1/nothing")
    monkeypatch.setattr(emitter.database, "session", away.session)
    emitter.emit(b"committed")

    with emitter.database.reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM outbox")) == 1
