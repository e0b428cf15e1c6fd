"""What a bus is. Two are built: inside the process, and RabbitMQ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from mingzhang.event.v1.event_pb2 import Event


class Delivery(Protocol):
    """An event that a receiver was given."""

    @property
    def event(self) -> Event:
        """The event."""
        ...

    def acknowledge(self) -> None:
        """Says that the effect of the event is committed."""
        ...


class Receiver(Protocol):
    """One queue, read by one thread."""

    def next(self, timeout_s: float) -> Sequence[Delivery]:
        """What is there, in order, after waiting for the first; empty if none came in time, something was lost, or the
        receiver was closed."""
        ...

    def close(self) -> None:
        """Ends a waiting `next`. May be called from any thread."""
        ...


class Bus(Protocol):
    """Carries events to queues. Loses rather than blocks; never reorders one stream on purpose."""

    def publish(self, events: Sequence[Event]) -> None:
        """Returns once the bus has taken all of them; raises Unavailable if it could not."""
        ...

    def subscribe(self, queue: str, emitter: str, stream: str) -> Receiver:
        """A queue of one stream. Call it before `start`."""
        ...

    def start(self) -> None:
        """Connects, and declares every queue. Does not wait for a broker that is down."""
        ...

    def stop(self) -> None:
        """Closes all receivers and connections."""
        ...
