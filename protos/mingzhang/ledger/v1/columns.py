"""The columns that pass the ledger's doors: what ingest posts, and what the ledger tells on its streams.

Amounts are int64 fen. Tokens are int64 from the vault of ingest; masks are what may be shown. Days are dates
of business. A key is the caller's own name for a row and never changes: the same key with the same content is
the same row.
"""

from __future__ import annotations

import polars as pl

from mingzhang.envelope.v1.columns import Column, Columns

FEN_MAX = 10**14
TOKEN_MAX = 2**63 - 1

_LINE = (
    Column("import_id", pl.String, "导入批次", required=True),
    Column("line", pl.Int32, "文件行号", required=True, minimum=0),
)


def _fen(name: str, label: str, *, required: bool = True) -> Column:
    return Column(name, pl.Int64, label, required=required, minimum=-FEN_MAX, maximum=FEN_MAX)


def _token(name: str, label: str) -> Column:
    return Column(name, pl.Int64, label, minimum=1, maximum=TOKEN_MAX)


QUOTAS = Columns(
    "ledger.v1.quotas",
    (
        Column("key", pl.String, "指标唯一标识", required=True),
        Column("document_number", pl.String, "指标文号"),
        Column("document_number_ok", pl.Boolean, "文号规范", required=True),
        Column("upper_document_number", pl.String, "上级文号"),
        Column("fund_code", pl.String, "资金项"),
        Column("division_code", pl.String, "区划", required=True),
        Column("issuer_division_code", pl.String, "下达区划"),
        Column("fiscal_year", pl.Int32, "年度", required=True, minimum=2000, maximum=2100),
        Column("function_class", pl.String, "支出功能分类"),
        Column("summary", pl.String, "指标摘要"),
        Column("has_attachment", pl.Boolean, "已上传附件", required=True),
        _fen("amount_fen", "指标金额"),
        Column("issued_on", pl.Date, "下达日期"),
        Column("effective_on", pl.Date, "接收日期", required=True),
        *_LINE,
    ),
)
"""A quota of one division: registered there, and, with an issuer, received from the division above."""

PROJECTS = Columns(
    "ledger.v1.projects",
    (
        Column("key", pl.String, "项目代码", required=True),
        Column("name", pl.String, "项目名称", required=True),
        Column("division_code", pl.String, "区划", required=True),
        Column("project_type", pl.String, "项目类别"),
        Column("fiscal_year", pl.Int32, "年度", required=True, minimum=2000, maximum=2100),
        _fen("investment_fen", "资金规模"),
        Column("beneficiary_households", pl.Int64, "受益建档立卡户数", minimum=0, maximum=10_000_000),
        Column("planned_start_on", pl.Date, "计划开工"),
        Column("planned_end_on", pl.Date, "计划完工"),
        Column("effective_on", pl.Date, "入库日期", required=True),
        *_LINE,
    ),
)

ALLOTMENTS = Columns(
    "ledger.v1.allotments",
    (
        Column("key", pl.String, "分配唯一标识", required=True),
        Column("quota_key", pl.String, "指标唯一标识", required=True),
        Column("project_key", pl.String, "项目代码", required=True),
        _fen("amount_fen", "分配金额"),
        Column("effective_on", pl.Date, "分配日期", required=True),
        *_LINE,
    ),
)

_PAYMENT_FACT = (
    Column("division_code", pl.String, "区划", required=True),
    Column("fiscal_year", pl.Int32, "年度", required=True, minimum=2000, maximum=2100),
    Column("voucher_type", pl.String, "凭证类型", required=True),
    Column("voucher_no", pl.String, "凭证号", required=True),
    Column("document_number", pl.String, "指标文号"),
    Column("fund_code", pl.String, "资金项"),
    Column("project_key", pl.String, "项目代码"),
    Column("agency_code", pl.String, "预算单位编码"),
    Column("agency_name", pl.String, "预算单位"),
    Column("function_class", pl.String, "支出功能分类"),
    Column("economic_class", pl.String, "支出经济分类"),
    Column("pay_method", pl.String, "支付方式"),
    Column("settlement_mode", pl.String, "结算方式"),
    _token("payer_account_token", "付款账号"),
    _token("payer_name_token", "付款人"),
    _token("payee_account_token", "收款账号"),
    Column("payee_account_mask", pl.String, "收款账号（掩码）"),
    _token("payee_name_token", "收款人"),
    Column("payee_name_mask", pl.String, "收款人（掩码）"),
    Column("payee_kind", pl.String, "收款人类型", required=True),
    Column("payer_equals_payee", pl.Boolean, "收付同名"),
    Column("account_has_cjk", pl.Boolean, "账号含中文", required=True),
    Column("purpose", pl.String, "资金用途"),
)

PAYMENTS = Columns(
    "ledger.v1.payments",
    (
        Column("key", pl.String, "支付唯一标识", required=True),
        *_PAYMENT_FACT,
        _fen("amount_fen", "金额"),
        Column("effective_on", pl.Date, "支付日期", required=True),
        Column("original_key", pl.String, "原支付标识"),
        *_LINE,
    ),
)
"""payee_kind: person, enterprise, unit, township, village, platform, special_account or unknown (derived from
the payee's name and account at the door). A row with an original_key is a correction of that payment: its
amount is negative and it is posted as a linked reversal."""

