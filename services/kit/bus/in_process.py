"""The bus of one machine: bounded queues in memory. What does not fit is dropped, and pulled from the log."""

from __future__ import annotations

import threading
import time
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass

from mingzhang.event.v1.event_pb2 import Event

from services.kit.bus.interface import Delivery, Receiver

QUEUE_EVENTS_MAX = 64
QUEUE_BYTES_MAX = 8 * 1024**2
"""Of one queue, and as much again may be in its reader's hand. Queues of one stream share their events, so memory does
not grow with their number."""


class InProcessBus:
    """Hands the same events to every queue of their stream."""

    def __init__(self) -> None:
        self._receivers: defaultdict[tuple[str, str], list[_Queue]] = defaultdict(list)

    def publish(self, events: Sequence[Event]) -> None:
        """Offers each event to the queues of its stream; a full queue drops it and remembers that it did."""
        for event in events:
            for queue in self._receivers.get((event.emitter, event.stream), ()):
                queue.offer(event)

    def subscribe(self, queue: str, emitter: str, stream: str) -> Receiver:  # noqa: ARG002 - a broker needs its name
        """A queue of one stream."""
        receiver = _Queue()
        self._receivers[emitter, stream].append(receiver)
        return receiver

    def start(self) -> None:
        """Nothing to connect to."""

    def stop(self) -> None:
        """Closes all queues."""
        for queues in self._receivers.values():
            for queue in queues:
                queue.close()


@dataclass(frozen=True)
class _InMemory:
    event: Event

    def acknowledge(self) -> None:
        """Nobody else waits for it."""


class _Queue:
    """One queue. After a loss `next` returns at once, with what is left and then with nothing: the reader pulls."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._events: deque[Event] = deque()
        self._bytes = 0
        self._lost = False
        self._closed = False

    def offer(self, event: Event) -> None:
        """Takes the event if there is room."""
        size = len(event.body)
        with self._changed:
            full = len(self._events) >= QUEUE_EVENTS_MAX or self._bytes + size > QUEUE_BYTES_MAX
            if self._events and full:
                self._lost = True
                return
            self._events.append(event)
            self._bytes += size
            self._changed.notify()

    def next(self, timeout_s: float) -> Sequence[Delivery]:
        """All that is there; nothing after the time, a loss or the close."""
        deadline = time.monotonic() + timeout_s
        with self._changed:
            while not self._events and not self._closed and not self._lost:
                remaining_s = deadline - time.monotonic()
                if remaining_s <= 0 or not self._changed.wait(remaining_s):
                    return ()
            if self._closed or not self._events:
                self._lost = False
                return ()
            events, self._events, self._bytes = self._events, deque(), 0
            return [_InMemory(event) for event in events]

    def close(self) -> None:
        """Ends waiting."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
