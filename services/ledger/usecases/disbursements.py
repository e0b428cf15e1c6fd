"""Posting disbursements: each travels with the share of its payment."""

from __future__ import annotations

import polars as pl

from services.ledger.domain.chain import Tag
from services.ledger.domain.changes import Change, by_category, removed
from services.ledger.domain.linking import Posted, attach, sort_out
from services.ledger.usecases.entering import finish, with_content, with_ids
from services.ledger.usecases.ports import Book, Gate, Posting
from services.ledger.usecases.relinking import finish_links, move_disbursements

VOUCHER = ("division_code", "fiscal_year", "voucher_no")


def post_disbursements(book: Book, rows: pl.DataFrame, request_id: str) -> Posted:
    """Posts a batch of disbursements (columns ledger.v1.disbursements)."""
    content, unstorable = with_content(rows, Tag.DISBURSEMENT)
    gate = Gate.ALONE if content["original_key"].is_not_null().any() else Gate.DISBURSEMENTS

    def work(posting: Posting) -> Posted:
        posting.enter(gate)
        batch = sort_out(content, posting.recorded(Tag.DISBURSEMENT, content["key"]))
        refused = (*unstorable, *batch.refused)
        if batch.new.height == 0:
            return Posted(0, batch.known, refused)
        height, unfinished = _post(posting, with_ids(batch.new, posting))
        return Posted(batch.new.height, batch.known, refused, height, unfinished)

    posted = book.post(work, request_id)
    if posted.unfinished:
        finish_links(book, request_id)
    return posted


def _post(posting: Posting, disbursements: pl.DataFrame) -> tuple[int, bool]:
    """Returns the height of the block, and whether disbursements wait to be moved."""
    is_correction = pl.col("original_key").is_not_null()
    corrections = disbursements.filter(is_correction)
    originals = disbursements.filter(~is_correction)
    vouchers = originals.select(VOUCHER).drop_nulls().unique()
    attached = attach(originals, posting.voucher_shares(vouchers))
    posting.record(
        Tag.DISBURSEMENT,
        pl.concat(
            [
                attached.with_columns(
                    remaining_fen="amount_fen", standing=pl.lit(True), applied=pl.lit(False)
                ),
                corrections.with_columns(
                    remaining_fen=pl.lit(0, pl.Int64),
                    standing=pl.lit(False),
                    applied=pl.lit(False),
                    category=pl.lit("unassigned"),
                ),
            ],
            how="diagonal",
        ),
    )
    facts = attached.with_columns(day="effective_on")
    corrected, unfinished = _apply_corrections(posting, originals["key"], corrections["id"])
    changes = [*by_category("DisbursementsPosted", "disbursements", facts), *corrected]
    return finish(posting, [], changes), unfinished


def _apply_corrections(
    posting: Posting, original_keys: pl.Series, correction_ids: pl.Series
) -> tuple[list[Change], bool]:
    """What is told of them, and whether disbursements wait to be moved."""
    corrections = posting.open_disbursement_corrections(original_keys, correction_ids)
    if corrections.height == 0:
        return [], False
    facts = posting.correct_disbursements(corrections)
    stood = facts.filter(pl.col("stood"))
    rest = facts.filter(pl.col("amount_fen") != 0)
    # One that stands again did not follow its payment while it did not stand.
    revived = rest.filter(~pl.col("stood")).select(VOUCHER).drop_nulls().unique()
    moved = move_disbursements(posting, revived)
    changes = [
        *removed("PaymentsReversed", "disbursement", stood),
        *by_category("DisbursementsPosted", "disbursements", rest),
        *moved.changes(),
    ]
    return changes, moved.unfinished
