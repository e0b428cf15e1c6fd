"""A gateway of one's own: real accounts and sessions in PostgreSQL, real gRPC to services that answer as told."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import pytest
from argon2 import PasswordHasher
from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.message import Message
from mingzhang.ingest.v1 import ingest_pb2, ingest_pb2_grpc
from mingzhang.ledger.v1 import (
    chain_pb2,
    chain_pb2_grpc,
    ledger_pb2,
    ledger_pb2_grpc,
    links_pb2,
    links_pb2_grpc,
    quotas_pb2,
    quotas_pb2_grpc,
    trace_pb2,
    trace_pb2_grpc,
)
from mingzhang.notify.v1 import notify_pb2, notify_pb2_grpc
from mingzhang.rules.v1 import rules_pb2, rules_pb2_grpc
from prometheus_client import CollectorRegistry
from starlette.testclient import TestClient

from services.gateway.clients import Ingest, Ledger, Links, Notify, Quotas, Rules, Trace
from services.gateway.domain import User
from services.gateway.metrics import Metrics
from services.gateway.storage import FirstPasswordFile, LiveBoard, PostgresUsers
from services.gateway.usecases import Accounts, add_user
from services.gateway.web import Limits, LiveHub, Parts, Services, build_app
from services.kit.caller import ADMINISTRATOR, FINANCE_OFFICER, RULE_AUTHOR, Caller
from services.kit.clock import SystemClock
from services.kit.config import Config
from services.kit.database import PostgresDatabase
from services.kit.errors import MingzhangError
from services.kit.ids import RandomIds
from services.kit.rpc.channel import open_channel
from services.kit.rpc.context import current_caller
from services.kit.rpc.server import build_server
from services.kit.streams import StreamLog
from tests.unit.notify.builders import ManualClock

KEY = b"a-key-for-tests-only-of-48-characters-0123456789"
PASSWORD = "correct horse battery"
ORIGIN = "http://testserver"
UPLOAD_BYTES_MAX = 3 * 1024**2
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
USERS = {
    "admin": User("admin", "系统管理员", (ADMINISTRATOR,), ""),
    "xining": User("xining", "西宁财政", (FINANCE_OFFICER,), "630100"),
    "author": User("author", "规则编写人", (RULE_AUTHOR,), "630000", language="en"),
}


@dataclass
class OtherServices:
    """The other four services: what they were asked and by whom, and what they answer."""

    answers: dict[str, Message | Callable[[Any], Message] | MingzhangError] = field(default_factory=dict)
    calls: list[tuple[str, Message, Caller]] = field(default_factory=list)
    uploads: list[tuple[ingest_pb2.UploadHeader, list[int]]] = field(default_factory=list)

    def serve(self, name: str, request: Message) -> Message:
        """Answers one call as told; with the empty message if nothing was."""
        self.calls.append((name, request, current_caller()))
        answer = self.answers[name]
        if isinstance(answer, MingzhangError):
            raise answer
        return answer if isinstance(answer, Message) else answer(request)

    def upload(self, requests: Iterator[ingest_pb2.UploadFileRequest]) -> Message:
        """Takes an upload and remembers the sizes of its chunks."""
        first = next(requests)
        sizes: list[int] = []
        self.uploads.append((first.header, sizes))
        answer = self.serve("UploadFile", first)
        sizes.extend(len(part.chunk) for part in requests)
        return answer

    @property
    def last(self) -> tuple[str, Any, Caller]:
        """The newest call."""
        return self.calls[-1]

    def servicer(self, base: type, descriptor: ServiceDescriptor) -> Any:
        """A servicer of the generated class whose every method is answered here."""

        def method(name: str) -> Callable[..., Message]:
            if name == "UploadFile":
                return lambda _, requests, __: self.upload(requests)
            return lambda _, request, __: self.serve(name, request)

        return type("Fake", (base,), {item.name: method(item.name) for item in descriptor.methods})()


@dataclass
class Gateway:
    """The application with what is behind it."""

    parts: Parts
    others: OtherServices
    board: LiveBoard
    database: PostgresDatabase
    clock: ManualClock
    first_password: Path
    app: Any

    def client(self, user: str = "", language: str = "") -> TestClient:
        """A browser; signed in if a user is named."""
        headers = {"Origin": ORIGIN} | ({"Accept-Language": language} if language else {})
        client = TestClient(self.app, headers=headers, raise_server_exceptions=True)
        if user:
            answer = client.post("/api/v1/login", json={"user": user, "password": PASSWORD})
            assert answer.status_code == 200, answer.text
        return client


@pytest.fixture
def short_path() -> Iterator[Path]:
    """A folder whose name leaves room for the names of sockets, which tmp_path does not under a test runner's worker."""
    with tempfile.TemporaryDirectory(prefix="mzg-") as folder:
        yield Path(folder)


