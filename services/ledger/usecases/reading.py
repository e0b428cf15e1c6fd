"""Questions: sums by division and fund, pages of payments, one payment. Every question takes a scope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple, Protocol

import polars as pl

from services.kit.caller import Scope
from services.kit.errors import InvalidInput, NotFound
from services.ledger.domain.linking import UNSTORABLE_TEXT

PAGE_ROWS_MAX = 500
SUMMARY_ROWS_MAX = 10_000


@dataclass(frozen=True)
class Filter:
    """What to look at; empty or zero for everything that the scope allows."""

    fiscal_year: int = 0
    division_code: str = ""
    category: str = ""
    fund_code: str = ""
    document_number: str = ""
    from_day: date | None = None
    to_day: date | None = None


class Sums(NamedTuple):
    """Sums of one division, fund, category and year, fen; empty names in the total.

    A tuple, because an answer has thousands of them and a frozen dataclass takes four times as long to make.
    """

    division_code: str = ""
    fund_code: str = ""
    category: str = ""
    fiscal_year: int = 0
    arranged_fen: int = 0
    issued_fen: int = 0
    allotted_fen: int = 0
    free_fen: int = 0
    paid_fen: int = 0
    intermediate_fen: int = 0
    pending_fen: int = 0
    frozen_fen: int = 0
    in_transit_fen: int = 0
    """Part of issued_fen that nobody received yet."""
    received_inside_fen: int = 0
    """Part of arranged_fen that another row of the same answer issued."""
    suspense_fen: int = 0
    """Part of what was paid whose quota is not known."""

    @property
    def progress_bp(self) -> int:
        """Paid of what stays here, in basis points, rounded half up once; 0 if nothing stays."""
        base = self.arranged_fen - self.issued_fen
        return (2 * 10_000 * self.paid_fen + base) // (2 * base) if base > 0 else 0


@dataclass(frozen=True)
class Summary:
    """Sums, their total with money that was passed on counted once, and what is in suspense."""

    rows: Sequence[Sums]
    total: Sums
    suspense_fen: int
    closed_to: date | None


@dataclass(frozen=True)
class Place:
    """Where a page ended: the day and id of its last payment."""

    day: date
    id: int


@dataclass(frozen=True)
class Page:
    """A page of payments, newest business day first, in columns; `next` is None on the last one."""

    payments: pl.DataFrame
    next: Place | None


@dataclass(frozen=True)
class PaymentDetail:
    """One payment with all its shares, its block and the number of disbursements that travel with it."""

    payment: pl.DataFrame
    shares: pl.DataFrame = field(repr=False)
    block_height: int
    disbursements: int


class LedgerReader(Protocol):
    """The questions that the database answers."""

    def sums(self, scope: Scope, wanted: Filter, limit: int) -> list[Sums]:
        """The sums of all rows, then at most `limit` rows in order of division, fund and year."""
        ...

    def closed_to(self) -> date | None:
        """The newest closed day."""
        ...

    def payments(self, scope: Scope, wanted: Filter, after: Place | None, limit: int) -> pl.DataFrame:
        """Payments after a place, newest day first, with id."""
        ...

    def payment(self, scope: Scope, key: str) -> PaymentDetail | None:
        """One payment, if it is there and in the scope."""
        ...


def summary(reader: LedgerReader, scope: Scope, wanted: Filter, rows_max: int = SUMMARY_ROWS_MAX) -> Summary:
    """Sums by division and fund, at most `rows_max` rows (0: the total alone); the total is always of all."""
    refuse_unstorable(wanted.division_code, wanted.category, wanted.fund_code)
    everything, *rows = reader.sums(scope.narrowed(wanted.division_code), wanted, rows_max)
    inside_fen = everything.received_inside_fen
    total = everything._replace(
        arranged_fen=everything.arranged_fen - inside_fen,
        issued_fen=everything.issued_fen - inside_fen,
        received_inside_fen=0,
        suspense_fen=0,
    )
    return Summary(rows, total, everything.suspense_fen, reader.closed_to())


def list_payments(
    reader: LedgerReader, scope: Scope, wanted: Filter, after: Place | None, limit: int
) -> Page:
    """A page of 1 to 500 payments, newest business day first."""
    check_limit(limit)
    refuse_unstorable(wanted.division_code, wanted.category, wanted.fund_code, wanted.document_number)
    found = reader.payments(scope.narrowed(wanted.division_code), wanted, after, limit + 1)
    page = found.head(limit)
    if found.height <= limit:
        return Page(page, None)
    return Page(page, Place(page["effective_on"][-1], page["id"][-1]))


def get_payment(reader: LedgerReader, scope: Scope, key: str) -> PaymentDetail:
    """One payment; refuses a key that is unknown or outside the scope."""
    refuse_unstorable(key)
    found = reader.payment(scope, key)
    if found is None:
        raise NotFound(
            "ledger.payment_unknown", f"没有支付 {key}", f"there is no payment {key}", {"key": key}
        )
    return found


def check_limit(limit: int) -> None:
    """Refuses a page of other than 1 to 500 rows."""
    if not 1 <= limit <= PAGE_ROWS_MAX:
        raise InvalidInput(
            "ledger.page_size",
            f"每页条数应为 1 至 {PAGE_ROWS_MAX}",
            f"a page has 1 to {PAGE_ROWS_MAX} rows",
        )


def refuse_unstorable(*texts: str) -> None:
    """What no database text can hold is nobody's code or key, and no database can be asked for it."""
    if any("\x00" in text for text in texts):
        raise InvalidInput(UNSTORABLE_TEXT, "文本含有控制字符", "a text holds a control character")
