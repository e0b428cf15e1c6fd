"""A service's gRPC server: callers are verified, calls have an end, refusals are typed, all is measured."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import sqlalchemy.exc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from prometheus_client import CollectorRegistry

from services.kit.caller import METADATA_KEY, Caller, verify
from services.kit.clock import Clock
from services.kit.config import Config
from services.kit.errors import InvalidInput, MingzhangError, NotSignedIn, Unavailable
from services.kit.ids import RandomIds
from services.kit.log import logger
from services.kit.rpc.context import acting_as
from services.kit.rpc.errors import to_status
from services.kit.rpc.metrics import RpcMetrics, rpc_metrics

MESSAGE_BYTES_MAX = 16 * 1024**2
METADATA_BYTES_MAX = 64 * 1024
THREADS_MIN = 16
WAITING_PER_THREAD = 4
NO_DEADLINE_S = 30 * 24 * 3600
"""A call without a deadline shows as one that ends in the far future."""
OPTIONS = (
    ("grpc.max_send_message_length", MESSAGE_BYTES_MAX),
    ("grpc.max_receive_message_length", MESSAGE_BYTES_MAX),
    ("grpc.max_metadata_size", METADATA_BYTES_MAX),
    ("grpc.absolute_max_metadata_size", METADATA_BYTES_MAX),
)
OPEN_TO_ALL = (health.SERVICE_NAME, reflection.SERVICE_NAME)

_log = logger("kit.rpc")


class GrpcServer:
    """One service's server: add its servicers, start, stop."""

    def __init__(self, server: grpc.Server, health_servicer: health.HealthServicer) -> None:
        self._server = server
        self._health = health_servicer
        self._names: list[str] = []

    def add(self, register: Callable[[grpc.Server], object], *full_service_names: str) -> None:
        """Adds a servicer, as `register(server)` does, under its full service names."""
        register(self._server)
        self._names.extend(full_service_names)

    def start(self, address: str) -> str:
        """Serves on "unix:<path>" or "host:port"; returns the address that it has (a port 0 is replaced)."""
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        reflection.enable_server_reflection((*self._names, *OPEN_TO_ALL), self._server)
        port = self._server.add_insecure_port(address)
        self._server.start()
        if address.startswith("unix:"):
            os.chmod(address.removeprefix("unix:"), 0o600)
        else:
            address = f"{address.rpartition(':')[0]}:{port}"
        for name in ("", *self._names):
            self._health.set(name, health_pb2.HealthCheckResponse.SERVING)
        return address

    def stop(self, grace_s: float) -> None:
        """Takes no new calls, gives the running ones `grace_s` seconds, and ends."""
        self._health.enter_graceful_shutdown()
        self._server.stop(grace_s).wait(grace_s + 1)


def build_server(
    service: str, config: Config, secret_key: bytes, clock: Clock, registry: CollectorRegistry
) -> GrpcServer:
    """A server for `service` ("ledger"): calls are signed with `secret_key`, have a deadline, are counted."""
    threads = max(THREADS_MIN, 2 * config.database_pool_max)
    server = grpc.server(
        ThreadPoolExecutor(threads, thread_name_prefix=f"rpc-{service}"),
        interceptors=[_Door(service, secret_key, clock, rpc_metrics(registry))],
        # A port that another process has is refused aloud: shared, each would answer some calls of the other's.
        options=(*OPTIONS, ("grpc.so_reuseport", 0)),
        maximum_concurrent_rpcs=threads * WAITING_PER_THREAD,
    )
    return GrpcServer(server, health.HealthServicer())


