"""The kinds of facts that rules may speak of, with the type, range and label of every field.

These restate the columns that the ledger declares beside its proto (a contract test holds the two together);
what rules derive itself is marked. Inside a condition a date is an int, the number of days since 1970-01-01;
in a frame it is a pl.Date.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import polars as pl

FieldType = Literal["int", "string", "bool", "date"]

FEN_MAX = 10**14
TOKEN_MAX = 2**63 - 1
DAY_MIN = -25_567
"""1900-01-01 as a day number."""
DAY_MAX = 84_006
"""2200-01-01 as a day number."""


@dataclass(frozen=True)
class FactField:
    """One field. `minimum` and `maximum` (inclusive) bound an int or a date's day number.

    `subject` is the kind of subject that the field names ("payment", "person", …), empty if it names none;
    `derived` fields are computed inside rules, not delivered; `label` is what a person sees.
    """

    name: str
    type: FieldType
    nullable: bool
    minimum: int | None
    maximum: int | None
    label: str
    subject: str = ""
    derived: bool = False

    @property
    def dtype(self) -> pl.DataType:
        """The column's type in a frame; narrower integers are accepted where facts come in."""
        return _DTYPES[self.type]


_DTYPES: dict[str, pl.DataType] = {
    "int": pl.Int64(),
    "string": pl.String(),
    "bool": pl.Boolean(),
    "date": pl.Date(),
}


