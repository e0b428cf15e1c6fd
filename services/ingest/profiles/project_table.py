"""Projects of the project library (项目库) as a table."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
from mingzhang.ledger.v1.columns import PROJECTS

from services.ingest.domain import text
from services.ingest.domain.imports import TextBatch
from services.ingest.profiles import door
from services.ingest.profiles.door import Typed
from services.ingest.profiles.tabular import TabularProfile
from services.ingest.usecases import Context

HEADERS = {
    "项目代码": "key",
    "项目名称": "name",
    "区划": "division",
    "项目类别": "project_type",
    "年度": "year",
    "资金规模(元)": "amount",
    "受益建档立卡户数": "households",
    "计划开工": "planned_start",
    "计划完工": "planned_end",
    "入库日期": "entered",
}
FREE_TEXT = ("name",)
HOUSEHOLDS_MAX = 10_000_000


def typed_projects(batch: TextBatch, context: Context, labels: Mapping[str, str]) -> Typed:
    """Rows of columns ledger.v1.projects."""
    frame = door.normal_frame(batch, FREE_TEXT)
    households = pl.col("households").cast(pl.Int64, strict=False)
    frame = frame.with_columns(
        text.division6(pl.col("division")).alias("division_code"),
        text.fen(pl.col("amount")).alias("investment_fen"),
        pl.when(households.is_between(0, HOUSEHOLDS_MAX)).then(households).alias("beneficiary_households"),
        text.day(pl.col("planned_start")).alias("planned_start_on"),
        text.day(pl.col("planned_end")).alias("planned_end_on"),
        text.business_day(pl.col("entered")).alias("effective_on"),
    ).with_columns(
        pl.coalesce(text.year(pl.col("year")), pl.col("effective_on").dt.year()).alias("fiscal_year")
    )
    checks = [
        door.missing("key"),
        door.missing("division"),
        door.bad_amount("amount", "investment_fen"),
        door.Check("ingest.bad_date", "entered", pl.col("effective_on").is_null()),
        *door.outside_division(context),
        *door.too_long(frame, FREE_TEXT),
    ]
    good, rejected = door.refuse(frame, checks, labels, batch)
    rows = good.with_columns(
        text.without_numbers(pl.col("name").fill_null("")).alias("name"),
        pl.lit(context.import_id).alias("import_id"),
    )
    found = door.find(rows, door.unknown_division(context), labels, context)
    return Typed(rows, rejected, found, door.covered(rows, "project"))


PROFILE = TabularProfile(
    name="project_table",
    title_zh="项目库表",
    title_en="projects",
    target="projects",
    headers=HEADERS,
    may_be_missing=frozenset(),
    columns=PROJECTS.names,
    sensitive=(),
    typing=typed_projects,
)
