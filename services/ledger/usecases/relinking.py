"""Links that change: payments that a later quota fits better, and disbursements that follow their payment."""

from __future__ import annotations

import polars as pl

from services.ledger.domain.accounts import TransferKind, signed
from services.ledger.domain.changes import Change, FactsChanged, by_category, removed
from services.ledger.domain.linking import Posted, attach
from services.ledger.usecases.entering import finish, with_money_accounts
from services.ledger.usecases.ports import ROWS_MAX, Book, Gate, Posting

VOUCHER = ("division_code", "fiscal_year", "voucher_no")


def finish_links(book: Book, request_id: str) -> int:
    """Links what earlier postings had to leave for later, at most 5,000 payments a posting; says how many."""
    total = 0
    while True:
        posted = book.post(_link_remembered, request_id)
        total += posted.posted
        if posted.position == 0:
            return total


def _link_remembered(posting: Posting) -> Posted:
    posting.enter(Gate.ALONE)
    pairs = posting.remembered()
    if pairs.height == 0:
        return Posted(0, 0, ())
    count, transfers, changes = relink(posting, pairs)
    if count == 0:
        return Posted(0, 0, ())
    return Posted(count, 0, (), finish(posting, [transfers], changes))


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
    left, arrived = move_disbursements(posting, found.select(VOUCHER).unique())
    linked = posting.share_facts(standing["payment_id"])
    return found.height, transfers, _told(ended, left, linked, arrived)


def _moving(payments: pl.DataFrame, movements: pl.DataFrame) -> pl.DataFrame:
    accounts = payments.select("payment_id", "from_account", "to_account")
    return movements.join(accounts, on="payment_id", how="inner", maintain_order="left")


def _told(
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


def move_disbursements(posting: Posting, vouchers: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Lets the disbursements of vouchers follow the shares that stand now.

    Returns those that left a category (category, key) and those that arrived in one, as facts.
    """
    vouchers = posting.vouchers_with_disbursements(vouchers)
    disbursements = posting.standing_disbursements(vouchers)
    if disbursements.height == 0:
        nothing = pl.DataFrame(schema={"category": pl.String, "key": pl.String})
        return nothing, nothing
    attached = attach(disbursements, posting.voucher_shares(vouchers))
    moved = attached.filter(
        pl.col("payment_id").ne_missing(pl.col("attached_payment_id"))
        | pl.col("quota_id").ne_missing(pl.col("attached_quota_id"))
        | (pl.col("category") != pl.col("attached_category"))
    )
    posting.reattach(moved)
    return moved.select("key", category="attached_category"), moved


def moved_changes(left: pl.DataFrame, arrived: pl.DataFrame) -> list[Change]:
    """How disbursements are told that moved without a new link of their payment."""
    return [
        *removed("PaymentsUnlinked", "disbursement", left),
        *by_category("DisbursementsPosted", "disbursements", arrived),
    ]
