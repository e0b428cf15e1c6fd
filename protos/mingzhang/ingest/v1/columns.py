"""The columns that ingest tells on its streams."""

from __future__ import annotations

import polars as pl

from mingzhang.envelope.v1.columns import Column, Columns

LIST_ROWS = Columns(
    "ingest.v1.list_rows",
    (
        Column("key_token", pl.Int64, "对象标识", minimum=1, maximum=2**63 - 1),
        Column("key_code", pl.String, "对象编码"),
        Column("valid_from", pl.Date, "生效日", required=True),
        Column("valid_to", pl.Date, "失效日（含）"),
        Column("group_token", pl.Int64, "户", minimum=1, maximum=2**63 - 1),
    ),
)
"""Rows of a reference list. Exactly one of key_token and key_code is set. The household of a registered person
is group_token."""

IMPORT_FINDINGS = Columns(
    "ingest.v1.import_findings",
    (
        Column("key", pl.String, "发现标识", required=True),
        Column("import_id", pl.String, "导入批次", required=True),
        Column("division_code", pl.String, "区划"),
        Column("file", pl.String, "文件", required=True),
        Column("line", pl.Int32, "行号", required=True),
        Column("field", pl.String, "字段"),
        Column("reason", pl.String, "原因代码", required=True),
        Column("day", pl.Date, "业务日", required=True),
    ),
)
