"""gRPC between services, over a real server on a unix socket."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from mingzhang.event.v1.event_pb2 import Event, ReadEventsRequest
from mingzhang.event.v1.event_pb2_grpc import StreamServiceStub, add_StreamServiceServicer_to_server
from mingzhang.ingest.v1.ingest_pb2 import (
    GetImportRequest,
    GetImportResponse,
    UploadFileRequest,
    UploadFileResponse,
)
from mingzhang.ingest.v1.ingest_pb2_grpc import (
    IngestServiceServicer,
    IngestServiceStub,
    add_IngestServiceServicer_to_server,
)
from prometheus_client import CollectorRegistry

from services.kit import errors
from services.kit.caller import FINANCE_OFFICER, METADATA_KEY, Caller, Scope, service_caller, sign
from services.kit.config import Config
from services.kit.rpc.channel import open_channel
from services.kit.rpc.context import acting_as, current_caller, current_request_id, in_request
from services.kit.rpc.server import build_server
from services.kit.rpc.streams import StreamServicer

KEY = b"k" * 32
OFFICER = Caller("li", (FINANCE_OFFICER,), Scope("630100", ("C22",)), "en", "request-1")


class StoppedClock:
    """Stands still until told otherwise."""

    def __init__(self) -> None:
        self.moment = datetime.now(UTC)

    def now(self) -> datetime:
        return self.moment


class FakeIngest(IngestServiceServicer):
    """Does what the test says with the calls it gets."""

    def __init__(self) -> None:
        self.act: Callable[[], None] = lambda: None
        self.callers: list[Caller] = []
        self.request_ids: list[str] = []

    def GetImport(self, request: Any, context: Any) -> GetImportResponse:
        self.callers.append(current_caller())
        self.request_ids.append(current_request_id())
        self.act()
        return GetImportResponse()

    def UploadFile(self, request_iterator: Any, context: Any) -> UploadFileResponse:
        self.callers.append(current_caller())
        size = sum(len(part.chunk) for part in request_iterator)
        self.act()
        return UploadFileResponse(size_bytes=size)


class FakeLog:
    """A stream of given events."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def read_events(self, stream: str, from_seq: int, limit: int) -> tuple[list[Event], int]:
        wanted = [event for event in self.events if event.stream == stream]
        return wanted[from_seq - 1 : from_seq - 1 + limit], len(wanted)


@dataclass
class Running:
    """A served ingest and a channel to it."""

    address: str
    channel: grpc.Channel
    clock: StoppedClock
    registry: CollectorRegistry
    ingest: FakeIngest = field(default_factory=FakeIngest)
    log: FakeLog = field(default_factory=FakeLog)

    @property
    def stub(self) -> IngestServiceStub:
        return IngestServiceStub(self.channel)


@pytest.fixture
def running() -> Iterator[Running]:
    address = f"unix:{Path(mkdtemp(prefix='mz')) / 'ingest.sock'}"
    clock, registry = StoppedClock(), CollectorRegistry()
    running = Running(address, open_channel(address, "gateway", KEY, clock), clock, registry)
    server = build_server("ingest", Config(), KEY, clock, registry)
    server.add(
        lambda built: add_IngestServiceServicer_to_server(running.ingest, built),
        "mingzhang.ingest.v1.IngestService",
    )
    server.add(
        lambda built: add_StreamServiceServicer_to_server(StreamServicer(running.log), built),
        "mingzhang.event.v1.StreamService",
    )
    server.start(address)
    yield running
    running.channel.close()
    server.stop(0)


def test_the_callee_sees_the_caller_the_scope_and_the_request_id(running: Running) -> None:
    with acting_as(OFFICER):
        running.stub.GetImport(GetImportRequest(), timeout=5)

    assert running.ingest.callers == [OFFICER]
    assert running.ingest.request_ids == ["request-1"]


def test_outside_a_request_the_service_calls_for_itself(running: Running) -> None:
    with in_request("request-2"):
        running.stub.GetImport(GetImportRequest(), timeout=5)

    assert running.ingest.callers == [service_caller("gateway", "request-2")]


def test_a_client_stream_carries_the_caller_and_its_chunks(running: Running) -> None:
    with acting_as(OFFICER):
        answer = running.stub.UploadFile(
            (UploadFileRequest(chunk=b"x" * 1024**2) for _ in range(20)), timeout=20
        )

    assert answer.size_bytes == 20 * 1024**2
    assert running.ingest.callers == [OFFICER]


@pytest.mark.parametrize(
    "kind",
    [
        errors.InvalidInput,
        errors.NotFound,
        errors.Conflict,
        errors.Refused,
        errors.TooLarge,
        errors.NotAllowed,
        errors.NotSignedIn,
        errors.Unavailable,
    ],
)
def test_a_refusal_crosses_services_with_its_class_code_sentences_and_values(
    running: Running, kind: type[errors.MingzhangError]
) -> None:
    def refuse() -> None:
        raise kind("ingest.example", "第 3 行不行", "line 3 will not do", {"line": 3})

    running.ingest.act = refuse

    with pytest.raises(kind) as caught:
        running.stub.GetImport(GetImportRequest(), timeout=5)
    assert type(caught.value) is kind
    assert (caught.value.code, caught.value.zh, caught.value.en) == (
        "ingest.example",
        "第 3 行不行",
        "line 3 will not do",
    )
    assert caught.value.parameters == {"line": "3"}


