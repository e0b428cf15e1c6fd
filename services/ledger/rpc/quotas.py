"""Inbound gRPC of quotas and their documents: translate, delegate, translate back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import grpc
from mingzhang.ledger.v1 import quotas_pb2 as pb
from mingzhang.ledger.v1 import quotas_pb2_grpc

from services.kit.caller import ADMINISTRATOR
from services.kit.clock import Clock, today
from services.kit.rpc.context import current_caller
from services.ledger import usecases
from services.ledger.domain.linking import Posted
from services.ledger.messages import id_of
from services.ledger.messages import quotas as messages
from services.ledger.usecases.ports import Book, Years
from services.ledger.usecases.quota_reading import QuotaReader


@dataclass(frozen=True)
class Quotas:
    """What the servicer delegates to. `observe` is told of every document that was applied."""

    book: Book
    years: Years
    reader: QuotaReader
    observe: Callable[[str, Posted], None]
    clock: Clock


class QuotaServicer(quotas_pb2_grpc.QuotaServiceServicer):
    """Serves mingzhang.ledger.v1.QuotaService."""

    def __init__(self, quotas: Quotas) -> None:
        self._quotas = quotas

    def PostQuotaDocument(
        self, request: pb.PostQuotaDocumentRequest, context: grpc.ServicerContext
    ) -> pb.PostQuotaDocumentResponse:
        """Applies a document."""
        caller, day = current_caller(), today(self._quotas.clock)
        posted = usecases.post_document(self._quotas.book, messages.document(request), caller, day)
        self._quotas.observe("document", posted)
        row, lines = usecases.get_document(self._quotas.reader, caller.scope, request.key)
        return pb.PostQuotaDocumentResponse(
            document=messages.shown_document(row),
            lines=map(messages.shown_line, lines),
            known=posted.known > 0,
        )

    def GetQuotaDocument(
        self, request: pb.GetQuotaDocumentRequest, context: grpc.ServicerContext
    ) -> pb.GetQuotaDocumentResponse:
        """One document with its lines."""
        row, lines = usecases.get_document(self._quotas.reader, current_caller().scope, request.key)
        shown = map(messages.shown_line, lines)
        return pb.GetQuotaDocumentResponse(document=messages.shown_document(row), lines=shown)

    def ListQuotaDocuments(
        self, request: pb.ListQuotaDocumentsRequest, context: grpc.ServicerContext
    ) -> pb.ListQuotaDocumentsResponse:
        """Documents, newest first."""
        scope = current_caller().scope.narrowed(request.division_code)
        asked, before = messages.document_filter(request), id_of(request.page_token)
        rows, after = usecases.list_documents(self._quotas.reader, scope, asked, before, request.limit)
        token = str(after) if after else ""
        return pb.ListQuotaDocumentsResponse(
            documents=map(messages.shown_document, rows), next_page_token=token
        )

    def ListQuotas(
        self, request: pb.ListQuotasRequest, context: grpc.ServicerContext
    ) -> pb.ListQuotasResponse:
        """Quotas with their balances."""
        scope = current_caller().scope.narrowed(request.division_code)
        asked, place = messages.quota_filter(request), messages.quota_place(request.page_token)
        rows, after = usecases.list_quotas(self._quotas.reader, scope, asked, place, request.limit)
        token = messages.quota_token(after)
        return pb.ListQuotasResponse(quotas=map(messages.shown_quota, rows), next_page_token=token)

    def ListInTransit(
        self, request: pb.ListInTransitRequest, context: grpc.ServicerContext
    ) -> pb.ListInTransitResponse:
        """What was issued and not received yet."""
        scope = current_caller().scope.narrowed(request.to_division_code)
        after_id = id_of(request.page_token)
        rows, after = usecases.list_in_transit(self._quotas.reader, scope, after_id, request.limit)
        token = str(after) if after else ""
        return pb.ListInTransitResponse(lines=map(messages.shown_in_transit, rows), next_page_token=token)

    def CloseYear(self, request: pb.CloseYearRequest, context: grpc.ServicerContext) -> pb.CloseYearResponse:
        """Closes a fiscal year of the province."""
        caller = current_caller()
        caller.require(ADMINISTRATOR)
        caller.require_whole_province()
        closed_now = usecases.close_year(self._quotas.years, request.fiscal_year, caller.user)
        return pb.CloseYearResponse(fiscal_year=request.fiscal_year, closed_now=closed_now)
