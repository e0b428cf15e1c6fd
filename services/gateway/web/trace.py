"""Where money came from and where it went, and whether what one level issued is what the next one registered."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from mingzhang.ledger.v1 import trace_pb2 as trace

from services.gateway.web.answers import API, PLAIN, Code, Key, PageToken, Text, UpTo500, schema, shown
from services.gateway.web.queries import Year
from services.gateway.web.visit import SignedIn

Named = Annotated[str, Query(min_length=1, max_length=300, pattern=PLAIN)]
Wording = Annotated[
    str,
    Query(
        min_length=1, max_length=200, pattern=PLAIN, description="voucher or document number, or a key; exact"
    ),
]

router = APIRouter(prefix=API, tags=["trace"])


@router.get("/trace", responses=schema(trace.SearchResponse))
def search(visit: SignedIn, text: Wording) -> Response:
    """What a number means: a payment's key or voucher, a quota's key, a document number."""
    return shown(visit.parts.services.trace.search(visit.caller, trace.SearchRequest(text=text)))


@router.get("/trace/payments/{key:path}", responses=schema(trace.TracePaymentResponse))
def trace_payment(visit: SignedIn, key: Key) -> Response:
    """Up from a payment through its shares and their quotas to the document that the money came with."""
    return shown(visit.parts.services.trace.payment(visit.caller, trace.TracePaymentRequest(key=key)))


@router.get("/trace/documents", responses=schema(trace.TraceDocumentResponse))
def trace_document(
    visit: SignedIn, document_number: Wording, limit: UpTo500 = 50, page_token: PageToken = ""
) -> Response:
    """The quotas of a document; of one above the caller's scope the first quotas below it that are in the scope."""
    request = trace.TraceDocumentRequest(document_number=document_number, limit=limit, page_token=page_token)
    return shown(visit.parts.services.trace.document(visit.caller, request))


@router.get("/trace/quotas", responses=schema(trace.ListQuotaNodesResponse))
def list_quotas(
    visit: SignedIn,
    division_code: Code,
    fund_code: Text = "",
    fiscal_year: Year = 0,
    limit: UpTo500 = 50,
    page_token: PageToken = "",
) -> Response:
    """The quotas of a division itself, without its subtree."""
    request = trace.ListQuotaNodesRequest(
        division_code=division_code,
        fund_code=fund_code,
        fiscal_year=fiscal_year,
        limit=limit,
        page_token=page_token,
    )
    return shown(visit.parts.services.trace.quotas(visit.caller, request))


@router.get("/trace/quotas/{key:path}", responses=schema(trace.GetQuotaResponse))
def get_quota(visit: SignedIn, key: Key, limit: UpTo500 = 50, page_token: PageToken = "") -> Response:
    """A quota, the quotas above it, those right below it, and what it allotted."""
    request = trace.GetQuotaRequest(key=key, limit=limit, page_token=page_token)
    return shown(visit.parts.services.trace.quota(visit.caller, request))


@router.get("/trace/quota-payments", responses=schema(trace.ListQuotaPaymentsResponse))
def list_quota_payments(
    visit: SignedIn, quota_key: Named, project_key: Text = "", limit: UpTo500 = 50, page_token: PageToken = ""
) -> Response:
    """The payments of a quota, newest business day first."""
    request = trace.ListQuotaPaymentsRequest(
        quota_key=quota_key, project_key=project_key, limit=limit, page_token=page_token
    )
    return shown(visit.parts.services.trace.quota_payments(visit.caller, request))


@router.get("/trace/disbursements", responses=schema(trace.ListDisbursementsResponse))
def list_disbursements(
    visit: SignedIn, payment_key: Named, limit: UpTo500 = 50, page_token: PageToken = ""
) -> Response:
    """The disbursement lines that travel with a payment: masks and tokens only."""
    request = trace.ListDisbursementsRequest(payment_key=payment_key, limit=limit, page_token=page_token)
    return shown(visit.parts.services.trace.disbursements(visit.caller, request))


@router.get("/reconciliation/issues", responses=schema(trace.ReconcileIssuesResponse))
def reconcile_issues(
    visit: SignedIn,
    fiscal_year: Year = 0,
    division_code: Code = "",
    fund_code: Text = "",
    only_differences: bool = False,
    limit: UpTo500 = 50,
    page_token: PageToken = "",
) -> Response:
    """What each upper quota issued to a division against what was registered there."""
    request = trace.ReconcileIssuesRequest(
        fiscal_year=fiscal_year,
        division_code=division_code,
        fund_code=fund_code,
        only_differences=only_differences,
        limit=limit,
        page_token=page_token,
    )
    return shown(visit.parts.services.trace.issues(visit.caller, request))


@router.get("/reconciliation/documents", responses=schema(trace.ReconcileDocumentsResponse))
def reconcile_documents(
    visit: SignedIn,
    fiscal_year: Year = 0,
    division_code: Code = "",
    fund_code: Text = "",
    limit: UpTo500 = 50,
    page_token: PageToken = "",
) -> Response:
    """Totals per level of each document that money came with."""
    request = trace.ReconcileDocumentsRequest(
        fiscal_year=fiscal_year,
        division_code=division_code,
        fund_code=fund_code,
        limit=limit,
        page_token=page_token,
    )
    return shown(visit.parts.services.trace.documents(visit.caller, request))
