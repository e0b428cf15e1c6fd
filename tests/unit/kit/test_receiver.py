"""The receiver of RabbitMQ: it comes back whatever the broker does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pika
import pytest
from mingzhang.event.v1.event_pb2 import Event

from services.kit.bus.rabbitmq import receiver as receiving
from services.kit.bus.rabbitmq.receiver import QueueReceiver
from services.kit.bus.rabbitmq.topology import Queue


class Broker:
    """A connection and its channel in one. The first ends its consumer, the second brings an event."""

    made = 0

    def __init__(self, _: object) -> None:
        Broker.made += 1
        self.number = Broker.made
        self.is_open = True
        self.cancelled: Callable[[object], None] = lambda _: None
        self.arrive: Callable[..., None] = lambda *_: None

    def channel(self) -> Broker:
        return self

    def add_on_cancel_callback(self, callback: Callable[[object], None]) -> None:
        self.cancelled = callback

    def basic_consume(self, _: str, callback: Callable[..., None]) -> None:
        self.arrive = callback

    def process_data_events(self, time_limit: float) -> None:
        if self.number == 1:
            self.cancelled(object())
            return
        method = pika.spec.Basic.Deliver(delivery_tag=1)
        self.arrive(self, method, None, Event(stream="base").SerializeToString())

    def close(self) -> None:
        self.is_open = False

    def __getattr__(self, _: str) -> Callable[..., Any]:
        return lambda *_, **__: None


def test_a_consumer_that_the_broker_ends_is_begun_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """As when somebody deletes the queue: nothing would ever arrive any more, and nothing would say so."""
    monkeypatch.setattr(pika, "BlockingConnection", Broker)
    monkeypatch.setattr(receiving, "RETRY_FIRST_S", 0.01)
    receiver = QueueReceiver(pika.URLParameters("amqp://localhost"), Queue("q", "ledger", "base"))
    deliveries = receiver.next(2)

    assert ([delivery.event.stream for delivery in deliveries], Broker.made) == (["base"], 2)
