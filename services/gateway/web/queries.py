"""What the ledger, the rules and the cases say; and closing business days."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from mingzhang.ledger.v1 import chain_pb2 as chain
from mingzhang.ledger.v1 import ledger_pb2 as ledger
from mingzhang.notify.v1 import notify_pb2 as notify
from mingzhang.rules.v1 import rules_pb2 as rules
from pydantic import BaseModel, ConfigDict, Field

from services.gateway.web.answers import API, Code, Day, Key, PageToken, Text, UpTo500, schema, shown
from services.gateway.web.visit import SignedIn
from services.kit.caller import ADMINISTRATOR

Year = Annotated[int, Query(ge=0, le=9999, description="0 for all years")]

router = APIRouter(prefix=API)


@router.get("/summary", tags=["ledger"], responses=schema(ledger.GetSummaryResponse))
def summary(
    visit: SignedIn,
    fiscal_year: Year = 0,
    division_code: Code = "",
    category: Text = "",
    fund_code: Text = "",
    totals_only: bool = False,
) -> Response:
    """Sums by division and fund, or the totals only; with the newest closed day."""
    request = ledger.GetSummaryRequest(
        fiscal_year=fiscal_year,
        division_code=division_code,
        category=category,
        fund_code=fund_code,
        totals_only=totals_only,
    )
    return shown(visit.parts.services.ledger.summary(visit.caller, request))


@router.get("/payments", tags=["ledger"], responses=schema(ledger.ListPaymentsResponse))
def list_payments(
    visit: SignedIn,
    division_code: Code = "",
    category: Text = "",
    fund_code: Text = "",
    from_day: Day = "",
    to_day: Day = "",
    document_number: Text = "",
    limit: UpTo500 = 50,
    page_token: PageToken = "",
) -> Response:
    """Payments, newest business day first."""
    request = ledger.ListPaymentsRequest(
        division_code=division_code,
        category=category,
        fund_code=fund_code,
        from_day=from_day,
        to_day=to_day,
        document_number=document_number,
        limit=limit,
        page_token=page_token,
    )
    return shown(visit.parts.services.ledger.payments(visit.caller, request))


@router.get("/payments/{key:path}", tags=["ledger"], responses=schema(ledger.GetPaymentResponse))
def get_payment(visit: SignedIn, key: Key) -> Response:
    """One payment with its shares and its block."""
    request = ledger.GetPaymentRequest(key=key)
    return shown(visit.parts.services.ledger.payment(visit.caller, request))


@router.get("/base-data", tags=["ledger"], responses=schema(ledger.GetBaseDataResponse))
def base_data(visit: SignedIn) -> Response:
    """Divisions and funds in force."""
    return shown(visit.parts.services.ledger.base_data(visit.caller, ledger.GetBaseDataRequest()))


DOCUMENT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "a document of its own form, to be kept and checked as it is",
        "content": {"application/json": {"schema": {"type": "object"}}},
    }
}


@router.get("/chain/head", tags=["ledger"], responses=DOCUMENT)
def chain_head(visit: SignedIn) -> Response:
    """The head of the chain of now, signed: a line for the file that `mingzhang ledger verify --heads` reads."""
    return _document(visit.parts.services.ledger.signed_head(visit.caller).head, "head.jsonl")


@router.get("/receipts/{kind}/{key:path}", tags=["ledger"], responses=DOCUMENT)
def receipt(visit: SignedIn, kind: Annotated[str, Path(pattern=r"^[a-z_]{1,40}$")], key: Key) -> Response:
    """That an entry lies in the chain: the file that `mingzhang ledger receipt check` reads."""
    request = chain.GetReceiptRequest(kind=kind, key=key)
    given = visit.parts.services.ledger.receipt(visit.caller, request)
    return _document(given.receipt, f"receipt-{kind}-{given.block_height}.json")


def _document(body: bytes, name: str) -> Response:
    """The bytes as they were signed."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, headers=headers, media_type="application/json")


class CloseDays(BaseModel):
    """Asks to close business days."""

    model_config = ConfigDict(populate_by_name=True)
    up_to: str = Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
    first: str = Field(default="", alias="from", pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")


@router.post("/closed-days", tags=["ledger"], responses=schema(ledger.CloseDaysResponse))
def close_days(visit: SignedIn, asked: CloseDays) -> Response:
    """Closes business days of the province up to and with a day, in order."""
    visit.caller.require(ADMINISTRATOR)
    visit.caller.require_whole_province()
    request = ledger.CloseDaysRequest(up_to=asked.up_to, **{"from": asked.first})
    return shown(visit.parts.services.ledger.close_days(visit.caller, request))


@router.get("/warnings", tags=["rules"], responses=schema(rules.ListWarningsResponse))
def list_warnings(
    visit: SignedIn,
    division_code: Code = "",
    category: Text = "",
    rule_id: Text = "",
    severity: Text = "",
    subject: Text = "",
    with_retracted: bool = False,
    limit: UpTo500 = 50,
    page_token: PageToken = "",
) -> Response:
    """Warnings, newest first."""
    request = rules.ListWarningsRequest(
        division_code=division_code,
        category=category,
        rule_id=rule_id,
        severity=severity,
        subject=subject,
        with_retracted=with_retracted,
        limit=limit,
        page_token=page_token,
    )
    return shown(visit.parts.services.rules.warnings(visit.caller, request))


@router.get("/warnings/{warning_id}", tags=["rules"], responses=schema(rules.GetWarningResponse))
def get_warning(visit: SignedIn, warning_id: Key) -> Response:
    """One warning with why it fired, and its earlier revisions."""
    request = rules.GetWarningRequest(id=warning_id)
    return shown(visit.parts.services.rules.warning(visit.caller, request))


@router.get("/rules", tags=["rules"], responses=schema(rules.ListRulesResponse))
def list_rules(visit: SignedIn, category: Text = "") -> Response:
    """Rules in force, with how many warnings of each stand."""
    request = rules.ListRulesRequest(category=category)
    return shown(visit.parts.services.rules.rules_in_force(visit.caller, request))


@router.get("/evaluators", tags=["rules"], responses=schema(rules.GetStatusResponse))
def evaluators(visit: SignedIn) -> Response:
    """What each category's evaluator runs, how far it is and what it could not do."""
    return shown(visit.parts.services.rules.status(visit.caller, rules.GetStatusRequest()))


@router.get("/cases", tags=["cases"], responses=schema(notify.ListCasesResponse))
def list_cases(
    visit: SignedIn,
    division_code: Code = "",
    state: Text = "",
    severity: Text = "",
    limit: UpTo500 = 50,
    page_token: PageToken = "",
) -> Response:
    """Cases, newest first."""
    request = notify.ListCasesRequest(
        division_code=division_code, state=state, severity=severity, limit=limit, page_token=page_token
    )
    return shown(visit.parts.services.notify.cases(visit.caller, request))


@router.get("/cases/{case_id}", tags=["cases"], responses=schema(notify.GetCaseResponse))
def get_case(visit: SignedIn, case_id: Key) -> Response:
    """One case with its warnings, its timeline and who was told."""
    request = notify.GetCaseRequest(case_id=case_id)
    return shown(visit.parts.services.notify.case(visit.caller, request))
