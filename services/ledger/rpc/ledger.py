"""Inbound gRPC: translate, delegate, translate back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import grpc
import polars as pl
from mingzhang.envelope.v1.columns import Columns
from mingzhang.ledger.v1 import columns, ledger_pb2, ledger_pb2_grpc

from services.kit.caller import ADMINISTRATOR, SERVICE
from services.kit.clock import Clock, today
from services.kit.errors import InvalidInput
from services.kit.rpc.context import current_caller, current_request_id
from services.ledger import messages, usecases
from services.ledger.domain.changes import BaseDataChanged
from services.ledger.domain.linking import Posted
from services.ledger.usecases.ports import Book, Days
from services.ledger.usecases.reading import LedgerReader
from services.ledger.usecases.verifying import ChainReader

Post = Callable[[Book, pl.DataFrame, str], Posted]


class BaseData(Protocol):
    """Where base data is read."""

    def read(self) -> BaseDataChanged:
        """The divisions and funds in force."""
        ...


@dataclass(frozen=True)
class Ledger:
    """What the servicer delegates to. `observe` is told of every posting."""

    book: Book
    days: Days
    reader: LedgerReader
    chain: ChainReader
    base_data: BaseData
    observe: Callable[[str, Posted], None]
    clock: Clock


class LedgerServicer(ledger_pb2_grpc.LedgerServiceServicer):
    """Serves mingzhang.ledger.v1.LedgerService."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def PostQuotas(
        self, request: ledger_pb2.PostRequest, context: grpc.ServicerContext
    ) -> ledger_pb2.PostResponse:
        """Posts a batch of quotas."""
        return self._post(request, columns.QUOTAS, usecases.post_quotas, "quota")

    def PostProjects(
        self, request: ledger_pb2.PostRequest, context: grpc.ServicerContext
    ) -> ledger_pb2.PostResponse:
        """Posts a batch of projects."""
        return self._post(request, columns.PROJECTS, usecases.post_projects, "project")

    def PostAllotments(
        self, request: ledger_pb2.PostRequest, context: grpc.ServicerContext
    ) -> ledger_pb2.PostResponse:
        """Posts a batch of allotments."""
        return self._post(request, columns.ALLOTMENTS, usecases.post_allotments, "allotment")

    def PostPayments(
        self, request: ledger_pb2.PostRequest, context: grpc.ServicerContext
    ) -> ledger_pb2.PostResponse:
        """Posts a batch of payments."""
        return self._post(request, columns.PAYMENTS, usecases.post_payments, "payment")

    def PostDisbursements(
        self, request: ledger_pb2.PostRequest, context: grpc.ServicerContext
    ) -> ledger_pb2.PostResponse:
        """Posts a batch of disbursements."""
        return self._post(request, columns.DISBURSEMENTS, usecases.post_disbursements, "disbursement")

    def _post(
        self, request: ledger_pb2.PostRequest, declared: Columns, post: Post, kind: str
    ) -> ledger_pb2.PostResponse:
        # Only the door of ingest posts: it has checked, tokenised and counted what people send.
        current_caller().require(SERVICE)
        posted = post(self._ledger.book, messages.rows(request, declared), current_request_id())
        self._ledger.observe(kind, posted)
        return messages.post_response(posted)

    def CloseDays(
        self, request: ledger_pb2.CloseDaysRequest, context: grpc.ServicerContext
    ) -> ledger_pb2.CloseDaysResponse:
        """Closes business days of the province."""
        current_caller().require(ADMINISTRATOR)
        current_caller().require_whole_province()
        up_to, first = messages.day_of(request.up_to), messages.day_of(getattr(request, "from"))
        if up_to is None:
            raise InvalidInput("ledger.day", "请给出关账至的日期", "the last day to close is missing")
        closed = usecases.close_days(
            self._ledger.days, up_to, first, today(self._ledger.clock), current_request_id()
        )
        closed_to = closed.closed_to.isoformat() if closed.closed_to else ""
        return ledger_pb2.CloseDaysResponse(closed=closed.count, closed_to=closed_to)

    def GetSummary(
        self, request: ledger_pb2.GetSummaryRequest, context: grpc.ServicerContext
    ) -> ledger_pb2.GetSummaryResponse:
        """Sums by division and fund."""
        scope, asked = current_caller().scope, messages.summary_filter(request)
        rows_max = 0 if request.totals_only else usecases.SUMMARY_ROWS_MAX
        return messages.summary_response(usecases.summary(self._ledger.reader, scope, asked, rows_max))

    def ListPayments(
        self, request: ledger_pb2.ListPaymentsRequest, context: grpc.ServicerContext
    ) -> ledger_pb2.ListPaymentsResponse:
        """A page of payments."""
        scope, asked = current_caller().scope, messages.payments_filter(request)
        after = messages.place_of(request.page_token)
        page = usecases.list_payments(self._ledger.reader, scope, asked, after, request.limit)
        return messages.payments_response(page)

    def GetPayment(
        self, request: ledger_pb2.GetPaymentRequest, context: grpc.ServicerContext
    ) -> ledger_pb2.GetPaymentResponse:
        """One payment."""
        scope = current_caller().scope
        return messages.payment_response(usecases.get_payment(self._ledger.reader, scope, request.key))

    def GetChainHead(
        self, request: ledger_pb2.GetChainHeadRequest, context: grpc.ServicerContext
    ) -> ledger_pb2.GetChainHeadResponse:
        """The newest block."""
        current_caller()
        height, newest = self._ledger.chain.head()
        return ledger_pb2.GetChainHeadResponse(height=height, hash=newest.hex())

    def GetBaseData(
        self, request: ledger_pb2.GetBaseDataRequest, context: grpc.ServicerContext
    ) -> ledger_pb2.GetBaseDataResponse:
        """Divisions and funds in force."""
        current_caller()
        divisions, funds = messages.base_data(self._ledger.base_data.read())
        return ledger_pb2.GetBaseDataResponse(divisions=divisions, funds=funds)
