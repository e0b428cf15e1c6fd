"""Documents that make quotas: register, receive, carry over."""

from __future__ import annotations

from services.ledger.domain.accounts import AccountKind, TransferKind
from services.ledger.domain.documents import Line
from services.ledger.domain.movements import IssueLine, NewQuota
from services.ledger.domain.planning.draft import Draft, refuse

IN_TRANSIT, RECEIVED, WITHDRAWN = "in_transit", "received", "withdrawn"


def register(draft: Draft, number: int, line: Line) -> int:
    """登记: money arranged here, or received from outside the ledger."""
    document = draft.document
    if line.fund_code not in draft.known.funds:
        raise refuse(
            number,
            "ledger.fund_unknown",
            f"资金清单中没有 {line.fund_code}",
            f"the list of funds has no {line.fund_code}",
            fund=line.fund_code,
        )
    if bool(line.upper_document_number) != bool(line.issuer_division_code):
        raise refuse(
            number,
            "ledger.upper",
            "上级文号和下达区划应同时填写",
            "the document above and the division that issued it are said together",
        )
    quota = NewQuota(
        line=number,
        id=draft.new_id(number),
        key=line.quota_key,
        document_number=document.document_number,
        upper_document_number=line.upper_document_number,
        issuer_division_code=line.issuer_division_code,
        fund_code=line.fund_code,
        fiscal_year=document.fiscal_year,
        function_class=line.function_class,
        summary=line.summary or document.summary,
        amount_fen=line.amount_fen,
        issued_on=document.issued_on,
        received_on=document.effective_on,
    )
    draft.make(quota)
    to = AccountKind.PENDING if line.pending else AccountKind.FREE
    draft.move(number, quota.id, TransferKind.REGISTER, AccountKind.SOURCE, to, line.amount_fen)
    return line.amount_fen


def receive(draft: Draft, number: int, line: Line) -> int:
    """接收: the whole of one line of an issue."""
    issued = _issued(draft, number, line)
    draft.received.add(issued.key)
    upper = draft.known.uppers[issued.quota_id]
    quota = NewQuota(
        line=number,
        id=draft.new_id(number),
        key=line.quota_key,
        document_number=issued.document_number,
        upper_document_number=upper.document_number,
        issuer_division_code=issued.division_code,
        fund_code=upper.fund_code,
        fiscal_year=issued.fiscal_year,
        function_class=upper.function_class,
        summary=line.summary or issued.summary,
        amount_fen=issued.amount_fen,
        issued_on=issued.issued_on,
        received_on=draft.document.effective_on,
        upper_id=upper.id,
        issue_line_id=issued.id,
    )
    draft.make(quota)
    to, kind = AccountKind.PENDING if line.pending else AccountKind.FREE, TransferKind.RECEIVE
    draft.move(number, upper.id, kind, AccountKind.IN_TRANSIT, AccountKind.ISSUED, issued.amount_fen)
    draft.move(number, quota.id, kind, AccountKind.RECEIVED, to, issued.amount_fen)
    return issued.amount_fen


def _issued(draft: Draft, number: int, line: Line) -> IssueLine:
    document, issued = draft.document, draft.known.issue_lines.get(line.issue_line_key)
    if issued is None:
        raise refuse(
            number,
            "ledger.not_issued",
            f"没有下达明细 {line.issue_line_key}",
            f"nothing was issued under {line.issue_line_key}",
        )
    if issued.to_division_code != document.division_code:
        raise refuse(
            number,
            "ledger.issued_to_other",
            f"{issued.key} 不是下达给 {document.division_code} 的",
            f"{issued.key} was not issued to {document.division_code}",
        )
    if issued.state != IN_TRANSIT or issued.key in draft.received:
        zh, en = ("撤回", "withdrawn") if issued.state == WITHDRAWN else ("接收", "received")
        raise refuse(
            number,
            "ledger.not_in_transit",
            f"{issued.key} 已{zh}",
            f"{issued.key} was {en} already",
        )
    if issued.fiscal_year != document.fiscal_year:
        raise draft.other_year(number, issued.key, issued.fiscal_year)
    if document.effective_on < issued.effective_on:
        raise refuse(
            number,
            "ledger.before_issue",
            f"接收日 {document.effective_on} 早于下达日 {issued.effective_on}",
            f"received on {document.effective_on}, before it was issued on {issued.effective_on}",
        )
    return issued


def carry_over(draft: Draft, number: int, line: Line) -> int:
    """结转: what is left of the year before, under the same document and of the same age; what was pending stays so."""
    document = draft.document
    quota = draft.own_quota(number, line.quota_key, document.fiscal_year - 1)
    fen = draft.amount(number, line, quota)
    new = NewQuota(
        line=number,
        id=draft.new_id(number),
        key=line.to_quota_key,
        document_number=quota.document_number,
        upper_document_number="",
        issuer_division_code="",
        fund_code=quota.fund_code,
        fiscal_year=document.fiscal_year,
        function_class=quota.function_class,
        summary=line.summary or document.summary,
        amount_fen=fen,
        issued_on=document.issued_on,
        received_on=quota.received_on,
        origin_id=quota.id,
    )
    draft.make(new)
    beside = AccountKind.CARRIED_OVER
    for account, part in draft.balances.split(quota.id, fen):
        draft.move(number, quota.id, TransferKind.CARRY_OVER, account, beside, part)
        draft.move(number, new.id, TransferKind.CARRY_OVER, beside, account, part)
    return fen
