"""Posting payments: linked by division and document number, one share and one transfer each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from services.ledger.domain.accounts import TransferKind, signed
from services.ledger.domain.chain import Tag
from services.ledger.domain.changes import Change, by_category, removed
from services.ledger.domain.linking import Posted, link, sort_out
from services.ledger.usecases.entering import finish, with_content, with_ids, with_money_accounts
from services.ledger.usecases.part_corrections import correct_parts, spread_corrections
from services.ledger.usecases.ports import Book, Gate, Posting
from services.ledger.usecases.relinking import finish_links, move_disbursements

PAIR = ("division_code", "document_number")
VOUCHER = ("division_code", "fiscal_year", "voucher_no")


def post_payments(book: Book, rows: pl.DataFrame, request_id: str) -> Posted:
    """Posts a batch of payments (columns ledger.v1.payments). Always recorded, whatever the limits say."""
    content, unstorable = with_content(rows, Tag.PAYMENT)
    gate = Gate.ALONE if content["original_key"].is_not_null().any() else Gate.PAYMENTS

    def work(posting: Posting) -> Posted:
        posting.enter(gate)
        batch = sort_out(content, posting.recorded(Tag.PAYMENT, content["key"]))
        refused = (*unstorable, *batch.refused)
        if batch.new.height == 0:
            return Posted(0, batch.known, refused)
        height, unfinished = _post(posting, with_ids(batch.new, posting))
        return Posted(batch.new.height, batch.known, refused, height, unfinished)

    posted = book.post(work, request_id)
    if posted.unfinished:
        finish_links(book, request_id)
    return posted


def _post(posting: Posting, payments: pl.DataFrame) -> tuple[int, bool]:
    """Returns the height of the block, and whether disbursements wait to be moved."""
    is_correction = pl.col("original_key").is_not_null()
    corrections = payments.filter(is_correction)
    originals = payments.filter(~is_correction)
    pairs = originals.select(PAIR).drop_nulls().unique()
    linked = with_money_accounts(link(originals, posting.quotas(pairs)), posting)
    facts = linked.with_columns(key=pl.col("key") + "#1", payment_key="key", day="effective_on")
    posting.tell(by_category("PaymentsPosted", "shares", facts))
    posting.record(
        Tag.PAYMENT,
        pl.concat(
            [
                linked.with_columns(
                    share_number=pl.lit(1, pl.Int16), remaining_fen="amount_fen", applied=pl.lit(False)
                ),
                corrections.with_columns(
                    share_number=pl.lit(0, pl.Int16),
                    remaining_fen=pl.lit(0, pl.Int64),
                    applied=pl.lit(False),
                ),
            ],
            how="diagonal",
        ),
    )
    paid = signed(linked.with_columns(subject_id="id"), TransferKind.PAY)
    applied = _apply_corrections(posting, originals["key"], corrections["id"])
    vouchers = pl.concat([originals.select(VOUCHER), applied.corrections.select(VOUCHER)]).unique()
    moved = move_disbursements(posting, vouchers)
    changes = [*applied.changes, *moved.changes()]
    return finish(posting, [paid, *applied.transfers], changes), moved.unfinished


@dataclass(frozen=True)
class _Applied:
    """Corrections that were applied, with what the rows take of them; how they move money; what is told."""

    corrections: pl.DataFrame
    transfers: Sequence[pl.DataFrame]
    changes: Sequence[Change]


def _apply_corrections(posting: Posting, original_keys: pl.Series, correction_ids: pl.Series) -> _Applied:
    """Applies what can be applied: of each corrected payment the share ends and one with the rest stands."""
    found = posting.open_corrections(original_keys, correction_ids)
    if found.height == 0:
        return _Applied(found, (), ())
    posting.applied(found["correction_id"])
    spread = spread_corrections(posting, found)
    parts = correct_parts(posting, spread) if spread.taken.height else None
    payments = (
        spread.corrections.group_by("payment_id", maintain_order=True)
        .agg(
            pl.col("correction_fen").sum(),
            pl.col("remaining_fen", "share_number", "quota_id", "category").first(),
        )
        .with_columns(
            remaining_fen=pl.col("remaining_fen") + pl.col("correction_fen"),
            share_number=pl.col("share_number") + 1,
        )
    )
    if parts:
        # The row's number is the highest one that a payment has given.
        payments = payments.join(
            parts.numbers, on="payment_id", how="left", maintain_order="left"
        ).with_columns(share_number=pl.col("share_number") + pl.col("count").fill_null(0))
    ended = posting.end_shares(payments["payment_id"])
    posting.restand(payments)
    standing = posting.share_facts(payments["payment_id"])
    if parts:
        ended, standing = pl.concat([ended, parts.ended]), pl.concat([standing, parts.standing])
    changes = [
        *removed("PaymentsReversed", "payment", ended),
        *by_category("PaymentsReversed", "shares", standing),
    ]
    transfers = [_correcting(posting, spread.corrections), *([parts.transfers] if parts else [])]
    return _Applied(spread.corrections, transfers, changes)


def _correcting(posting: Posting, corrections: pl.DataFrame) -> pl.DataFrame:
    """The linked reversals: each correction moves its amount back, on its own day."""
    money = with_money_accounts(corrections, posting).with_columns(
        amount_fen="correction_fen", effective_on="correction_on", subject_id="correction_id"
    )
    return signed(money, TransferKind.CORRECT)
