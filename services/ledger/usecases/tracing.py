"""Where money came from and where it went: up from a payment to its document, down from a document to the people.

Upward, a caller meets quotas that are not the caller's: those of the divisions above. They are told by division,
level, document numbers and fund, because a county must be able to cite the central document that its money came
from; of their amounts nothing is told but what the nearest one issued to the caller's own quota, which the caller
has registered. Everything else outside the scope is as unknown as what does not exist.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import NamedTuple, Protocol

import polars as pl

from services.kit.caller import Scope
from services.kit.errors import InvalidInput, NotFound
from services.ledger.usecases.reading import (
    Filter,
    Page,
    Place,
    check_limit,
    refuse_unstorable,
)

FOUND_MAX = 20
"""How many payments and quotas a search tells."""
ALLOTMENTS_MAX = 500
"""To how many projects a quota's allotments are told."""
TEXT_MAX = 200


class Upper(StrEnum):
    """What is known of the quota from which another one was received."""

    RECORDED = "recorded"
    NONE_NAMED = "none_named"
    NOT_RECORDED = "not_recorded"
    CIRCULAR = "circular"


class Node(NamedTuple):
    """A quota with what became of it, fen; `below` is everything under it, `children` what is right under it.

    A tuple, because an answer has hundreds of them.
    """

    key: str
    division_code: str
    level: str | None
    document_number: str | None
    upper_document_number: str | None
    issuer_division_code: str | None
    upper: str
    fund_code: str | None
    fund_level: str | None
    category: str
    fiscal_year: int
    issued_on: date | None
    received_on: date
    amount_fen: int
    issued_fen: int
    allotted_fen: int
    free_fen: int
    paid_fen: int
    intermediate_fen: int
    children: int
    children_fen: int
    below: int
    below_paid_fen: int
    below_intermediate_fen: int

    @property
    def missing_fen(self) -> int:
        """Issued and not registered right below."""
        return self.issued_fen - self.children_fen

    @property
    def progress_bp(self) -> int:
        """Paid here and below of the amount, in basis points, rounded half up once; 0 if there is no amount."""
        base, paid = self.amount_fen, self.paid_fen + self.below_paid_fen
        return (2 * 10_000 * paid + base) // (2 * base) if base > 0 else 0


@dataclass(frozen=True)
class Step:
    """A quota on the way up. `issued_here_fen` is what it issued to the quota of the step before."""

    key: str
    division_code: str
    level: str | None
    document_number: str | None
    upper_document_number: str | None
    issuer_division_code: str | None
    upper: str
    fund_code: str | None
    fund_level: str | None
    fiscal_year: int
    issued_on: date | None
    received_on: date | None
    amount_fen: int | None
    issued_here_fen: int | None = None
    visible: bool = True


@dataclass(frozen=True)
class ProjectAllotment:
    """What a quota has allotted to a project, fen; `left_fen` is not paid yet, negative if more was paid."""

    project_key: str
    project_name: str | None
    allotted_fen: int
    left_fen: int
    allotments: int


@dataclass(frozen=True)
class Share:
    """A share of a payment with the quotas above it, nearest first; none of them: it is in suspense."""

    key: str
    category: str
    amount_fen: int
    standing: bool
    steps: Sequence[Step] = ()
    allotment: ProjectAllotment | None = None


@dataclass(frozen=True)
class Family:
    """A payment, its original if it is a correction, and all corrections of the original: rows of one frame."""

    payments: pl.DataFrame = field(repr=False)
    asked: int
    """Row of the payment that was asked for."""
    original: int | None
    """Row of its original; None if it is one, or if the original is not there."""
    corrections: Sequence[int]
    """Rows of the corrections."""
    original_id: int
    project_name: str
    disbursements: int
    disbursed_fen: int
    block_height: int


@dataclass(frozen=True)
class PaymentTrace:
    """The way of a payment's money up."""

    family: Family
    shares: Sequence[Share]


class NodePlace(NamedTuple):
    """Where a page of quotas ended."""

    division_code: str
    key: str


