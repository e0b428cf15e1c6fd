"""The register of poor households (建档立卡) as a table: a reference list of persons by household."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from services.ingest.domain import text
from services.ingest.domain.imports import Sensitive, TextBatch
from services.ingest.profiles import door
from services.ingest.profiles.door import Typed
from services.ingest.profiles.tabular import TabularProfile
from services.ingest.usecases import Context

LIST_NAME = "registered_person"
HEADERS = {
    "户编号": "household",
    "姓名": "name",
    "证件号码": "id_number",
    "与户主关系": "relation",
    "区划": "division",
    "识别日期": "identified",
    "退出日期": "left",
}


def typed_register(batch: TextBatch, context: Context, labels: Mapping[str, str]) -> Typed:
    """Rows of the list registered_person: person and household (clear), valid from and to (inclusive)."""
    frame = door.normal_frame(batch).with_columns(
        text.division6(pl.col("division")).alias("division_code"),
        text.day(pl.col("identified")).alias("valid_from"),
        text.day(pl.col("left")).alias("valid_to"),
        pl.col("id_number").str.to_uppercase(),
    )
    checks = [
        door.missing("id_number"),
        door.Check("ingest.bad_date", "identified", pl.col("valid_from").is_null()),
        door.Check("ingest.bad_date", "left", pl.col("left").is_not_null() & pl.col("valid_to").is_null()),
        *door.outside_division(context),
        *door.too_long(frame, ()),
    ]
    good, rejected = door.refuse(frame, checks, labels, batch)
    rows = good.with_columns(
        pl.lit(LIST_NAME).alias("list"),
        pl.lit(None, pl.String).alias("key_code"),
        pl.col("valid_from").alias("effective_on"),
    )
    known = rows.filter(pl.col("division_code").is_not_null())
    return Typed(rows, rejected, [], door.covered(known, "list"))


PROFILE = TabularProfile(
    name="register_table",
    title_zh="建档立卡名册",
    title_en="register of poor households",
    target="lists",
    headers=HEADERS,
    may_be_missing=frozenset(),
    columns=("list", "key_token", "key_code", "valid_from", "valid_to", "group_token"),
    sensitive=(
        Sensitive("id_number", "id_number", "key_token"),
        Sensitive("household", "household", "group_token"),
    ),
    typing=typed_register,
)
