"""Closing business days, in order, each in a transaction of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from services.kit.errors import InvalidInput
from services.ledger.domain.changes import Coverage, DayClosed
from services.ledger.domain.days import Calendar
from services.ledger.usecases.ports import Closing, Days, Years

PLAN_DAYS_MAX = 31
YEAR_MIN, YEAR_MAX = 2000, 2100
DAYS_MAX = 3_700
"""Longest range that one call closes: some ten years."""


@dataclass(frozen=True)
class Closed:
    """How many days closed, and the newest closed day (None if there is none)."""

    count: int
    closed_to: date | None


@dataclass(frozen=True)
class _Plan:
    """The states of the days first to last, computed at one place of the chain with one question."""

    place: int
    first: date
    last: date
    quota_days: pl.DataFrame
    progress_days: pl.DataFrame
    coverage: list[Coverage]

    def holds(self, place: int, day: date) -> bool:
        """Whether the plan still tells the states of a day."""
        return self.place == place and self.first <= day <= self.last

    def rows_of(self, frame: pl.DataFrame, day: date) -> pl.DataFrame:
        """What to tell with a day: its changes, and with the first day also the corrections of closed days."""
        of_day = pl.col("from_day") == day
        return frame.filter(pl.col("from_day") <= day if day == self.first else of_day)


def close_days(days: Days, up_to: date, first: date | None, today: date, request_id: str) -> Closed:
    """Closes every day after the newest closed one up to and with `up_to`.

    A day closes for good, so none closes that has not begun: `up_to` is at most `today`.
    `first` is the first day of all if none was closed before (None: the day of the first entry). Closing what is
    closed changes nothing.
    """
    if up_to > today:
        raise InvalidInput(
            "ledger.future_day",
            f"{up_to} 尚未到来，不能关账；今天是 {today}",
            f"{up_to} has not come yet and cannot close; today is {today}",
            {"day": up_to},
        )
    plan: _Plan | None = None
    calendar: Calendar | None = None
    count = 0
    while True:
        with days.closing(request_id) as closing:
            previous = closing.closed_to()
            day = previous + timedelta(days=1) if previous else (first or closing.first_day())
            if day is None or day > up_to:
                return Closed(count, previous)
            _refuse_long(day, up_to)
            if plan is None or not plan.holds(closing.place(), day):
                plan = _plan(closing, previous, day, up_to)
            calendar = calendar or closing.calendar()
            closing.close(
                DayClosed(
                    day=day,
                    previous_day=previous,
                    workday_no=calendar.workday_no(day),
                    coverage=plan.coverage,
                    quota_days=plan.rows_of(plan.quota_days, day),
                    progress_days=plan.rows_of(plan.progress_days, day),
                )
            )
            count += 1


def close_year(years: Years, fiscal_year: int, by: str) -> bool:
    """Closes a fiscal year for good: no document changes a quota of it any more. False if it was closed before."""
    if not YEAR_MIN <= fiscal_year <= YEAR_MAX:
        raise InvalidInput(
            "ledger.fiscal_year",
            f"年度应为 {YEAR_MIN} 至 {YEAR_MAX}",
            f"the year is not from {YEAR_MIN} to {YEAR_MAX}",
        )
    return years.close(fiscal_year, by)


def _plan(closing: Closing, previous: date | None, day: date, up_to: date) -> _Plan:
    last = min(up_to, day + timedelta(days=PLAN_DAYS_MAX - 1))
    quota_days, progress_days = closing.states(previous, last)
    return _Plan(closing.place(), day, last, quota_days, progress_days, closing.coverage())


def _refuse_long(day: date, up_to: date) -> None:
    if (up_to - day).days >= DAYS_MAX:
        raise InvalidInput(
            "ledger.close_range",
            f"一次最多关账 {DAYS_MAX} 天",
            f"at most {DAYS_MAX} days close at once",
        )
