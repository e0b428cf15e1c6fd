"""Builds what a process runs on. The only place that knows whether it is one machine or a cluster.

The mode is two constructors: which bus carries the events, and which PostgreSQL keeps the data.
"""

from __future__ import annotations

import fcntl
import signal
import socket
import threading
from collections.abc import Callable, Sequence
from typing import IO, Any

import grpc
import uvicorn
from mingzhang.event.v1.event_pb2 import Event, ReadEventsRequest
from mingzhang.event.v1.event_pb2_grpc import StreamServiceStub, add_StreamServiceServicer_to_server
from prometheus_client import CollectorRegistry
from sqlalchemy.exc import OperationalError

from services.kit import crash_points
from services.kit.bus import Bus
from services.kit.bus.in_process import InProcessBus
from services.kit.bus.publishing import PublishingBus
from services.kit.bus.rabbitmq import RabbitMqBus
from services.kit.clock import Clock, SystemClock
from services.kit.config import Config
from services.kit.consumer import StreamConsumer, queue_name
from services.kit.database import PostgresDatabase, service_url
from services.kit.embedded_postgres import EmbeddedPostgres, short_runtime_dir
from services.kit.errors import Refused, Unavailable
from services.kit.http import MetricsServer, serve_metrics
from services.kit.ids import Ids, RandomIds
from services.kit.inbox import Inbox
from services.kit.keys import secret_key
from services.kit.metrics import KitMetrics
from services.kit.migrate import migrate
from services.kit.module import Job, ServiceKit, Subscription
from services.kit.relay import Relay
from services.kit.rpc.channel import open_channel
from services.kit.rpc.server import build_server
from services.kit.rpc.streams import StreamServicer
from services.kit.scheduler import JobThread
from services.kit.streams import StreamLog
from services.kit.topology import streams_matching

PULL_TIMEOUT_S = 20
GRPC_GRACE_S = 3.0
HTTP_GRACE_S = 3
Mount = Callable[[ServiceKit], None]
Report = Callable[[str], None]


class ProcessKit:
    """The kit of one service inside this process. Implements kit.module.ServiceKit."""

    def __init__(self, service: str, runtime: Runtime) -> None:
        config = runtime.config
        self.service = service
        self.config = config
        self.clock: Clock = runtime.clock
        self.ids: Ids = runtime.ids
        self.registry = runtime.registry
        self.database = PostgresDatabase(
            runtime.database_url(service), config.database_pool_max, f"mingzhang-{service}"
        )
        self.relay = Relay(service, self.database, runtime.bus, runtime.metrics)
        self.streams = StreamLog(service, self.database, self.clock, self.relay.wake)
        self.server = build_server(service, config, runtime.secret_key, self.clock, self.registry)
        self.serve(
            lambda server: add_StreamServiceServicer_to_server(StreamServicer(self.streams), server),
            "mingzhang.event.v1.StreamService",
        )
        self.subscriptions: list[Subscription] = []
        self.jobs: dict[str, JobThread] = {}
        self._runtime = runtime

    def serve(self, register: Callable[[grpc.Server], object], *names: str) -> None:
        """Adds a servicer under its full service names."""
        self.server.add(register, *names)

    def consume(self, subscription: Subscription) -> None:
        """Subscribes; deliveries start with the process."""
        self.subscriptions.append(subscription)

    def every(self, job: Job) -> None:
        """Schedules a job."""
        self.jobs[job.name] = JobThread(self.service, job, self.database, self._runtime.metrics)

    def wake(self, job_name: str) -> None:
        """Runs a job of this service soon."""
        if job_name in self.jobs:
            self.jobs[job_name].wake()

    def channel(self, service: str) -> grpc.Channel:
        """A channel to another service; one per pair and process."""
        return self._runtime.channel(service, self.service)

    def serve_http(self, app: object, end_streams: Callable[[], None] = lambda: None) -> None:
        """Serves an ASGI application."""
        self._runtime.http_app = app
        self._runtime.end_streams = end_streams

    def announce(self, words: Callable[[], str]) -> None:
        """Tells the operator once everything runs."""
        self._runtime.announcements.append(words)

    def on_stop(self, close: Callable[[], None]) -> None:
        """Called at the stop, last added first."""
        self._runtime.closers.append(close)