def test_a_refusal_of_a_client_stream_is_typed_too(running: Running) -> None:
    def refuse() -> None:
        raise errors.TooLarge("ingest.too_large", "文件过大", "the file is too large")

    running.ingest.act = refuse

    with pytest.raises(errors.TooLarge):
        running.stub.UploadFile(iter([UploadFileRequest(chunk=b"x")]), timeout=5)


def test_an_unexpected_failure_says_only_the_request_id(running: Running) -> None:
    def fail() -> None:
        raise ZeroDivisionError("secret inner words")

    running.ingest.act = fail

    with acting_as(OFFICER), pytest.raises(errors.MingzhangError) as caught:
        running.stub.GetImport(GetImportRequest(), timeout=5)
    assert caught.value.code == "kit.internal"
    assert caught.value.parameters == {"request_id": "request-1"}
    assert "secret" not in str(caught.value.__cause__)


def test_a_service_that_is_not_there_is_unavailable() -> None:
    channel = open_channel("unix:/tmp/no-such-mingzhang.sock", "gateway", KEY, StoppedClock())

    with channel, pytest.raises(errors.Unavailable) as caught:
        IngestServiceStub(channel).GetImport(GetImportRequest(), timeout=5)
    assert caught.value.code == "rpc.unavailable"


def test_a_call_without_timeout_is_a_mistake_of_the_program(running: Running) -> None:
    with pytest.raises(ValueError, match="without timeout"):
        running.stub.GetImport(GetImportRequest())


def status_of(call: Callable[[], object]) -> grpc.StatusCode:
    with pytest.raises(grpc.RpcError) as caught:
        call()
    failure: Any = caught.value
    return failure.code()  # type: ignore[no-any-return] # grpc's stubs do not know that the error is also the call.


def test_a_server_refuses_a_call_without_a_deadline(running: Running) -> None:
    signed = sign(OFFICER, KEY, running.clock.moment + timedelta(minutes=1))
    with grpc.insecure_channel(running.address) as bare:
        code = status_of(
            lambda: IngestServiceStub(bare).GetImport(GetImportRequest(), metadata=[(METADATA_KEY, signed)])
        )

    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert running.ingest.callers == []


@pytest.mark.parametrize("case", ["unsigned", "wrong key", "ended", "noise"])
def test_a_server_refuses_a_caller_that_nobody_vouches_for(running: Running, case: str) -> None:
    later = running.clock.moment + timedelta(minutes=1)
    metadata = {
        "unsigned": [],
        "wrong key": [(METADATA_KEY, sign(OFFICER, b"z" * 32, later))],
        "ended": [(METADATA_KEY, sign(OFFICER, KEY, running.clock.moment - timedelta(seconds=1)))],
        "noise": [(METADATA_KEY, b"\xff\xff\xff")],
    }[case]
    with grpc.insecure_channel(running.address) as bare:
        code = status_of(
            lambda: IngestServiceStub(bare).GetImport(GetImportRequest(), metadata=metadata, timeout=5)
        )

    assert code is grpc.StatusCode.UNAUTHENTICATED
    assert running.ingest.callers == []


def test_health_and_reflection_answer_without_a_caller(running: Running) -> None:
    with grpc.insecure_channel(running.address) as bare:
        health = health_pb2_grpc.HealthStub(bare).Check(
            health_pb2.HealthCheckRequest(service="mingzhang.ingest.v1.IngestService"), timeout=5
        )
        names = ProtoReflectionDescriptorDatabase(bare).get_services()

    assert health.status == health_pb2.HealthCheckResponse.SERVING
    assert "mingzhang.event.v1.StreamService" in names


def test_a_port_that_is_taken_is_refused_aloud() -> None:
    first, second = (build_server("ingest", Config(), KEY, StoppedClock(), CollectorRegistry()) for _ in "ab")
    address = first.start("127.0.0.1:0")
    with pytest.raises(RuntimeError):
        second.start(address)
    first.stop(0)


def test_calls_are_counted_by_outcome(running: Running) -> None:
    running.stub.GetImport(GetImportRequest(), timeout=5)

    counted = running.registry.get_sample_value(
        "grpc_requests_total", {"service": "ingest", "method": "IngestService/GetImport", "code": "OK"}
    )
    assert counted == 1


def test_only_services_read_streams(running: Running) -> None:
    with acting_as(OFFICER), pytest.raises(errors.NotAllowed):
        StreamServiceStub(running.channel).ReadEvents(
            ReadEventsRequest(stream="imports", from_seq=1, limit=1), timeout=5
        )


def test_a_part_of_a_stream_is_bounded_in_number_and_in_bytes(running: Running) -> None:
    running.log.events = [
        Event(stream="imports", stream_seq=seq, body=b"x" * 5 * 1024**2) for seq in range(1, 5)
    ]

    answer = StreamServiceStub(running.channel).ReadEvents(
        ReadEventsRequest(stream="imports", from_seq=2, limit=1_000), timeout=20
    )

    assert [event.stream_seq for event in answer.events] == [2, 3]
    assert answer.last_seq == 4
