"""Reference lists (比对名单) as a table: accounts, identity numbers or codes, each with its days of validity."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from services.ingest.domain import identity, text
from services.ingest.domain.imports import Covered, Sensitive, TextBatch
from services.ingest.profiles import door
from services.ingest.profiles.door import Typed
from services.ingest.profiles.tabular import TabularProfile
from services.ingest.usecases import Context

HEADERS = {
    "名单": "list",
    "对象类型": "object_type",
    "对象": "object",
    "生效日": "from_text",
    "失效日": "to_text",
    "依据": "basis",
}
ACCOUNT, ID_NUMBER, CODE = "账号", "证件号码", "编码"


def typed_list(batch: TextBatch, context: Context, labels: Mapping[str, str]) -> Typed:
    """Rows of lists: an account or an identity number (clear) or a code, valid from and to (inclusive)."""
    frame = door.normal_frame(batch, ("basis",))
    kind = pl.col("object_type")
    frame = frame.with_columns(
        text.day(pl.col("from_text")).alias("valid_from"),
        text.day(pl.col("to_text")).alias("valid_to"),
        pl.when(kind == ACCOUNT).then(pl.col("object")).alias("account"),
        pl.when(kind == ID_NUMBER).then(pl.col("object").str.to_uppercase()).alias("id_number"),
        pl.when(kind == CODE).then(pl.col("object")).alias("key_code"),
    )
    frame = frame.with_columns(identity.normal_account(frame["account"]))
    checks = [
        door.missing("list"),
        door.missing("object"),
        door.Check(
            "ingest.unknown_object_type",
            "object_type",
            ~kind.is_in((ACCOUNT, ID_NUMBER, CODE)).fill_null(False),
        ),
        # A code is shown and stored as it is, so no person's number may come as one.
        door.Check(
            "ingest.number_as_code",
            "object",
            (kind == CODE) & identity.person_number(pl.col("object").str.to_uppercase()),
        ),
        door.Check("ingest.bad_date", "from_text", pl.col("valid_from").is_null()),
        door.Check(
            "ingest.bad_date", "to_text", pl.col("to_text").is_not_null() & pl.col("valid_to").is_null()
        ),
        *door.too_long(frame, ("basis",)),
    ]
    good, rejected = door.refuse(frame, checks, labels, batch)
    rows = good.with_columns(pl.lit(None, pl.Int64).alias("group_token"))
    return Typed(rows, rejected, [], _covered(rows, context))


def _covered(rows: pl.DataFrame, context: Context) -> tuple[Covered, ...]:
    """The days of the whole batch, for the division that sent the file: rows of lists name none."""
    if rows.height == 0 or not context.division_code:
        return ()
    first, last = rows.select(
        pl.col("valid_from").min().alias("first"), pl.col("valid_from").max().alias("last")
    ).row(0)
    return (Covered("list", context.division_code, first, last, rows.height),)


PROFILE = TabularProfile(
    name="reference_list",
    title_zh="比对名单",
    title_en="reference lists",
    target="lists",
    headers=HEADERS,
    may_be_missing=frozenset({"依据"}),
    columns=("list", "key_token", "key_code", "valid_from", "valid_to", "group_token"),
    sensitive=(
        Sensitive("account", "account", "key_token"),
        Sensitive("id_number", "id_number", "key_token"),
    ),
    typing=typed_list,
)
