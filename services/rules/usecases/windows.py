"""Window rules: counts and sums over a key and whole business days, computed from the kept facts of the keys touched.

Nothing but the facts is kept: the facts of a key are few, one indexed read per rule and batch finds them, and
what is removed or restated is exact by itself.
"""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from services.rules.usecases.ports import WindowRule
from services.rules.usecases.session import TOUCHED, Session, Verdicts, grouped


def judge_windows(session: Session, kind: str, touching: pl.DataFrame) -> list[Verdicts]:
    """Judges the windows that facts coming or going (`touching`, kept columns) lie in."""
    return [_judge(session, kind, window, touching) for window in session.rules.windows(kind)]


def _judge(session: Session, kind: str, window: WindowRule, touching: pl.DataFrame) -> Verdicts:
    found = window.spans(touching)
    if found.height == 0:
        return Verdicts.none()
    reach = timedelta(days=window.days - 1)
    spans = found.with_columns(pl.col("last_day") + reach)
    around = spans.select(*window.key, pl.col("first_day") - reach, "last_day")
    # A key with fewer facts around than the rule asks of a window has no hit now, whatever it had before.
    facts = session.store.facts.in_days(kind, around, window.count_min)
    touched = spans.select(
        pl.lit(window.rule.id).alias("rule_id"),
        pl.col("key_json").alias("group_key"),
        "first_day",
        "last_day",
    )
    if facts.height == 0:
        return Verdicts(touched.select(TOUCHED.keys()), Verdicts.none().hits)
    judged = window.judge(windows_of(window.contributions(facts), spans, window.days))
    # A window's evidence is its key and its last day.
    hits = grouped(judged, pl.col("evidence").str.slice(0, pl.col("evidence").str.len_chars() - 11))
    return Verdicts(touched.select(TOUCHED.keys()), hits)


def windows_of(daily: pl.DataFrame, spans: pl.DataFrame, days: int) -> pl.DataFrame:
    """The windows [last_day - days + 1, last_day] of each key, for the days in its span on which it has a fact.

    `daily`: key_json, day, count, sum, division_code, fund_code, facts; `spans`: key_json, first_day, last_day.
    """
    lasts = (
        daily.select("key_json", pl.col("day").alias("last_day_of_window"))
        .join(spans, on="key_json")
        .filter(pl.col("last_day_of_window").is_between(pl.col("first_day"), pl.col("last_day")))
        .select("key_json", pl.col("last_day_of_window").alias("last_day"))
    )
    inside = lasts.join(daily, on="key_json").filter(
        pl.col("day") <= pl.col("last_day"),
        pl.col("day") > pl.col("last_day") - timedelta(days=days),
    )
    return (
        inside.sort("key_json", "last_day", "day")
        .group_by("key_json", "last_day", maintain_order=True)
        .agg(
            pl.col("count").sum(),
            pl.col("sum").sum(),
            pl.col("division_code").drop_nulls().first(),
            pl.col("fund_code").drop_nulls().first(),
            pl.col("facts").explode(),
        )
    )
