"""The publisher of RabbitMQ: a confirm counts for the batch that it belongs to, and for no other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pika
import pytest
from mingzhang.event.v1.event_pb2 import Event

from services.kit.bus.rabbitmq import publisher as publishing
from services.kit.bus.rabbitmq.publisher import Publisher
from services.kit.errors import Unavailable

TWO = [Event(stream_seq=1), Event(stream_seq=2)]


@dataclass
class Broker:
    """A channel and its loop in one: what is sent is remembered, and answered as the test says."""

    answer: Callable[[list[int]], None] = lambda _: None
    before: Callable[[], None] = lambda: None
    sent: list[int] = field(default_factory=list)
    is_open: bool = True

    @property
    def ioloop(self) -> Broker:
        return self

    def add_callback_threadsafe(self, callback: Callable[[], None]) -> None:
        self.before()
        already = len(self.sent)
        callback()
        self.answer(self.sent[already:])

    def basic_publish(self, *_: object) -> None:
        self.sent.append(len(self.sent) + 1)


def connected(broker: Broker) -> Publisher:
    """A publisher whose connection and channel are the broker."""
    made = Publisher(
        pika.URLParameters("amqp://localhost"),
        lambda _: None,
        lambda _: ("", "", b"", pika.BasicProperties()),
    )
    made._connection = broker  # It plays the connection too.
    made._on_ready(broker)
    return made


def told(kind: type[Any], tag: int, multiple: bool = False) -> SimpleNamespace:
    """A frame that confirms or refuses."""
    return SimpleNamespace(method=kind(delivery_tag=tag, multiple=multiple))


def publish(publisher: Publisher, events: Sequence[Event] = TWO) -> str:
    """How publishing ends: nothing, or why it failed."""
    try:
        publisher.publish(events)
    except Unavailable as failure:
        return str(failure.parameters["reason"])
    return ""


def test_late_confirms_of_one_batch_do_not_confirm_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "CONFIRM_TIMEOUT_S", 0.05)
    broker = Broker()
    publisher = connected(broker)
    first = publish(publisher)
    # The confirms of the first arrive when the second waits, and has not been sent yet.
    broker.before = lambda: publisher._on_confirm(told(pika.spec.Basic.Ack, 2, multiple=True))
    second = publish(publisher)

    assert (first, second) == ("no confirms in time", "no confirms in time")


@pytest.mark.parametrize(
    ("kind", "reason"), [(pika.spec.Basic.Ack, ""), (pika.spec.Basic.Nack, "the broker refused a message")]
)
def test_a_batch_ends_as_the_broker_says(kind: type[Any], reason: str) -> None:
    broker = Broker()
    publisher = connected(broker)

    def answer(tags: list[int]) -> None:
        for tag in tags:
            publisher._on_confirm(told(kind, tag))

    broker.answer = answer

    assert [publish(publisher), publish(publisher)] == [reason, reason]


def test_a_batch_that_the_connection_did_not_outlive_has_failed() -> None:
    broker = Broker()
    publisher = connected(broker)
    broker.answer = lambda _: publisher._fail("gone")

    assert publish(publisher) == "gone"


def test_a_channel_that_closed_before_the_batch_fails_it() -> None:
    broker = Broker()
    publisher = connected(broker)
    broker.is_open = False

    assert publish(publisher) == "not connected"
