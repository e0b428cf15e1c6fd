"""Accounts of the journal and the transfers between them: balanced by construction, never updated."""

from __future__ import annotations

from enum import IntEnum

import polars as pl

from services.kit.errors import TooLarge
from services.kit.rows import no_rows

FINAL_PAYEES = ("person", "enterprise", "unknown")
"""Kinds of payee at which money counts as spent. Any other kind is a place where it is parked."""

ROWS_PER_POSTING_BITS = 20
"""Ids are made of the posting's id and a row number, so that a batch needs no round trip for them. A million rows:
one late quota may be received by tens of thousands below it, two transfers each."""
FIRST_OWNER_ROW = 1 << (ROWS_PER_POSTING_BITS - 1)
"""Owners and the rows of a batch share one space of ids: owners take its upper half."""

KIND_BITS = 4


class AccountKind(IntEnum):
    """What an account holds. The number is part of the account's id and of the chain: never reuse one."""

    SOURCE = 1
    """Of a quota: where money arranged here came from; negative."""
    RECEIVED = 2
    """Of a quota: what the division above issued to it; negative, and equal to its part of `ISSUED` above."""
    FREE = 3
    """Of a quota: neither issued, allotted nor paid."""
    ISSUED = 4
    """Of a quota: passed on to divisions below."""
    PAID_FINAL = 5
    PAID_INTERMEDIATE = 6
    ALLOTMENT_FREE = 7
    """Of a quota and a project: allotted and not yet paid. Negative when payments came before or beyond it."""
    SUSPENSE = 8
    """Of a division and year: payments whose quota is not known; negative."""
    SUSPENSE_PAID_FINAL = 9
    SUSPENSE_PAID_INTERMEDIATE = 10


class TransferKind(IntEnum):
    """Why money moved. Part of the chain: never reuse a number."""

    REGISTER = 1
    MATCH_RECEIVED = 2
    ISSUE = 3
    ALLOT = 4
    PAY = 5
    CORRECT = 6
    UNLINK = 7
    LINK = 8


TRANSFERS = pl.Schema(
    {
        "id": pl.Int64,
        "kind": pl.Int16,
        "debit_account": pl.Int64,
        "credit_account": pl.Int64,
        "amount_fen": pl.Int64,
        "effective_on": pl.Date,
        "subject_id": pl.Int64,
    }
)
"""Money leaves the debit account and reaches the credit account: a balance is credits less debits. `subject_id`
is the row that caused it; a reversal has the row that it reverses."""

OWNERS = pl.Schema(
    {
        "id": pl.Int64,
        "name": pl.String,
        "quota_id": pl.Int64,
        "project_key": pl.String,
        "division_code": pl.String,
        "fiscal_year": pl.Int32,
    }
)
"""Who owns accounts that are no quota's alone: an allotment (quota_id and project_key) or the suspense of a
division and year. Their accounts are known by their id and kind (`account_of`)."""


def first_id(posting_id: int) -> int:
    """The id of the first row of a posting; the others follow it."""
    return posting_id << ROWS_PER_POSTING_BITS


def account_of(owner_id: pl.Expr, kind: AccountKind) -> pl.Expr:
    """The id of an account whose owner has this id, known without asking the database."""
    return owner_id * (1 << KIND_BITS) + int(kind)


def kind_name(account_id: int) -> str:
    """What an account holds, in a word; a number for a kind that is not known here."""
    number = account_id % (1 << KIND_BITS)
    return AccountKind(number).name.lower() if number in list(AccountKind) else str(number)


def is_final(payee_kind: pl.Expr) -> pl.Expr:
    """Whether money that reached this kind of payee is spent."""
    return payee_kind.is_in(FINAL_PAYEES)


