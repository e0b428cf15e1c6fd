"""The working days of the demo's months, with the holidays and make-up days of 2018."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from services.demo.domain import FIRST_DAY, LAST_DAY, MONTHS, YEAR

_HOLIDAYS = frozenset(
    {
        *(date(YEAR, 2, day) for day in range(15, 22)),
        *(date(YEAR, 4, day) for day in (5, 6, 7, 29, 30)),
        date(YEAR, 5, 1),
        *(date(YEAR, 6, day) for day in (16, 17, 18)),
        *(date(YEAR, 9, day) for day in (22, 23, 24)),
    }
)
_MADE_UP = frozenset(
    date(YEAR, month, day) for month, day in ((2, 11), (2, 24), (4, 8), (4, 28), (9, 29), (9, 30))
)


def is_working_day(day: date) -> bool:
    """Whether offices and banks worked on this day."""
    return day in _MADE_UP or (day.weekday() < 5 and day not in _HOLIDAYS)


WORKING_DAYS = tuple(
    day
    for day in (FIRST_DAY + timedelta(days=n) for n in range((LAST_DAY - FIRST_DAY).days + 1))
    if is_working_day(day)
)

QUIET_MONDAYS = tuple(
    day
    for day in WORKING_DAYS
    if day.weekday() == 0
    and 4 <= day.month <= 8
    and all(is_working_day(day + timedelta(days=n)) for n in (1, 2, 3, 4, 7))
)
"""Mondays with a full working week behind them and a working Monday after: where exact distances are planted."""

MONTH_ENDS = {month: (date(YEAR, month + 1, 1) - timedelta(days=1)) for month in MONTHS}


def working_day(generator: Random, first: date, last: date) -> date:
    """A working day from first to last, both included."""
    return generator.choice([day for day in WORKING_DAYS if first <= day <= last])
