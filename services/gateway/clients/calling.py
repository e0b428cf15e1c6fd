"""One call of another service on behalf of a caller, with a time limit."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from google.protobuf.message import Message

from services.kit.caller import Caller
from services.kit.rpc.context import acting_as

READ_S = 20
DOCUMENT_S = 60
"""A document that makes quotas waits for the batch that is being posted."""

Answer = TypeVar("Answer", bound=Message)


def call(
    caller: Caller,
    method: Callable[..., object],
    request: Message,
    kind: type[Answer],
    timeout_s: int = READ_S,
) -> Answer:
    with acting_as(caller):
        answer = method(request, timeout=timeout_s)
    if not isinstance(answer, kind):
        raise TypeError(f"{type(answer).__name__} is not the answer to {type(request).__name__}")
    return answer
