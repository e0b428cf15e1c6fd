"""The master ledger as the gateway sees it: one class for each contract."""

from __future__ import annotations

from collections.abc import Iterable

import grpc
from mingzhang.ledger.v1 import attachments_pb2 as attachment
from mingzhang.ledger.v1 import basedata_pb2 as base
from mingzhang.ledger.v1 import chain_pb2 as chain
from mingzhang.ledger.v1 import ledger_pb2 as ledger
from mingzhang.ledger.v1 import quotas_pb2 as quota
from mingzhang.ledger.v1 import trace_pb2 as trace
from mingzhang.ledger.v1.attachments_pb2_grpc import AttachmentServiceStub
from mingzhang.ledger.v1.basedata_pb2_grpc import BaseDataServiceStub
from mingzhang.ledger.v1.chain_pb2_grpc import ChainServiceStub
from mingzhang.ledger.v1.ledger_pb2_grpc import LedgerServiceStub
from mingzhang.ledger.v1.quotas_pb2_grpc import QuotaServiceStub
from mingzhang.ledger.v1.trace_pb2_grpc import TraceServiceStub

from services.gateway.clients.calling import DOCUMENT_S, call
from services.kit.caller import Caller
from services.kit.rpc.context import acting_as

CLOSE_DAYS_S = 3600
ATTACHMENT_S = 300


class Ledger:
    """The master ledger."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._stub = LedgerServiceStub(channel)
        self._chain_stub = ChainServiceStub(channel)

    def summary(self, caller: Caller, request: ledger.GetSummaryRequest) -> ledger.GetSummaryResponse:
        """Sums by division and fund."""
        return call(caller, self._stub.GetSummary, request, ledger.GetSummaryResponse)

    def payments(self, caller: Caller, request: ledger.ListPaymentsRequest) -> ledger.ListPaymentsResponse:
        """Payments, newest business day first."""
        return call(caller, self._stub.ListPayments, request, ledger.ListPaymentsResponse)

    def payment(self, caller: Caller, request: ledger.GetPaymentRequest) -> ledger.GetPaymentResponse:
        """One payment with its shares."""
        return call(caller, self._stub.GetPayment, request, ledger.GetPaymentResponse)

    def base_data(self, caller: Caller, request: ledger.GetBaseDataRequest) -> ledger.GetBaseDataResponse:
        """Divisions and funds."""
        return call(caller, self._stub.GetBaseData, request, ledger.GetBaseDataResponse)

    def close_days(self, caller: Caller, request: ledger.CloseDaysRequest) -> ledger.CloseDaysResponse:
        """Closes business days."""
        return call(caller, self._stub.CloseDays, request, ledger.CloseDaysResponse, CLOSE_DAYS_S)

    def signed_head(self, caller: Caller) -> chain.GetSignedHeadResponse:
        """The head of now, signed."""
        request = chain.GetSignedHeadRequest()
        return call(caller, self._chain_stub.GetSignedHead, request, chain.GetSignedHeadResponse)

    def receipt(self, caller: Caller, request: chain.GetReceiptRequest) -> chain.GetReceiptResponse:
        """That an entry lies in the chain."""
        return call(caller, self._chain_stub.GetReceipt, request, chain.GetReceiptResponse)


class Trace:
    """The ledger's ways of money, up and down, and its reconciliations of levels."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._stub = TraceServiceStub(channel)

    def search(self, caller: Caller, request: trace.SearchRequest) -> trace.SearchResponse:
        """What a number means."""
        return call(caller, self._stub.Search, request, trace.SearchResponse)

    def payment(self, caller: Caller, request: trace.TracePaymentRequest) -> trace.TracePaymentResponse:
        """Up from a payment."""
        return call(caller, self._stub.TracePayment, request, trace.TracePaymentResponse)

    def document(self, caller: Caller, request: trace.TraceDocumentRequest) -> trace.TraceDocumentResponse:
        """Down from a document."""
        return call(caller, self._stub.TraceDocument, request, trace.TraceDocumentResponse)

    def quotas(self, caller: Caller, request: trace.ListQuotaNodesRequest) -> trace.ListQuotaNodesResponse:
        """The quotas of a division."""
        return call(caller, self._stub.ListQuotaNodes, request, trace.ListQuotaNodesResponse)

    def quota(self, caller: Caller, request: trace.GetQuotaRequest) -> trace.GetQuotaResponse:
        """A quota and what is right below it."""
        return call(caller, self._stub.GetQuota, request, trace.GetQuotaResponse)

    def quota_payments(
        self, caller: Caller, request: trace.ListQuotaPaymentsRequest
    ) -> trace.ListQuotaPaymentsResponse:
        """Payments of a quota."""
        return call(caller, self._stub.ListQuotaPayments, request, trace.ListQuotaPaymentsResponse)

    def disbursements(
        self, caller: Caller, request: trace.ListDisbursementsRequest
    ) -> trace.ListDisbursementsResponse:
        """Disbursement lines of a payment."""
        return call(caller, self._stub.ListDisbursements, request, trace.ListDisbursementsResponse)

    def issues(self, caller: Caller, request: trace.ReconcileIssuesRequest) -> trace.ReconcileIssuesResponse:
        """What was issued against what was registered."""
        return call(caller, self._stub.ReconcileIssues, request, trace.ReconcileIssuesResponse)

    def documents(
        self, caller: Caller, request: trace.ReconcileDocumentsRequest
    ) -> trace.ReconcileDocumentsResponse:
        """Totals per level."""
        return call(caller, self._stub.ReconcileDocuments, request, trace.ReconcileDocumentsResponse)


