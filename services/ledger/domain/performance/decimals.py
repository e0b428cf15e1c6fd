"""Exact decimal numbers of indicators: an integer and how many of its digits stand behind the point. No floats."""

from __future__ import annotations

import re
from dataclasses import dataclass

DIGITS_MAX = 15
SCALE_MAX = 4
FULL_BP = 10_000
BP_MAX = 1_000_000
_NUMBER = re.compile(r"([0-9]{1,15})(?:\.([0-9]{1,4}))?")


@dataclass(frozen=True)
class Number:
    """`digits` / 10 ** `scale`, in lowest form: 95.50 is Number(955, 1). Never negative."""

    digits: int
    scale: int = 0

    def __str__(self) -> str:
        whole, part = divmod(self.digits, 10**self.scale)
        return f"{whole}.{part:0{self.scale}d}" if self.scale else str(whole)

    def at(self, scale: int) -> int:
        """The digits at a scale that is not smaller than its own."""
        return self.digits * int(10 ** (scale - self.scale))


def parse_number(written: str) -> Number | None:
    """The number of a text such as 95.50; None if it is none, has more than four decimals or is too long."""
    found = _NUMBER.fullmatch(written)
    if found is None:
        return None
    whole, part = found[1], (found[2] or "").rstrip("0")
    digits = int(whole + part)
    return Number(digits, len(part)) if digits < 10**DIGITS_MAX else None


def share_bp(part: int, whole: int) -> int:
    """part / whole in basis points, rounded down, at most BP_MAX: 10,000 only if all of it is there. 0 of nothing."""
    return min(part * FULL_BP // whole, BP_MAX) if whole > 0 and part > 0 else 0
