"""Which quota a payment is linked to, which share a disbursement follows, and what of a batch is new."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

UNASSIGNED = "unassigned"
CATEGORIES = ("poverty", "project", "benefit", "operations", "general", UNASSIGNED)
BASE_STREAM = "base"

KEY_CONFLICT = "ledger.key_conflict"
UNSTORABLE_TEXT = "ledger.unstorable_text"
_CONTROL = r"[\x00-\x08\x0e-\x1f]"
_VISIBLE = {code: chr(0x2400 + code) for code in range(0x20)}


@dataclass(frozen=True)
class Refusal:
    """A row that is not taken, with the reason in both languages."""

    key: str
    line: int
    reason: str
    zh: str
    en: str
    field: str = ""


@dataclass(frozen=True)
class Posted:
    """What became of a batch: rows posted, rows known already, rows refused, and the block's height (0: none).

    `unfinished` says that disbursements wait to be moved in postings of their own.
    """

    posted: int
    known: int
    refused: tuple[Refusal, ...]
    position: int = 0
    unfinished: bool = False


@dataclass(frozen=True)
class Sorted:
    """A batch split into what is new (with its leaves), what was known, and what is refused."""

    new: pl.DataFrame
    known: int
    refused: tuple[Refusal, ...]


def category_stream(category: str) -> str:
    """The stream of a category: one shard each, so far."""
    return f"{category}.0"


def sort_out(rows: pl.DataFrame, recorded: pl.DataFrame) -> Sorted:
    """Splits a batch with columns key, line, content_hash (hex) by what is recorded (key, content_hash).

    The first row of a key in the batch stands for the others. New rows come back sorted by key, so that
    concurrent postings of the same rows wait for each other in one order.
    """
    if recorded.height == 0 and rows["key"].n_unique() == rows.height:
        return Sorted(rows.sort("key"), 0, ())
    first = rows.unique("key", keep="first", maintain_order=True)
    known_hash = pl.coalesce("recorded_hash", "first_hash")
    compared = (
        rows.join(
            recorded.rename({"content_hash": "recorded_hash"}), on="key", how="left", maintain_order="left"
        )
        .join(first.select("key", first_hash="content_hash"), on="key", how="left", maintain_order="left")
        .with_columns(
            again=pl.col("recorded_hash").is_not_null() | ~pl.col("key").is_first_distinct(),
            same=pl.col("content_hash") == known_hash,
        )
    )
    conflicts = compared.filter(pl.col("again") & ~pl.col("same")).select("key", "line")
    refused = tuple(
        Refusal(
            key,
            line,
            KEY_CONFLICT,
            f"{key} 已登记且内容不同",
            f"{key} is recorded with other content",
            "key",
        )
        for key, line in conflicts.iter_rows()
    )
    new = compared.filter(~pl.col("again")).sort("key").select(rows.columns)
    return Sorted(new, compared.height - new.height - len(refused), refused)


def refuse_unstorable(rows: pl.DataFrame) -> tuple[pl.DataFrame, tuple[Refusal, ...]]:
    """Takes out rows with a control character in a text: no database text holds U+0000, no key a separator."""
    texts = [name for name, dtype in rows.schema.items() if dtype == pl.String]
    bad = pl.concat_str(texts, ignore_nulls=True).str.contains(_CONTROL)
    flagged = rows.filter(bad)
    if flagged.height == 0:
        return rows, ()
    refused = tuple(
        Refusal(
            key.translate(_VISIBLE),
            line,
            UNSTORABLE_TEXT,
            "文本含有控制字符",
            "a text holds a control character",
        )
        for key, line in flagged.select("key", "line").iter_rows()
    )
    return rows.filter(~bad), refused


def link(payments: pl.DataFrame, quotas: pl.DataFrame) -> pl.DataFrame:
    """Adds quota_id, quota_key, quota_fund_code, quota_function_class, quota_day and category to payments.

    A payment is linked to the quota of its division and document number; of several, to one of its year, then of its
    function class, then to the lowest key. `quotas` has quota_id, quota_key, division_code, document_number,
    quota_fund_code, quota_function_class, quota_day, quota_category, quota_fiscal_year.
    """
    pair = ["division_code", "document_number"]
    named = [*pair, "fiscal_year", "function_class"]
    wanted = payments.select(named).unique()
    best = (
        wanted.join(quotas, on=pair, how="inner")
        .with_columns(
            other_year=pl.col("fiscal_year") != pl.col("quota_fiscal_year"),
            other_class=(pl.col("function_class") != pl.col("quota_function_class")).fill_null(True),
        )
        .sort("other_year", "other_class", "quota_key")
        .unique(named, keep="first", maintain_order=True)
        .drop("other_year", "other_class", "quota_fiscal_year")
    )
    linked = payments.join(best, on=named, how="left", nulls_equal=True, maintain_order="left")
    return linked.with_columns(category=pl.col("quota_category").fill_null(UNASSIGNED)).drop("quota_category")


def attach(disbursements: pl.DataFrame, shares: pl.DataFrame) -> pl.DataFrame:
    """Adds payment_id, payment_key, quota_id, quota_key and category to disbursements.

    A disbursement follows a standing share of a payment with its division, year and voucher number: one with
    its document number if there is one, else that of the lowest payment key; of a payment's shares the one of the
    lowest place. `shares` has those three, share_document_number, payment_id, payment_key, quota_id, quota_key,
    category and share_place.
    """
    voucher = ["division_code", "fiscal_year", "voucher_no"]
    wanted = disbursements.select(*voucher, "document_number").unique()
    best = (
        wanted.join(shares, on=voucher, how="inner")
        .with_columns(
            other_document=(pl.col("document_number") != pl.col("share_document_number")).fill_null(True)
        )
        .sort("other_document", "payment_key", "share_place")
        .unique([*voucher, "document_number"], keep="first", maintain_order=True)
        .drop("other_document", "share_document_number", "share_place")
    )
    attached = disbursements.join(
        best, on=[*voucher, "document_number"], how="left", nulls_equal=True, maintain_order="left"
    )
    return attached.with_columns(category=pl.col("category").fill_null(UNASSIGNED))
