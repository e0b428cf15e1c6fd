"""The other services as the gateway sees them: each call on behalf of a caller, with a time limit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import grpc
from google.protobuf.message import Message
from mingzhang.ingest.v1 import ingest_pb2 as ingest
from mingzhang.ingest.v1.ingest_pb2_grpc import IngestServiceStub
from mingzhang.ledger.v1 import chain_pb2 as chain
from mingzhang.ledger.v1 import ledger_pb2 as ledger
from mingzhang.ledger.v1 import links_pb2 as link
from mingzhang.ledger.v1 import quotas_pb2 as quota
from mingzhang.ledger.v1 import trace_pb2 as trace
from mingzhang.ledger.v1.chain_pb2_grpc import ChainServiceStub
from mingzhang.ledger.v1.ledger_pb2_grpc import LedgerServiceStub
from mingzhang.ledger.v1.links_pb2_grpc import LinkServiceStub
from mingzhang.ledger.v1.quotas_pb2_grpc import QuotaServiceStub
from mingzhang.ledger.v1.trace_pb2_grpc import TraceServiceStub
from mingzhang.notify.v1 import notify_pb2 as notify
from mingzhang.notify.v1.notify_pb2_grpc import NotifyServiceStub
from mingzhang.rules.v1 import rules_pb2 as rules
from mingzhang.rules.v1.rules_pb2_grpc import RulesServiceStub

from services.kit.caller import Caller
from services.kit.rpc.context import acting_as

READ_S = 20
UPLOAD_S = 6 * 3600
CLOSE_DAYS_S = 3600
DOCUMENT_S = 60
"""A document that makes quotas waits for the batch that is being posted."""

Answer = TypeVar("Answer", bound=Message)


class Ingest:
    """Files, quarantine and the vault."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._stub = IngestServiceStub(channel)

    def upload(
        self, caller: Caller, header: ingest.UploadHeader, chunks: Iterable[bytes]
    ) -> ingest.UploadFileResponse:
        """Sends a file in chunks of at most 1 MiB. An exception out of `chunks` cancels the upload."""

        def parts() -> Iterator[ingest.UploadFileRequest]:
            yield ingest.UploadFileRequest(header=header)
            for chunk in chunks:
                yield ingest.UploadFileRequest(chunk=chunk)

        with acting_as(caller):
            answer: ingest.UploadFileResponse = self._stub.UploadFile(parts(), timeout=UPLOAD_S)
        return answer

    def import_(self, caller: Caller, request: ingest.GetImportRequest) -> ingest.GetImportResponse:
        """One import with its progress."""
        return _call(caller, self._stub.GetImport, request, ingest.GetImportResponse)

    def imports(self, caller: Caller, request: ingest.ListImportsRequest) -> ingest.ListImportsResponse:
        """Imports, newest first."""
        return _call(caller, self._stub.ListImports, request, ingest.ListImportsResponse)

    def quarantine(
        self, caller: Caller, request: ingest.ListQuarantineRequest
    ) -> ingest.ListQuarantineResponse:
        """Rows that could not be posted."""
        return _call(caller, self._stub.ListQuarantine, request, ingest.ListQuarantineResponse)

    def reveal(self, caller: Caller, request: ingest.RevealRequest) -> ingest.RevealResponse:
        """Clear values behind tokens."""
        return _call(caller, self._stub.Reveal, request, ingest.RevealResponse)


