"""Inbound gRPC: the ways of money, and reconciliations of levels."""

from __future__ import annotations

from dataclasses import dataclass

import grpc
from mingzhang.ledger.v1 import trace_pb2 as pb
from mingzhang.ledger.v1 import trace_pb2_grpc

from services.kit.clock import Clock, today
from services.kit.rpc.context import current_caller
from services.ledger.messages import id_of, place_of
from services.ledger.messages import trace as messages
from services.ledger.usecases import reconciling, tracing


@dataclass(frozen=True)
class Trace:
    """What the servicer delegates to."""

    traces: tracing.Traces
    reconciliation: reconciling.Reconciliation
    clock: Clock


class TraceServicer(trace_pb2_grpc.TraceServiceServicer):
    """Serves mingzhang.ledger.v1.TraceService."""

    def __init__(self, trace: Trace) -> None:
        self._traces = trace.traces
        self._reconciliation = trace.reconciliation
        self._clock = trace.clock

    def Search(self, request: pb.SearchRequest, context: grpc.ServicerContext) -> pb.SearchResponse:
        """What a number means."""
        return messages.search_response(tracing.search(self._traces, current_caller().scope, request.text))

    def TracePayment(
        self, request: pb.TracePaymentRequest, context: grpc.ServicerContext
    ) -> pb.TracePaymentResponse:
        """Up from a payment."""
        scope = current_caller().scope
        return messages.payment_trace(tracing.trace_payment(self._traces, scope, request.key))

    def TraceDocument(
        self, request: pb.TraceDocumentRequest, context: grpc.ServicerContext
    ) -> pb.TraceDocumentResponse:
        """Down from a document."""
        scope, after = current_caller().scope, messages.text_place(tracing.NodePlace, request.page_token)
        page = tracing.trace_document(self._traces, scope, request.document_number, after, request.limit)
        return messages.document_response(page)

    def ListQuotaNodes(
        self, request: pb.ListQuotaNodesRequest, context: grpc.ServicerContext
    ) -> pb.ListQuotaNodesResponse:
        """The quotas of a division."""
        scope, after = current_caller().scope, messages.text_place(tracing.NodePlace, request.page_token)
        asked = messages.quotas_wanted(request)
        return messages.quotas_response(tracing.list_quotas(self._traces, scope, asked, after, request.limit))

    def GetQuota(self, request: pb.GetQuotaRequest, context: grpc.ServicerContext) -> pb.GetQuotaResponse:
        """A quota and what is right below it."""
        scope, after = current_caller().scope, messages.text_place(tracing.NodePlace, request.page_token)
        found = tracing.get_quota(self._traces, scope, request.key, after, request.limit)
        return messages.quota_response(found)

    def ListQuotaPayments(
        self, request: pb.ListQuotaPaymentsRequest, context: grpc.ServicerContext
    ) -> pb.ListQuotaPaymentsResponse:
        """A page of the payments of a quota."""
        scope, after, limit = current_caller().scope, place_of(request.page_token), request.limit
        page = tracing.quota_payments(
            self._traces, scope, request.quota_key, request.project_key, after, limit
        )
        return messages.quota_payments_response(page)

    def ListDisbursements(
        self, request: pb.ListDisbursementsRequest, context: grpc.ServicerContext
    ) -> pb.ListDisbursementsResponse:
        """A page of the disbursement lines of a payment."""
        scope, after_id = current_caller().scope, id_of(request.page_token)
        page = tracing.disbursement_lines(self._traces, scope, request.payment_key, after_id, request.limit)
        return messages.lines_response(page)

    def ReconcileIssues(
        self, request: pb.ReconcileIssuesRequest, context: grpc.ServicerContext
    ) -> pb.ReconcileIssuesResponse:
        """What was issued against what was registered."""
        scope, asked = current_caller().scope, messages.issues_wanted(request)
        after = messages.text_place(reconciling.LinePlace, request.page_token)
        page = reconciling.reconcile_issues(self._reconciliation, scope, asked, after, request.limit)
        return messages.issues_response(page, scope, today(self._clock))

    def ReconcileDocuments(
        self, request: pb.ReconcileDocumentsRequest, context: grpc.ServicerContext
    ) -> pb.ReconcileDocumentsResponse:
        """Totals per level."""
        scope, asked = current_caller().scope, messages.documents_wanted(request)
        after = messages.text_place(reconciling.DocumentPlace, request.page_token)
        page = reconciling.reconcile_documents(self._reconciliation, scope, asked, after, request.limit)
        return messages.documents_response(page)
