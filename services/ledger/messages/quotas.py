"""Quotas and their documents: protobuf into what the ledger works with, and back. Nothing else."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from mingzhang.ledger.v1 import quotas_pb2 as pb

from services.kit.errors import InvalidInput
from services.ledger.domain.accounts import AccountKind
from services.ledger.domain.documents import Attachment, Document, Kind, Line, Take, normal_number
from services.ledger.messages import bad_token, day_of
from services.ledger.usecases.quota_reading import (
    DocumentFilter,
    DocumentRow,
    InTransitRow,
    LineRow,
    QuotaFilter,
    QuotaRow,
)

_KINDS = {pb.QuotaDocumentKind.Value(f"QUOTA_DOCUMENT_KIND_{kind.name}"): kind for kind in Kind}
_NUMBERS: dict[Kind, Any] = {kind: number for number, kind in _KINDS.items()}
_TAKES = {pb.QUOTA_TAKE_UNSPECIFIED: Take.AMOUNT, pb.QUOTA_TAKE_REST: Take.REST, pb.QUOTA_TAKE_ALL: Take.ALL}
_TAKE_NUMBERS: dict[str, Any] = {take.value: number for number, take in _TAKES.items()}
_COPIED = (
    "quota_key",
    "to_quota_key",
    "to_division_code",
    "project_key",
    "issue_line_key",
    "amount_fen",
    "fund_code",
    "function_class",
    "issuer_division_code",
    "pending",
    "summary",
)
_BALANCES: dict[str, tuple[AccountKind, int]] = {
    "arranged_fen": (AccountKind.SOURCE, -1),
    "received_fen": (AccountKind.RECEIVED, -1),
    "adjusted_fen": (AccountKind.ADJUSTED, -1),
    "transferred_fen": (AccountKind.TRANSFERRED, -1),
    "carried_over_fen": (AccountKind.CARRIED_OVER, -1),
    "integrated_fen": (AccountKind.INTEGRATED, -1),
    "recovered_fen": (AccountKind.RECOVERED, 1),
    "pending_fen": (AccountKind.PENDING, 1),
    "free_fen": (AccountKind.FREE, 1),
    "frozen_fen": (AccountKind.FROZEN, 1),
    "in_transit_fen": (AccountKind.IN_TRANSIT, 1),
    "issued_fen": (AccountKind.ISSUED, 1),
    "allotted_unpaid_fen": (AccountKind.ALLOTMENT_FREE, 1),
    "paid_fen": (AccountKind.PAID_FINAL, 1),
    "intermediate_fen": (AccountKind.PAID_INTERMEDIATE, 1),
}


def document(request: pb.PostQuotaDocumentRequest) -> Document:
    """A document as somebody hands it in."""
    effective_on = day_of(request.effective_on)
    if effective_on is None:
        raise InvalidInput("ledger.day", "请给出业务日", "the business day is missing")
    kind = kind_of(request.kind)
    if kind is None:
        raise InvalidInput("ledger.kind", "请给出单据种类", "the kind of the document is missing")
    return Document(
        key=request.key,
        kind=kind,
        document_number=normal_number(request.document_number),
        division_code=request.division_code,
        fiscal_year=request.fiscal_year,
        effective_on=effective_on,
        issued_on=day_of(request.issued_on) or effective_on,
        lines=tuple(map(_line, request.lines)),
        advance=request.advance,
        back_entry_reason=request.back_entry_reason,
        summary=request.summary,
        original_key=request.original_key,
        attachments=tuple(Attachment(one.sha256, one.file_name) for one in request.attachments),
    )


def kind_of(number: int) -> Kind | None:
    """A kind of document; None if it is not said. Refuses a number that is no kind."""
    if number == pb.QUOTA_DOCUMENT_KIND_UNSPECIFIED:
        return None
    if number not in _KINDS:
        raise InvalidInput(
            "ledger.kind", f"没有种类 {number} 的单据", f"there is no kind {number} of document"
        )
    return _KINDS[number]


def _line(line: pb.QuotaLine) -> Line:
    if line.take not in _TAKES:
        raise InvalidInput("ledger.take", f"没有额度方式 {line.take}", f"there is no way {line.take} to take")
    upper = line.upper_document_number
    return Line(
        **{name: getattr(line, name) for name in _COPIED},
        take=_TAKES[line.take],
        upper_document_number=normal_number(upper) if upper else "",
    )


def shown_document(row: DocumentRow) -> pb.QuotaDocument:
    """A document as a message."""
    return pb.QuotaDocument(
        key=row.key,
        kind=_NUMBERS[row.kind],
        document_number=row.document_number,
        division_code=row.division_code,
        fiscal_year=row.fiscal_year,
        effective_on=row.effective_on.isoformat(),
        issued_on=row.issued_on.isoformat(),
        advance=row.advance,
        back_entry_reason=row.back_entry_reason,
        summary=row.summary,
        original_key=row.original_key,
        reversed_by=row.reversed_by,
        recorded_by=row.recorded_by,
        recorded_at=row.recorded_at.astimezone(UTC).isoformat(),
        position=row.position,
        amount_fen=row.amount_fen,
        attachments=[pb.Attachment(sha256=one.sha256, file_name=one.file_name) for one in row.attachments],
    )


def shown_line(row: LineRow) -> pb.QuotaLinePosted:
    """A line as a message."""
    asked = pb.QuotaLine(
        quota_key=row.quota_key,
        to_quota_key=row.to_quota_key,
        to_division_code=row.to_division_code,
        project_key=row.project_key,
        issue_line_key=row.issue_line_key,
        amount_fen=row.asked_fen,
        take=_TAKE_NUMBERS[row.take],
        pending=row.pending,
        summary=row.summary,
    )
    return pb.QuotaLinePosted(
        key=row.key,
        asked=asked,
        amount_fen=row.amount_fen,
        state=row.state,
        received_quota_key=row.received_quota_key,
    )


def shown_quota(row: QuotaRow) -> pb.Quota:
    """A quota as a message."""
    beside = ("id", "balances", "received_on")
    said: dict[str, Any] = {name: value for name, value in vars(row).items() if name not in beside}
    balances: dict[str, Any] = {
        name: sign * row.balances.get(kind, 0) for name, (kind, sign) in _BALANCES.items()
    }
    return pb.Quota(**said, **balances, received_on=row.received_on.isoformat())


def shown_in_transit(row: InTransitRow) -> pb.InTransit:
    """A line in transit as a message."""
    said = {name: value for name, value in vars(row).items() if name not in ("id", "issued_on")}
    return pb.InTransit(**said, issued_on=row.issued_on.isoformat())


def document_filter(request: pb.ListQuotaDocumentsRequest) -> DocumentFilter:
    """Which documents are asked for."""
    number = normal_number(request.document_number) if request.document_number else ""
    return DocumentFilter(request.fiscal_year, kind_of(request.kind), number, request.quota_key)


def quota_filter(request: pb.ListQuotasRequest) -> QuotaFilter:
    """Which quotas are asked for."""
    number = normal_number(request.document_number) if request.document_number else ""
    here = request.division_code if request.only_here else ""
    return QuotaFilter(request.fiscal_year, request.fund_code, number, request.key, here)


def quota_place(page_token: str) -> tuple[str, int, str]:
    """Division, year and key after which a page of quotas goes on."""
    if not page_token:
        return "", 0, ""
    division, _, rest = page_token.partition("_")
    year, _, key = rest.partition("_")
    if not year.isascii() or not year.isdigit() or len(year) != 4 or not key or "\x00" in page_token:
        raise bad_token()
    return division, int(year), key


def quota_token(place: tuple[str, int, str] | None) -> str:
    """The page token of a place; empty after the last page."""
    return "_".join(map(str, place)) if place else ""
