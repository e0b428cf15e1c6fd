"""Both buses, each with an emitter, and a consumer that writes down what it applied."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pytest
from mingzhang.event.v1.event_pb2 import Event
from prometheus_client import CollectorRegistry
from sqlalchemy import Connection, text

from services.kit.bus import Bus, Delivery
from services.kit.bus.in_process import InProcessBus
from services.kit.bus.rabbitmq import RabbitMqBus
from services.kit.clock import SystemClock
from services.kit.consumer import StreamConsumer, queue_name
from services.kit.database import PostgresDatabase
from services.kit.inbox import Inbox, Outcome
from services.kit.metrics import KitMetrics
from services.kit.module import Handler, NewEvent, Subscription, Together
from services.kit.relay import Relay
from services.kit.streams import StreamLog
from tests.rabbitmq import rabbitmq, rabbitmq_url

__all__ = ["rabbitmq", "rabbitmq_url"]
MakeDatabase = Callable[[str], PostgresDatabase]


@pytest.fixture(params=["in_process", "rabbitmq"])
def make_bus(request: pytest.FixtureRequest) -> Callable[[], Bus]:
    """Makes buses of one kind that reach each other."""
    if request.param == "in_process":
        bus = InProcessBus()
        return lambda: bus
    url: str = request.getfixturevalue("rabbitmq_url")
    return lambda: RabbitMqBus(url)


@dataclass
class Emitter:
    """A ledger that appends to its streams and relays them to a bus."""

    database: PostgresDatabase
    bus: Bus

    def __post_init__(self) -> None:
        self.relay = Relay("ledger", self.database, self.bus, KitMetrics(CollectorRegistry()))
        self.log = StreamLog("ledger", self.database, SystemClock(), self.relay.wake)

    def emit(self, *bodies: str, stream: str = "poverty.0", name: str = "PaymentsPosted") -> None:
        with self.database.transaction() as connection:
            self.log.append(connection, [NewEvent(stream, name, body.encode()) for body in bodies])

    def unsent(self) -> int:
        with self.database.reading() as connection:
            return int(connection.scalar(text("SELECT count(*) FROM outbox")) or 0)


@dataclass
class Consumer:
    """A rules service that writes down what it applied, in the transaction that applies it."""

    database: PostgresDatabase
    bus: Bus
    read_events: Callable[[str, int, int], tuple[Sequence[Event], int]]
    silence_s: float = 0.3
    fail: Callable[[Event], None] = lambda _: None
    together: bool = False
    """Whether payments are applied several events at once; `runs` says how many went together."""
    runs: list[int] = field(default_factory=list)
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)

    def __post_init__(self) -> None:
        with self.database.transaction() as connection:
            connection.execute(text("CREATE TABLE IF NOT EXISTS applied (id serial, body text)"))
        handlers: dict[str, Handler] = {"QuotasChanged": self._apply}
        handlers |= {} if self.together else {"PaymentsPosted": self._apply}
        together = Together(frozenset({"PaymentsPosted"}), self._apply_run) if self.together else None
        self.subscription = Subscription("rules", "ledger", ("*.0",), handlers, together=together)
        self.inbox = Inbox(self.database, self.subscription)
        receiver = self.bus.subscribe(queue_name(self.subscription, "poverty.0"), "ledger", "poverty.0")
        self.worker = StreamConsumer(
            self.subscription,
            "poverty.0",
            self.inbox,
            receiver,
            self.read_events,
            KitMetrics(self.registry),
            self.silence_s,
        )

    def _apply(self, connection: Connection, event: Event) -> None:
        connection.execute(text("INSERT INTO applied (body) VALUES (:body)"), {"body": event.body.decode()})
        self.fail(event)

    def _apply_run(self, connection: Connection, events: Sequence[Event]) -> None:
        for event in events:
            self._apply(connection, event)
        self.runs.append(len(events))

    def applied(self) -> list[str]:
        with self.database.reading() as connection:
            return list(connection.scalars(text("SELECT body FROM applied ORDER BY id")))

    def delivered_again(self) -> float:
        """How many events came that were known."""
        labels = {"consumer": "rules", "emitter": "ledger", "outcome": Outcome.KNOWN.value}
        return self.registry.get_sample_value("consumer_events_total", labels) or 0

    def wait_for(self, count: int, timeout_s: float = 20) -> list[str]:
        """What was applied once there are `count` of them (or the time is over)."""
        deadline = time.monotonic() + timeout_s
        while len(self.applied()) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        return self.applied()


@dataclass
class World:
    """One emitter and its consumers, stopped at the end of the test."""

    make_database: MakeDatabase
    make_bus: Callable[[], Bus]
    stops: list[Callable[[], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.bus = self.make_bus()
        self.emitter = Emitter(self.make_database("ledger"), self.bus)
        self.rules = self.make_database("rules")

    def consumer(self, bus: Bus | None = None, **settings: object) -> Consumer:
        read = settings.pop("read_events", self.emitter.log.read_events)
        return Consumer(self.rules, bus or self.bus, read, **settings)  # type: ignore[arg-type] # Passed through.

    def start(self, *consumers: Consumer) -> None:
        self.bus.start()
        for consumer in consumers:
            consumer.worker.start()
            self.stops += [consumer.worker.join, consumer.worker.stop]
        self.emitter.relay.start()
        self.stops += [self.bus.stop, self.emitter.relay.stop]

    def stop(self) -> None:
        while self.stops:
            self.stops.pop()()


@pytest.fixture
def world(service_database: MakeDatabase, make_bus: Callable[[], Bus]) -> Iterator[World]:
    """An emitter and consumers over the bus under test."""
    made = World(service_database, make_bus)
    yield made
    made.stop()


class LosingReceiver:
    """Waits like any receiver, and never brings anything."""

    def __init__(self) -> None:
        self._closed = False

    def next(self, timeout_s: float) -> Sequence[Delivery]:
        deadline = time.monotonic() + timeout_s
        while not self._closed and time.monotonic() < deadline:
            time.sleep(0.02)
        return ()

    def close(self) -> None:
        self._closed = True


class LosingBus:
    """A bus that takes every event and delivers none."""

    def publish(self, events: Sequence[Event]) -> None:
        """Takes them."""

    def subscribe(self, queue: str, emitter: str, stream: str) -> LosingReceiver:
        return LosingReceiver()

    def start(self) -> None:
        """Nothing to do."""

    def stop(self) -> None:
        """Nothing to do."""