class Ledger:
    """The master ledger."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._stub = LedgerServiceStub(channel)
        self._chain_stub = ChainServiceStub(channel)

    def summary(self, caller: Caller, request: ledger.GetSummaryRequest) -> ledger.GetSummaryResponse:
        """Sums by division and fund."""
        return _call(caller, self._stub.GetSummary, request, ledger.GetSummaryResponse)

    def payments(self, caller: Caller, request: ledger.ListPaymentsRequest) -> ledger.ListPaymentsResponse:
        """Payments, newest business day first."""
        return _call(caller, self._stub.ListPayments, request, ledger.ListPaymentsResponse)

    def payment(self, caller: Caller, request: ledger.GetPaymentRequest) -> ledger.GetPaymentResponse:
        """One payment with its shares."""
        return _call(caller, self._stub.GetPayment, request, ledger.GetPaymentResponse)

    def base_data(self, caller: Caller, request: ledger.GetBaseDataRequest) -> ledger.GetBaseDataResponse:
        """Divisions and funds."""
        return _call(caller, self._stub.GetBaseData, request, ledger.GetBaseDataResponse)

    def close_days(self, caller: Caller, request: ledger.CloseDaysRequest) -> ledger.CloseDaysResponse:
        """Closes business days."""
        return _call(caller, self._stub.CloseDays, request, ledger.CloseDaysResponse, CLOSE_DAYS_S)

    def signed_head(self, caller: Caller) -> chain.GetSignedHeadResponse:
        """The head of now, signed."""
        request = chain.GetSignedHeadRequest()
        return _call(caller, self._chain_stub.GetSignedHead, request, chain.GetSignedHeadResponse)

    def receipt(self, caller: Caller, request: chain.GetReceiptRequest) -> chain.GetReceiptResponse:
        """That an entry lies in the chain."""
        return _call(caller, self._chain_stub.GetReceipt, request, chain.GetReceiptResponse)


class Trace:
    """The ledger's ways of money, up and down, and its reconciliations of levels."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._stub = TraceServiceStub(channel)

    def search(self, caller: Caller, request: trace.SearchRequest) -> trace.SearchResponse:
        """What a number means."""
        return _call(caller, self._stub.Search, request, trace.SearchResponse)

    def payment(self, caller: Caller, request: trace.TracePaymentRequest) -> trace.TracePaymentResponse:
        """Up from a payment."""
        return _call(caller, self._stub.TracePayment, request, trace.TracePaymentResponse)

    def document(self, caller: Caller, request: trace.TraceDocumentRequest) -> trace.TraceDocumentResponse:
        """Down from a document."""
        return _call(caller, self._stub.TraceDocument, request, trace.TraceDocumentResponse)

    def quotas(self, caller: Caller, request: trace.ListQuotaNodesRequest) -> trace.ListQuotaNodesResponse:
        """The quotas of a division."""
        return _call(caller, self._stub.ListQuotaNodes, request, trace.ListQuotaNodesResponse)

    def quota(self, caller: Caller, request: trace.GetQuotaRequest) -> trace.GetQuotaResponse:
        """A quota and what is right below it."""
        return _call(caller, self._stub.GetQuota, request, trace.GetQuotaResponse)

    def quota_payments(
        self, caller: Caller, request: trace.ListQuotaPaymentsRequest
    ) -> trace.ListQuotaPaymentsResponse:
        """Payments of a quota."""
        return _call(caller, self._stub.ListQuotaPayments, request, trace.ListQuotaPaymentsResponse)

    def disbursements(
        self, caller: Caller, request: trace.ListDisbursementsRequest
    ) -> trace.ListDisbursementsResponse:
        """Disbursement lines of a payment."""
        return _call(caller, self._stub.ListDisbursements, request, trace.ListDisbursementsResponse)

    def issues(self, caller: Caller, request: trace.ReconcileIssuesRequest) -> trace.ReconcileIssuesResponse:
        """What was issued against what was registered."""
        return _call(caller, self._stub.ReconcileIssues, request, trace.ReconcileIssuesResponse)

    def documents(
        self, caller: Caller, request: trace.ReconcileDocumentsRequest
    ) -> trace.ReconcileDocumentsResponse:
        """Totals per level."""
        return _call(caller, self._stub.ReconcileDocuments, request, trace.ReconcileDocumentsResponse)