class Quotas:
    """Quotas and their documents, in the master ledger."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._stub = QuotaServiceStub(channel)

    def quotas(self, caller: Caller, request: quota.ListQuotasRequest) -> quota.ListQuotasResponse:
        """Quotas with their balances."""
        return call(caller, self._stub.ListQuotas, request, quota.ListQuotasResponse)

    def in_transit(self, caller: Caller, request: quota.ListInTransitRequest) -> quota.ListInTransitResponse:
        """What was issued and not received yet."""
        return call(caller, self._stub.ListInTransit, request, quota.ListInTransitResponse)

    def documents(
        self, caller: Caller, request: quota.ListQuotaDocumentsRequest
    ) -> quota.ListQuotaDocumentsResponse:
        """Documents, newest first."""
        return call(caller, self._stub.ListQuotaDocuments, request, quota.ListQuotaDocumentsResponse)

    def document(
        self, caller: Caller, request: quota.GetQuotaDocumentRequest
    ) -> quota.GetQuotaDocumentResponse:
        """One document with its lines."""
        return call(caller, self._stub.GetQuotaDocument, request, quota.GetQuotaDocumentResponse)

    def post(
        self, caller: Caller, request: quota.PostQuotaDocumentRequest
    ) -> quota.PostQuotaDocumentResponse:
        """Applies a document, once."""
        kind = quota.PostQuotaDocumentResponse
        return call(caller, self._stub.PostQuotaDocument, request, kind, DOCUMENT_S)

    def close_year(self, caller: Caller, request: quota.CloseYearRequest) -> quota.CloseYearResponse:
        """Closes a fiscal year."""
        return call(caller, self._stub.CloseYear, request, quota.CloseYearResponse, DOCUMENT_S)


class Attachments:
    """Files that come with documents."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._stub = AttachmentServiceStub(channel)

    def add(self, caller: Caller, chunks: Iterable[bytes]) -> attachment.AddAttachmentResponse:
        """Sends a file in chunks of at most 1 MiB. An exception out of `chunks` cancels the upload."""
        parts = (attachment.AddAttachmentRequest(chunk=chunk) for chunk in chunks)
        with acting_as(caller):
            answer: attachment.AddAttachmentResponse = self._stub.AddAttachment(parts, timeout=ATTACHMENT_S)
        return answer

    def get(
        self, caller: Caller, request: attachment.GetAttachmentRequest
    ) -> attachment.GetAttachmentResponse:
        """A file that a document names."""
        return call(caller, self._stub.GetAttachment, request, attachment.GetAttachmentResponse)


class BaseData:
    """Base data with time, in the master ledger."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._stub = BaseDataServiceStub(channel)

    def items(self, caller: Caller, request: base.ListBaseItemsRequest) -> base.ListBaseItemsResponse:
        """What is in force on a day."""
        return call(caller, self._stub.ListBaseItems, request, base.ListBaseItemsResponse)

    def follow(self, caller: Caller, request: base.FollowDivisionRequest) -> base.FollowDivisionResponse:
        """What followed a division."""
        return call(caller, self._stub.FollowDivision, request, base.FollowDivisionResponse)

    def templates(self, caller: Caller, request: base.ListTemplatesRequest) -> base.ListTemplatesResponse:
        """Every template that was applied."""
        return call(caller, self._stub.ListTemplates, request, base.ListTemplatesResponse)

    def differences(self, caller: Caller, request: base.DiffTemplatesRequest) -> base.DiffTemplatesResponse:
        """In what two templates differ."""
        return call(caller, self._stub.DiffTemplates, request, base.DiffTemplatesResponse)

    def apply(self, caller: Caller, request: base.ApplyTemplateRequest) -> base.ApplyTemplateResponse:
        """Applies a template; waits for the batch that is being posted."""
        return call(caller, self._stub.ApplyTemplate, request, base.ApplyTemplateResponse, DOCUMENT_S)

    def changes(self, caller: Caller, request: base.ListBaseChangesRequest) -> base.ListBaseChangesResponse:
        """Local changes, newest first."""
        return call(caller, self._stub.ListBaseChanges, request, base.ListBaseChangesResponse)

    def change(self, caller: Caller, request: base.ChangeBaseDataRequest) -> base.ChangeBaseDataResponse:
        """Makes one local change; waits for the batch that is being posted."""
        return call(caller, self._stub.ChangeBaseData, request, base.ChangeBaseDataResponse, DOCUMENT_S)
