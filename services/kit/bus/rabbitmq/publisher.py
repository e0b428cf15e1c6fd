"""Publishes batches to RabbitMQ and waits for the confirms of a whole batch, not of each message."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
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


@dataclass
class _Batch:
    """What is published together. A batch that nobody waits for any more cannot speak for the next one."""

    messages: Sequence[Message]
    unconfirmed: set[int] = field(default_factory=set)
    failure: str = ""
    done: threading.Event = field(default_factory=threading.Event)

    def confirm(self, tags: set[int]) -> None:
        """Takes confirms; those of an earlier batch are not among ours."""
        self.unconfirmed -= tags
        if not self.unconfirmed:
            self.done.set()

    def fail(self, reason: str) -> None:
        """Ends it, unless it has ended."""
        if not self.done.is_set():
            self.failure = reason
            self.done.set()


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
        self._connection: pika.SelectConnection | None = None
        self._channel: Any = None
        # Touched only in the connection's thread.
        self._batch: _Batch | None = None
        self._next_tag = 1
        self._opened = False
        self._thread = threading.Thread(target=self._run, name="bus-publisher", daemon=True)

    def start(self) -> None:
        """Begins to connect."""
        self._thread.start()

    def publish(self, events: Sequence[Event]) -> None:
        """Publishes all, in order, and waits until all are confirmed. One batch at a time."""
        batch = _Batch([self._message_of(event) for event in events])
        with self._one_batch:
            if not self._ready.wait(READY_TIMEOUT_S):
                raise _unavailable("not connected")
            connection = self._connection  # After the wait: the one before may have ended during it.
            if connection is None:
                raise _unavailable("not connected")
            connection.ioloop.add_callback_threadsafe(lambda: self._send(batch))
            if not batch.done.wait(CONFIRM_TIMEOUT_S):
                raise _unavailable("no confirms in time")
            if batch.failure:
                raise _unavailable(batch.failure)

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
            try:
                self._connect_until_lost()
            except Exception as error:  # noqa: BLE001 - a thread that ends here would publish nothing any more
                _log.exception("the publisher failed and connects anew")
                self._fail(repr(error))
            wait_s = RETRY_FIRST_S if self._opened else min(wait_s * 2, RETRY_LAST_S)
            self._stopping.wait(wait_s)

    def _connect_until_lost(self) -> None:
        connection = pika.SelectConnection(
            self._parameters,
            on_open_callback=self._on_open,
            on_open_error_callback=self._on_end,
            on_close_callback=self._on_end,
        )
        self._connection = connection
        try:
            connection.ioloop.start()
        finally:
            connection.ioloop.close()

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

    def _send(self, batch: _Batch) -> None:
        if self._channel is None or not self._channel.is_open:
            batch.fail("not connected")
            return
        self._batch = batch
        for exchange, key, body, properties in batch.messages:
            batch.unconfirmed.add(self._next_tag)
            self._next_tag += 1
            self._channel.basic_publish(exchange, key, body, properties)
        batch.confirm(set())  # An empty batch is done.

    def _on_confirm(self, frame: Any) -> None:
        batch, method = self._batch, frame.method
        if batch is None:
            return
        tags = {tag for tag in batch.unconfirmed if tag <= method.delivery_tag}
        if not method.multiple:
            tags &= {method.delivery_tag}
        if tags and isinstance(method, pika.spec.Basic.Nack):
            batch.fail("the broker refused a message")
        batch.confirm(tags)

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
        if self._batch is not None:
            self._batch.fail(reason)

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
