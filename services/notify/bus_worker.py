"""Notify's bus side in a cluster: nameko consumes streams and keeps timers, in a process without grpc.

Thin shells over what compose.py builds; module.py hands the same functions to the bus inside one process. A
handler applies only the event that is next: one that is known is acknowledged, and so is one behind a gap,
because the stream is the log and notify's gRPC process pulls what is missing.
"""

from __future__ import annotations

import signal
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import eventlet
import eventlet.wsgi
from kombu import entity
from mingzhang.event.v1.event_pb2 import Event
from nameko.events import EventHandler
from nameko.messaging import Consumer, QueueConsumer
from nameko.runners import ServiceRunner
from nameko.timer import Timer
from prometheus_client import CollectorRegistry, make_wsgi_app
from sqlalchemy import func, select

from services.kit import crash_points, log
from services.kit.bus.rabbitmq import topology as rabbit
from services.kit.clock import SystemClock
from services.kit.config import Config
from services.kit.consumer import queue_name
from services.kit.database import PostgresDatabase, service_url
from services.kit.errors import InvalidInput
from services.kit.inbox import Inbox
from services.kit.metrics import KitMetrics
from services.kit.module import Job, Subscription
from services.kit.streams import StreamLog
from services.kit.topology import streams_matching
from services.notify.compose import build

SERVICE = "notify"
SERIALIZER = "protobuf"
CONTENT_TYPE = "application/x-protobuf"
HEARTBEAT_S = 60
RETRY_S = 2
"""A handler that failed waits this long before the broker gets its event back."""

_log = log.logger("notify.bus")
Exchange: Any = entity.Exchange  # kombu ships half of its types, and not these.
Queue: Any = entity.Queue


def raw(body: bytes | memoryview) -> bytes:
    """The serializer of our events: bytes stay what they are."""
    return bytes(body)


class OrderedQueueConsumer(QueueConsumer):  # type: ignore[misc] # nameko ships no types
    """One event at a time from each queue, so that a stream stays in order; one connection for all."""

    @property
    def prefetch_count(self) -> int:
        """Of each queue."""
        return 1

    def get_consumers(self, consumer_cls: Any, channel: Any) -> Any:
        """Declares where dead letters go whenever the broker is (again) there, then the queues."""
        exchange = Exchange(rabbit.DEAD, "topic", durable=True)
        arguments = rabbit.dead_letter_arguments()
        Queue(rabbit.DEAD, exchange, "#", queue_arguments=arguments)(channel).declare()
        return super().get_consumers(consumer_cls, channel)


class StreamHandler(EventHandler):  # type: ignore[misc] # nameko ships no types
    """All events of one stream, from the queue that kit would have named and declared just like this."""

    queue_consumer = OrderedQueueConsumer()

    def __init__(self, subscription: Subscription, stream: str, **options: Any) -> None:
        self._subscription = subscription
        self._stream = stream
        super().__init__(subscription.emitter, f"*.{stream}", requeue_on_error=True, **options)

    def setup(self) -> None:
        """nameko's own setup names the queue by its own rule, and cannot give it arguments."""
        name = queue_name(self._subscription, self._stream)
        self.queue = Queue(
            name,
            Exchange(rabbit.exchange_name(self._subscription.emitter), "topic", durable=True),
            f"*.{self._stream}",
            queue_arguments=rabbit.queue_arguments(name),
        )
        Consumer.setup(self)

    def handle_message_processed(self, message: Any, result: Any = None, exc_info: Any = None) -> None:
        """Acknowledges, or gives back what failed."""
        crash_points.reach("consumer.before_ack")
        super().handle_message_processed(message, result, exc_info)
        crash_points.reach("consumer.after_ack")


