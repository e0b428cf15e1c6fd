"""Sums of a view and what follows from them: shares in basis points, and how far payment is behind its schedule."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from services.kit.errors import InvalidInput

WHOLE_BP = 10_000
MONTHS = 12
AGES_DAYS = (90, 365, 730)
"""Where the age of money passes from one group to the next: under 90 days, a year, two years, and above."""
AGES = ("below_90_days", "below_1_year", "below_2_years", "above")


class Sums(NamedTuple):
    """What the entries of a row add up to, fen. A tuple, because an answer has thousands of them."""

    own_fen: int = 0
    above_fen: int = 0
    adjusted_fen: int = 0
    transferred_fen: int = 0
    carried_over_fen: int = 0
    integrated_fen: int = 0
    recovered_fen: int = 0
    allotted_fen: int = 0
    issued_fen: int = 0
    in_transit_fen: int = 0
    pending_fen: int = 0
    free_fen: int = 0
    frozen_fen: int = 0
    allotted_unpaid_fen: int = 0
    paid_fen: int = 0
    intermediate_fen: int = 0
    suspense_fen: int = 0
    inside_fen: int = 0
    """Part of above_fen that another quota of the same row issued."""
    inside_all_fen: int = 0
    """Part of above_fen that any quota of the whole view issued."""
    stays_past_fen: int = 0
    """What stays of quotas of years that are over."""
    stays_now_fen: int = 0
    """What stays of quotas of the year of the schedule."""

    @property
    def total_fen(self) -> int:
        """All that came in, with what is inside the row counted once."""
        came_in = self.own_fen + self.above_fen + self.adjusted_fen + self.transferred_fen
        return came_in + self.carried_over_fen + self.integrated_fen - self.recovered_fen - self.inside_fen

    @property
    def issued_out_fen(self) -> int:
        """Issued to outside the row."""
        return self.issued_fen - self.inside_fen

    @property
    def stays_fen(self) -> int:
        """What is to be spent in the row itself."""
        return self.total_fen - self.issued_out_fen

    @property
    def balance_fen(self) -> int:
        """What is there and not paid."""
        return self.pending_fen + self.free_fen + self.frozen_fen + self.allotted_unpaid_fen

    def due_fen(self, share: Share) -> int:
        """What should be paid by the schedule, rounded half up once: all of past years, a share of this one."""
        return self.stays_past_fen + rounded(self.stays_now_fen * share.part, share.whole)

    def as_whole(self) -> Sums:
        """The same sums as those of the whole view."""
        return self._replace(inside_fen=self.inside_all_fen)


def added(rows: Iterable[Sums]) -> Sums:
    """All of them together, still with what is inside each row."""
    return Sums(*map(sum, zip(*rows, strict=True))) if (rows := list(rows)) else Sums()


@dataclass(frozen=True)
class Share:
    """A share as an exact fraction."""

    part: int
    whole: int


def schedule_share(day: date, months_bp: Sequence[int] = ()) -> Share:
    """What of the year's money should be paid on a day.

    By default the share of the year's days that have passed, the day included. With `months_bp`, what should be paid
    at the end of each month in basis points, in between by days. Refuses other than twelve that never fall, to 10,000.
    """
    if not months_bp:
        days = (date(day.year, 12, 31) - date(day.year, 1, 1)).days + 1
        return Share((day - date(day.year, 1, 1)).days + 1, days)
    grows = all(before <= after for before, after in zip([0, *months_bp], months_bp, strict=False))
    if len(months_bp) != MONTHS or not grows or months_bp[-1] > WHOLE_BP:
        raise InvalidInput(
            "ledger.schedule",
            "序时进度应为十二个月末的累计万分比，逐月不减，不超过 10000",
            "a schedule is twelve shares in basis points that never fall, at most 10000",
        )
    before = months_bp[day.month - 2] if day.month > 1 else 0
    days = monthrange(day.year, day.month)[1]
    return Share(before * days + (months_bp[day.month - 1] - before) * day.day, WHOLE_BP * days)


def rounded(part: int, whole: int) -> int:
    """part / whole, rounded half up once; 0 if there is nothing to divide by."""
    return (2 * part + whole) // (2 * whole) if whole > 0 else 0


def basis_points(part: int, whole: int) -> int:
    """A share in basis points, rounded half up once; 0 of nothing."""
    return rounded(part * WHOLE_BP, whole)


def age_of(received_on: date, day: date) -> str:
    """The group of an age: whole days since the money was received."""
    days = (day - received_on).days
    return AGES[sum(days >= edge for edge in AGES_DAYS)]
