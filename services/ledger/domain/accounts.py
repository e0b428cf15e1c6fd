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

KIND_BITS = 5


class AccountKind(IntEnum):
    """What an account holds. The number is part of the account's id and of the chain: never reuse one.

    All accounts of a quota together are zero: what came in (`OUTSIDE`, negative) is where the others say. That is the
    conservation of money of each quota, by construction of its transfers.
    """

    SOURCE = 1
    """Of a quota: where money arranged here, or received from outside the ledger, came from; negative."""
    RECEIVED = 2
    """Of a quota: what the division above issued to it; negative, and equal to its part of `ISSUED` above."""
    FREE = 3
    """Of a quota: executable (可执行), and neither issued, frozen, allotted nor paid."""
    ISSUED = 4
    """Of a quota: passed on to divisions below, which received it."""
    PAID_FINAL = 5
    PAID_INTERMEDIATE = 6
    ALLOTMENT_FREE = 7
    """Of a quota and a project: allotted and not yet paid. Negative when payments came before or beyond it."""
    SUSPENSE = 8
    """Of a division and year: payments whose quota is not known; negative."""
    SUSPENSE_PAID_FINAL = 9
    SUSPENSE_PAID_INTERMEDIATE = 10
    FROZEN = 11
    """Of a quota: not usable until it is unfrozen (冻结)."""
    IN_TRANSIT = 12
    """Of a quota: issued to a division below, which has not received it yet."""
    PENDING = 13
    """Of a quota: to be decomposed or released (待分); nothing is paid of it."""
    ADJUSTED = 14
    """Of a quota: increases (追加), negative, and reductions (调减)."""
    TRANSFERRED = 15
    """Of a quota: what other quotas of the division gave it (调剂), negative, or got from it; zero over all quotas."""
    CARRIED_OVER = 16
    """Of a quota: what the year before left it (结转), negative, or the next year got; zero over all quotas."""
    INTEGRATED = 17
    """Of a quota: what was integrated into it (整合), negative, or out of it; zero over all quotas."""
    RECOVERED = 18
    """Of a quota: what was recovered out of it (收回); negative where it came back from below."""
    UNRELATED = 19
    """Of a division and year: payments that somebody said are not money of poverty alleviation (无关数据); negative."""
    UNRELATED_PAID = 20


OUTSIDE = (
    AccountKind.SOURCE,
    AccountKind.RECEIVED,
    AccountKind.ADJUSTED,
    AccountKind.TRANSFERRED,
    AccountKind.CARRIED_OVER,
    AccountKind.INTEGRATED,
    AccountKind.RECOVERED,
)
"""Where the money of a quota comes from and leaves to: less their sum is what the quota has in all."""


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
    RECEIVE = 9
    RELEASE = 10
    ADJUST = 11
    TRANSFER = 12
    FREEZE = 13
    UNFREEZE = 14
    INTEGRATE = 15
    RECOVER = 16
    CARRY_OVER = 17
    REVERSE = 18


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


MEASURES: dict[AccountKind, tuple[str, int]] = {
    **dict.fromkeys(OUTSIDE, ("arranged_fen", -1)),
    AccountKind.FREE: ("free_fen", 1),
    AccountKind.PENDING: ("pending_fen", 1),
    AccountKind.FROZEN: ("frozen_fen", 1),
    AccountKind.IN_TRANSIT: ("in_transit_fen", 1),
    AccountKind.ISSUED: ("issued_fen", 1),
    AccountKind.PAID_FINAL: ("paid_fen", 1),
    AccountKind.SUSPENSE_PAID_FINAL: ("paid_fen", 1),
    AccountKind.PAID_INTERMEDIATE: ("intermediate_fen", 1),
    AccountKind.SUSPENSE_PAID_INTERMEDIATE: ("intermediate_fen", 1),
    AccountKind.UNRELATED_PAID: ("unrelated_fen", 1),
}
"""What sums show of a quota or of a suspense: of the balance of which account, and with which sign."""


def measured(transfers: pl.DataFrame, changed: pl.DataFrame) -> pl.DataFrame:
    """What transfers and their deltas change of the measures: id of the quota or suspense, in this order, and in fen
    those measures that change of any.

    `allotted_fen` is no balance: payments draw on what was allotted, and it stays.
    """
    kinds = pl.DataFrame(
        [(int(kind), name, sign) for kind, (name, sign) in MEASURES.items()],
        schema={"account_kind": pl.Int64, "measure": pl.String, "sign": pl.Int64},
        orient="row",
    )
    kind_of, account = 1 << KIND_BITS, pl.col("account_id")
    sides = changed.select(id=account // kind_of, account_kind=account % kind_of, delta_fen="delta_fen")
    balances = sides.join(kinds, on="account_kind", how="inner").select(
        "id", "measure", fen=pl.col("delta_fen") * pl.col("sign")
    )
    sums = (
        pl.concat([balances, _allotted(transfers)])
        .group_by("id", "measure")
        .agg(pl.col("fen").sum())
        .filter(pl.col("fen") != 0)
    )
    names = sorted(sums["measure"].unique())
    return (
        sums.group_by("id")
        .agg(pl.col("fen").filter(pl.col("measure") == name).sum().alias(name) for name in names)
        .sort("id")
    )


def allots(kind: pl.Expr, account_kind: pl.Expr) -> pl.Expr:
    """Whether a side of a transfer is the quota's side of an allotment (or of its reversal)."""
    return (kind == int(TransferKind.ALLOT)) & (account_kind == int(AccountKind.FREE))


def _allotted(transfers: pl.DataFrame) -> pl.DataFrame:
    """id of the quota, measure and fen of what transfers allot."""
    kind_of = 1 << KIND_BITS
    sides = [
        transfers.select("kind", account=account, fen=sign * pl.col("amount_fen"))
        for account, sign in (("debit_account", 1), ("credit_account", -1))
    ]
    return (
        pl.concat(sides)
        .filter(allots(pl.col("kind"), pl.col("account") % kind_of))
        .select(id=pl.col("account") // kind_of, measure=pl.lit("allotted_fen"), fen="fen")
    )
