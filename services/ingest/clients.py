"""The ledger as ingest sees it: posts that wait for it as long as it takes, and base data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

import grpc
import polars as pl
from mingzhang.envelope.v1.columns import ROWS_MAX
from mingzhang.ledger.v1 import columns, ledger_pb2, ledger_pb2_grpc

from services.ingest import messages
from services.ingest.domain.imports import Known, Posted
from services.ingest.domain.reasons import refused_by_ledger
from services.ingest.usecases import Stopping
from services.kit import envelope
from services.kit.errors import (
    Conflict,
    InvalidInput,
    MingzhangError,
    NotFound,
    Refused,
    TooLarge,
    Unavailable,
)
from services.kit.log import logger

POST_TIMEOUT_S = 120
BASE_DATA_TIMEOUT_S = 30
FIRST_WAIT_MS = 100
LONGEST_WAIT_MS = 5_000
FAILED_TRIES_MAX = 12
"""A ledger that is away comes back; one that fails at the same call this often (40 s) is broken, and a person is told."""
SPLITS_MAX = 200
"""A refused envelope is halved until the rows at fault stand alone; past this, what is left of it counts as at fault."""
_ABOUT_ROWS = (InvalidInput, TooLarge, Conflict, Refused, NotFound)

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
        """Posts rows in as many envelopes as their size asks for; rows of a refused envelope are refused one by one."""
        splits = iter(range(SPLITS_MAX))
        parts = (rows.slice(start, ROWS_MAX) for start in range(0, rows.height, ROWS_MAX))
        return messages.posted_in_all([one for part in parts for one in self._parts(target, part, splits)])

    def _parts(self, target: str, rows: pl.DataFrame, splits: Iterator[int]) -> Iterator[Posted]:
        """Posts rows in one envelope, or in halves if it is refused as a whole."""
        call, declared = self._doors[target]
        try:
            request = ledger_pb2.PostRequest(rows=envelope.encode(rows, declared))
            yield messages.posted(self._patiently(partial(call, request, timeout=POST_TIMEOUT_S)))
        except _ABOUT_ROWS as refusal:
            # One that is only too large is none that was refused: it costs no split.
            too_large = isinstance(refusal, TooLarge) and refusal.code == "envelope.bytes"
            if rows.height == 1 or (not too_large and next(splits, None) is None):
                yield _all_refused(rows, refusal)
                return
            half = rows.height // 2
            yield from self._parts(target, rows.slice(0, half), splits)
            yield from self._parts(target, rows.slice(half), splits)

    def known(self) -> Known:
        """Codes of divisions and funds in force."""
        request = ledger_pb2.GetBaseDataRequest()
        ask = partial(self._stub.GetBaseData, request, timeout=BASE_DATA_TIMEOUT_S)
        return messages.known(self._patiently(ask))

    def _patiently(self, call: Callable[[], _Answer]) -> _Answer:
        """Tries again while the ledger is away, with growing pauses; keys make the repetition harmless.

        What it says about the rows is raised at once; what it does not word is tried again a few times only.
        """
        wait_ms, failed = FIRST_WAIT_MS, 0
        while True:
            try:
                return call()
            except Unavailable as away:
                _log.warning("the ledger is away", extra={"code": away.code, "wait_ms": wait_ms})
            except _ABOUT_ROWS:
                raise
            except MingzhangError as failure:
                failed += 1
                if failed == FAILED_TRIES_MAX:
                    raise
                _log.warning("the ledger fails", extra={"code": failure.code, "wait_ms": wait_ms})
            if self._pause(wait_ms):
                raise Stopping
            wait_ms = min(2 * wait_ms, LONGEST_WAIT_MS)


def _all_refused(rows: pl.DataFrame, refusal: MingzhangError) -> Posted:
    """Rows that the ledger does not take, each with the reason of their envelope."""
    field = refusal.parameters.get("column", "")
    return Posted(
        0,
        0,
        tuple(
            refused_by_ledger(line, field, refusal.code, refusal.zh, refusal.en, key)
            for line, key in rows.select("line", "key").rows()
        ),
    )
