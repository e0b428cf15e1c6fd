"""Disbursements to persons and households (到人到户发放明细) as a table."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
from mingzhang.ledger.v1.columns import DISBURSEMENTS

from services.ingest.domain import identity, text
from services.ingest.domain.imports import Sensitive, TextBatch
from services.ingest.profiles import door
from services.ingest.profiles.door import Odd, Typed
from services.ingest.profiles.tabular import TabularProfile
from services.ingest.usecases import Context

HEADERS = {
    "区划": "division",
    "年度": "year",
    "指标文号": "document_number",
    "支付凭证号": "voucher_no",
    "项目编码": "project_key",
    "补贴项目": "benefit_code",
    "乡镇编码": "township_code",
    "村编码": "village_code",
    "姓名": "name",
    "证件号码": "id_number",
    "收款账号": "account",
    "按户按人补助标识": "per",
    "应发金额(元)": "due",
    "实发金额(元)": "amount",
    "发放月份": "month_text",
    "发放日期": "paid_on",
    "批次": "batch",
    "序号": "serial",
    "原批次": "original_batch",
    "原序号": "original_serial",
}


def typed_disbursements(batch: TextBatch, context: Context, labels: Mapping[str, str]) -> Typed:
    """Rows of columns ledger.v1.disbursements (clear values in place of tokens)."""
    frame = door.normal_frame(batch)
    amount = text.fen(pl.col("amount"))
    frame = frame.with_columns(
        text.division6(pl.col("division")).alias("division_code"),
        text.year(pl.col("year")).alias("fiscal_year"),
        amount.alias("amount_fen"),
        # An empty due amount means that all that was due was paid; an unreadable one is refused.
        pl.when(pl.col("due").is_null()).then(amount).otherwise(text.fen(pl.col("due"))).alias("due_fen"),
        text.month(pl.col("month_text")).alias("month"),
        text.business_day(pl.col("paid_on")).alias("effective_on"),
        text.document_number(pl.col("document_number")).alias("document_number"),
        pl.col("id_number").str.to_uppercase(),
        identity.normal_account(frame["account"]),
    )
    checks = [
        *(door.missing(name) for name in ("division", "year", "batch", "serial")),
        door.Check("ingest.bad_year", "year", pl.col("fiscal_year").is_null()),
        door.bad_amount("amount", "amount_fen"),
        door.bad_amount("due", "due_fen"),
        door.Check("ingest.bad_date", "paid_on", pl.col("effective_on").is_null()),
        door.Check("ingest.bad_month", "month_text", pl.col("month").is_null()),
        *door.outside_division(context),
        *door.too_long(frame, ()),
    ]
    good, rejected = door.refuse(frame, checks, labels, batch)
    rows = _disbursement_columns(good, context)
    odds = [
        *door.unknown_division(context),
        Odd("ingest.no_benefit_code", "benefit_code", pl.col("benefit_code") == ""),
        Odd("ingest.identity_check_failed", "id_number", ~pl.col("id_check_ok")),
    ]
    found = door.find(rows, odds, labels, context)
    return Typed(rows, rejected, found, door.covered(rows, "disbursement"))


def _disbursement_columns(good: pl.DataFrame, context: Context) -> pl.DataFrame:
    number = pl.col("id_number")
    return good.with_columns(
        _key("batch", "serial").alias("key"),
        pl.col("benefit_code").fill_null(""),
        identity.id_mask(number).alias("person_mask"),
        identity.name_mask(pl.col("name")).alias("name_mask"),
        identity.account_mask(pl.col("account")).alias("account_mask"),
        (identity.id_number_ok(number) | identity.credit_code_ok(number)).alias("id_check_ok"),
        pl.col("per").str.contains("户", literal=True).fill_null(False).alias("per_household"),
        pl.when(pl.col("original_batch").is_not_null() & pl.col("original_serial").is_not_null())
        .then(_key("original_batch", "original_serial"))
        .alias("original_key"),
        pl.lit(context.import_id).alias("import_id"),
    )


def _key(batch: str, serial: str) -> pl.Expr:
    """The line's key: {division}:{year}:{batch}:{serial}."""
    year = pl.col("fiscal_year").cast(pl.String)
    return pl.concat_str([pl.col("division_code"), year, pl.col(batch), pl.col(serial)], separator=":")


PROFILE = TabularProfile(
    name="disbursement_table",
    title_zh="到人到户发放明细表",
    title_en="disbursements to persons and households",
    target="disbursements",
    headers=HEADERS,
    may_be_missing=frozenset({"原批次", "原序号"}),
    columns=DISBURSEMENTS.names,
    sensitive=(
        Sensitive("id_number", "id_number", "person_token"),
        Sensitive("name", "name", "name_token"),
        Sensitive("account", "account", "account_token"),
    ),
    typing=typed_disbursements,
)
