"""Corrections of payments of which people linked parts: what the row takes of each, and what the parts."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

import polars as pl

from services.kit.rows import no_rows
from services.ledger.domain.accounts import TransferKind, signed
from services.ledger.domain.links import UNRELATED, OpenPart, spread
from services.ledger.usecases.entering import with_money_accounts
from services.ledger.usecases.ports import Posting

_TAKEN = {
    "line_id": pl.Int64,
    "payment_id": pl.Int64,
    "correction_id": pl.Int64,
    "amount_fen": pl.Int64,
    "effective_on": pl.Date,
}


@dataclass(frozen=True)
class Spread:
    """Corrections with what the rows take of them, and what parts take: line_id, payment_id, correction_id,
    amount_fen and effective_on."""

    corrections: pl.DataFrame
    taken: pl.DataFrame


@dataclass(frozen=True)
class Corrected:
    """What became of parts: shares that ended (category, key), facts that stand instead, transfers, and how many
    numbers each payment gave to them (payment_id, count)."""

    ended: pl.DataFrame
    standing: pl.DataFrame
    transfers: pl.DataFrame
    numbers: pl.DataFrame


def spread_corrections(posting: Posting, corrections: pl.DataFrame) -> Spread:
    """Spreads corrections over rows and parts, in the order of the corrections' ids."""
    parts = posting.parts_of_payments(corrections["payment_id"].unique())
    if parts.height == 0:
        return Spread(corrections, no_rows(_TAKEN))
    open_parts = {
        payment_id: dict(rows.select("line_id", "amount_fen").iter_rows())
        for (payment_id,), rows in parts.partition_by("payment_id", as_dict=True).items()
    }
    of_rows: dict[int, int] = {}
    taken: list[tuple[int, int, int, int, object]] = []
    by_payment = corrections.sort("payment_id", "correction_id").iter_rows(named=True)
    for payment_id, group in groupby(by_payment, key=lambda row: row["payment_id"]):
        left, row_fen = open_parts.get(payment_id, {}), None
        for row in group:
            row_fen = row["remaining_fen"] if row_fen is None else row_fen
            of_row, of_parts = spread(
                row["correction_fen"], row_fen, [OpenPart(*one) for one in left.items()]
            )
            of_rows[row["correction_id"]] = of_row
            row_fen += of_row
            for line_id, fen in of_parts.items():
                left[line_id] += fen
                taken.append((line_id, payment_id, row["correction_id"], fen, row["correction_on"]))
    spread_over = corrections.with_columns(
        correction_fen=pl.col("correction_id").replace_strict(of_rows, return_dtype=pl.Int64)
    )
    return Spread(spread_over, pl.DataFrame(taken, schema=_TAKEN, orient="row"))


def correct_parts(posting: Posting, found: Spread) -> Corrected:
    """Ends the shares of parts that corrections reach, and lets them stand with what is left."""
    taken = found.taken
    line_ids = taken["line_id"].unique().sort()
    parts = posting.parts_of_lines(line_ids)
    whose = found.corrections.unique("payment_id").select(
        "payment_id", "share_number", "payee_kind", "division_code", "fiscal_year"
    )
    less = taken.group_by("line_id").agg(taken_fen=pl.col("amount_fen").sum())
    corrected = (
        parts.join(less, on="line_id", maintain_order="left")
        .join(whose, on="payment_id", maintain_order="left")
        .with_columns(
            amount_fen=pl.col("amount_fen") + pl.col("taken_fen"),
            number=pl.col("share_number") + pl.int_range(pl.len()).over("payment_id") + 1,
            unrelated=pl.col("category") == UNRELATED,
        )
    )
    ended = posting.end_parts(line_ids)
    posting.correct_parts(corrected, taken)
    money = with_money_accounts(corrected, posting).select("line_id", "from_account", "to_account")
    moving = taken.join(money, on="line_id", maintain_order="left").with_columns(subject_id="correction_id")
    numbers = corrected.group_by("payment_id").agg(count=pl.len().cast(pl.Int16))
    return Corrected(ended, posting.part_facts(line_ids), signed(moving, TransferKind.CORRECT), numbers)