@dataclass(frozen=True)
class FactKind:
    """One kind of fact: its fields in order, and the field that is the caller's own name for it.

    A day kind (`per_day`) holds once for every day: its facts are named by key and day.
    """

    name: str
    fields: tuple[FactField, ...]
    key: str
    label: str
    per_day: bool = False
    by_name: dict[str, FactField] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Indexes the fields by name."""
        object.__setattr__(self, "by_name", {item.name: item for item in self.fields})

    @property
    def schema(self) -> pl.Schema:
        """The Polars schema of a frame of these facts, every field present."""
        return pl.Schema({item.name: item.dtype for item in self.fields})


def _text(name: str, label: str, *, nullable: bool = True, subject: str = "") -> FactField:
    return FactField(name, "string", nullable, None, None, label, subject)


def _fen(name: str, label: str, *, nullable: bool = False) -> FactField:
    return FactField(name, "int", nullable, -FEN_MAX, FEN_MAX, label)


def _token(name: str, label: str, subject: str = "") -> FactField:
    return FactField(name, "int", True, 1, TOKEN_MAX, label, subject)


def _date(name: str, label: str, *, nullable: bool = False) -> FactField:
    return FactField(name, "date", nullable, DAY_MIN, DAY_MAX, label)


def _flag(name: str, label: str, *, nullable: bool = False, derived: bool = False) -> FactField:
    return FactField(name, "bool", nullable, None, None, label, derived=derived)


def _number(name: str, label: str, least: int, most: int, *, derived: bool = False) -> FactField:
    return FactField(name, "int", False, least, most, label, derived=derived)


def _day_fields() -> tuple[FactField, ...]:
    return (
        FactField("day", "date", False, DAY_MIN, DAY_MAX, "业务日", derived=True),
        _number("year", "业务日所在年", 1900, 2200, derived=True),
        _number("month", "月份", 1, 12, derived=True),
        _flag("is_month_end", "月末", derived=True),
    )


_CATEGORY = _text("category", "资金类别", nullable=False)
_DIVISION = _text("division_code", "区划", nullable=False)
_YEAR = _number("fiscal_year", "年度", 2000, 2100)
_DAY = _date("day", "业务日")

PAYMENT = FactKind(
    "payment",
    (
        _text("key", "支付份额", nullable=False),
        _text("payment_key", "支付唯一标识", nullable=False, subject="payment"),
        _CATEGORY,
        _DAY,
        _fen("amount_fen", "金额"),
        _text("quota_key", "指标唯一标识", subject="quota"),
        _text("quota_fund_code", "指标资金项"),
        _text("quota_function_class", "指标功能分类"),
        _date("quota_day", "指标接收日期", nullable=True),
        _DIVISION,
        _YEAR,
        _text("voucher_type", "凭证类型", nullable=False),
        _text("voucher_no", "凭证号", nullable=False),
        _text("document_number", "指标文号"),
        _text("fund_code", "资金项"),
        _text("project_key", "项目代码", subject="project"),
        _text("agency_code", "预算单位编码"),
        _text("agency_name", "预算单位"),
        _text("function_class", "支出功能分类"),
        _text("economic_class", "支出经济分类"),
        _text("pay_method", "支付方式"),
        _text("settlement_mode", "结算方式"),
        _token("payer_account_token", "付款账号", "account"),
        _token("payer_name_token", "付款人"),
        _token("payee_account_token", "收款账号", "account"),
        _text("payee_account_mask", "收款账号（掩码）"),
        _token("payee_name_token", "收款人"),
        _text("payee_name_mask", "收款人（掩码）"),
        _text("payee_kind", "收款人类型", nullable=False),
        _flag("payer_equals_payee", "收付同名", nullable=True),
        _flag("account_has_cjk", "账号含中文"),
        _text("purpose", "资金用途"),
    ),
    key="key",
    label="支付份额",
)

DISBURSEMENT = FactKind(
    "disbursement",
    (
        _text("key", "发放明细标识", nullable=False),
        _CATEGORY,
        _DAY,
        _text("quota_key", "指标唯一标识", subject="quota"),
        _text("payment_key", "支付唯一标识", subject="payment"),
        _DIVISION,
        _YEAR,
        _text("document_number", "指标文号"),
        _text("voucher_no", "支付凭证号"),
        _text("project_key", "项目代码", subject="project"),
        _text("benefit_code", "补贴项目", nullable=False),
        _text("township_code", "乡镇"),
        _text("village_code", "村"),
        _token("person_token", "证件号码", "person"),
        _text("person_mask", "证件号码（掩码）"),
        _token("name_token", "姓名"),
        _text("name_mask", "姓名（掩码）"),
        _token("account_token", "收款账号", "account"),
        _text("account_mask", "收款账号（掩码）"),
        _flag("id_check_ok", "证件号校验通过"),
        _flag("per_household", "按户补助"),
        _number("month", "发放月份", 200001, 210012),
        _fen("due_fen", "应发金额"),
        _fen("amount_fen", "实发金额"),
    ),
    key="key",
    label="发放明细",
)

QUOTA = FactKind(
    "quota",
    (
        _text("key", "指标唯一标识", nullable=False, subject="quota"),
        _CATEGORY,
        _DAY,
        _text("document_number", "指标文号"),
        _flag("document_number_ok", "文号规范"),
        _text("upper_document_number", "上级文号"),
        _text("fund_code", "资金项"),
        _DIVISION,
        _text("issuer_division_code", "下达区划"),
        _YEAR,
        _text("function_class", "支出功能分类"),
        _text("summary", "指标摘要"),
        _flag("has_attachment", "已上传附件"),
        _fen("amount_fen", "指标金额"),
        _date("issued_on", "下达日期", nullable=True),
    ),
    key="key",
    label="预算指标",
)

PROJECT = FactKind(
    "project",
    (
        _text("key", "项目代码", nullable=False, subject="project"),
        _CATEGORY,
        _DAY,
        _text("name", "项目名称", nullable=False),
        _DIVISION,
        _text("project_type", "项目类别"),
        _YEAR,
        _fen("investment_fen", "资金规模"),
        FactField("beneficiary_households", "int", True, 0, 10_000_000, "受益建档立卡户数"),
        _date("planned_start_on", "计划开工", nullable=True),
        _date("planned_end_on", "计划完工", nullable=True),
    ),
    key="key",
    label="项目",
)

QUOTA_DAY = FactKind(
    "quota_day",
    (
        _text("key", "指标唯一标识", nullable=False, subject="quota"),
        _CATEGORY,
        _text("document_number", "指标文号"),
        _text("fund_code", "资金项"),
        _DIVISION,
        _YEAR,
        _date("received_on", "接收日期"),
        _fen("amount_fen", "指标金额"),
        _fen("issued_fen", "下达下级金额"),
        _fen("allotted_fen", "分配项目金额"),
        _fen("paid_fen", "已支付金额"),
        _fen("unpaid_fen", "未支付余额"),
        *_day_fields(),
        _number("days_since_received", "接收后天数", -200_000, 200_000, derived=True),
    ),
    key="key",
    label="指标每日状态",
    per_day=True,
)

PROGRESS_DAY = FactKind(
    "progress_day",
    (
        _text("key", "进度对象", nullable=False, subject="progress"),
        _CATEGORY,
        _text("fund_code", "资金项", nullable=False),
        _DIVISION,
        _YEAR,
        _fen("total_fen", "可支出总额"),
        _fen("paid_fen", "已支付金额"),
        *_day_fields(),
    ),
    key="key",
    label="支出进度每日状态",
    per_day=True,
)

WARNING = FactKind(
    "warning",
    (
        _text("id", "预警标识", nullable=False),
        _text("rule_id", "规则", nullable=False),
        _text("subject_kind", "对象类型", nullable=False),
        _text("subject", "对象", nullable=False, subject="warning"),
        _text("period", "期间", nullable=False),
        _DIVISION,
        _text("fund_code", "资金项"),
        _fen("amount_fen", "涉及金额"),
        _DAY,
        _text("severity", "级别", nullable=False),
    ),
    key="id",
    label="预警",
)
"""A standing warning of the same log, as rules `on: warning` see it; subject_kind says what it is about."""

FACT_KINDS: dict[str, FactKind] = {
    kind.name: kind for kind in (PAYMENT, DISBURSEMENT, QUOTA, PROJECT, QUOTA_DAY, PROGRESS_DAY, WARNING)
}

CATEGORIES = ("poverty", "project", "benefit", "operations", "general")
UNASSIGNED = "unassigned"
CROSS = "cross"
BUNDLE_CATEGORIES = (*CATEGORIES, UNASSIGNED, CROSS)


def with_day_fields(kind: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Adds what is derived from `day` (Date): year, month, is_month_end and, for quota_day, days_since_received.

    Takes a frame of a day kind in which every row is one day of one key; other kinds come back unchanged.
    """
    if not FACT_KINDS[kind].per_day:
        return frame
    derived = [
        pl.col("day").dt.month().cast(pl.Int64).alias("month"),
        pl.col("day").dt.year().cast(pl.Int64).alias("year"),
        (pl.col("day") == pl.col("day").dt.month_end()).alias("is_month_end"),
    ]
    if kind == "quota_day":
        days = pl.col("day").to_physical().cast(pl.Int64) - pl.col("received_on").to_physical().cast(pl.Int64)
        derived.append(days.alias("days_since_received"))
    return frame.with_columns(derived)