class Runtime:
    """A process: `start` brings it up in order, `run` waits for a signal, `stop` takes it down in reverse."""

    def __init__(self, config: Config, services: Sequence[str], report: Report = lambda _: None) -> None:
        """`services` are those that run here; `report` is told what is being done, in a few words."""
        self.config = config
        self.clock = SystemClock()
        self.ids = RandomIds()
        self.registry = CollectorRegistry()
        self.metrics = KitMetrics(self.registry)
        self.secret_key = secret_key(config)
        self.closers: list[Callable[[], None]] = []
        self.announcements: list[Callable[[], str]] = []
        self.http_app: object | None = None
        self.end_streams: Callable[[], None] = lambda: None
        self.kits: dict[str, ProcessKit] = {}
        self._services = tuple(services)
        self._report = report
        self._consumers: list[StreamConsumer] = []
        self._consumer_databases: list[PostgresDatabase] = []
        self._channels: dict[tuple[str, str], grpc.Channel] = {}
        self._http: _HttpServer | None = None
        self._claim: IO[str] | None = None
        self._ready = threading.Event()
        self._stopped = threading.Event()
        # The two constructors. A notify that shares its queues with the nameko process only publishes and pulls.
        self._consumed_elsewhere = bool(config.bus_url) and self._services == ("notify",)
        self.bus: Bus = self._bus()
        self.postgres = None if config.database_url else EmbeddedPostgres(config.data_dir, config.runtime_dir)

    def _bus(self) -> Bus:
        if not self.config.bus_url:
            return InProcessBus()
        broker = RabbitMqBus(self.config.bus_url, "+".join(self._services) or "mingzhang")
        return PublishingBus(broker) if self._consumed_elsewhere else broker

    def database_url(self, service: str) -> Any:
        """The URL of a service's database."""
        if self.postgres is None:
            return service_url(self.config.database_url, service)
        return self.postgres.url(f"mingzhang_{service}")

    def address(self, service: str) -> str:
        """Where a service's gRPC server is reached."""
        if service in self.config.service_addresses:
            return self.config.service_addresses[service]
        if self.config.service_address:
            return self.config.service_address.replace("{service}", service)
        return f"unix:{short_runtime_dir(self.config.data_dir, self.config.runtime_dir) / service}.sock"

    def channel(self, service: str, caller: str) -> grpc.Channel:
        """The channel of `caller` to `service`."""
        key = (service, caller)
        if key not in self._channels:
            self._channels[key] = open_channel(self.address(service), caller, self.secret_key, self.clock)
        return self._channels[key]

    def start(self, mounts: dict[str, Mount]) -> None:
        """Database, migrations, modules, gRPC, consumers, jobs, HTTP: in this order."""
        crash_points.arm(self.config.crash_point)
        self._claim_data_folder()
        self.open_database()
        for service in self._services:
            self._report(f"启动 {service} · starting {service}")
            self.kits[service] = ProcessKit(service, self)
            mounts[service](self.kits[service])
        for service, kit in self.kits.items():
            kit.server.start(self._listen(service))
            self.closers.append(lambda kit=kit: kit.server.stop(GRPC_GRACE_S))  # type: ignore[misc] # mypy cannot infer a lambda's default
        self._start_consumers()
        self.bus.start()
        for consumer in self._consumers:
            consumer.start()
        for kit in self.kits.values():
            kit.relay.start()
            for job in kit.jobs.values():
                if not self._consumed_elsewhere:
                    job.start()
        self._serve_http()
        self._ready.set()
        for words in self.announcements:
            self._report(words())

    def _claim_data_folder(self) -> None:
        """One system to a data folder: a second would take the sockets of the first. Ends with the process."""
        if self.postgres is None:
            return
        self.config.data_dir.mkdir(parents=True, exist_ok=True)
        self._claim = (self.config.data_dir / "serving").open("a")
        try:
            fcntl.flock(self._claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            folder = self.config.data_dir
            raise Refused(
                "kit.already_serving",
                f"数据目录 {folder} 已有系统在运行",
                f"a system runs in the data folder {folder} already",
                {"folder": folder},
            ) from error

    def open_database(self) -> None:
        """Starts the embedded PostgreSQL if it is used, and migrates the databases of the services here."""
        if self.postgres is not None:
            self._report("启动数据库 · starting the database")
            self.postgres.start()
        try:
            for service in self._services:
                migrate(self.database_url(service), service)
        except OperationalError as error:
            raise Unavailable(
                "kit.database_unavailable", "数据库暂不可用，请稍后再试", "the database does not answer now"
            ) from error

    def open_kit(self, service: str) -> ServiceKit:
        """The kit of a service for a command: it may read, append and call, but serves and consumes nothing."""
        self.kits[service] = ProcessKit(service, self)
        return self.kits[service]

    def _listen(self, service: str) -> str:
        if self.config.service_address or service in self.config.service_addresses:
            return self.config.grpc_listen
        return self.address(service)

    def _start_consumers(self) -> None:
        for kit in self.kits.values():
            database = self._database_of_consumers(kit)
            for subscription in kit.subscriptions:
                inbox = Inbox(database, subscription)
                read_events = self._reader(subscription.emitter, kit.service)
                for stream in streams_matching(subscription.emitter, subscription.streams):
                    receiver = self.bus.subscribe(
                        queue_name(subscription, stream), subscription.emitter, stream
                    )
                    self._consumers.append(
                        StreamConsumer(
                            subscription,
                            stream,
                            inbox,
                            receiver,
                            read_events,
                            self.metrics,
                            self.config.silence_s,
                        )
                    )

    def _database_of_consumers(self, kit: ProcessKit) -> PostgresDatabase:
        """A pool with a connection for each stream: consumers that wait for each other must not starve the doors."""
        threads = sum(len(streams_matching(one.emitter, one.streams)) for one in kit.subscriptions)
        url, name = self.database_url(kit.service), f"mingzhang-{kit.service}-consumers"
        database = PostgresDatabase(url, max(threads, 1), name)
        self._consumer_databases.append(database)
        return database

    def _reader(self, emitter: str, reader: str) -> Callable[[str, int, int], tuple[Sequence[Event], int]]:
        stub = StreamServiceStub(self.channel(emitter, reader))

        def read_events(stream: str, from_seq: int, limit: int) -> tuple[Sequence[Event], int]:
            request = ReadEventsRequest(stream=stream, from_seq=from_seq, limit=limit)
            answer = stub.ReadEvents(request, timeout=PULL_TIMEOUT_S)
            return answer.events, answer.last_seq

        return read_events

    def _serve_http(self) -> None:
        if self.http_app is not None:
            self._http = _HttpServer(self.http_app, self.config.http_host, self.config.http_port)
            self._http.start()
        if self.config.metrics_port:
            metrics: MetricsServer = serve_metrics(
                self.config.http_host, self.config.metrics_port, self.registry, self._ready.is_set
            )
            self.closers.append(metrics.stop)

    def run(self) -> None:
        """Waits for SIGTERM or SIGINT, then stops."""
        self._stopped.wait()
        self.stop()

    def heed_signals(self) -> None:
        """From here on SIGTERM and SIGINT end `run`; also while the process is still starting."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stopped.set())

    def stop(self) -> None:
        """Takes everything down in reverse."""
        self._ready.clear()
        if self._http is not None:
            self.end_streams()
            self._http.stop()
        for kit in self.kits.values():
            for job in kit.jobs.values():
                job.stop()
        for consumer in self._consumers:
            consumer.stop()
        for consumer in self._consumers:
            consumer.join()
        for kit in self.kits.values():
            for job in kit.jobs.values():
                job.join()
            kit.relay.stop()
        self.bus.stop()
        for close in reversed(self.closers):
            close()
        for channel in self._channels.values():
            channel.close()
        for database in (*self._consumer_databases, *(kit.database for kit in self.kits.values())):
            database.close()
        if self.postgres is not None:
            self.postgres.stop()


class _HttpServer:
    """uvicorn in a thread of its own: signals stay with the process."""

    def __init__(self, app: Any, host: str, port: int) -> None:
        settings = uvicorn.Config(
            app,
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=HTTP_GRACE_S,
        )
        self._server = uvicorn.Server(settings)
        self._address = (host, port)
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Listens from its return on; refuses if it cannot: what is announced next has to be true."""
        host, port = self._address
        try:
            listener = socket.create_server(
                self._address, family=socket.AF_INET6 if ":" in host else socket.AF_INET
            )
        except OSError as error:
            raise Refused(
                "kit.http_address",
                f"无法在 {host}:{port} 提供网页，端口可能已被占用",
                f"cannot serve HTTP on {host}:{port}, is it taken?",
                {"host": host, "port": port},
            ) from error
        self._thread = threading.Thread(target=self._server.run, args=([listener],), name="http", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends open streams and stops."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(HTTP_GRACE_S + 5)
