"""What every posting of a batch begins and ends with."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from services.ledger.domain import chain
from services.ledger.domain.accounts import (
    KIND_BITS,
    AccountKind,
    TransferKind,
    account_of,
    allots,
    first_id,
    is_final,
    numbered,
)
from services.ledger.domain.chain import CONTENT_HASH_BYTES, Tag
from services.ledger.domain.changes import Change, StatesRestated
from services.ledger.domain.linking import Refusal, refuse_unstorable
from services.ledger.usecases.ports import STATE_ACCOUNTS, Posting, allotment_owner, suspense_owner

PROVENANCE = ("import_id", "line")
"""Where a row came from is kept, and is no part of its content."""


def with_content(rows: pl.DataFrame, tag: Tag) -> tuple[pl.DataFrame, tuple[Refusal, ...]]:
    """Adds leaf and content_hash (hex); takes out rows that cannot be stored."""
    storable, refused = refuse_unstorable(rows)
    leaves = pl.Series(chain.leaves(storable.drop(PROVENANCE), tag), dtype=pl.Binary)
    content_hash = leaves.bin.slice(0, CONTENT_HASH_BYTES).bin.encode("hex")
    return storable.with_columns(leaf=leaves, content_hash=content_hash), refused


def with_ids(rows: pl.DataFrame, posting: Posting) -> pl.DataFrame:
    """Adds the ids of the rows in front."""
    start = first_id(posting.id)
    return rows.with_row_index("id").with_columns(id=pl.col("id").cast(pl.Int64) + start)


def with_money_accounts(payments: pl.DataFrame, posting: Posting) -> pl.DataFrame:
    """Adds from_account and to_account of payments (quota_id, project_key, payee_kind, division, year).

    Without a quota they are those of the suspense, or, where a column `unrelated` says so, of what is unrelated."""
    unrelated = pl.col("unrelated") if "unrelated" in payments.columns else pl.lit(False)
    linked, in_project = pl.col("quota_id").is_not_null(), pl.col("project_key").is_not_null()
    owner = (
        pl.when(linked & in_project)
        .then(allotment_owner(pl.col("quota_id"), pl.col("project_key")))
        .when(~linked)
        .then(suspense_owner(pl.col("division_code"), pl.col("fiscal_year")))
    )
    named = payments.with_columns(owner=owner)
    owners = posting.owners(
        named.filter(pl.col("owner").is_not_null())
        .unique("owner")
        .select(
            "owner",
            "quota_id",
            project_key=pl.when(linked).then("project_key"),
            division_code=pl.when(~linked).then("division_code"),
            fiscal_year=pl.when(~linked).then("fiscal_year"),
        )
    )
    final = is_final(pl.col("payee_kind"))
    quota, other = pl.col("quota_id"), pl.col("owner_id")
    from_account = (
        pl.when(unrelated)
        .then(account_of(other, AccountKind.UNRELATED))
        .when(~linked)
        .then(account_of(other, AccountKind.SUSPENSE))
        .when(in_project)
        .then(account_of(other, AccountKind.ALLOTMENT_FREE))
        .otherwise(account_of(quota, AccountKind.FREE))
    )
    to_account = (
        pl.when(unrelated)
        .then(account_of(other, AccountKind.UNRELATED_PAID))
        .when(linked & final)
        .then(account_of(quota, AccountKind.PAID_FINAL))
        .when(linked)
        .then(account_of(quota, AccountKind.PAID_INTERMEDIATE))
        .when(final)
        .then(account_of(other, AccountKind.SUSPENSE_PAID_FINAL))
        .otherwise(account_of(other, AccountKind.SUSPENSE_PAID_INTERMEDIATE))
    )
    return (
        named.join(owners, on="owner", how="left", maintain_order="left")
        .with_columns(from_account=from_account, to_account=to_account)
        .drop("owner", "owner_id")
    )


def finish(
    posting: Posting,
    transfers: Sequence[pl.DataFrame],
    changes: Sequence[Change],
    registered: pl.DataFrame | None = None,
) -> int:
    """Seals the posting; says which states of closed days it changed. `registered`: quota_id and day of new quotas."""
    journal = numbered(list(transfers), posting.id)
    touched = _touched(journal)
    if registered is not None:
        touched = pl.concat([touched, registered])
    restated = posting.restate(touched.group_by("quota_id").agg(pl.col("day").min()))
    told = [*changes, StatesRestated(restated)] if restated.height else changes
    return posting.seal(journal, told)


def _touched(journal: pl.DataFrame) -> pl.DataFrame:
    """quota_id and day of the states that transfers change."""
    kind_of = 1 << KIND_BITS
    sides = [
        # What is received of a known quota changes where its money came from, and no state.
        journal.filter(pl.col("kind") != int(TransferKind.MATCH_RECEIVED)).select(
            "kind", account=pl.col(side), day="effective_on"
        )
        for side in ("debit_account", "credit_account")
    ]
    account_kind = pl.col("account") % kind_of
    return (
        pl.concat(sides)
        .filter(account_kind.is_in(STATE_ACCOUNTS) | allots(pl.col("kind"), account_kind))
        .select(quota_id=pl.col("account") // kind_of, day="day")
    )
