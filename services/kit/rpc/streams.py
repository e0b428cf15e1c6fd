"""Serves a service's own streams to the other services: the log behind the bus."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import grpc
from mingzhang.event.v1.event_pb2 import Event, ReadEventsRequest, ReadEventsResponse
from mingzhang.event.v1.event_pb2_grpc import StreamServiceServicer

from services.kit.caller import SERVICE
from services.kit.errors import NotAllowed
from services.kit.rpc.context import current_caller

EVENTS_MAX = 64
ANSWER_BYTES_MAX = 12 * 1024**2
"""Of one answer; an event has at most 8 MiB and a bit, so one always fits below the limit of a message."""


class StreamLog(Protocol):
    """The log of this service's streams."""

    def read_events(self, stream: str, from_seq: int, limit: int) -> tuple[Sequence[Event], int]:
        """At most `limit` events from `from_seq` on, with no gap, and the newest number (0 if none)."""
        ...


class StreamServicer(StreamServiceServicer):
    """StreamService over a log. For services only: events are not cut to anybody's scope."""

    def __init__(self, stream_log: StreamLog) -> None:
        self._log = stream_log

    def ReadEvents(self, request: ReadEventsRequest, context: grpc.ServicerContext) -> ReadEventsResponse:
        """Reads a part of a stream; bounded in number and in bytes."""
        if SERVICE not in current_caller().roles:
            raise NotAllowed("stream.services_only", "仅供服务之间调用", "only services read streams")
        limit = min(max(request.limit, 1), EVENTS_MAX)
        events, last_seq = self._log.read_events(request.stream, max(request.from_seq, 1), limit)
        answer = ReadEventsResponse(last_seq=last_seq)
        size = 0
        for event in events:
            size += event.ByteSize()
            if answer.events and size > ANSWER_BYTES_MAX:
                break
            answer.events.append(event)
        return answer
