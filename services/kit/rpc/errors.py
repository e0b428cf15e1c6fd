"""The one table between the classes of refusal and gRPC status codes, in both directions."""

from __future__ import annotations

from collections.abc import Iterable

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc import status_pb2
from grpc_status import rpc_status
from mingzhang.error.v1.error_pb2 import ErrorDetail

from services.kit.errors import (
    Conflict,
    InvalidInput,
    MingzhangError,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Refused,
    TooLarge,
    Unavailable,
)

STATUS_OF: dict[type[MingzhangError], grpc.StatusCode] = {
    InvalidInput: grpc.StatusCode.INVALID_ARGUMENT,
    NotFound: grpc.StatusCode.NOT_FOUND,
    Conflict: grpc.StatusCode.ALREADY_EXISTS,
    Refused: grpc.StatusCode.FAILED_PRECONDITION,
    TooLarge: grpc.StatusCode.RESOURCE_EXHAUSTED,
    NotAllowed: grpc.StatusCode.PERMISSION_DENIED,
    NotSignedIn: grpc.StatusCode.UNAUTHENTICATED,
    Unavailable: grpc.StatusCode.UNAVAILABLE,
    MingzhangError: grpc.StatusCode.INTERNAL,
}
CLASS_OF = {code: kind for kind, code in STATUS_OF.items()}
TEXT_MAX = 1_000
"""Characters of one text in the details: they travel in trailing metadata, which is small."""
PARAMETERS_MAX = 16


def status_code(error: MingzhangError) -> grpc.StatusCode:
    """The status code of a refusal's nearest class in the table."""
    return next(STATUS_OF[kind] for kind in type(error).__mro__ if kind in STATUS_OF)


def to_status(error: MingzhangError) -> grpc.Status:
    """A refusal as a gRPC status with its ErrorDetail."""
    detail = ErrorDetail(code=error.code, message_zh=error.zh[:TEXT_MAX], message_en=error.en[:TEXT_MAX])
    for name, value in list(error.parameters.items())[:PARAMETERS_MAX]:
        detail.parameters[name] = value[:TEXT_MAX]
    packed = AnyMessage()
    packed.Pack(detail)
    number = int(status_code(error).value[0])
    status: grpc.Status = rpc_status.to_status(
        status_pb2.Status(code=number, message=f"{error.code}: {error.en}"[:TEXT_MAX], details=[packed])
    )
    return status


def from_rpc_error(failure: grpc.RpcError) -> MingzhangError:
    """The refusal behind a failed call: the same class, code, sentences and parameters as on the other side.

    A failure that the other side did not word (it is down, too slow, full, or broken) gets a code "rpc.*".
    """
    status_number = failure.code() if isinstance(failure, grpc.Call) else grpc.StatusCode.UNKNOWN
    details = (failure.details() or "") if isinstance(failure, grpc.Call) else ""
    try:
        status = rpc_status.from_call(failure) if isinstance(failure, grpc.Call) else None
    except ValueError:  # The details contradict the code: take the code.
        status = None
    details_sent: Iterable[AnyMessage] = status.details if status is not None else ()
    for packed in details_sent:
        detail = ErrorDetail()
        if packed.Unpack(detail):
            kind = CLASS_OF.get(status_number, MingzhangError)
            return kind(detail.code, detail.message_zh, detail.message_en, dict(detail.parameters))
    return _unworded(status_number, details)


def _unworded(code: grpc.StatusCode, details: str) -> MingzhangError:
    if code is grpc.StatusCode.UNAVAILABLE:
        return Unavailable("rpc.unavailable", "服务暂不可用，请稍后再试", "the service does not answer now")
    if code is grpc.StatusCode.DEADLINE_EXCEEDED:
        return Unavailable(
            "rpc.deadline", "服务未能及时答复，请稍后再试", "the service did not answer in time"
        )
    if code is grpc.StatusCode.RESOURCE_EXHAUSTED and "Concurrent RPC limit" in details:
        return Unavailable("rpc.busy", "服务繁忙，请稍后再试", "the service is busy, try again later")
    if code is grpc.StatusCode.RESOURCE_EXHAUSTED:
        return TooLarge("rpc.message_too_large", "消息过大", "a message is too large")
    return MingzhangError(
        "rpc.failed", "服务内部错误", f"the call failed with {code.name}", {"status": code.name}
    )
