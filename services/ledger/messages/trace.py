"""Ways of money and reconciliations as messages, and the tokens that their pages end with."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import date
from typing import TypeVar

import orjson
import polars as pl
from mingzhang.ledger.v1 import trace_pb2 as pb

from services.kit.caller import Scope
from services.ledger import messages
from services.ledger.usecases.reading import Filter, Page
from services.ledger.usecases.reconciling import (
    DocumentPage,
    DocumentPlace,
    IssueLine,
    IssuePage,
    LevelTotals,
    LinePlace,
    Wanted,
    shown_upper_key,
)
from services.ledger.usecases.tracing import (
    Found,
    LinePage,
    Node,
    NodePage,
    NodePlace,
    PaymentTrace,
    ProjectAllotment,
    QuotaTrace,
    Share,
    Step,
)

TextPlace = TypeVar("TextPlace", NodePlace, LinePlace, DocumentPlace)
_UPPER = {
    "recorded": pb.UPPER_STATE_RECORDED,
    "none_named": pb.UPPER_STATE_NONE_NAMED,
    "not_recorded": pb.UPPER_STATE_NOT_RECORDED,
    "circular": pb.UPPER_STATE_CIRCULAR,
}
_STATES = {
    "agrees": pb.ISSUE_STATE_AGREES,
    "not_received": pb.ISSUE_STATE_NOT_RECEIVED,
    "more_received": pb.ISSUE_STATE_MORE_RECEIVED,
    "upper_not_recorded": pb.ISSUE_STATE_UPPER_NOT_RECORDED,
}


def place_token(place: NodePlace | LinePlace | DocumentPlace | None) -> str:
    """Where a page ends, as a token; empty on the last one."""
    return urlsafe_b64encode(orjson.dumps(list(place))).decode() if place else ""


def text_place(kind: type[TextPlace], token: str) -> TextPlace | None:
    """Where the page before ended; None before the first. Refuses what is no token of this kind of page."""
    if not token:
        return None
    try:
        parts = orjson.loads(urlsafe_b64decode(token.encode("ascii")))
    except (ValueError, binascii.Error):
        parts = None
    wanted = [int if name == "fiscal_year" else str for name in kind._fields]
    if (
        not isinstance(parts, list)
        or [type(part) for part in parts] != wanted
        or "\x00" in "".join(map(str, parts))
    ):
        raise messages.bad_token()
    if any(isinstance(part, int) and abs(part) >= 2**31 for part in parts):
        raise messages.bad_token()
    return kind(*parts)


def search_response(found: Found) -> pb.SearchResponse:
    """What a number means."""
    return pb.SearchResponse(
        payments=messages.payments(found.payments),
        quotas=map(_node, found.quotas),
        more=found.more,
        is_document=found.is_document,
    )


def payment_trace(trace: PaymentTrace) -> pb.TracePaymentResponse:
    """The way up of a payment."""
    family = trace.family
    payments = messages.payments(family.payments)
    return pb.TracePaymentResponse(
        payment=payments[family.asked],
        shares=map(_share, trace.shares),
        original=None if family.original is None else payments[family.original],
        corrections=[payments[row] for row in family.corrections],
        project_name=family.project_name,
        disbursements=family.disbursements,
        disbursed_fen=family.disbursed_fen,
        block_height=family.block_height,
    )


def document_response(page: NodePage) -> pb.TraceDocumentResponse:
    """The quotas of a document."""
    return pb.TraceDocumentResponse(quotas=map(_node, page.nodes), next_page_token=place_token(page.next))


def quotas_wanted(request: pb.ListQuotaNodesRequest) -> Filter:
    """Which quotas are asked for."""
    return Filter(request.fiscal_year, request.division_code, fund_code=request.fund_code)


def quotas_response(page: NodePage) -> pb.ListQuotaNodesResponse:
    """The quotas of a division."""
    return pb.ListQuotaNodesResponse(quotas=map(_node, page.nodes), next_page_token=place_token(page.next))


def quota_response(trace: QuotaTrace) -> pb.GetQuotaResponse:
    """A quota with what is right below it."""
    return pb.GetQuotaResponse(
        quota=_node(trace.node),
        steps=map(_step, trace.steps),
        children=map(_node, trace.children.nodes),
        next_page_token=place_token(trace.children.next),
        allotments=map(_allotment, trace.allotments),
        more_allotments=trace.more_allotments,
    )


def quota_payments_response(page: Page) -> pb.ListQuotaPaymentsResponse:
    """A page of the payments of a quota."""
    own = page.payments.drop("standing_fen", "has_disbursements")
    rest = page.payments.select("standing_fen", "has_disbursements").rows()
    return pb.ListQuotaPaymentsResponse(
        payments=[
            pb.QuotaPayment(payment=payment, standing_fen=standing_fen, has_disbursements=has)
            for payment, (standing_fen, has) in zip(messages.payments(own), rest, strict=True)
        ],
        next_page_token=messages.page_token(page.next),
    )


def lines_response(page: LinePage) -> pb.ListDisbursementsResponse:
    """A page of disbursement lines."""
    shown = page.lines.select(
        pl.col(pl.String).fill_null(""),
        pl.col(pl.Int64).exclude("id", "remaining_fen").fill_null(0),
        "per_household",
        standing_fen="remaining_fen",
        day=pl.col("effective_on").cast(pl.String),
    )
    lines = [pb.DisbursementLine(**row) for row in shown.iter_rows(named=True)]
    return pb.ListDisbursementsResponse(lines=lines, next_page_token=str(page.next) if page.next else "")


def issues_wanted(request: pb.ReconcileIssuesRequest) -> Wanted:
    """Which lines are asked for."""
    return Wanted(request.fiscal_year, request.division_code, request.fund_code, request.only_differences)


def documents_wanted(request: pb.ReconcileDocumentsRequest) -> Wanted:
    """Which documents are asked for."""
    return Wanted(request.fiscal_year, request.division_code, request.fund_code)


def issues_response(page: IssuePage, scope: Scope, today: date) -> pb.ReconcileIssuesResponse:
    """What was issued against what was registered."""
    return pb.ReconcileIssuesResponse(
        lines=[_line(line, scope, today) for line in page.lines],
        next_page_token=place_token(page.next),
        **page.totals._asdict(),
    )


def documents_response(page: DocumentPage) -> pb.ReconcileDocumentsResponse:
    """Totals per level."""
    documents = [
        pb.DocumentTotals(
            document_number=one.document_number,
            fund_code=one.fund_code,
            complete=one.complete,
            levels=map(_level, one.levels),
        )
        for one in page.documents
    ]
    return pb.ReconcileDocumentsResponse(documents=documents, next_page_token=place_token(page.next))


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _node(node: Node) -> pb.QuotaNode:
    told = node._asdict() | {
        "upper": _UPPER[node.upper],
        "issued_on": _iso(node.issued_on),
        "received_on": _iso(node.received_on),
        "missing_fen": node.missing_fen,
        "progress_bp": node.progress_bp,
    }
    return pb.QuotaNode(**told)


def _step(step: Step) -> pb.QuotaStep:
    told = vars(step) | {
        "upper": _UPPER[step.upper],
        "issued_on": _iso(step.issued_on),
        "received_on": _iso(step.received_on),
    }
    return pb.QuotaStep(**told)


def _share(share: Share) -> pb.TracedShare:
    return pb.TracedShare(
        key=share.key,
        category=share.category,
        amount_fen=share.amount_fen,
        standing=share.standing,
        suspense=not share.steps,
        steps=map(_step, share.steps),
        allotment=_allotment(share.allotment) if share.allotment else None,
    )


def _allotment(allotment: ProjectAllotment) -> pb.ProjectAllotment:
    return pb.ProjectAllotment(**vars(allotment))


def _line(line: IssueLine, scope: Scope, today: date) -> pb.IssueLine:
    return pb.IssueLine(
        upper_division_code=line.upper_division_code,
        upper_document_number=line.upper_document_number,
        upper_key=shown_upper_key(line, scope),
        division_code=line.division_code,
        fund_code=line.fund_code,
        fiscal_year=line.fiscal_year,
        issued_fen=line.issued_fen,
        registered_fen=line.registered_fen,
        difference_fen=line.difference_fen,
        issues=line.issues,
        registered=line.registered,
        since=_iso(line.since),
        days=line.days(today),
        state=_STATES[line.state],
    )


def _level(level: LevelTotals) -> pb.LevelTotals:
    return pb.LevelTotals(
        level=level.level,
        quotas=level.quotas,
        amount_fen=level.amount_fen,
        issued_fen=level.issued_fen,
        kept_fen=level.amount_fen - level.issued_fen,
        allotted_fen=level.allotted_fen,
        paid_fen=level.paid_fen,
        intermediate_fen=level.intermediate_fen,
    )
