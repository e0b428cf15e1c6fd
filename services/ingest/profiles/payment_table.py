"""Payments as a table (CSV or XLSX), and the typing of payments that the vouchers share."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
from mingzhang.ledger.v1.columns import PAYMENTS

from services.ingest.domain import identity, payees, text
from services.ingest.domain.imports import Sensitive, TextBatch
from services.ingest.profiles import door
from services.ingest.profiles.door import Typed
from services.ingest.profiles.tabular import TabularProfile
from services.ingest.usecases import Context

HEADERS = {
    "区划": "division",
    "年度": "year",
    "凭证类型": "voucher_type",
    "凭证号": "voucher_no",
    "明细编号": "detail_id",
    "支付日期": "paid_on",
    "金额(元)": "amount",
    "预算单位编码": "agency_code",
    "预算单位": "agency_name",
    "指标文号": "document_number",
    "项目编码": "project_key",
    "功能科目": "function_class",
    "经济科目": "economic_class",
    "支付方式": "pay_method",
    "结算方式": "settlement_mode",
    "付款人名称": "payer_name",
    "付款人账号": "payer_account",
    "收款人名称": "payee_name",
    "收款人账号": "payee_account",
    "收款人开户行": "payee_bank",
    "用途": "purpose",
    "原凭证号": "original_voucher_no",
    "原明细编号": "original_detail_id",
}
KEY_FIELDS = ("division", "voucher_type", "voucher_no", "detail_id", "year")
NEEDED = frozenset({*KEY_FIELDS, "paid_on", "amount"})
"""What no payment can be without, whatever its format."""
FREE_TEXT = ("agency_name", "purpose")
SENSITIVE = (
    Sensitive("payer_account", "account", "payer_account_token"),
    Sensitive("payee_account", "account", "payee_account_token"),
    Sensitive("payer_name", "name", "payer_name_token"),
    Sensitive("payee_name", "name", "payee_name_token"),
)


def typed_payments(batch: TextBatch, context: Context, labels: Mapping[str, str]) -> Typed:
    """Rows of columns ledger.v1.payments (clear values in place of tokens) out of a frame of text."""
    frame = door.normal_frame(batch, FREE_TEXT).drop("payee_bank", strict=False)
    frame = frame.with_columns(
        text.division6(pl.col("division")).alias("division_code"),
        text.year(pl.col("year")).alias("fiscal_year"),
        text.fen(pl.col("amount")).alias("amount_fen"),
        text.business_day(pl.col("paid_on")).alias("effective_on"),
        text.document_number(pl.col("document_number")).alias("document_number"),
        identity.normal_account(frame["payer_account"]),
        identity.normal_account(frame["payee_account"]),
    )
    checks = [
        *(door.missing(name) for name in KEY_FIELDS),
        door.Check("ingest.bad_year", "year", pl.col("fiscal_year").is_null()),
        door.bad_amount("amount", "amount_fen"),
        door.Check("ingest.bad_date", "paid_on", pl.col("effective_on").is_null()),
        *door.outside_division(context),
        *door.too_long(frame, FREE_TEXT),
    ]
    good, rejected = door.refuse(frame, checks, labels, batch)
    rows = _payment_columns(good, context)
    odds = door.unknown_division(context)
    return Typed(rows, rejected, door.find(rows, odds, labels, context), door.covered(rows, "payment"))


def _payment_columns(good: pl.DataFrame, context: Context) -> pl.DataFrame:
    kind = payees.payee_kind(pl.col("payee_name"), pl.col("payee_account"), context.payee_kinds)
    good = good.with_columns(kind.alias("payee_kind"))
    institution = payees.is_institution(pl.col("payee_kind"), pl.col("payee_name"))
    good = good.with_columns(institution.fill_null(False).alias("institution"))
    hidden = ~good["institution"] & good["payee_name"].is_not_null()
    purpose = text.without_names(good["purpose"], good["payee_name"], hidden)
    shown = pl.when(pl.col("institution")).then(pl.col("payee_name"))
    return good.with_columns(purpose).with_columns(
        _key("voucher_no", "detail_id").alias("key"),
        pl.lit(None, pl.String).alias("fund_code"),
        identity.account_mask(pl.col("payee_account")).alias("payee_account_mask"),
        shown.otherwise(identity.name_mask(pl.col("payee_name"))).alias("payee_name_mask"),
        (pl.col("payer_name") == pl.col("payee_name")).alias("payer_equals_payee"),
        pl.col("payee_account").str.contains(r"\p{Han}").fill_null(False).alias("account_has_cjk"),
        text.without_numbers(pl.col("agency_name")),
        text.without_numbers(pl.col("purpose")),
        pl.when(pl.col("original_voucher_no").is_not_null())
        .then(_key("original_voucher_no", "original_detail_id"))
        .alias("original_key"),
        pl.lit(context.import_id).alias("import_id"),
    )


def _key(voucher_no: str, detail_id: str) -> pl.Expr:
    """The payment's key: {division}:{year}:{voucher type}:{voucher no.}:{detail}."""
    parts = [
        pl.col("division_code"),
        pl.col("fiscal_year").cast(pl.String),
        pl.col("voucher_type"),
        pl.col(voucher_no),
        pl.col(detail_id).fill_null(""),
    ]
    return pl.concat_str(parts, separator=":")


PROFILE = TabularProfile(
    name="payment_table",
    title_zh="支付明细表",
    title_en="payments",
    target="payments",
    headers=HEADERS,
    may_be_missing=frozenset({"收款人开户行", "原凭证号", "原明细编号"}),
    columns=PAYMENTS.names,
    sensitive=SENSITIVE,
    typing=typed_payments,
)
