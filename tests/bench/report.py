"""What a measurement says, and how all of them are shown."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path("build/bench.json")


@dataclass(frozen=True)
class Measured:
    """One figure. `budget` is None for one that is only told; `at_least` says which side of it is good."""

    name: str
    value: float
    unit: str
    budget: float | None
    against: str
    at_least: bool = True

    @property
    def holds(self) -> bool:
        """Whether the budget is kept."""
        if self.budget is None:
            return True
        return self.value >= self.budget if self.at_least else self.value <= self.budget


def table(measured: Sequence[Measured]) -> str:
    """The figures as lines of a table."""
    rows = [("what", "value", "budget", "", "measured as")]
    for one in measured:
        budget = "" if one.budget is None else f"{'≥' if one.at_least else '≤'} {shown(one.budget)}"
        verdict = "" if one.budget is None else ("holds" if one.holds else "MISSED")
        rows.append((one.name, f"{shown(one.value)} {one.unit}", budget, verdict, one.against))
    widths = [max(_width(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        "  ".join(
            [*(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=False)), row[4]]
        )
        for row in rows
    )


def shown(value: float) -> str:
    """Thousands apart; as many decimals as say something."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"


def write(measured: Sequence[Measured]) -> None:
    """Writes build/bench.json; what was measured before and not now stays."""
    known = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    for one in measured:
        known[one.name] = {
            key: value for key, value in asdict(one).items() if key not in ("name", "at_least")
        } | {"holds": one.holds}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(known, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
