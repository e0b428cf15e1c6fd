"""What a posting or a closing tells the others, as values; messages.py puts them into events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from services.ledger.domain.days import Calendar


@dataclass(frozen=True)
class Division:
    """A division of the administrative tree. `parent_code` is empty at the root."""

    code: str
    name: str
    level: str
    parent_code: str


@dataclass(frozen=True)
class Fund:
    """A fund of the ledger. `scope_note` says which part of the fund is meant; empty for all of it."""

    code: str
    level: str
    name: str
    category: str
    scope_note: str


@dataclass(frozen=True)
class BaseData:
    """What everything is entered against. `flows` are the levels between which money is issued: (issuer, receiver)."""

    divisions: Sequence[Division]
    funds: Sequence[Fund]
    calendar: Calendar
    flows: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Coverage:
    """What of a source and division had arrived. `covered_to` is None if nothing had."""

    source: str
    division_code: str
    expected: bool
    covered_to: date | None


@dataclass(frozen=True)
class FactsChanged:
    """Facts of one category: the event's name and its frames by field, with at least the declared columns."""

    category: str
    name: str
    frames: Mapping[str, pl.DataFrame]


@dataclass(frozen=True)
class BaseDataChanged:
    """All divisions and funds in force, for every stream."""

    divisions: Sequence[Division]
    funds: Sequence[Fund]


@dataclass(frozen=True)
class StatesRestated:
    """States of closed days that changed: kind, key, category and from_day in a frame."""

    rows: pl.DataFrame


@dataclass(frozen=True)
class DayClosed:
    """One closed day with the states of all categories that changed since the day closed before."""

    day: date
    previous_day: date | None
    workday_no: int
    coverage: Sequence[Coverage]
    quota_days: pl.DataFrame
    progress_days: pl.DataFrame


Change = FactsChanged | BaseDataChanged | StatesRestated | DayClosed


def by_category(name: str, field: str, frame: pl.DataFrame) -> list[Change]:
    """One FactsChanged per category of a frame with a column category, in order of the categories."""
    parts = frame.partition_by("category", as_dict=True, maintain_order=True)
    return [FactsChanged(str(key[0]), name, {field: part}) for key, part in sorted(parts.items())]


def removed(name: str, kind: str, frame: pl.DataFrame) -> list[Change]:
    """One FactsChanged per category for facts that no longer stand; the frame has category and key."""
    rows = frame.select("category", "key", kind=pl.lit(kind))
    return by_category(name, "removed", rows)