@dataclass(frozen=True)
class NodePage:
    """A page of quotas in order of division and key; `next` is None on the last one."""

    nodes: Sequence[Node]
    next: NodePlace | None


@dataclass(frozen=True)
class QuotaTrace:
    """A quota, the way up from it, what is right below it and what it allotted."""

    node: Node
    steps: Sequence[Step]
    children: NodePage
    allotments: Sequence[ProjectAllotment]
    more_allotments: bool


@dataclass(frozen=True)
class LinePage:
    """A page of disbursement lines; `next` is the id of the last one, None on the last page."""

    lines: pl.DataFrame
    next: int | None


@dataclass(frozen=True)
class Found:
    """What a number means."""

    payments: pl.DataFrame
    quotas: Sequence[Node]
    more: bool
    is_document: bool


class Traces(Protocol):
    """The questions that the database answers. What a scope does not see is not there, unless it says so."""

    def family(self, scope: Scope, key: str) -> Family | None:
        """A payment with its original and corrections."""
        ...

    def way(self, scope: Scope, key: str) -> PaymentTrace | None:
        """The same with the shares of the original and all quotas above them, those outside of any scope too."""
        ...

    def payments_named(self, scope: Scope, text: str, limit: int) -> pl.DataFrame:
        """Payments of this key or voucher number, newest first."""
        ...

    def quotas_named(self, scope: Scope, key: str) -> list[Node]:
        """The quota of this key, if there is one."""
        ...

    def document(self, scope: Scope, number: str, after: NodePlace | None, limit: int) -> list[Node]:
        """Quotas of a document after a place; of those above the scope the first ones below that are in it."""
        ...

    def quotas_of(self, scope: Scope, wanted: Filter, after: NodePlace | None, limit: int) -> list[Node]:
        """Quotas of the very division of a filter, its fund and year, after a place."""
        ...

    def quota(
        self, scope: Scope, key: str, after: NodePlace | None, limit: int
    ) -> tuple[Node, list[Step], list[Node], list[ProjectAllotment]] | None:
        """A quota, all quotas above it, those right below it after a place, and what it allotted, by project.

        Those above are told whatever the scope. One allotment more than the maximum says that there are more.
        """
        ...

    def quota_payments(
        self, scope: Scope, key: str, project_key: str, after: Place | None, limit: int
    ) -> pl.DataFrame | None:
        """The payments of a quota after a place, newest day first, with id, standing_fen and has_disbursements.

        None if there is no such quota.
        """
        ...

    def lines(self, payment_id: int, after_id: int, limit: int) -> pl.DataFrame:
        """The standing disbursement lines of a payment after an id."""
        ...


def search(traces: Traces, scope: Scope, text: str) -> Found:
    """What a number means: a payment's key or voucher, a quota's key or a document number. At most 20 of each."""
    text = text.strip()
    if not 1 <= len(text) <= TEXT_MAX:
        raise InvalidInput(
            "ledger.search_text",
            f"请输入 1 至 {TEXT_MAX} 个字的凭证号、支付标识、指标文号或指标明细号",
            f"give a voucher number, a key or a document number of 1 to {TEXT_MAX} characters",
        )
    refuse_unstorable(text)
    payments = traces.payments_named(scope, text, FOUND_MAX + 1)
    of_document = traces.document(scope, text, None, FOUND_MAX + 1)
    quotas = [*traces.quotas_named(scope, text), *of_document]
    more = max(payments.height, len(quotas)) > FOUND_MAX
    return Found(payments.head(FOUND_MAX), quotas[:FOUND_MAX], more, bool(of_document))


def trace_payment(traces: Traces, scope: Scope, key: str) -> PaymentTrace:
    """Up from a payment; refuses a key that is unknown or outside the scope."""
    refuse_unstorable(key)
    way = traces.way(scope, key)
    if way is None:
        raise _payment_unknown(key)
    shares = [replace(share, steps=told(share.steps, scope)) for share in way.shares]
    return PaymentTrace(way.family, shares)