class _Door(grpc.ServerInterceptor):
    """Stands before every method but those of health and reflection."""

    def __init__(self, service: str, secret_key: bytes, clock: Clock, metrics: RpcMetrics) -> None:
        self._service = service
        self._key = secret_key
        self._clock = clock
        self._metrics = metrics
        self._ids = RandomIds()

    def intercept_service(self, continuation: Any, handler_call_details: Any) -> Any:
        handler = continuation(handler_call_details)
        service_name, _, method = handler_call_details.method.lstrip("/").partition("/")
        if handler is None or service_name in OPEN_TO_ALL:
            return handler
        name = f"{service_name.rpartition('.')[2]}/{method}"
        inner, build = _behaviour_and_builder(handler)
        serve = self._serve_stream if handler.response_streaming else self._serve

        def behaviour(request: Any, context: grpc.ServicerContext) -> Any:
            return serve(name, inner, request, context)

        return build(behaviour, handler.request_deserializer, handler.response_serializer)

    def _serve(self, name: str, inner: Any, request: Any, context: grpc.ServicerContext) -> Any:
        started = time.perf_counter()
        code = grpc.StatusCode.OK
        request_id = ""
        try:
            caller = self._admit(context)
            request_id = caller.request_id
            with acting_as(caller):
                return inner(request, context)
        except Exception as failure:  # noqa: BLE001 - the last door: nothing may leave it untyped
            status = self._word(name, request_id, failure, context)
            code = status.code
        finally:
            self._metrics.requests.labels(self._service, name, code.name).inc()
            self._metrics.seconds.labels(self._service, name).observe(time.perf_counter() - started)
        return context.abort_with_status(status)

    def _serve_stream(
        self, name: str, inner: Any, request: Any, context: grpc.ServicerContext
    ) -> Iterator[Any]:
        # An answer in parts is produced whole inside the call: none of ours is unbounded.
        yield from self._serve(name, lambda given, its: list(inner(given, its)), request, context)

    def _admit(self, context: grpc.ServicerContext) -> Caller:
        signed = next((v for k, v in context.invocation_metadata() if k == METADATA_KEY), None)
        if not isinstance(signed, bytes):
            raise NotSignedIn("caller.missing", "请先登录", "sign in first")
        caller = verify(signed, self._key, self._clock.now())
        remaining_s = context.time_remaining()
        if remaining_s is None or remaining_s > NO_DEADLINE_S:
            raise InvalidInput("rpc.deadline_missing", "调用未设时限", "the call has no deadline")
        if caller.request_id:
            return caller
        return Caller(caller.user, caller.roles, caller.scope, caller.language, self._ids.new())

    def _word(
        self, name: str, request_id: str, failure: Exception, context: grpc.ServicerContext
    ) -> grpc.Status:
        """The status that tells a failure; logs what an operator has to see."""
        facts = {"service": self._service, "method": name, "request_id": request_id}
        if isinstance(failure, grpc.RpcError) or not context.is_active():
            _log.info("the caller went away", extra=facts)
            return _Gone()
        error = _as_refusal(failure, request_id)
        if type(error) is MingzhangError or isinstance(error, Unavailable):
            _log.error("an RPC failed", exc_info=failure, extra={**facts, "code": error.code})
        return to_status(error)


class _Gone(grpc.Status):
    """The status of a call whose caller no longer waits."""

    code = grpc.StatusCode.CANCELLED
    details = "the caller went away"
    trailing_metadata = ()


def _as_refusal(failure: Exception, request_id: str) -> MingzhangError:
    if isinstance(failure, MingzhangError):
        return failure
    if isinstance(failure, sqlalchemy.exc.OperationalError | sqlalchemy.exc.TimeoutError):
        return Unavailable(
            "kit.database_unavailable", "数据库暂不可用，请稍后再试", "the database does not answer now"
        )
    return MingzhangError(
        "kit.internal",
        f"系统内部错误，请求编号 {request_id}",
        f"internal error, request {request_id}",
        {"request_id": request_id},
    )


def _behaviour_and_builder(handler: Any) -> tuple[Any, Any]:
    if handler.request_streaming and handler.response_streaming:
        return handler.stream_stream, grpc.stream_stream_rpc_method_handler
    if handler.request_streaming:
        return handler.stream_unary, grpc.stream_unary_rpc_method_handler
    if handler.response_streaming:
        return handler.unary_stream, grpc.unary_stream_rpc_method_handler
    return handler.unary_unary, grpc.unary_unary_rpc_method_handler
