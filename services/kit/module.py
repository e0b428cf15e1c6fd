"""What a service's module.py is handed, and the shapes of what it hands back. runtime.py builds them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from mingzhang.event.v1.event_pb2 import Event
from prometheus_client import CollectorRegistry
from sqlalchemy import Connection, Engine

from services.kit.clock import Clock
from services.kit.config import Config
from services.kit.ids import Ids

if TYPE_CHECKING:
    import grpc  # Types only: notify's bus worker reads this module, and grpc cannot live beside eventlet.


@dataclass(frozen=True)
class NewEvent:
    """An event to append: its stream, its body's message name ("PaymentsPosted") and the serialized body."""

    stream: str
    name: str
    body: bytes


class Streams(Protocol):
    """The service's own streams: the log that the others can read, and the outbox of what the bus has not had yet."""

    def append(
        self, connection: Connection, events: Sequence[NewEvent], *, position: int = 0, request_id: str = ""
    ) -> dict[str, int]:
        """Appends events in the caller's transaction and numbers them densely.

        Locks the heads of the streams in the order of their names until the commit, so call it last. The relay is
        woken after the commit. Returns the last number of each stream.
        """
        ...


class Database(Protocol):
    """The service's own PostgreSQL database."""

    engine: Engine

    def transaction(self) -> AbstractContextManager[Connection]:
        """A transaction: commits at the end, rolls back on an exception. An append wakes the relay."""
        ...

    def reading(self) -> AbstractContextManager[Connection]:
        """A read-only transaction."""
        ...


Handler = Callable[[Connection, Event], None]
"""Applies one event inside the transaction that also stores its number. Raising rolls both back and tries again."""
RunHandler = Callable[[Connection, Sequence[Event]], None]
"""Applies events that follow each other in their stream, one or more, like a Handler applies one."""


@dataclass(frozen=True)
class Together:
    """Names of events that a consumer applies several at once, as long as they follow each other in the stream."""

    names: frozenset[str]
    handler: RunHandler


@dataclass(frozen=True)
class Subscription:
    """A consumer of whole streams of one emitter. Each stream is applied in order, each event once.

    `streams` are patterns over stream names in which "*" stands for one dotted word ("poverty.*", "warnings.*",
    "imports"). Events whose name has no handler are passed over. Every (consumer, stream) has its own place in the
    inbox and its own queue on the bus.
    """

    consumer: str
    emitter: str
    streams: Sequence[str]
    handlers: dict[str, Handler]
    passed_over: dict[str, str] = field(default_factory=dict)
    """Names that are passed over on purpose, with the reason."""
    together: Together | None = None
    """Names that a consumer that is behind applies several at once. They need no handler besides."""


@dataclass(frozen=True)
class Job:
    """Something done again and again: every `interval_s`, or at once when woken.

    One at a time per name, even across replicas.
    """

    name: str
    interval_s: float
    run: Callable[[], None]


class ServiceKit(Protocol):
    """All that a service may use of the process that it runs in."""

    service: str
    config: Config
    clock: Clock
    ids: Ids
    registry: CollectorRegistry

    @property
    def database(self) -> Database:
        """The service's own database."""
        ...

    @property
    def streams(self) -> Streams:
        """The service's own streams."""
        ...

    def serve(self, register: Callable[[grpc.Server], object], *names: str) -> None:
        """Adds a servicer to this service's gRPC server; `names` are its full names, for health and reflection."""
        ...

    def consume(self, subscription: Subscription) -> None:
        """Subscribes; deliveries start once every service of the process is mounted."""
        ...

    def every(self, job: Job) -> None:
        """Schedules a job."""
        ...

    def wake(self, job_name: str) -> None:
        """Runs a job of this service soon."""
        ...

    def channel(self, service: str) -> grpc.Channel:
        """A channel to another service. Calls made outside a request carry this service's own signed caller; calls made
        while serving one carry the caller and request id of that request."""
        ...

    def serve_http(self, app: object, end_streams: Callable[[], None] = lambda: None) -> None:
        """Serves an ASGI application on the configured host and port (gateway only).

        `end_streams` is called when the process stops, before the server waits for its open responses.
        """
        ...

    def announce(self, words: Callable[[], str]) -> None:
        """Words for the operator, told once everything of the process runs."""
        ...

    def on_stop(self, close: Callable[[], None]) -> None:
        """Called at the stop of the process, last added first."""
        ...
