"""The ledger as ingest sees it: posts that wait for it as long as it takes, and base data."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import grpc
import polars as pl
from mingzhang.ledger.v1 import columns, ledger_pb2, ledger_pb2_grpc

from services.ingest import messages
from services.ingest.domain.imports import Known, Posted
from services.ingest.usecases import Stopping
from services.kit import envelope
from services.kit.errors import Unavailable
from services.kit.log import logger

POST_TIMEOUT_S = 120
BASE_DATA_TIMEOUT_S = 30
FIRST_WAIT_MS = 100
LONGEST_WAIT_MS = 5_000

_log = logger("ingest.ledger")
_Answer = TypeVar("_Answer")


class LedgerClient:
    """Implements usecases.Ledger over gRPC."""

    def __init__(self, channel: grpc.Channel, pause: Callable[[int], bool]) -> None:
        """`pause(ms)` waits, and answers True once the process stops."""
        self._stub = ledger_pb2_grpc.LedgerServiceStub(channel)
        self._pause = pause
        stub = self._stub
        self._doors = {
            "quotas": (stub.PostQuotas, columns.QUOTAS),
            "projects": (stub.PostProjects, columns.PROJECTS),
            "allotments": (stub.PostAllotments, columns.ALLOTMENTS),
            "payments": (stub.PostPayments, columns.PAYMENTS),
            "disbursements": (stub.PostDisbursements, columns.DISBURSEMENTS),
        }

    def post(self, target: str, rows: pl.DataFrame) -> Posted:
        """Posts rows in as many envelopes as their size asks for."""
        call, declared = self._doors[target]
        requests = [ledger_pb2.PostRequest(rows=one) for one in envelope.encode_all(rows, declared)]
        answers = [self._patiently(partial(call, request, timeout=POST_TIMEOUT_S)) for request in requests]
        return messages.posted(answers)

    def known(self) -> Known:
        """Codes of divisions and funds in force."""
        request = ledger_pb2.GetBaseDataRequest()
        ask = partial(self._stub.GetBaseData, request, timeout=BASE_DATA_TIMEOUT_S)
        return messages.known(self._patiently(ask))

    def _patiently(self, call: Callable[[], _Answer]) -> _Answer:
        """Tries again while the ledger is away, with growing pauses; keys make the repetition harmless."""
        wait_ms = FIRST_WAIT_MS
        while True:
            try:
                return call()
            except Unavailable as away:
                _log.warning("the ledger is away", extra={"code": away.code, "wait_ms": wait_ms})
            if self._pause(wait_ms):
                raise Stopping
            wait_ms = min(2 * wait_ms, LONGEST_WAIT_MS)