PAYMENT_SHARES = Columns(
    "ledger.v1.payment_shares",
    (
        Column("key", pl.String, "支付份额", required=True),
        Column("payment_key", pl.String, "支付唯一标识", required=True),
        Column("category", pl.String, "资金类别", required=True),
        Column("day", pl.Date, "业务日", required=True),
        _fen("amount_fen", "金额"),
        Column("quota_key", pl.String, "指标唯一标识"),
        Column("quota_fund_code", pl.String, "指标资金项"),
        Column("quota_function_class", pl.String, "指标功能分类"),
        Column("quota_day", pl.Date, "指标接收日期"),
        *_PAYMENT_FACT,
    ),
)
"""The unit that is judged: payment x quota link with its part of the amount. An unlinked remainder is of
category `unassigned` and has no quota."""

DISBURSEMENTS = Columns(
    "ledger.v1.disbursements",
    (
        Column("key", pl.String, "发放明细标识", required=True),
        Column("division_code", pl.String, "区划", required=True),
        Column("fiscal_year", pl.Int32, "年度", required=True, minimum=2000, maximum=2100),
        Column("document_number", pl.String, "指标文号"),
        Column("voucher_no", pl.String, "支付凭证号"),
        Column("project_key", pl.String, "项目代码"),
        Column("benefit_code", pl.String, "补贴项目", required=True),
        Column("township_code", pl.String, "乡镇"),
        Column("village_code", pl.String, "村"),
        _token("person_token", "证件号码"),
        Column("person_mask", pl.String, "证件号码（掩码）"),
        _token("name_token", "姓名"),
        Column("name_mask", pl.String, "姓名（掩码）"),
        _token("account_token", "收款账号"),
        Column("account_mask", pl.String, "收款账号（掩码）"),
        Column("id_check_ok", pl.Boolean, "证件号校验通过", required=True),
        Column("per_household", pl.Boolean, "按户补助", required=True),
        Column("month", pl.Int32, "发放月份", required=True, minimum=200001, maximum=210012),
        _fen("due_fen", "应发金额"),
        _fen("amount_fen", "实发金额"),
        Column("effective_on", pl.Date, "发放日期", required=True),
        Column("original_key", pl.String, "原发放明细标识"),
        *_LINE,
    ),
)

DISBURSEMENT_SHARES = Columns(
    "ledger.v1.disbursement_shares",
    (
        Column("key", pl.String, "发放明细标识", required=True),
        Column("category", pl.String, "资金类别", required=True),
        Column("day", pl.Date, "业务日", required=True),
        Column("quota_key", pl.String, "指标唯一标识"),
        Column("payment_key", pl.String, "支付唯一标识"),
        *(
            c
            for c in DISBURSEMENTS.columns
            if c.name not in {"key", "effective_on", "original_key", "import_id", "line"}
        ),
    ),
)

QUOTA_FACTS = Columns(
    "ledger.v1.quota_facts",
    (
        Column("key", pl.String, "指标唯一标识", required=True),
        Column("category", pl.String, "资金类别", required=True),
        Column("day", pl.Date, "业务日", required=True),
        *(c for c in QUOTAS.columns if c.name not in {"key", "effective_on", "import_id", "line"}),
    ),
)

PROJECT_FACTS = Columns(
    "ledger.v1.project_facts",
    (
        Column("key", pl.String, "项目代码", required=True),
        Column("category", pl.String, "资金类别", required=True),
        Column("day", pl.Date, "业务日", required=True),
        *(c for c in PROJECTS.columns if c.name not in {"key", "effective_on", "import_id", "line"}),
    ),
)

QUOTA_DAYS = Columns(
    "ledger.v1.quota_days",
    (
        Column("key", pl.String, "指标唯一标识", required=True),
        Column("category", pl.String, "资金类别", required=True),
        Column("from_day", pl.Date, "起始日", required=True),
        Column("document_number", pl.String, "指标文号"),
        Column("fund_code", pl.String, "资金项"),
        Column("division_code", pl.String, "区划", required=True),
        Column("fiscal_year", pl.Int32, "年度", required=True, minimum=2000, maximum=2100),
        Column("received_on", pl.Date, "接收日期", required=True),
        _fen("amount_fen", "指标金额"),
        _fen("issued_fen", "下达下级金额"),
        _fen("allotted_fen", "分配项目金额"),
        _fen("paid_fen", "已支付金额"),
        _fen("unpaid_fen", "未支付余额"),
    ),
)
"""The state of a quota from a day on, until the next row of the same key. Rules expands it into days."""

PROGRESS_DAYS = Columns(
    "ledger.v1.progress_days",
    (
        Column("key", pl.String, "进度对象", required=True),
        Column("category", pl.String, "资金类别", required=True),
        Column("from_day", pl.Date, "起始日", required=True),
        Column("fund_code", pl.String, "资金项", required=True),
        Column("division_code", pl.String, "区划", required=True),
        Column("fiscal_year", pl.Int32, "年度", required=True, minimum=2000, maximum=2100),
        _fen("total_fen", "可支出总额"),
        _fen("paid_fen", "已支付金额"),
    ),
)
"""Spending progress of division x fund x year from a day on. Key: "<division>:<fund>:<year>". Total counts
what stays in the division (received and arranged, less issued to lower divisions); paid counts final payees."""

REMOVED = Columns(
    "ledger.v1.removed",
    (
        Column("kind", pl.String, "事实种类", required=True),
        Column("key", pl.String, "事实标识", required=True),
    ),
)
"""Facts that no longer stand in a stream: unlinked or reversed. kind: payment, disbursement, quota, project."""
