"""Publishes batches to RabbitMQ and waits for the confirms of a whole batch, not of each message."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pika
from mingzhang.event.v1.event_pb2 import Event

from services.kit.errors import Unavailable
from services.kit.log import logger

CONFIRM_TIMEOUT_S = 30
READY_TIMEOUT_S = 5
RETRY_FIRST_S = 0.2
RETRY_LAST_S = 5.0
JOIN_S = 5

_log = logger("kit.bus")
Message = tuple[str, str, bytes, pika.BasicProperties]


class Publisher:
    """One connection in a thread of its own, opened again for ever."""

    def __init__(
        self,
        parameters: pika.URLParameters,
        declare: Callable[[Any], None],
        message_of: Callable[[Event], Message],
    ) -> None:
        self._parameters = parameters
        self._declare = declare
        self._message_of = message_of
        self._one_batch = threading.Lock()
        self._stopping = threading.Event()
        self._ready = threading.Event()
        self._done = threading.Event()
        self._connection: pika.SelectConnection | None = None
        self._channel: Any = None
        # Of the batch in hand; touched only in the connection's thread.
        self._next_tag = 1
        self._unconfirmed: set[int] = set()
        self._failure = ""
        self._opened = False
        self._thread = threading.Thread(target=self._run, name="bus-publisher", daemon=True)

    def start(self) -> None:
        """Begins to connect."""
        self._thread.start()

    def publish(self, events: Sequence[Event]) -> None:
        """Publishes all, in order, and waits until all are confirmed. One batch at a time."""
        messages = [self._message_of(event) for event in events]
        with self._one_batch:
            connection = self._connection
            if not self._ready.wait(READY_TIMEOUT_S) or connection is None:
                raise _unavailable("not connected")
            self._done.clear()
            connection = self._connection or connection
            connection.ioloop.add_callback_threadsafe(lambda: self._send(messages))
            if not self._done.wait(CONFIRM_TIMEOUT_S):
                raise _unavailable("no confirms in time")
            if self._failure:
                raise _unavailable(self._failure)

    def stop(self) -> None:
        """Closes the connection."""
        self._stopping.set()
        connection = self._connection
        if connection is not None:
            connection.ioloop.add_callback_threadsafe(self._close)
        if self._thread.is_alive():
            self._thread.join(JOIN_S)

    def _run(self) -> None:
        wait_s = RETRY_FIRST_S
        while not self._stopping.is_set():
            self._opened = False
            self._connection = pika.SelectConnection(
                self._parameters,
                on_open_callback=self._on_open,
                on_open_error_callback=self._on_end,
                on_close_callback=self._on_end,
            )
            self._connection.ioloop.start()
            wait_s = RETRY_FIRST_S if self._opened else min(wait_s * 2, RETRY_LAST_S)
            self._stopping.wait(wait_s)

    def _on_open(self, connection: pika.SelectConnection) -> None:
        connection.channel(on_open_callback=self._on_channel)

    def _on_channel(self, channel: Any) -> None:
        channel.add_on_close_callback(self._on_channel_closed)
        self._declare(channel)
        channel.confirm_delivery(self._on_confirm, callback=lambda _: self._on_ready(channel))

    def _on_ready(self, channel: Any) -> None:
        self._channel = channel
        self._next_tag = 1
        self._opened = True
        self._ready.set()

    def _send(self, messages: Sequence[Message]) -> None:
        self._failure = ""
        self._unconfirmed = set()
        if self._channel is None or not self._channel.is_open:
            self._fail("not connected")
            return
        for exchange, key, body, properties in messages:
            self._unconfirmed.add(self._next_tag)
            self._next_tag += 1
            self._channel.basic_publish(exchange, key, body, properties)
        if not self._unconfirmed:
            self._done.set()

    def _on_confirm(self, frame: Any) -> None:
        method = frame.method
        tags = {method.delivery_tag}
        if method.multiple:
            tags = {tag for tag in self._unconfirmed if tag <= method.delivery_tag}
        self._unconfirmed -= tags
        if isinstance(method, pika.spec.Basic.Nack):
            self._failure = "the broker refused a message"
        if not self._unconfirmed:
            self._done.set()

    def _on_channel_closed(self, channel: Any, reason: Exception) -> None:  # noqa: ARG002 - pika's shape of a callback
        self._fail(repr(reason))
        if self._connection is not None and self._connection.is_open:
            self._connection.close()

    def _on_end(self, connection: pika.SelectConnection, reason: Exception | str) -> None:
        self._fail(repr(reason))
        if not self._stopping.is_set():
            _log.warning("the publisher lost RabbitMQ", extra={"reason": repr(reason)})
        connection.ioloop.stop()

    def _fail(self, reason: str) -> None:
        self._ready.clear()
        self._channel = None
        self._failure = reason
        self._done.set()

    def _close(self) -> None:
        if self._connection is None:
            return
        if self._connection.is_open:
            self._connection.close()
        else:
            self._connection.ioloop.stop()


def _unavailable(reason: str) -> Unavailable:
    return Unavailable(
        "bus.unavailable",
        f"消息总线不可用：{reason}",
        f"the bus does not answer: {reason}",
        {"reason": reason},
    )