@pytest.fixture
def others() -> OtherServices:
    """The other services, with an empty answer to every call."""
    empty = {
        method.name: getattr(module, method.output_type.name)()
        for module, service in DESCRIPTORS
        for method in service.methods
    }
    return OtherServices(empty)


DESCRIPTORS = [
    (module, module.DESCRIPTOR.services_by_name[name])
    for module, name in (
        (ingest_pb2, "IngestService"),
        (ledger_pb2, "LedgerService"),
        (chain_pb2, "ChainService"),
        (trace_pb2, "TraceService"),
        (quotas_pb2, "QuotaService"),
        (links_pb2, "LinkService"),
        (rules_pb2, "RulesService"),
        (notify_pb2, "NotifyService"),
    )
]


@pytest.fixture
def channel(others: OtherServices) -> Iterator[grpc.Channel]:
    """A channel to all four of them."""
    folder = Path(tempfile.mkdtemp(prefix="mzg-"))
    clock = SystemClock()
    server = build_server("others", Config(), KEY, clock, CollectorRegistry())
    for grpc_module, (_, descriptor) in zip(
        (
            ingest_pb2_grpc,
            ledger_pb2_grpc,
            chain_pb2_grpc,
            trace_pb2_grpc,
            quotas_pb2_grpc,
            links_pb2_grpc,
            rules_pb2_grpc,
            notify_pb2_grpc,
        ),
        DESCRIPTORS,
        strict=True,
    ):
        base = getattr(grpc_module, f"{descriptor.name}Servicer")
        add = getattr(grpc_module, f"add_{descriptor.name}Servicer_to_server")
        servicer = others.servicer(base, descriptor)
        server.add(lambda to, add=add, servicer=servicer: add(servicer, to), descriptor.full_name)  # type: ignore[misc] # mypy cannot infer a lambda's defaults
    address = server.start(f"unix:{folder}/others.sock")
    channel = open_channel(address, "gateway", KEY, clock)
    yield channel
    channel.close()
    server.stop(0)
    shutil.rmtree(folder)


@pytest.fixture
def gateway(
    service_database: Callable[[str], PostgresDatabase],
    others: OtherServices,
    channel: grpc.Channel,
    tmp_path: Path,
) -> Iterator[Gateway]:
    """A gateway with three users."""
    database, clock = service_database("gateway"), ManualClock()
    streams = StreamLog("gateway", database, clock, lambda: None)
    path = tmp_path / "first-password.txt"
    users = PostgresUsers(database, streams)
    accounts = Accounts(users, CHEAP, FirstPasswordFile(path), clock, RandomIds())
    for user in USERS.values():
        add_user(accounts, user, PASSWORD, "request-1")
    registry = CollectorRegistry()
    board, metrics = LiveBoard(database), Metrics(registry)
    hub = LiveHub(board, metrics)
    services = Services(
        Ingest(channel),
        Ledger(channel),
        Trace(channel),
        Quotas(channel),
        Links(channel),
        Rules(channel),
        Notify(channel),
    )
    parts = Parts(accounts, services, hub, metrics, registry, Limits(UPLOAD_BYTES_MAX, ORIGIN))
    yield Gateway(parts, others, board, database, clock, path, build_app(parts))
    hub.stop()
