"""上下级对账: what one level issued against what the next one registered, and what each level made of a document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple, Protocol

from services.kit.caller import Scope
from services.ledger.usecases.reading import check_limit, refuse_unstorable


@dataclass(frozen=True)
class Wanted:
    """What to reconcile; empty or zero for everything that the scope allows. The division is the receiving one."""

    fiscal_year: int = 0
    division_code: str = ""
    fund_code: str = ""
    only_differences: bool = False


class IssueState(StrEnum):
    """How an issue and its registration compare."""

    AGREES = "agrees"
    NOT_RECEIVED = "not_received"
    MORE_RECEIVED = "more_received"
    UPPER_NOT_RECORDED = "upper_not_recorded"


class IssueLine(NamedTuple):
    """What one upper quota issued to one division against what is registered there, fen.

    `upper_key` is None where no upper quota is recorded. `since` is the day of the oldest issue or registration that
    has no counterpart.
    """

    division_code: str
    upper_document_number: str
    upper_division_code: str
    fund_code: str
    fiscal_year: int
    upper_key: str | None
    upper_fund_code: str | None
    issued_fen: int
    registered_fen: int
    issues: int
    registered: int
    since: date | None

    @property
    def difference_fen(self) -> int:
        """Issued less registered."""
        return self.issued_fen - self.registered_fen

    @property
    def state(self) -> IssueState:
        """How the two compare."""
        if self.upper_key is None:
            return IssueState.UPPER_NOT_RECORDED
        if self.difference_fen == 0:
            return IssueState.AGREES
        return IssueState.NOT_RECEIVED if self.difference_fen > 0 else IssueState.MORE_RECEIVED

    def days(self, today: date) -> int:
        """How long the oldest difference stands."""
        return max((today - self.since).days, 0) if self.since else 0

    @property
    def place(self) -> LinePlace:
        """Where it stands in the order of all lines."""
        return LinePlace(
            self.division_code,
            self.upper_document_number,
            self.upper_division_code,
            self.fund_code,
            self.fiscal_year,
            self.upper_key or "",
        )


class LinePlace(NamedTuple):
    """Where a page of lines ended."""

    division_code: str
    upper_document_number: str
    upper_division_code: str
    fund_code: str
    fiscal_year: int
    upper_key: str


class Totals(NamedTuple):
    """Sums over all lines that were asked for, fen, and how many they are."""

    issued_fen: int
    registered_fen: int
    differing: int
    all: int


@dataclass(frozen=True)
class IssuePage:
    """A page of lines in order of their places, with the totals of all; `next` is None on the last one."""

    lines: Sequence[IssueLine]
    next: LinePlace | None
    totals: Totals


class LevelTotals(NamedTuple):
    """The quotas of one level that go back to one document, fen."""

    document_number: str
    fund_code: str
    complete: bool
    level: str
    quotas: int
    amount_fen: int
    issued_fen: int
    allotted_fen: int
    paid_fen: int
    intermediate_fen: int


class DocumentPlace(NamedTuple):
    """Where a page of documents ended."""

    document_number: str
    fund_code: str


@dataclass(frozen=True)
class DocumentTotals:
    """A document that money came with, and its levels from the province down."""

    document_number: str
    fund_code: str
    complete: bool
    levels: Sequence[LevelTotals]


@dataclass(frozen=True)
class DocumentPage:
    """A page of documents in order of number and fund; `next` is None on the last one."""

    documents: Sequence[DocumentTotals]
    next: DocumentPlace | None


class Reconciliation(Protocol):
    """The questions that the database answers. What a scope does not see is not there."""

    def issues(
        self, scope: Scope, wanted: Wanted, after: LinePlace | None, limit: int
    ) -> tuple[Totals, list[IssueLine]]:
        """The totals of all lines, and lines after a place."""
        ...

    def documents(
        self, scope: Scope, wanted: Wanted, after: DocumentPlace | None, limit: int
    ) -> list[LevelTotals]:
        """The levels of documents after a place, in order of document, fund and level from the province down."""
        ...


def reconcile_issues(
    reconciliation: Reconciliation, scope: Scope, wanted: Wanted, after: LinePlace | None, limit: int
) -> IssuePage:
    """A page of 1 to 500 lines, those of the receiving divisions and funds in the scope.

    An upper quota outside the scope is told by its division and document only, as on a way up (usecases.tracing): the
    amounts of a line are what it issued to the receiving division.
    """
    check_limit(limit)
    refuse_unstorable(wanted.division_code, wanted.fund_code)
    totals, lines = reconciliation.issues(scope.narrowed(wanted.division_code), wanted, after, limit + 1)
    page = lines[:limit]
    return IssuePage(page, page[-1].place if len(lines) > limit else None, totals)


def shown_upper_key(line: IssueLine, scope: Scope) -> str:
    """The key of the upper quota, if the scope may open it."""
    seen = scope.sees_division(line.upper_division_code)
    fund_seen = not scope.funds or line.upper_fund_code in scope.funds
    return (line.upper_key or "") if seen and fund_seen else ""


def reconcile_documents(
    reconciliation: Reconciliation, scope: Scope, wanted: Wanted, after: DocumentPlace | None, limit: int
) -> DocumentPage:
    """A page of 1 to 500 documents with the levels that the scope sees. The document itself may be above the scope."""
    check_limit(limit)
    refuse_unstorable(wanted.division_code, wanted.fund_code)
    rows = reconciliation.documents(scope.narrowed(wanted.division_code), wanted, after, limit + 1)
    documents: dict[DocumentPlace, list[LevelTotals]] = {}
    for row in rows:
        documents.setdefault(DocumentPlace(row.document_number, row.fund_code), []).append(row)
    page = list(documents.items())[:limit]
    totals = [
        DocumentTotals(*place, all(level.complete for level in levels), levels) for place, levels in page
    ]
    return DocumentPage(totals, page[-1][0] if len(documents) > limit else None)
