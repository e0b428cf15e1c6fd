"""Which quotas may be a payment's: candidates with a score and the reasons for it. Nothing is linked by it."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

SHOWN_MAX = 3
SCORE_MIN = 20
"""Below it a quota is not proposed: the year and a fitting amount alone say nothing."""
WEIGHTS = {
    "same_document": 50,
    "similar_document": 30,
    "same_project": 20,
    "same_fund": 15,
    "same_function": 5,
    "fits_amount": 5,
    "same_year": 5,
}
"""What each reason adds; a number is the same or similar, so all of them together are at most 100. They are weights for
an order, found by judgement: they come from no regulation, and nothing is decided by them."""
WORDS = {
    "same_document": ("文号相同", "same document number"),
    "similar_document": ("文号相近", "similar document number"),
    "same_project": ("同一项目", "same project"),
    "same_fund": ("同一资金项", "same fund"),
    "same_function": ("功能科目相同", "same function class"),
    "fits_amount": ("可用额度足够", "within what is executable"),
    "same_year": ("同一年度", "same year"),
}
_BRACKETS = r"[\[\](){}【】〔〕<>〈〉《》［］（）]"
_PARTS = r"^(.*?)(20[0-9]{2})第?0*([0-9]+)号?$"


def normal(number: pl.Expr) -> pl.Expr:
    """A document number without blanks, brackets and the differences between full and half width."""
    plain = number.str.normalize("NFKC").str.replace_all(r"\s+", "").str.replace_all(_BRACKETS, "")
    return pl.when(plain != "").then(plain)


def propose(payments: pl.DataFrame, quotas: pl.DataFrame, allotments: pl.DataFrame) -> pl.DataFrame:
    """The best quotas of payments: payment_key, quota_key, score and a column for each reason, best first.

    `payments` has payment_key, division_code, fiscal_year, document_number, fund_code, function_class, project_key and
    unlinked_fen; `quotas` quota_key and the same of a quota, with free_fen; `allotments` quota_key and project_key.
    """
    left = _with_number(payments)
    right = _with_number(quotas).rename({"fiscal_year": "quota_year", "fund_code": "quota_fund"})
    of_project = allotments.select("quota_key", "project_key", allotted=pl.lit(True)).unique()
    pairs = left.join(right, on="division_code", how="inner", suffix="_of_quota").join(
        of_project, on=["quota_key", "project_key"], how="left"
    )
    same = _known_equal("number", "number_of_quota")
    fen = pl.col("unlinked_fen")
    reasons = {
        "same_document": same,
        "similar_document": ~same & _similar(),
        "same_project": pl.col("allotted").fill_null(False),
        "same_fund": _known_equal("fund_code", "quota_fund"),
        "same_function": _known_equal("function_class", "function_class_of_quota"),
        "fits_amount": (fen > 0) & (fen <= pl.col("free_fen")),
        "same_year": _known_equal("fiscal_year", "quota_year"),
    }
    scored = pairs.with_columns(**reasons).with_columns(
        score=pl.sum_horizontal(pl.col(name).cast(pl.Int64) * weight for name, weight in WEIGHTS.items())
    )
    return (
        scored.filter(pl.col("score") >= SCORE_MIN)
        .sort(["payment_key", "score", "quota_key"], descending=[False, True, False])
        .group_by("payment_key", maintain_order=True)
        .head(SHOWN_MAX)
        .select("payment_key", "quota_key", "score", *WEIGHTS)
    )


def said(reasons: Sequence[str]) -> tuple[str, str]:
    """Reasons in words, Chinese and English."""
    return "、".join(WORDS[name][0] for name in reasons), ", ".join(WORDS[name][1] for name in reasons)


def _with_number(rows: pl.DataFrame) -> pl.DataFrame:
    number = normal(pl.col("document_number"))
    parts = number.str.extract_groups(_PARTS)
    return rows.with_columns(
        number=number,
        organ=parts.struct.field("1"),
        year_named=parts.struct.field("2"),
        serial=parts.struct.field("3"),
    )


def _similar() -> pl.Expr:
    """Two of organ, year and serial are the same, and a serial that differs has the same digits, or one more or less."""
    organ, year = (_known_equal(name, f"{name}_of_quota") for name in ("organ", "year_named"))
    own, other = pl.col("serial"), pl.col("serial_of_quota")
    digits = own.str.split("").list.sort() == other.str.split("").list.sort()
    longer = own.str.starts_with(other) | other.str.starts_with(own)
    one_more = (own.str.len_chars().cast(pl.Int64) - other.str.len_chars().cast(pl.Int64)).abs() <= 1
    serial = _known_equal("serial", "serial_of_quota")
    nearly = (digits | (longer & one_more)).fill_null(False)
    return (organ & year & nearly) | (serial & (organ | year))


def _known_equal(left: str, right: str) -> pl.Expr:
    return (pl.col(left) == pl.col(right)).fill_null(False)
