"""Channels to other services: calls are signed, carry the request's id, and fail as the other side did."""

from __future__ import annotations

from collections import namedtuple
from datetime import timedelta
from typing import Any

import grpc

from services.kit.caller import METADATA_KEY, Caller, service_caller, sign
from services.kit.clock import Clock
from services.kit.ids import RandomIds
from services.kit.rpc.context import caller_if_any, current_request_id
from services.kit.rpc.errors import from_rpc_error
from services.kit.rpc.server import OPTIONS

GRACE = timedelta(seconds=60)
"""A signature outlives the call's own deadline by this much, for clocks that differ."""
CHANNEL_OPTIONS = (
    *OPTIONS,
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2_000),
    ("grpc.use_local_subchannel_pool", 1),
)


def open_channel(address: str, service: str, secret_key: bytes, clock: Clock) -> grpc.Channel:
    """A channel to "unix:<path>" or "host:port", for calls by `service` ("gateway").

    Calls made while serving a request carry that request's caller; others this service's own. Failures raise
    the class of kit.errors that the other side raised, never a bare grpc.RpcError.
    Every call needs `timeout=`.
    """
    channel = grpc.insecure_channel(address, options=CHANNEL_OPTIONS)
    return grpc.intercept_channel(channel, _Signer(service, secret_key, clock))


class _CallDetails(
    namedtuple(
        "_CallDetails", ("method", "timeout", "metadata", "credentials", "wait_for_ready", "compression")
    ),
    grpc.ClientCallDetails,
):
    """The details of a call with metadata added."""


class _Signer(
    grpc.UnaryUnaryClientInterceptor,
    grpc.StreamUnaryClientInterceptor,
):
    """Signs calls, and words their failures."""

    def __init__(self, service: str, secret_key: bytes, clock: Clock) -> None:
        self._service = service
        self._key = secret_key
        self._clock = clock
        self._ids = RandomIds()

    def intercept_unary_unary(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        return self._call(continuation, client_call_details, request)

    def intercept_stream_unary(
        self, continuation: Any, client_call_details: Any, request_iterator: Any
    ) -> Any:
        return self._call(continuation, client_call_details, request_iterator)

    def _call(self, continuation: Any, details: Any, request: Any) -> Any:
        if details.timeout is None:
            raise ValueError(f"{details.method} was called without timeout=")
        signed = sign(
            self._caller(), self._key, self._clock.now() + timedelta(seconds=details.timeout) + GRACE
        )
        outcome = continuation(
            _CallDetails(
                details.method,
                details.timeout,
                (*(details.metadata or ()), (METADATA_KEY, signed)),
                details.credentials,
                details.wait_for_ready,
                details.compression,
            ),
            request,
        )
        ended: bool = outcome.done()  # Not yet, if the stub's .future() was called.
        if ended and isinstance(outcome, grpc.RpcError):
            raise from_rpc_error(outcome) from outcome
        return outcome

    def _caller(self) -> Caller:
        caller = caller_if_any()
        if caller is not None:
            return caller
        return service_caller(self._service, current_request_id() or self._ids.new())
