"""Quotas (预算指标) as a table."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
from mingzhang.ledger.v1.columns import QUOTAS

from services.ingest.domain import text
from services.ingest.domain.imports import TextBatch
from services.ingest.profiles import door
from services.ingest.profiles.door import Odd, Typed
from services.ingest.profiles.tabular import TabularProfile
from services.ingest.usecases import Context

HEADERS = {
    "指标明细号": "key",
    "指标文号": "document_number",
    "上级文号": "upper_document_number",
    "资金项编码": "fund_code",
    "区划": "division",
    "下达区划": "issuer_division",
    "年度": "year",
    "功能科目": "function_class",
    "指标摘要": "summary",
    "是否已上传附件": "attachment",
    "指标金额(元)": "amount",
    "下达日期": "issued",
    "接收日期": "received",
}
FREE_TEXT = ("summary",)
_YES = ("是", "有", "1", "Y", "YES", "TRUE")


def typed_quotas(batch: TextBatch, context: Context, labels: Mapping[str, str]) -> Typed:
    """Rows of columns ledger.v1.quotas. Without a day of receipt, the day of issue stands for it."""
    frame = door.normal_frame(batch, FREE_TEXT)
    frame = frame.with_columns(
        text.division6(pl.col("division")).alias("division_code"),
        text.division6(pl.col("issuer_division")).alias("issuer_division_code"),
        text.fen(pl.col("amount")).alias("amount_fen"),
        text.day(pl.col("issued")).alias("issued_on"),
        pl.coalesce(text.business_day(pl.col(name)) for name in ("received", "issued")).alias("effective_on"),
        text.document_number(pl.col("document_number")).alias("document_number"),
        text.document_number(pl.col("upper_document_number")).alias("upper_document_number"),
    ).with_columns(
        pl.coalesce(text.year(pl.col("year")), pl.col("effective_on").dt.year()).alias("fiscal_year"),
        text.document_number_ok(pl.col("document_number")).alias("document_number_ok"),
    )
    checks = [
        door.missing("key"),
        door.missing("division"),
        door.bad_amount("amount", "amount_fen"),
        door.Check("ingest.bad_date", "received", pl.col("effective_on").is_null()),
        *door.outside_division(context),
        *door.too_long(frame, FREE_TEXT),
    ]
    good, rejected = door.refuse(frame, checks, labels, batch)
    rows = good.with_columns(
        pl.col("attachment").str.to_uppercase().is_in(_YES).fill_null(False).alias("has_attachment"),
        text.without_numbers(pl.col("summary")).alias("summary"),
        pl.lit(context.import_id).alias("import_id"),
    )
    odds = door.unknown_division(context)
    if context.known.funds:
        known = pl.col("fund_code").is_in(list(context.known.funds)).fill_null(False)
        odds.append(Odd("ingest.unknown_fund", "fund_code", ~known))
    return Typed(rows, rejected, door.find(rows, odds, labels, context), door.covered(rows, "quota"))


PROFILE = TabularProfile(
    name="quota_table",
    title_zh="预算指标表",
    title_en="quotas",
    target="quotas",
    headers=HEADERS,
    may_be_missing=frozenset(),
    columns=QUOTAS.names,
    sensitive=(),
    typing=typed_quotas,
)
