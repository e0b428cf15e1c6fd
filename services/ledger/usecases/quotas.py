"""Posting quotas, projects and allotments: what payments are linked to, and what their category is."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from services.ledger.domain.accounts import AccountKind, TransferKind, account_of, signed
from services.ledger.domain.chain import Tag
from services.ledger.domain.changes import Change, by_category, removed
from services.ledger.domain.linking import UNASSIGNED, Posted, sort_out
from services.ledger.usecases.entering import finish, with_content, with_ids
from services.ledger.usecases.ports import Book, Gate, Posting, allotment_owner
from services.ledger.usecases.relinking import finish_links, relink

PAIR = ("division_code", "document_number")


def post_quotas(book: Book, rows: pl.DataFrame, request_id: str) -> Posted:
    """Posts a batch of quotas (columns ledger.v1.quotas) and links the payments that waited for them."""
    posted = _post(book, rows, Tag.QUOTA, _post_quotas, request_id)
    if posted.posted:
        finish_links(book, request_id)
    return posted


def post_projects(book: Book, rows: pl.DataFrame, request_id: str) -> Posted:
    """Posts a batch of projects (columns ledger.v1.projects)."""
    return _post(book, rows, Tag.PROJECT, _post_projects, request_id)


def post_allotments(book: Book, rows: pl.DataFrame, request_id: str) -> Posted:
    """Posts a batch of allotments (columns ledger.v1.allotments); one whose quota is missing waits for it."""
    return _post(book, rows, Tag.ALLOTMENT, _post_allotments, request_id)


def _post(
    book: Book, rows: pl.DataFrame, tag: Tag, enter: Callable[[Posting, pl.DataFrame], int], request_id: str
) -> Posted:
    content, unstorable = with_content(rows, tag)

    def work(posting: Posting) -> Posted:
        posting.enter(Gate.ALONE)
        batch = sort_out(content, posting.recorded(tag, content["key"]))
        refused = (*unstorable, *batch.refused)
        if batch.new.height == 0:
            return Posted(0, batch.known, refused)
        height = enter(posting, with_ids(batch.new, posting))
        return Posted(batch.new.height, batch.known, refused, height)

    return book.post(work, request_id)


def _post_quotas(posting: Posting, rows: pl.DataFrame) -> int:
    none = pl.lit(None, pl.Int64)
    quotas = rows.with_columns(
        received_on="effective_on",
        upper_id=none,
        origin_id=none,
        issue_line_id=none,
        document_key=pl.lit(None, pl.String),
    )
    registered = signed(
        quotas.with_columns(
            from_account=account_of(pl.col("id"), AccountKind.SOURCE),
            to_account=account_of(pl.col("id"), AccountKind.FREE),
            subject_id="id",
        ),
        TransferKind.REGISTER,
    )
    moved, changes = enter_quotas(posting, quotas)
    new = quotas.select(quota_id="id", day="effective_on")
    return finish(posting, [registered, *moved], changes, new)


def enter_quotas(posting: Posting, rows: pl.DataFrame) -> tuple[list[pl.DataFrame], list[Change]]:
    """Records new quotas and lets what waited for them find them: quotas below, allotments, payments.

    Returns the transfers and the changes of it; where the money of the quotas came from is the caller's to say.
    """
    quotas = rows.join(
        posting.fund_categories(), on="fund_code", how="left", maintain_order="left"
    ).with_columns(category=pl.col("category").fill_null(UNASSIGNED))
    posting.record(Tag.QUOTA, quotas)
    issued = _issued(posting.rematched(quotas["id"]))
    allotted, projects = allot(posting, pl.Series([], dtype=pl.Int64), quotas["key"])
    _, linked, links = relink(posting, quotas.select(PAIR).drop_nulls().unique())
    facts = quotas.with_columns(day="effective_on")
    changes: list[Change] = [*by_category("QuotasChanged", "quotas", facts), *projects, *links]
    return [issued, allotted, linked], changes


def _issued(rematched: pl.DataFrame) -> pl.DataFrame:
    """What is issued by the upper quota is received by the lower one; undone where the upper quota changed.

    What was in transit to the division already, by a line of an issue, arrives.
    """
    if rematched.height == 0:
        return pl.DataFrame()
    moves = []
    for upper, sign in (("old_upper_id", -1), ("new_upper_id", 1)):
        some = rematched.filter(pl.col(upper).is_not_null()).with_columns(
            amount_fen=pl.col("amount_fen") * sign, subject_id="quota_id"
        )
        on_its_way = pl.col("in_transit") & pl.lit(sign > 0)
        issue = some.with_columns(
            from_account=pl.when(on_its_way)
            .then(account_of(pl.col(upper), AccountKind.IN_TRANSIT))
            .otherwise(account_of(pl.col(upper), AccountKind.FREE)),
            to_account=account_of(pl.col(upper), AccountKind.ISSUED),
        )
        receive = some.with_columns(
            from_account=account_of(pl.col("quota_id"), AccountKind.RECEIVED),
            to_account=account_of(pl.col("quota_id"), AccountKind.SOURCE),
        )
        moves.append(signed(issue, TransferKind.ISSUE))
        moves.append(signed(receive, TransferKind.MATCH_RECEIVED))
    return pl.concat(moves)


def _post_projects(posting: Posting, rows: pl.DataFrame) -> int:
    return finish(posting, [], enter_projects(posting, rows))


def enter_projects(posting: Posting, rows: pl.DataFrame) -> list[Change]:
    """Records new projects; returns the changes of it."""
    categories = posting.project_categories(rows["key"])
    projects = rows.join(categories, on="key", how="left", maintain_order="left").with_columns(
        category=pl.col("category").fill_null(UNASSIGNED)
    )
    posting.record(Tag.PROJECT, projects)
    facts = projects.with_columns(day="effective_on")
    return list(by_category("ProjectsChanged", "projects", facts))


def _post_allotments(posting: Posting, rows: pl.DataFrame) -> int:
    posting.record(Tag.ALLOTMENT, rows.with_columns(quota_id=pl.lit(None, pl.Int64)))
    transfers, changes = allot(posting, rows["id"], pl.Series([], dtype=pl.String))
    return finish(posting, [transfers], changes)


def allot(
    posting: Posting, allotment_ids: pl.Series, quota_keys: pl.Series
) -> tuple[pl.DataFrame, list[Change]]:
    """Applies allotments whose quota is there; their projects move to the category of the quota."""
    applied = posting.apply_allotments(allotment_ids, quota_keys)
    if applied.height == 0:
        return pl.DataFrame(), []
    named = applied.with_columns(owner=allotment_owner(pl.col("quota_id"), pl.col("project_key")))
    owners = posting.owners(
        named.unique("owner").select(
            "owner",
            "quota_id",
            "project_key",
            division_code=pl.lit(None, pl.String),
            fiscal_year=pl.lit(None, pl.Int32),
        )
    )
    transfers = signed(
        named.join(owners, on="owner", how="left", maintain_order="left").with_columns(
            from_account=account_of(pl.col("quota_id"), AccountKind.FREE),
            to_account=account_of(pl.col("owner_id"), AccountKind.ALLOTMENT_FREE),
            subject_id="allotment_id",
        ),
        TransferKind.ALLOT,
    )
    projects = posting.recategorise(applied["project_key"].unique())
    left = projects.select("key", category="old_category")
    changes = [
        *removed("PaymentsUnlinked", "project", left),
        *by_category("ProjectsChanged", "projects", projects),
    ]
    return transfers, changes