class Quotas:
    """Quotas and their documents, in the master ledger."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._stub = QuotaServiceStub(channel)

    def quotas(self, caller: Caller, request: quota.ListQuotasRequest) -> quota.ListQuotasResponse:
        """Quotas with their balances."""
        return _call(caller, self._stub.ListQuotas, request, quota.ListQuotasResponse)

    def in_transit(self, caller: Caller, request: quota.ListInTransitRequest) -> quota.ListInTransitResponse:
        """What was issued and not received yet."""
        return _call(caller, self._stub.ListInTransit, request, quota.ListInTransitResponse)

    def documents(
        self, caller: Caller, request: quota.ListQuotaDocumentsRequest
    ) -> quota.ListQuotaDocumentsResponse:
        """Documents, newest first."""
        return _call(caller, self._stub.ListQuotaDocuments, request, quota.ListQuotaDocumentsResponse)

    def document(
        self, caller: Caller, request: quota.GetQuotaDocumentRequest
    ) -> quota.GetQuotaDocumentResponse:
        """One document with its lines."""
        return _call(caller, self._stub.GetQuotaDocument, request, quota.GetQuotaDocumentResponse)

    def post(
        self, caller: Caller, request: quota.PostQuotaDocumentRequest
    ) -> quota.PostQuotaDocumentResponse:
        """Applies a document, once."""
        kind = quota.PostQuotaDocumentResponse
        return _call(caller, self._stub.PostQuotaDocument, request, kind, DOCUMENT_S)

    def close_year(self, caller: Caller, request: quota.CloseYearRequest) -> quota.CloseYearResponse:
        """Closes a fiscal year."""
        return _call(caller, self._stub.CloseYear, request, quota.CloseYearResponse, DOCUMENT_S)


class Links:
    """Links of payments that people make, in the master ledger."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._stub = LinkServiceStub(channel)

    def unlinked(self, caller: Caller, request: link.ListUnlinkedRequest) -> link.ListUnlinkedResponse:
        """Payments whose quota is not known."""
        return _call(caller, self._stub.ListUnlinked, request, link.ListUnlinkedResponse)

    def proposals(self, caller: Caller, request: link.ListUnlinkedRequest) -> link.ListUnlinkedResponse:
        """The same with the quotas that fit best."""
        return _call(caller, self._stub.ProposeLinks, request, link.ListUnlinkedResponse)

    def link_payments(self, caller: Caller, request: link.LinkPaymentsRequest) -> link.LinkDecisionResponse:
        """Links parts of payments, once."""
        return _call(caller, self._stub.LinkPayments, request, link.LinkDecisionResponse, DOCUMENT_S)

    def unrelated(self, caller: Caller, request: link.MarkUnrelatedRequest) -> link.LinkDecisionResponse:
        """Marks payments as unrelated, once."""
        return _call(caller, self._stub.MarkUnrelated, request, link.LinkDecisionResponse, DOCUMENT_S)

    def undo(self, caller: Caller, request: link.UndoLinkRequest) -> link.LinkDecisionResponse:
        """Undoes a decision, once."""
        return _call(caller, self._stub.UndoLink, request, link.LinkDecisionResponse, DOCUMENT_S)

    def decisions(
        self, caller: Caller, request: link.ListLinkDecisionsRequest
    ) -> link.ListLinkDecisionsResponse:
        """Decisions, newest first."""
        return _call(caller, self._stub.ListLinkDecisions, request, link.ListLinkDecisionsResponse)

    def lists(self, caller: Caller, request: link.CheckListsRequest) -> link.CheckListsResponse:
        """Payments with what their lists add up to."""
        return _call(caller, self._stub.CheckLists, request, link.CheckListsResponse)


class Rules:
    """Warnings, rules and bundles."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._stub = RulesServiceStub(channel)

    def warnings(self, caller: Caller, request: rules.ListWarningsRequest) -> rules.ListWarningsResponse:
        """Warnings, newest first."""
        return _call(caller, self._stub.ListWarnings, request, rules.ListWarningsResponse)

    def warning(self, caller: Caller, request: rules.GetWarningRequest) -> rules.GetWarningResponse:
        """One warning with its explanation."""
        return _call(caller, self._stub.GetWarning, request, rules.GetWarningResponse)

    def rules_in_force(self, caller: Caller, request: rules.ListRulesRequest) -> rules.ListRulesResponse:
        """Rules in force."""
        return _call(caller, self._stub.ListRules, request, rules.ListRulesResponse)

    def status(self, caller: Caller, request: rules.GetStatusRequest) -> rules.GetStatusResponse:
        """What the evaluators run."""
        return _call(caller, self._stub.GetStatus, request, rules.GetStatusResponse)


class Notify:
    """Cases and deliveries."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._stub = NotifyServiceStub(channel)

    def cases(self, caller: Caller, request: notify.ListCasesRequest) -> notify.ListCasesResponse:
        """Cases, newest first."""
        return _call(caller, self._stub.ListCases, request, notify.ListCasesResponse)

    def case(self, caller: Caller, request: notify.GetCaseRequest) -> notify.GetCaseResponse:
        """One case with its timeline and deliveries."""
        return _call(caller, self._stub.GetCase, request, notify.GetCaseResponse)


def _call(
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
