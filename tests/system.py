"""The whole system under test: one process, or the processes of a cluster; started, fed, awaited, killed."""

from __future__ import annotations

import base64
import itertools
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import grpc
import psycopg
from mingzhang.ingest.v1 import ingest_pb2, ingest_pb2_grpc
from mingzhang.ledger.v1 import ledger_pb2, ledger_pb2_grpc, quotas_pb2_grpc
from mingzhang.notify.v1 import notify_pb2_grpc
from mingzhang.rules.v1 import rules_pb2_grpc

from services.kit.clock import SystemClock
from services.kit.config import SERVICES
from services.kit.errors import MingzhangError
from services.kit.rpc.channel import open_channel

SECRET_KEY = "a-key-for-tests-only-of-48-characters-0123456789"
SIGNING_KEY = base64.b64encode(bytes(range(32, 64))).decode()
VAULT_KEY = base64.b64encode(bytes(range(32))).decode()
CATEGORIES = ("poverty", "project", "benefit", "operations", "general", "unassigned")
READY_TIMEOUT_S = 90
IDLE_TIMEOUT_S = 240
CHUNK_BYTES = 1 << 20
COMMAND_TIMEOUT_S = 900
_UNSENT = """
    SELECT 1 FROM deliveries LEFT JOIN delivery_receipts USING (delivery_id)
    WHERE NOT withdrawn AND delivery_receipts.delivery_id IS NULL LIMIT 1
"""


@dataclass(frozen=True)
class Process:
    """One process of the system: its name, its target, and the categories if it evaluates rules."""

    name: str
    target: str
    categories: str = ""


ONE_PROCESS = (Process("all", "all"),)
CLUSTER = (
    Process("ingest", "ingest"),
    Process("ledger", "ledger"),
    Process("rules-poverty", "rules", "poverty"),
    Process("rules-other", "rules", "project,benefit,operations,general,unassigned"),
    Process("rules-cross", "rules", "cross"),
    Process("notify", "notify"),
    Process("notify-bus", "notify-bus"),
    Process("gateway", "gateway"),
)


_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw2").removeprefix("gw"))
_PORTS = itertools.count(20_000 + _WORKER % 3 * 4_000 + os.getpid() % 30 * 100)
"""Below those that the system gives out, and apart for each worker: a server of gRPC shares a taken port and says nothing."""


def free_port() -> int:
    """A port on loopback that nobody has, and that no worker beside this one is given."""
    for port in _PORTS:
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError


