"""Questions about links: what waits and what may be its quota, decisions, and lists against payments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple, Protocol

import polars as pl

from services.kit.caller import Scope
from services.kit.errors import InvalidInput, NotFound
from services.ledger.domain.links import DUE_DAY
from services.ledger.domain.proposals import WEIGHTS, propose
from services.ledger.usecases.reading import Place, check_limit, refuse_unstorable

PROPOSED_ROWS_MAX = 100
CANDIDATES_MAX = 2_000
"""Quotas of one division that are looked at for a page: those of the newest years."""


@dataclass(frozen=True)
class Candidates:
    """Quotas of divisions, and to which projects they allotted money, as proposals.propose wants them."""

    quotas: pl.DataFrame
    allotments: pl.DataFrame


@dataclass(frozen=True)
class Unlinked:
    """A page of payments that wait, with proposals (of none: empty); `next` is None on the last one."""

    payments: pl.DataFrame
    next: Place | None
    suspense_fen: int
    unrelated_fen: int
    proposals: Sequence[Proposal] = ()
    due_day: int = DUE_DAY


class Proposal(NamedTuple):
    """A quota that may be a payment's; `reasons` are names of proposals.WORDS, fen executable."""

    payment_key: str
    quota_key: str
    score: int
    reasons: tuple[str, ...]
    document_number: str
    fund_code: str
    fiscal_year: int
    free_fen: int


@dataclass(frozen=True)
class DecisionLine:
    """A line of a decision, and the business day of its payment."""

    key: str
    payment_key: str
    quota_key: str
    project_key: str
    amount_fen: int
    payment_day: date


@dataclass(frozen=True)
class DecisionRow:
    """A decision as it is recorded. `undone_by` is empty while it stands."""

    id: int
    key: str
    kind: str
    division_code: str
    reason: str
    original_key: str
    undone_by: str
    recorded_on: date
    recorded_at: datetime
    recorded_by: str
    position: int
    lines: Sequence[DecisionLine] = field(default=())


class ListCheck(NamedTuple):
    """A payment and what its list adds up to, fen."""

    id: int
    payment_key: str
    division_code: str
    day: date
    voucher_no: str
    paid_fen: int
    listed_fen: int
    lines: int


class LinkReader(Protocol):
    """The questions that the database answers. What a scope does not see is not there."""

    def unlinked(self, scope: Scope, payment_key: str, after: Place | None, limit: int) -> pl.DataFrame:
        """Payments whose row is in suspense, oldest first, after a place."""
        ...

    def waiting(self, scope: Scope) -> tuple[int, int]:
        """What is in suspense, and what is unrelated, fen."""
        ...

    def candidates(self, scope: Scope, payments: pl.DataFrame, limit: int) -> Candidates:
        """The quotas of the divisions of payments, at most `limit` of each."""
        ...

    def decisions(
        self, scope: Scope, payment_key: str, key: str, before_id: int, limit: int
    ) -> list[DecisionRow]:
        """Decisions, newest first, of a payment or a key if one is given, with ids below `before_id` (0: all)."""
        ...

    def overdrawn(self, key: str) -> list[tuple[str, int]]:
        """Quotas of the lines of a decision of which more was paid than they have, and by how much."""
        ...

    def lists(
        self, scope: Scope, only_differences: bool, after: Place | None, limit: int
    ) -> tuple[list[ListCheck], Place | None]:
        """Payments with lists, newest first, and where to go on."""
        ...


def list_unlinked(
    reader: LinkReader, scope: Scope, payment_key: str, after: Place | None, limit: int
) -> Unlinked:
    """A page of 1 to 500 payments that wait, oldest first."""
    check_limit(limit)
    refuse_unstorable(payment_key)
    found = reader.unlinked(scope, payment_key, after, limit + 1)
    page = found.head(limit)
    following = Place(page["effective_on"][-1], page["id"][-1]) if found.height > limit else None
    return Unlinked(page, following, *reader.waiting(scope))


def propose_links(
    reader: LinkReader, scope: Scope, payment_key: str, after: Place | None, limit: int
) -> Unlinked:
    """A page of 1 to 100 payments that wait, each with at most three quotas that may be its own."""
    if limit > PROPOSED_ROWS_MAX:
        raise InvalidInput(
            "ledger.page_size",
            f"每页条数应为 1 至 {PROPOSED_ROWS_MAX}",
            f"a page has 1 to {PROPOSED_ROWS_MAX} rows",
        )
    page = list_unlinked(reader, scope, payment_key, after, limit)
    if page.payments.height == 0:
        return page
    known = reader.candidates(scope, page.payments, CANDIDATES_MAX)
    best = propose(page.payments.rename({"key": "payment_key"}), known.quotas, known.allotments)
    shown = best.join(
        known.quotas.select("quota_key", "document_number", "fund_code", "fiscal_year", "free_fen"),
        on="quota_key",
        maintain_order="left",
    )
    proposals = [
        Proposal(
            row["payment_key"],
            row["quota_key"],
            row["score"],
            tuple(name for name in WEIGHTS if row[name]),
            row["document_number"] or "",
            row["fund_code"] or "",
            row["fiscal_year"],
            row["free_fen"],
        )
        for row in shown.iter_rows(named=True)
    ]
    return Unlinked(page.payments, page.next, page.suspense_fen, page.unrelated_fen, proposals)


def list_link_decisions(
    reader: LinkReader, scope: Scope, payment_key: str, key: str, before_id: int, limit: int
) -> tuple[list[DecisionRow], int]:
    """A page of decisions, and the id that the next one begins below (0: it is the last)."""
    check_limit(limit)
    refuse_unstorable(payment_key, key)
    found = reader.decisions(scope, payment_key, key, before_id, limit + 1)
    return found[:limit], found[limit - 1].id if len(found) > limit else 0


def get_decision(reader: LinkReader, scope: Scope, key: str) -> DecisionRow:
    """One decision; refuses a key that is unknown or outside the scope."""
    found, _ = list_link_decisions(reader, scope, "", key, 0, 1)
    if not found:
        raise NotFound(
            "ledger.link_unknown", f"没有挂接决定 {key}", f"there is no decision {key}", {"key": key}
        )
    return found[0]


def check_lists(
    reader: LinkReader, scope: Scope, only_differences: bool, after: Place | None, limit: int
) -> tuple[list[ListCheck], Place | None]:
    """A page of 1 to 500 payments with lists; of differences it may have fewer, and still not be the last."""
    check_limit(limit)
    return reader.lists(scope, only_differences, after, limit)
