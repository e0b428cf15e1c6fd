"""Business days: the count of working days, and states as of a day out of deltas."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

EPOCH = date(2016, 12, 31)
"""Working day number 0 is the last one up to and with this day."""

QUOTA_MEASURES = ("amount_fen", "issued_fen", "allotted_fen", "paid_fen")
PROGRESS_MEASURES = ("total_fen", "paid_fen")


@dataclass(frozen=True)
class Calendar:
    """Holidays and make-up days as exceptions from Monday to Friday: day -> whether it is worked."""

    exceptions: Mapping[date, bool]

    def is_working(self, day: date) -> bool:
        """Whether a day is worked; beyond the published years the week decides."""
        return self.exceptions.get(day, day.weekday() < 5)

    def workday_no(self, day: date) -> int:
        """How many working days lie after the epoch up to and with `day`; negative before it.

        The distance of two days in working days is the difference of their numbers.
        """
        first, last = min(EPOCH, day), max(EPOCH, day)
        count = _weekdays_to(last) - _weekdays_to(first)
        ordered = sorted(self.exceptions)
        for exception in ordered[bisect_right(ordered, first) : bisect_right(ordered, last)]:
            count += int(self.exceptions[exception]) - int(exception.weekday() < 5)
        return count if day >= EPOCH else -count


def _weekdays_to(day: date) -> int:
    weeks, rest = divmod(day.toordinal(), 7)
    return weeks * 5 + min(rest, 5)


def days_between(first: date, last: date) -> list[date]:
    """Every day from first to last."""
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


def states(deltas: pl.DataFrame, subject: str, measures: tuple[str, ...], after: date | None) -> pl.DataFrame:
    """The states that have to be told: `subject`, day and the measures as sums up to that day.

    `deltas` has subject, day, the measures, and restated (whether the subject's told states are void from its
    first day here on). Days up to `after` are told already: a first row there is only what later rows build
    on, and a row that changes nothing is left out, unless what was told of its day may have been another state.
    """
    running = (
        deltas.group_by(subject, "day")
        .agg(*(pl.col(name).sum() for name in measures), pl.col("restated").any())
        .sort(subject, "day")
        .with_columns(pl.col(name).cum_sum().over(subject) for name in measures)
    )
    unchanged = pl.all_horizontal(pl.col(name) == pl.col(name).shift(1).over(subject) for name in measures)
    past = pl.lit(False) if after is None else pl.col("day") <= after
    return (
        running.with_columns(unchanged=unchanged.fill_null(False), past=past)
        .filter(pl.when("past").then("restated").otherwise(~pl.col("unchanged")))
        .select(subject, "day", *measures)
    )
