"""Quotas, the documents that register, issue, receive and change them, and closing a year."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from mingzhang.ledger.v1 import quotas_pb2 as pb
from pydantic import BaseModel, BeforeValidator, Field

from services.gateway.web.answers import API, PLAIN, Code, Key, PageToken, Text, UpTo500, schema, shown
from services.gateway.web.visit import SignedIn
from services.kit.caller import ADMINISTRATOR, FINANCE_OFFICER

DOCUMENTS_PATH = f"{API}/quota-documents"
DOCUMENT_BYTES_MAX = 1024 * 1024
"""Of a document's body: 500 lines with their summaries need more than other requests."""
LINES_MAX = 500
ATTACHMENTS_MAX = 20
_WHOLE = re.compile(r"-?[0-9]{1,19}")

Kind = Literal[
    "register",
    "issue",
    "receive",
    "release",
    "adjust",
    "transfer",
    "freeze",
    "unfreeze",
    "integrate",
    "recover",
    "carry_over",
    "allot",
    "reverse",
]
Take = Literal["", "rest", "all"]


def _whole(value: Any) -> Any:
    """Money is a whole number of fen, or its digits as a string: 1.0 and true are neither."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError("not a whole number")
    if isinstance(value, str) and not _WHOLE.fullmatch(value):
        raise ValueError("not a whole number")
    return int(value)


Fen = Annotated[int, BeforeValidator(_whole), Field(ge=-(2**63), le=2**63 - 1)]
Name = Annotated[str, Field(max_length=200, pattern=PLAIN)]
Sentence = Annotated[str, Field(max_length=500, pattern=PLAIN)]
DivisionCode = Annotated[str, Field(max_length=12, pattern=r"^[0-9]*$")]
MaybeDay = Annotated[str, Field(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")]
Year = Annotated[int, Query(ge=0, le=9999, description="0 for all years")]

router = APIRouter(prefix=API, tags=["quotas"])


class Line(BaseModel):
    """A line; which fields a kind needs is said in the contract of the ledger. Amounts are fen."""

    quota_key: Name = ""
    to_quota_key: Name = ""
    to_division_code: DivisionCode = ""
    project_key: Name = ""
    issue_line_key: Name = ""
    amount_fen: Fen = 0
    take: Take = ""
    fund_code: Name = ""
    function_class: Name = ""
    upper_document_number: Name = ""
    issuer_division_code: DivisionCode = ""
    pending: bool = False
    summary: Sentence = ""

    def message(self) -> pb.QuotaLine:
        """The line as the ledger takes it."""
        take = pb.QuotaTake.Value(f"QUOTA_TAKE_{(self.take or 'unspecified').upper()}")
        return pb.QuotaLine(**{**dict(self), "take": take})


class File(BaseModel):
    """A file that came with a document and was uploaded before."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    file_name: Name


class Document(BaseModel):
    """A document to apply. The key is the caller's: sent again with the same content it changes nothing."""

    key: Name = Field(min_length=1)
    kind: Kind
    document_number: Name
    division_code: DivisionCode = Field(min_length=1)
    fiscal_year: int = Field(ge=1, le=9999)
    effective_on: str = Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
    issued_on: MaybeDay = ""
    advance: bool = False
    back_entry_reason: Sentence = ""
    summary: Sentence = ""
    original_key: Name = ""
    lines: list[Line] = Field(default=[], max_length=LINES_MAX)
    attachments: list[File] = Field(default=[], max_length=ATTACHMENTS_MAX)

    def message(self) -> pb.PostQuotaDocumentRequest:
        """The document as the ledger takes it."""
        beside: dict[str, Any] = {
            "kind": kind_number(self.kind),
            "lines": [line.message() for line in self.lines],
            "attachments": [pb.Attachment(**dict(file)) for file in self.attachments],
        }
        return pb.PostQuotaDocumentRequest(**{**dict(self), **beside})


class ClosingYear(BaseModel):
    """Asks to close a fiscal year."""

    fiscal_year: int = Field(ge=1, le=9999)


def kind_number(kind: str) -> Any:
    """The contract's number of a kind; of none the unspecified one."""
    return pb.QuotaDocumentKind.Value(f"QUOTA_DOCUMENT_KIND_{(kind or 'unspecified').upper()}")


@router.get("/quotas", responses=schema(pb.ListQuotasResponse))
def list_quotas(
    visit: SignedIn,
    division_code: Code = "",
    fiscal_year: Year = 0,
    fund_code: Text = "",
    document_number: Text = "",
    key: Text = "",
    only_here: bool = False,
    limit: UpTo500 = 50,
    page_token: PageToken = "",
) -> Response:
    """Quotas with their balances, in order of division, year and key."""
    request = pb.ListQuotasRequest(
        division_code=division_code,
        fiscal_year=fiscal_year,
        fund_code=fund_code,
        document_number=document_number,
        key=key,
        only_here=only_here,
        limit=limit,
        page_token=page_token,
    )
    return shown(visit.parts.services.quotas.quotas(visit.caller, request))


@router.get("/quotas/in-transit", responses=schema(pb.ListInTransitResponse))
def list_in_transit(
    visit: SignedIn, to_division_code: Code = "", limit: UpTo500 = 50, page_token: PageToken = ""
) -> Response:
    """What was issued to divisions and not received yet, oldest first."""
    request = pb.ListInTransitRequest(to_division_code=to_division_code, limit=limit, page_token=page_token)
    return shown(visit.parts.services.quotas.in_transit(visit.caller, request))


@router.get("/quota-documents", responses=schema(pb.ListQuotaDocumentsResponse))
def list_documents(
    visit: SignedIn,
    division_code: Code = "",
    fiscal_year: Year = 0,
    kind: Kind | Literal[""] = "",
    document_number: Text = "",
    quota_key: Text = "",
    limit: UpTo500 = 50,
    page_token: PageToken = "",
) -> Response:
    """Documents, newest first."""
    request = pb.ListQuotaDocumentsRequest(
        division_code=division_code,
        fiscal_year=fiscal_year,
        kind=kind_number(kind),
        document_number=document_number,
        quota_key=quota_key,
        limit=limit,
        page_token=page_token,
    )
    return shown(visit.parts.services.quotas.documents(visit.caller, request))


@router.get("/quota-documents/{key:path}", responses=schema(pb.GetQuotaDocumentResponse))
def get_document(visit: SignedIn, key: Key) -> Response:
    """One document with its lines."""
    request = pb.GetQuotaDocumentRequest(key=key)
    return shown(visit.parts.services.quotas.document(visit.caller, request))


@router.post("/quota-documents", status_code=201, responses=schema(pb.PostQuotaDocumentResponse, status=201))
def post_document(visit: SignedIn, asked: Document) -> Response:
    """Applies a document, whole or not at all; 200 if it was there already with the same content."""
    visit.caller.require(FINANCE_OFFICER, ADMINISTRATOR)
    answer = visit.parts.services.quotas.post(visit.caller, asked.message())
    return shown(answer, 200 if answer.known else 201)


@router.post("/closed-years", responses=schema(pb.CloseYearResponse))
def close_year(visit: SignedIn, asked: ClosingYear) -> Response:
    """Closes a fiscal year of the province: nothing of it changes any more."""
    visit.caller.require(ADMINISTRATOR)
    visit.caller.require_whole_province()
    request = pb.CloseYearRequest(fiscal_year=asked.fiscal_year)
    return shown(visit.parts.services.quotas.close_year(visit.caller, request))