def main(config: Config) -> int:
    """Runs until SIGTERM or SIGINT. Returns the exit code."""
    # Before anything opens a socket, a thread or a connection: psycopg2 becomes cooperative by this too.
    eventlet.monkey_patch()
    if not config.database_url or not config.bus_url:
        raise InvalidInput(
            "notify.bus_worker",
            "notify-bus 需要 MINGZHANG_DATABASE_URL 和 MINGZHANG_BUS_URL",
            "notify-bus needs MINGZHANG_DATABASE_URL and MINGZHANG_BUS_URL",
        )
    log.setup(config.log_level)
    crash_points.arm(config.crash_point)
    url = service_url(config.database_url, SERVICE).set(drivername="postgresql+psycopg2")
    database = PostgresDatabase(url, config.database_pool_max, "mingzhang-notify-bus")
    registry = CollectorRegistry()
    service = build_service(config, database, registry)
    runner = ServiceRunner(settings_of(config.bus_url, len(_entrypoints(service))))
    runner.add_service(service)
    _stop_on_signals(runner)
    runner.start()
    _log.info("notify-bus is ready")
    if config.metrics_port:
        eventlet.spawn(_serve_metrics, config.metrics_port, registry)
    runner.wait()
    database.close()
    return 0


def build_service(config: Config, database: PostgresDatabase, registry: CollectorRegistry) -> type:
    """The nameko service: an entrypoint for each stream that notify reads, and one for each job."""
    clock = SystemClock()
    # The relay is in notify's gRPC process and looks into the outbox by itself.
    streams = StreamLog(SERVICE, database, clock, wake=_nothing)
    parts = build(config, clock, database, streams, registry)
    metrics = KitMetrics(registry)
    members: dict[str, Any] = {"name": SERVICE}
    for subscription in parts.subscriptions:
        inbox = Inbox(database, subscription)
        for stream in streams_matching(subscription.emitter, subscription.streams):
            handler = _handler(inbox, subscription, stream, metrics)
            members[handler.__name__] = StreamHandler.decorator(subscription, stream)(handler)
    for job in parts.jobs:
        members[job.name] = Timer.decorator(interval=job.interval_s, eager=True)(_timer(job, database))
    return type("NotifyBus", (), members)


def settings_of(bus_url: str, workers_max: int) -> dict[str, Any]:
    """nameko's configuration: every entrypoint may have a worker of its own."""
    return {
        "AMQP_URI": bus_url,
        "HEARTBEAT": HEARTBEAT_S,
        "max_workers": workers_max,
        "serializer": SERIALIZER,
        "SERIALIZERS": {
            SERIALIZER: {
                "encoder": f"{__name__}.raw",
                "decoder": f"{__name__}.raw",
                "content_type": CONTENT_TYPE,
                "content_encoding": "binary",
            }
        },
    }


def _handler(
    inbox: Inbox, subscription: Subscription, stream: str, metrics: KitMetrics
) -> Callable[[object, bytes], None]:
    labels = (subscription.consumer, subscription.emitter)

    def handle(_service: object, body: bytes) -> None:
        try:
            outcome = inbox.apply(Event.FromString(body))
        except Exception:
            metrics.consumer_failures.labels(*labels).inc()
            eventlet.sleep(RETRY_S)
            raise
        metrics.consumed.labels(*labels, outcome.value).inc()

    handle.__name__ = f"on_{subscription.emitter}_{stream.replace('.', '_')}"
    return handle


def _timer(job: Job, database: PostgresDatabase) -> Callable[[object], None]:
    """A timer fires in every replica; the one that gets the lock does the work."""
    key = zlib.crc32(f"{SERVICE}.{job.name}".encode())

    def tick(_service: object) -> None:
        with database.transaction() as connection:
            if connection.scalar(select(func.pg_try_advisory_xact_lock(key))):
                job.run()

    tick.__name__ = job.name
    return tick


def _entrypoints(service: type) -> Sequence[str]:
    return [name for name, member in vars(service).items() if hasattr(member, "nameko_entrypoints")]


def _stop_on_signals(runner: ServiceRunner) -> None:
    def stop(_number: int, _frame: object) -> None:
        # A signal handler runs in the hub, which must not wait: the stop does, in a greenlet of its own.
        eventlet.spawn_n(runner.stop)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)


def _serve_metrics(port: int, registry: CollectorRegistry) -> None:
    metrics = make_wsgi_app(registry)

    def application(environment: dict[str, Any], start_response: Any) -> Any:
        if environment.get("PATH_INFO") == "/healthz":
            start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
            return [b"ok\n"]
        return metrics(environment, start_response)

    eventlet.wsgi.server(eventlet.listen(("0.0.0.0", port)), application, log_output=False)  # noqa: S104 - as all targets


def _nothing() -> None:
    """Wakes nobody."""