@dataclass
class System:
    """A running system. `database_url` and `bus_url` are empty in one process, which brings its own."""

    folder: Path
    processes: Sequence[Process]
    database_url: Callable[[str], str]
    settings: Mapping[str, str] = field(default_factory=dict)
    bus_url: str = ""
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    logs: dict[str, IO[bytes]] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)
    connections: dict[str, psycopg.Connection] = field(default_factory=dict)

    @property
    def clustered(self) -> bool:
        """Whether the services run as separate processes."""
        return len(self.processes) > 1

    def start(self, crash_points: Mapping[str, str] | None = None, wait: bool = True) -> None:
        """Starts every process that does not run; `crash_points` by process name ("all" in one process)."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self.ports:
            self.ports = {process.name: free_port() for process in self.processes} | {"http": free_port()}
        for process in self.processes:
            if process.name not in self.running:
                self._spawn(process, (crash_points or {}).get(process.name, ""))
        if wait:
            self.wait_ready()

    def _spawn(self, process: Process, crash_point: str) -> None:
        log = (self.folder / f"{process.name}.log").open("ab")
        arguments = [sys.executable, "-m", "services", "serve", f"--target={process.target}"]
        if process.categories:
            arguments.append(f"--categories={process.categories}")
        environment = self.environment(process)
        if crash_point:
            environment["MINGZHANG_CRASH_POINT"] = crash_point
        self.logs[process.name] = log
        self.running[process.name] = subprocess.Popen(
            arguments, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )

    def environment(self, process: Process) -> dict[str, str]:
        """The environment of a process of this system, or of a command beside it."""
        settings = {
            "TEST": "1",
            "DATA_DIR": str(self.folder / "data"),
            "RUNTIME_DIR": str(self.folder / "run"),
            "SECRET_KEY": SECRET_KEY,
            "SIGNING_KEY": SIGNING_KEY,
            "VAULT_KEY": VAULT_KEY,
            "TOKEN_SOURCE": "keyed",
            "HTTP_PORT": str(self.ports["http"]),
            "SILENCE_S": "2",
            **self.settings,
        }
        if self.clustered:
            addresses = ",".join(
                f"{service}=127.0.0.1:{self.ports[name]}"
                for service, name in [*((s, s) for s in SERVICES if s != "rules"), ("rules", "rules-poverty")]
            )
            settings |= {
                "DATA_DIR": str(self.folder / process.name),
                "DATABASE_URL": self.database_url("{service}"),
                "BUS_URL": self.bus_url,
                "SERVICE_ADDRESS": "127.0.0.1:1",
                "SERVICE_ADDRESSES": addresses,
                "GRPC_LISTEN": f"127.0.0.1:{self.ports[process.name]}",
            }
        return {**os.environ, **{f"MINGZHANG_{name}": value for name, value in settings.items()}}

    def address(self, service: str) -> str:
        """Where a service's gRPC server listens."""
        if self.clustered:
            return f"127.0.0.1:{self.ports['rules-poverty' if service == 'rules' else service]}"
        return f"unix:{self.folder / 'run' / service}.sock"

    def channel(self, service: str) -> grpc.Channel:
        """A channel to a service, as a service of its own."""
        return open_channel(self.address(service), "test", SECRET_KEY.encode(), SystemClock())

    def wait_ready(self) -> None:
        """Waits until every service answers its health check."""
        from grpc_health.v1 import health_pb2, health_pb2_grpc

        deadline = time.monotonic() + READY_TIMEOUT_S
        for service in SERVICES:
            while True:
                self.check_alive()
                try:
                    stub = health_pb2_grpc.HealthStub(grpc.insecure_channel(self.address(service)))
                    answer = stub.Check(health_pb2.HealthCheckRequest(service=""), timeout=2)
                    if answer.status == health_pb2.HealthCheckResponse.SERVING:
                        break
                except grpc.RpcError:
                    if time.monotonic() > deadline:
                        raise TimeoutError(f"{service} is not ready:\n{self.tail()}") from None
                time.sleep(0.1)

    def check_alive(self) -> None:
        """Raises if a process ended by itself."""
        for name, process in self.running.items():
            if process.poll() is not None:
                raise RuntimeError(f"{name} ended with {process.returncode}:\n{self.tail(name)}")

    def wait_killed(self, name: str, timeout_s: int = 60) -> bool:
        """Waits until a process died by SIGKILL; False if it lives on."""
        process = self.running[name]
        try:
            process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return False
        del self.running[name]
        assert process.returncode == -signal.SIGKILL, self.tail(name)
        return True

    def kill(self, name: str) -> None:
        """Kills a process with SIGKILL."""
        process = self.running.pop(name)
        process.kill()
        process.wait(30)

    def stop(self) -> None:
        """Stops everything in order: SIGTERM, and SIGKILL for what does not end."""
        for connection in self.connections.values():
            connection.close()
        self.connections.clear()
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)
        self.running.clear()
        for log in self.logs.values():
            log.close()

    def tail(self, name: str = "") -> str:
        """The ends of the logs, for a failing test."""
        names = [name] if name else list(self.logs)
        return "\n".join(
            f"--- {n}\n{(self.folder / f'{n}.log').read_text('utf-8', 'replace')[-3000:]}" for n in names
        )

    def command(
        self, *arguments: str, process: str = "", input_text: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Runs `mingzhang …` beside the running system, in the environment of one of its processes."""
        beside = next(p for p in self.processes if process in ("", p.name))
        return subprocess.run(
            [sys.executable, "-m", "services", *arguments],
            env=self.environment(beside),
            input=input_text,
            capture_output=True,
            text=True,
            timeout=COMMAND_TIMEOUT_S,
            check=False,
        )

    # --- what a test does with it -------------------------------------------------------------------

    def upload(self, name: str, content: bytes, profile: str = "", division: str = "630000") -> str:
        """Uploads a file; returns its import id."""

        def parts() -> Iterator[ingest_pb2.UploadFileRequest]:
            header = ingest_pb2.UploadHeader(file_name=name, profile=profile, division_code=division)
            yield ingest_pb2.UploadFileRequest(header=header)
            for start in range(0, len(content), CHUNK_BYTES):
                yield ingest_pb2.UploadFileRequest(chunk=content[start : start + CHUNK_BYTES])

        stub = ingest_pb2_grpc.IngestServiceStub(self.channel("ingest"))
        return str(stub.UploadFile(parts(), timeout=60).import_id)

    def imports(self) -> list[ingest_pb2.Import]:
        """All imports, newest first."""
        stub = ingest_pb2_grpc.IngestServiceStub(self.channel("ingest"))
        found: list[ingest_pb2.Import] = []
        token = ""
        while True:
            page = stub.ListImports(ingest_pb2.ListImportsRequest(limit=200, page_token=token), timeout=30)
            found.extend(page.imports)
            token = page.next_page_token
            if not token:
                return found

    def close_days(self, up_to: str, first: str = "") -> None:
        """Closes business days."""
        stub = ledger_pb2_grpc.LedgerServiceStub(self.channel("ledger"))
        stub.CloseDays(ledger_pb2.CloseDaysRequest(up_to=up_to, **{"from": first}), timeout=300)

    def ledger(self) -> ledger_pb2_grpc.LedgerServiceStub:
        """The ledger's stub."""
        return ledger_pb2_grpc.LedgerServiceStub(self.channel("ledger"))

    def quotas(self) -> quotas_pb2_grpc.QuotaServiceStub:
        """The stub of the ledger's quotas and documents."""
        return quotas_pb2_grpc.QuotaServiceStub(self.channel("ledger"))

    def rules(self) -> rules_pb2_grpc.RulesServiceStub:
        """The rules service's stub."""
        return rules_pb2_grpc.RulesServiceStub(self.channel("rules"))

    def notify(self) -> notify_pb2_grpc.NotifyServiceStub:
        """The notify service's stub."""
        return notify_pb2_grpc.NotifyServiceStub(self.channel("notify"))

    def query(self, service: str, sql: str, *parameters: object) -> list[tuple[object, ...]]:
        """Rows of a query on a service's database."""
        url = self.database_url(service).replace("postgresql+psycopg://", "postgresql://")
        connection = self.connections.get(service)
        if connection is None or connection.closed:
            connection = self.connections[service] = psycopg.connect(url, autocommit=True)
        try:
            return list(connection.execute(sql.encode(), parameters).fetchall())
        except psycopg.OperationalError:
            connection.close()  # Its server was killed, perhaps; whoever asks again has a new one.
            raise

    def wait_idle(self, timeout_s: int = IDLE_TIMEOUT_S) -> None:
        """Waits until every import ended, and every event was published and applied by all who read it."""
        deadline = time.monotonic() + timeout_s
        while True:
            self.check_alive()
            waiting = self._what_is_left()
            if not waiting:
                return
            if time.monotonic() > deadline:
                raise TimeoutError(f"still waiting for {waiting}\n{self.tail()}")
            time.sleep(0.15)

    def wait_told(self) -> None:
        """Waits until every delivery of a case has its receipt."""
        deadline = time.monotonic() + IDLE_TIMEOUT_S
        while self.query("notify", _UNSENT):
            self.check_alive()
            if time.monotonic() > deadline:
                raise TimeoutError(f"still waiting for deliveries\n{self.tail()}")
            time.sleep(0.15)

    def _what_is_left(self) -> str:
        try:
            ended = (ingest_pb2.IMPORT_STATE_FINISHED, ingest_pb2.IMPORT_STATE_FAILED)
            open_imports = [i.file_name for i in self.imports() if i.state not in ended]
            if open_imports:
                return f"imports {open_imports[:3]}"
            # Places first, heads afterwards: what a consumer tells when it moves on is then among the heads.
            applied = {
                (service, str(consumer), str(emitter), str(stream)): last
                for service in SERVICES
                for consumer, emitter, stream, last in self.query(
                    service, "SELECT consumer, emitter, stream, last_seq FROM inbox"
                )
            }
            heads = {
                (service, str(stream)): last
                for service in SERVICES
                for stream, last in self.query(service, "SELECT stream, last_seq FROM stream_head")
            }
            for service in SERVICES:
                if self.query(service, "SELECT 1 FROM outbox LIMIT 1"):
                    return f"outbox of {service}"
            return _who_lags(applied, heads)
        except (MingzhangError, psycopg.Error) as error:  # a process that restarts answers later
            return f"answer: {error}"


def _who_lags(
    applied: Mapping[tuple[str, str, str, str], object], heads: Mapping[tuple[str, str], object]
) -> str:
    for (service, consumer), streams in readers().items():
        for emitter, stream in streams:
            head = heads.get((emitter, stream), 0)
            if head != applied.get((service, consumer, emitter, stream), 0):
                return f"{consumer} at {emitter} {stream}"
    return ""


def readers() -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Who reads which streams: (service, consumer) -> [(emitter, stream)]."""
    facts = [("ledger", f"{category}.0") for category in CATEGORIES]
    warnings = [("rules", f"warnings.{category}") for category in (*CATEGORIES, "cross")]
    by_category = {
        ("rules", f"rules-{category}"): [("ledger", f"{category}.0"), ("ingest", "lists")]
        for category in CATEGORIES
    }
    return {
        **by_category,
        ("rules", "rules-cross"): [*facts, ("ingest", "lists")],
        ("ledger", "ledger"): [("ingest", "imports")],
        ("notify", "notify"): [*warnings, ("gateway", "users"), ("ledger", "base")],
    }