def signed(frame: pl.DataFrame, kind: TransferKind) -> pl.DataFrame:
    """Transfers, without ids yet, from columns from_account, to_account, amount_fen (signed), effective_on, subject_id.

    A negative amount goes the other way; of zero there is nothing to move.
    """
    forward = pl.col("amount_fen") > 0
    return frame.filter(pl.col("amount_fen") != 0).select(
        kind=pl.lit(int(kind), pl.Int16),
        debit_account=pl.when(forward).then("from_account").otherwise("to_account"),
        credit_account=pl.when(forward).then("to_account").otherwise("from_account"),
        amount_fen=pl.col("amount_fen").abs(),
        effective_on="effective_on",
        subject_id="subject_id",
    )


def numbered(transfers: list[pl.DataFrame], posting_id: int) -> pl.DataFrame:
    """All transfers of a posting in their order, with ids."""
    frames = [frame for frame in transfers if frame.height]
    if not frames:
        return no_rows(TRANSFERS)
    journal = pl.concat(frames)
    if journal.height > 1 << ROWS_PER_POSTING_BITS:
        raise TooLarge(
            "ledger.posting_size",
            f"一次记账的分录超过 {1 << ROWS_PER_POSTING_BITS} 笔",
            f"a posting has more than {1 << ROWS_PER_POSTING_BITS} transfers",
        )
    return (
        journal.with_row_index("id")
        .with_columns(id=pl.col("id").cast(pl.Int64) + first_id(posting_id))
        .select(pl.col(name).cast(dtype) for name, dtype in TRANSFERS.items())
    )


def deltas(transfers: pl.DataFrame) -> pl.DataFrame:
    """What the transfers change: account_id, day, delta_fen, in the order in which balances are locked."""
    out = transfers.select(account_id="debit_account", day="effective_on", delta_fen=-pl.col("amount_fen"))
    in_ = transfers.select(account_id="credit_account", day="effective_on", delta_fen="amount_fen")
    return (
        pl.concat([out, in_])
        .group_by("account_id", "day")
        .agg(pl.col("delta_fen").sum())
        .filter(pl.col("delta_fen") != 0)
        .sort("account_id", "day")
    )


MEASURES: dict[str, tuple[AccountKind, ...]] = {
    "free_fen": (AccountKind.FREE,),
    "issued_fen": (AccountKind.ISSUED,),
    "paid_fen": (AccountKind.PAID_FINAL, AccountKind.SUSPENSE_PAID_FINAL),
    "intermediate_fen": (AccountKind.PAID_INTERMEDIATE, AccountKind.SUSPENSE_PAID_INTERMEDIATE),
}
"""What sums show of a quota or of a suspense, and the accounts whose balances it is; one owner has one of them."""


def measured(transfers: pl.DataFrame) -> pl.DataFrame:
    """What the transfers change of the measures: id of the quota or suspense, in this order, and each in fen.

    `allotted_fen` is no balance: payments draw on what was allotted, and it stays.
    """
    kind, owner = pl.col("account_id") % (1 << KIND_BITS), pl.col("account_id") // (1 << KIND_BITS)
    amount, allots = pl.col("amount_fen"), pl.col("kind") == int(TransferKind.ALLOT)
    sides = [
        transfers.select(account_id=account, delta_fen=sign * amount, allots=allots)
        for account, sign in (("debit_account", -1), ("credit_account", 1))
    ]
    delta, from_free = pl.col("delta_fen"), pl.col("allots") & (kind == int(AccountKind.FREE))
    changes = {name: pl.when(kind.is_in(kinds)).then(delta).otherwise(0) for name, kinds in MEASURES.items()}
    changes["allotted_fen"] = pl.when(from_free).then(-delta).otherwise(0)
    return (
        pl.concat(sides)
        .filter(kind.is_in([each for kinds in MEASURES.values() for each in kinds]))
        .group_by(id=owner)
        .agg(**{name: change.sum() for name, change in changes.items()})
        .filter(pl.any_horizontal(pl.col(*changes) != 0))
        .sort("id")
    )
