"""Allotments of quotas to projects (分配到项目) as a table."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
from mingzhang.ledger.v1.columns import ALLOTMENTS

from services.ingest.domain import text
from services.ingest.domain.imports import TextBatch
from services.ingest.profiles import door
from services.ingest.profiles.door import Typed
from services.ingest.profiles.tabular import TabularProfile
from services.ingest.usecases import Context

HEADERS = {
    "分配编号": "key",
    "指标明细号": "quota_key",
    "项目代码": "project_key",
    "金额(元)": "amount",
    "分配日期": "allotted",
}


def typed_allotments(batch: TextBatch, context: Context, labels: Mapping[str, str]) -> Typed:
    """Rows of columns ledger.v1.allotments. They name no division, so they cover none."""
    frame = door.normal_frame(batch).with_columns(
        text.fen(pl.col("amount")).alias("amount_fen"),
        text.business_day(pl.col("allotted")).alias("effective_on"),
        pl.lit(context.import_id).alias("import_id"),
    )
    checks = [
        *(door.missing(name) for name in ("key", "quota_key", "project_key")),
        door.bad_amount("amount", "amount_fen"),
        door.Check("ingest.bad_date", "allotted", pl.col("effective_on").is_null()),
        *door.too_long(frame, ()),
    ]
    good, rejected = door.refuse(frame, checks, labels, batch)
    return Typed(good, rejected)


PROFILE = TabularProfile(
    name="allotment_table",
    title_zh="指标分配表",
    title_en="allotments of quotas to projects",
    target="allotments",
    headers=HEADERS,
    may_be_missing=frozenset(),
    columns=ALLOTMENTS.names,
    sensitive=(),
    typing=typed_allotments,
)
