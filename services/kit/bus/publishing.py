"""A bus that only publishes: for a process whose queues another process reads."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from mingzhang.event.v1.event_pb2 import Event

from services.kit.bus.interface import Bus, Delivery, Receiver


class PublishingBus:
    """Publishes through another bus; its receivers bring nothing, so their readers pull."""

    def __init__(self, inner: Bus) -> None:
        self._inner = inner

    def publish(self, events: Sequence[Event]) -> None:
        """Publishes."""
        self._inner.publish(events)

    def subscribe(self, queue: str, emitter: str, stream: str) -> Receiver:  # noqa: ARG002 - the shape of Bus
        """A receiver that is always silent."""
        return _Silent()

    def start(self) -> None:
        """Connects."""
        self._inner.start()

    def stop(self) -> None:
        """Disconnects."""
        self._inner.stop()


class _Silent:
    def __init__(self) -> None:
        self._closed = threading.Event()

    def next(self, timeout_s: float) -> Sequence[Delivery]:
        """Nothing, after the time."""
        self._closed.wait(timeout_s)
        return ()

    def close(self) -> None:
        """Ends a waiting `next`."""
        self._closed.set()
