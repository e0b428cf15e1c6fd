"""Window rules: what each fact adds to its key and day, and the verdict on a key's window."""

from __future__ import annotations

import polars as pl

from services.kit.rows import no_rows
from services.rules.domain import FACT_KINDS, HITS, Rule
from services.rules.engine.hits import (
    Evidence,
    column_of,
    fund_column,
    fund_names,
    hit_form,
    in_force,
)
from services.rules.language.conditions import Conditions, conditions_of
from services.rules.language.expression import Expression, fields_of
from services.rules.language.names import WINDOW_FACTS_MAX, names_of_kind
from services.rules.language.polars_form import polars_form
from services.rules.language.ranges import narrowed

_CONTRIBUTIONS = ("key_json", "day", "count", "sum", "division_code", "fund_code", "facts")


class WindowRule:
    """One rule over counts and sums in whole business days, compiled."""

    def __init__(self, rule: Rule, conditions: Conditions | None = None) -> None:
        assert rule.window is not None
        conditions = conditions or conditions_of(rule)
        kind = FACT_KINDS[rule.on]
        self.rule = rule
        self.days = rule.window.days
        self.key = rule.window.key
        self._kind = kind
        self.count_min = max(1, narrowed("window.count", conditions.when, conditions.names.known)[0])
        self._sum = rule.window.sum
        read = {
            *fields_of(conditions.where),
            *self.key,
            *fund_names(rule.on),
            kind.key,
            "day",
            "division_code",
        }
        self.columns = tuple(sorted({*read, self._sum} - {""}))
        self._where = polars_form(conditions.where, column_of(names_of_kind(rule.on)), _no_list)
        self._when = polars_form(conditions.when, column_of(conditions.names), _no_list)
        last_day = pl.col("day").dt.strftime("%Y-%m-%d")
        evidence = Evidence(
            evidence=pl.concat_str(["key_json", last_day], separator="|"),
            facts=pl.col("facts"),
            division_code=pl.col("division_code"),
            fund_code=pl.col("fund_code"),
            day=pl.col("day"),
        )
        self._form = hit_form(rule, conditions, evidence)

    def spans(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The keys of the facts for which `where` holds, and the first and last day of each.

        Columns: those of the key in their declared types, key_json (as in `contributions`), first_day, last_day.
        """
        days = self._playing(frame).group_by(self.key, maintain_order=True)
        spans = days.agg(pl.col("day").min().alias("first_day"), pl.col("day").max().alias("last_day"))
        return spans.select(
            *(pl.col(name).cast(self._kind.by_name[name].dtype) for name in self.key),
            self._key_json().alias("key_json"),
            "first_day",
            "last_day",
        )

    def contributions(self, frame: pl.DataFrame) -> pl.DataFrame:
        """What the facts add: one row per key and day, sorted, of the facts for which `where` holds.

        Columns: key_json String (canonical JSON object of the key fields), day Date, count Int64, sum Int64,
        division_code, fund_code, facts List[String] sorted.
        """
        total = pl.col(self._sum).cast(pl.Int64) if self._sum else pl.lit(0, pl.Int64)
        rows = self._playing(frame).select(
            self._key_json().alias("key_json"),
            "day",
            total.alias("sum"),
            "division_code",
            fund_column(self.rule.on).alias("fund_code"),
            pl.col(self._kind.key).alias("fact_key"),
        )
        grouped = rows.group_by("key_json", "day").agg(
            pl.len().cast(pl.Int64).alias("count"),
            pl.col("sum").sum(),
            pl.col("division_code").min(),
            pl.col("fund_code").min(),
            pl.col("fact_key").sort().alias("facts"),
        )
        return grouped.select(_CONTRIBUTIONS).sort("key_json", "day")

    def judge(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The hits among windows: key_json, last_day, count, sum, division_code, fund_code, facts.

        `count` and `sum` are of the whole days [last_day - days + 1, last_day]. Schema HITS.
        """
        if frame.height == 0:
            return no_rows(HITS)
        fields = pl.Struct({name: self._kind.by_name[name].dtype for name in self.key})
        rows = frame.select(
            "key_json",
            pl.col("key_json").str.json_decode(fields).alias("key"),
            pl.col("last_day").alias("day"),
            pl.col("count").alias("window.count"),
            pl.col("sum").alias("window.sum"),
            "division_code",
            "fund_code",
            "facts",
        ).unnest("key")
        force = in_force(self.rule, pl.col("day"), pl.col("fund_code"))
        bounded = pl.col("window.count") <= WINDOW_FACTS_MAX
        return self._form.hits(rows.filter(self._when, force, bounded))

    def _playing(self, frame: pl.DataFrame) -> pl.DataFrame:
        return frame.filter(self._where, *(pl.col(name).is_not_null() for name in self.key))

    def _key_json(self) -> pl.Expr:
        key = pl.struct([pl.col(name).cast(self._kind.by_name[name].dtype) for name in sorted(self.key)])
        return key.struct.json_encode()


def _no_list(_: Expression) -> pl.Expr:
    raise AssertionError("lint refuses lists in windows")
