"""Reads one queue of RabbitMQ, in the thread that asks, reconnecting for ever."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

import pika
from google.protobuf.message import DecodeError
from mingzhang.event.v1.event_pb2 import Event
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import AMQPError, ConsumerCancelled

from services.kit.bus.interface import Delivery
from services.kit.bus.rabbitmq.topology import Queue, declare_exchanges, declare_queue
from services.kit.log import logger

PREFETCH = 8
"""Events that wait in a consumer, which may apply them together: of up to 8 MiB each, and nearly always of some 50 KiB."""
RETRY_FIRST_S = 0.2
RETRY_LAST_S = 5.0

_log = logger("kit.bus")


@dataclass(frozen=True)
class _Message:
    event: Event
    settle: Callable[[], None]

    def acknowledge(self) -> None:
        """On the channel that brought it, if that still lives."""
        self.settle()


class QueueReceiver:
    """One queue over one connection, all of it inside the thread that calls `next`."""

    def __init__(self, parameters: pika.URLParameters, queue: Queue) -> None:
        self._parameters = parameters
        self.queue = queue
        self._connection: pika.BlockingConnection | None = None
        self._channel: BlockingChannel | None = None
        self._arrived: deque[_Message] = deque()
        self._closed = threading.Event()
        self._retry_at = 0.0
        self._retry_s = RETRY_FIRST_S

    def next(self, timeout_s: float) -> Sequence[Delivery]:
        """All that has arrived; nothing after the time or the close. Reconnects for ever, with a growing wait."""
        deadline = monotonic() + timeout_s
        while not self._closed.is_set():
            if self._arrived:
                arrived = list(self._arrived)
                self._arrived.clear()
                return arrived
            remaining_s = deadline - monotonic()
            if remaining_s <= 0:
                break
            try:
                if self._connection is None:
                    self._connect_when_due(remaining_s)
                else:
                    self._connection.process_data_events(time_limit=remaining_s)
            except (AMQPError, OSError) as error:
                self._lose(error)
        if self._closed.is_set():
            self._disconnect()
        return ()

    def close(self) -> None:
        """Ends a waiting `next`; the reading thread closes the connection itself."""
        self._closed.set()
        connection = self._connection
        if connection is not None and connection.is_open:
            try:
                connection.add_callback_threadsafe(_nothing)
            except AMQPError:
                return  # Lost at this very moment: nobody waits in it any more.

    def _connect_when_due(self, remaining_s: float) -> None:
        wait_s = self._retry_at - monotonic()
        if wait_s > 0:
            self._closed.wait(min(wait_s, remaining_s))
            return
        connection = pika.BlockingConnection(self._parameters)
        self._connection = connection
        channel = connection.channel()
        declare_exchanges(channel)
        declare_queue(channel, self.queue)
        channel.add_on_cancel_callback(_cancelled)
        channel.basic_qos(prefetch_count=PREFETCH)
        channel.basic_consume(self.queue.name, self._arrive)
        self._channel = channel
        self._retry_s = RETRY_FIRST_S

    def _arrive(self, channel: BlockingChannel, method: Any, properties: Any, body: bytes) -> None:  # noqa: ARG002 - pika's shape of a callback
        try:
            event = Event.FromString(body)
        except DecodeError:
            _log.exception("a message is not an event", extra={"queue": self.queue.name})
            channel.basic_reject(method.delivery_tag, requeue=False)
            return

        self._arrived.append(_Message(event, lambda: self._acknowledge(channel, method.delivery_tag)))

    def _acknowledge(self, channel: BlockingChannel, tag: int) -> None:
        stale = self._channel is not channel
        if stale or not channel.is_open:
            return  # Its connection is gone: it comes again, and is known by then.
        try:
            channel.basic_ack(tag)
        except (AMQPError, OSError) as error:
            self._lose(error)

    def _lose(self, error: BaseException) -> None:
        _log.warning("lost RabbitMQ", extra={"queue": self.queue.name, "reason": repr(error)})
        self._disconnect()
        self._retry_at = monotonic() + self._retry_s
        self._retry_s = min(self._retry_s * 2, RETRY_LAST_S)

    def _disconnect(self) -> None:
        connection, self._connection, self._channel = self._connection, None, None
        self._arrived.clear()
        if connection is not None and connection.is_open:
            try:
                connection.close()
            except (AMQPError, OSError):
                return  # It closed itself first.


def _cancelled(_: Any) -> None:
    """The queue is gone, and its connection would be silent for ever: this ends it, and the next declares it again."""
    raise ConsumerCancelled


def _nothing() -> None:
    """Wakes a connection that waits."""