def trace_document(
    traces: Traces, scope: Scope, number: str, after: NodePlace | None, limit: int
) -> NodePage:
    """Down from a document: its quotas, 1 to 500 a page; refuses a number that no quota of the scope goes back to."""
    check_limit(limit)
    refuse_unstorable(number)
    nodes = traces.document(scope, number, after, limit + 1)
    if not nodes and after is None:
        raise NotFound(
            "ledger.document_unknown",
            f"没有文号为 {number} 的指标",
            f"there is no quota of document {number}",
            {"document_number": number},
        )
    return _page(nodes, limit)


def list_quotas(
    traces: Traces, scope: Scope, wanted: Filter, after: NodePlace | None, limit: int
) -> NodePage:
    """1 to 500 quotas of a division, its fund and year; a division outside the scope is not allowed."""
    check_limit(limit)
    refuse_unstorable(wanted.division_code, wanted.fund_code)
    inside = scope.narrowed(wanted.division_code)
    return _page(traces.quotas_of(inside, wanted, after, limit + 1), limit)


def get_quota(traces: Traces, scope: Scope, key: str, after: NodePlace | None, limit: int) -> QuotaTrace:
    """A quota with 1 to 500 of those right below it; refuses a key that is unknown or outside the scope."""
    check_limit(limit)
    refuse_unstorable(key)
    found = traces.quota(scope, key, after, limit + 1)
    if found is None:
        raise _quota_unknown(key)
    node, steps, children, allotments = found
    return QuotaTrace(
        node,
        told(steps, scope)[1:],
        _page(children, limit),
        allotments[:ALLOTMENTS_MAX],
        len(allotments) > ALLOTMENTS_MAX,
    )


def quota_payments(
    traces: Traces, scope: Scope, key: str, project_key: str, after: Place | None, limit: int
) -> Page:
    """A page of 1 to 500 payments of a quota, newest business day first."""
    check_limit(limit)
    refuse_unstorable(key, project_key)
    found = traces.quota_payments(scope, key, project_key, after, limit + 1)
    if found is None:
        raise _quota_unknown(key)
    page = found.head(limit)
    if found.height <= limit:
        return Page(page, None)
    return Page(page, Place(page["effective_on"][-1], page["id"][-1]))


def disbursement_lines(traces: Traces, scope: Scope, key: str, after_id: int, limit: int) -> LinePage:
    """A page of 1 to 500 disbursement lines that travel with a payment (a correction: with its original)."""
    check_limit(limit)
    refuse_unstorable(key)
    family = traces.family(scope, key)
    if family is None:
        raise _payment_unknown(key)
    found = traces.lines(family.original_id, after_id, limit + 1)
    page = found.head(limit)
    return LinePage(page, page["id"][-1] if found.height > limit else None)


def told(steps: Sequence[Step], scope: Scope) -> list[Step]:
    """Steps as the scope may know them: of one outside, where it stands and what it issued into the scope."""
    shown: list[Step] = []
    before: Step | None = None
    for step in steps:
        visible = scope.sees_division(step.division_code) and (
            not scope.funds or step.fund_code in scope.funds
        )
        issued_fen = before.amount_fen if before else None
        if visible:
            shown.append(replace(step, issued_here_fen=issued_fen))
        else:
            shown.append(
                replace(
                    step,
                    key="",
                    fiscal_year=0,
                    issued_on=None,
                    received_on=None,
                    amount_fen=None,
                    issued_here_fen=issued_fen,
                    visible=False,
                )
            )
        before = shown[-1]
    return shown


def _payment_unknown(key: str) -> NotFound:
    return NotFound("ledger.payment_unknown", f"没有支付 {key}", f"there is no payment {key}", {"key": key})


def _quota_unknown(key: str) -> NotFound:
    return NotFound("ledger.quota_unknown", f"没有指标 {key}", f"there is no quota {key}", {"key": key})


def _page(nodes: Sequence[Node], limit: int) -> NodePage:
    page = nodes[:limit]
    return NodePage(page, NodePlace(page[-1].division_code, page[-1].key) if len(nodes) > limit else None)
