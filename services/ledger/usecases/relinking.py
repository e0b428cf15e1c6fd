"""Links that change: payments that a later quota fits better, and disbursements that follow their payment."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from services.kit.rows import no_rows
from services.ledger.domain.accounts import TransferKind, signed
from services.ledger.domain.changes import Change, FactsChanged, by_category, removed
from services.ledger.domain.linking import Posted, attach
from services.ledger.usecases.entering import finish, with_money_accounts
from services.ledger.usecases.ports import ROWS_MAX, Book, Gate, Posting

VOUCHER = ("division_code", "fiscal_year", "voucher_no")


@dataclass(frozen=True)
class Moved:
    """Disbursements that left a category (category, key), those that arrived in one (facts), and whether some wait."""

    left: pl.DataFrame
    arrived: pl.DataFrame
    unfinished: bool

    def changes(self) -> list[Change]:
        """How disbursements are told that moved without a new link of their payment."""
        return [
            *removed("PaymentsUnlinked", "disbursement", self.left),
            *by_category("DisbursementsPosted", "disbursements", self.arrived),
        ]


def finish_links(book: Book, request_id: str) -> int:
    """Links and moves what earlier postings had to leave for later, at most 5,000 payments or disbursements a
    posting; says how many."""
    total = 0
    while True:
        posted = book.post(_finish_some, request_id)
        total += posted.posted
        if posted.position == 0:
            return total


def _finish_some(posting: Posting) -> Posted:
    posting.enter(Gate.ALONE)
    pairs = posting.remembered()
    if pairs.height:
        count, transfers, changes = relink(posting, pairs)
        if count:
            return Posted(count, 0, (), finish(posting, [transfers], changes))
    moved = _move_remembered(posting)
    if moved.arrived.height == 0:
        return Posted(0, 0, ())
    return Posted(moved.arrived.height, 0, (), finish(posting, [], moved.changes()))


def _move_remembered(posting: Posting) -> Moved:
    """Moves disbursements of remembered vouchers: of as many as a posting may move, or a part of one that has more.

    Nobody is beside this posting, so nothing has to be locked.
    """
    while True:
        remembered = posting.remembered_vouchers(ROWS_MAX)
        if remembered.height == 0:
            return _nothing_moved()
        counted = posting.count_disbursements(remembered, ROWS_MAX + 1).sort("disbursements", *VOUCHER)
        fitting = _fitting(counted)
        vouchers = fitting if fitting.height else counted.head(1)
        waiting = counted.join(vouchers, on=VOUCHER, how="anti")
        found = posting.misplaced_disbursements(vouchers, ROWS_MAX + 1)
        if found.height <= ROWS_MAX:
            posting.forget_vouchers(remembered.join(waiting, on=VOUCHER, how="anti"))
        if found.height:
            return _move(posting, found.head(ROWS_MAX), unfinished=False)


def relink(posting: Posting, pairs: pl.DataFrame) -> tuple[int, pl.DataFrame, list[Change]]:
    """Links payments of pairs (division_code, document_number) to the quota that fits best now.

    Their money moves on its own days, as if it had been linked so from the start. Returns how many payments,
    the transfers and the changes.
    """
    found = posting.mislinked(pairs, ROWS_MAX + 1)
    if found.height > ROWS_MAX:
        posting.later(pairs)
        found = found.head(ROWS_MAX)
    if found.height == 0:
        return 0, pl.DataFrame(), []
    movements = posting.movements(found["payment_id"])
    before = with_money_accounts(found, posting)
    after = with_money_accounts(
        found.with_columns(quota_id="best_quota_id", category="best_category"), posting
    )
    back = _moving(before, movements).rename({"from_account": "to_account", "to_account": "from_account"})
    transfers = pl.concat(
        [signed(back, TransferKind.UNLINK), signed(_moving(after, movements), TransferKind.LINK)]
    )
    ended = posting.end_shares(found["payment_id"])
    standing = after.with_columns(share_number=pl.col("share_number") + 1)
    posting.restand(standing)
    moved = move_disbursements(posting, found.select(VOUCHER).unique())
    linked = posting.share_facts(standing["payment_id"])
    return found.height, transfers, told_links(ended, moved.left, linked, moved.arrived)


def _moving(payments: pl.DataFrame, movements: pl.DataFrame) -> pl.DataFrame:
    accounts = payments.select("payment_id", "from_account", "to_account")
    return movements.join(accounts, on="payment_id", how="inner", maintain_order="left")


def told_links(
    ended: pl.DataFrame, left: pl.DataFrame, linked: pl.DataFrame, arrived: pl.DataFrame
) -> list[Change]:
    """First everything that leaves, then everything that arrives, per category."""
    gone = pl.concat(
        [
            ended.select("category", "key", kind=pl.lit("payment")),
            left.select("category", "key", kind=pl.lit("disbursement")),
        ]
    )
    changes = by_category("PaymentsUnlinked", "removed", gone)
    for category in sorted({*linked["category"], *arrived["category"]}):
        frames = {
            name: frame.filter(pl.col("category") == category)
            for name, frame in (("shares", linked), ("disbursements", arrived))
        }
        changes.append(
            FactsChanged(category, "PaymentsLinked", {n: f for n, f in frames.items() if f.height})
        )
    return changes


def move_disbursements(posting: Posting, vouchers: pl.DataFrame) -> Moved:
    """Lets the disbursements of vouchers follow the shares that stand now.

    A voucher is moved whole or not at all: those that would make it more than 5,000 are remembered, whole, for
    postings of their own.
    """
    counted = posting.count_disbursements(vouchers, ROWS_MAX + 1).sort("disbursements", *VOUCHER)
    fitting = _fitting(counted)
    waiting = counted.join(fitting, on=VOUCHER, how="anti")
    if waiting.height:
        posting.later_vouchers(waiting.select(VOUCHER))
    if fitting.height == 0:
        return replace(_nothing_moved(), unfinished=waiting.height > 0)
    posting.lock_disbursements(fitting)
    disbursements = posting.standing_disbursements(fitting)
    attached = attach(disbursements, posting.voucher_shares(fitting))
    moved = attached.filter(
        pl.col("payment_id").ne_missing(pl.col("attached_payment_id"))
        | pl.col("quota_id").ne_missing(pl.col("attached_quota_id"))
        | (pl.col("category") != pl.col("attached_category"))
    )
    return _move(posting, moved, unfinished=waiting.height > 0)


def _fitting(counted: pl.DataFrame) -> pl.DataFrame:
    """The first vouchers that together have no more disbursements than a posting may move."""
    return counted.filter(pl.col("disbursements").cum_sum() <= ROWS_MAX).select(VOUCHER)


def _move(posting: Posting, moved: pl.DataFrame, unfinished: bool) -> Moved:
    posting.reattach(moved)
    return Moved(moved.select("key", category="attached_category"), moved, unfinished)


def _nothing_moved() -> Moved:
    nothing = no_rows({"category": pl.String, "key": pl.String})
    return Moved(nothing, nothing, unfinished=False)
