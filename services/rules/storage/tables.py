"""What the tables of rules keep of each fact kind and state.

Of a fact only these columns are kept. They are what rules that look back may read: the groups of matches, the keys
and values of windows, the keys of lists, subjects, divisions, funds and the masks of messages. A rule that only
looks at the fact as it arrives (`when` without a list) may read every column. `missing_columns` in usecases refuses
a bundle that would look back on more.
"""

from __future__ import annotations

import polars as pl

LOGS = ("poverty", "project", "benefit", "operations", "general", "unassigned", "cross")

FACT_COLUMNS: dict[str, dict[str, pl.DataType]] = {
    "payment": {
        "key": pl.String(),
        "payment_key": pl.String(),
        "category": pl.String(),
        "day": pl.Date(),
        "amount_fen": pl.Int64(),
        "division_code": pl.String(),
        "voucher_no": pl.String(),
        "quota_key": pl.String(),
        "quota_fund_code": pl.String(),
        "fund_code": pl.String(),
        "project_key": pl.String(),
        "payer_account_token": pl.Int64(),
        "payee_account_token": pl.Int64(),
        "payee_account_mask": pl.String(),
        "payee_name_token": pl.Int64(),
        "payee_name_mask": pl.String(),
        "payee_kind": pl.String(),
        "payer_equals_payee": pl.Boolean(),
    },
    "disbursement": {
        "key": pl.String(),
        "payment_key": pl.String(),
        "category": pl.String(),
        "day": pl.Date(),
        "amount_fen": pl.Int64(),
        "division_code": pl.String(),
        "quota_key": pl.String(),
        "project_key": pl.String(),
        "benefit_code": pl.String(),
        "township_code": pl.String(),
        "village_code": pl.String(),
        "person_token": pl.Int64(),
        "person_mask": pl.String(),
        "name_mask": pl.String(),
        "account_token": pl.Int64(),
        "account_mask": pl.String(),
        "per_household": pl.Boolean(),
        "month": pl.Int32(),
    },
}

STATE_COLUMNS: dict[str, dict[str, pl.DataType]] = {
    "quota_day": {
        "key": pl.String(),
        "category": pl.String(),
        "from_day": pl.Date(),
        "document_number": pl.String(),
        "fund_code": pl.String(),
        "division_code": pl.String(),
        "fiscal_year": pl.Int32(),
        "received_on": pl.Date(),
        "amount_fen": pl.Int64(),
        "issued_fen": pl.Int64(),
        "allotted_fen": pl.Int64(),
        "paid_fen": pl.Int64(),
        "unpaid_fen": pl.Int64(),
    },
    "progress_day": {
        "key": pl.String(),
        "category": pl.String(),
        "from_day": pl.Date(),
        "fund_code": pl.String(),
        "division_code": pl.String(),
        "fiscal_year": pl.Int32(),
        "total_fen": pl.Int64(),
        "paid_fen": pl.Int64(),
    },
}
STATE_TABLES = {"quota_day": "quota_state", "progress_day": "progress_state"}
